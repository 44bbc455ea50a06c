"""Decibels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Union

from sonograph.checks import number, one_of
from sonograph.errors import SettingsError
from sonograph.settings.bands import BandSettings
from sonograph.settings.by_octaves import ByOctaves
from sonograph.settings.common import Stage, holds
from sonograph.settings.multitaper import MultitaperSettings
from sonograph.settings.squeezed import SqueezedSettings
from sonograph.settings.stft import StftSettings

FLOORS = (-370.0, 300.0)


@dataclass(frozen=True, kw_only=True)
class LevelSettings(Stage, kind="level"):
    """Decibels of a power: 10 log10(power / reference).

    Parameters
    ----------
    of
        The transform or bands whose level it is.
    reference
        The power that reads 0 dB, in the unit of the power; None: the one that belongs to the sound's unit
        (FS: a full-scale sine; Pa: 20 µPa; else 1).  "max": the loudest value of the whole sound.
    floor
        What anything quieter reads, dB: -370 to 300, which single precision can hold.
    """

    two_sided: ClassVar[bool] = True
    why_whole: ClassVar[str] = 'reference="max" is the loudest value of the whole sound'

    of: Union[StftSettings, BandSettings, ByOctaves, MultitaperSettings, SqueezedSettings]  # noqa: UP007  # read at run time
    reference: float | str | None = None
    floor: float = -200.0

    def __post_init__(self) -> None:
        powers = (StftSettings, BandSettings, ByOctaves, MultitaperSettings, SqueezedSettings)
        holds("LevelSettings", self.of, powers, "a power, as StftSettings or BandSettings give")
        stft = self.of if isinstance(self.of, StftSettings) else self.of.of
        if stft.quantity != "power":
            raise SettingsError(f'quantity is "{stft.quantity}"; a level is of a power: set quantity="power"')
        check_level(self.reference, self.floor)

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself: with reference "max" the whole sound."""
        return "whole" if self.reference == "max" else (0, 0)

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "level"


def check_level(reference: Any, floor: Any) -> None:
    """Refuse a reference or a floor that no level can have."""
    if isinstance(reference, str):
        one_of("reference", reference, ("max",))
    elif reference is not None:
        number("reference", reference, 0.0, above=True)
    number("floor", floor, *FLOORS)
