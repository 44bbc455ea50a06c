"""Levels in time as a sound level meter shows them: what it keeps of each frame's squares, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.settings.common import holds, put
from sonograph.settings.levels import FLOORS
from sonograph.settings.named import Measure, NamedRows, chosen, frames_of_filters
from sonograph.settings.stft import StftSettings
from sonograph.units import level_unit, reference_power

TIME_CONSTANTS = {"fast": 0.125, "slow": 1.0}
"""Seconds (IEC 61672-1, 3.7)."""
LEVELS = ("leq", "level_fast", "level_slow")


@dataclass(frozen=True, kw_only=True)
class SquaresSettings(Measure, kind="squares"):
    """What a level meter keeps of the squares of the `hop` samples around the middle of each frame.

    Rows: their mean over the power that reads 0 dB, and what they add to the exponential averages of 125 ms and 1 s.
    Neighbouring frames look at neighbouring samples, so that no sample counts twice.
    """

    of: StftSettings

    def __post_init__(self) -> None:
        frames_of_filters(self)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return "mean", *TIME_CONSTANTS


@dataclass(frozen=True, kw_only=True)
class SoundLevelSettings(NamedRows, kind="sound_level"):
    """Levels as a meter shows them (IEC 61672-1), in decibels of the samples' unit: dB re 20 µPa of pascals.

    Parameters
    ----------
    of
        SquaresSettings; the weighting is that of its frames: StftSettings(weighting="A").
    features
        Which rows, in this order: "leq", the equivalent level of the hop around the middle of the frame; "level_fast"
        and "level_slow", the time-weighted level at the end of that hop, of all samples up to there. Before the first
        there was silence, as for a meter that is switched on: it reads 0.1 dB low after 3.8 time constants.
    floor
        What anything quieter reads, dB.

    Raises
    ------
    SettingsError
        No row, one twice, an unknown one; not of SquaresSettings.

    Examples
    --------
    >>> settings = SoundLevelSettings.for_rate(48_000.0, weighting="A")
    >>> settings.names, settings.of.of.hop
    (('leq', 'level_fast', 'level_slow'), 4800)
    """

    words: ClassVar[str] = "Sound level (dB)"

    of: Any
    features: tuple[str, ...] = LEVELS
    floor: float = -200.0

    def __post_init__(self) -> None:
        holds("SoundLevelSettings", self.of, SquaresSettings)
        put(self, features=chosen("features", self.features, LEVELS), floor=number("floor", self.floor, *FLOORS))

    @classmethod
    def for_rate(cls, sample_rate: float, *, every: float = 0.1, **given: Any) -> Self:
        """Levels every so many seconds; `given`: features and floor, and more of StftSettings, as weighting."""
        hop = round(number("every", every, 0.0, above=True) * sample_rate)
        if hop < 1:
            raise SettingsError(f"every is {every:g} s; at {sample_rate:g} Hz it must be {1 / sample_rate:g} s or more")
        mine = {name: given.pop(name) for name in ("features", "floor") if name in given}
        frames: dict[str, Any] = {"window_length": hop, "hop": hop, "edges": "inside"} | given
        return cls(of=SquaresSettings(of=StftSettings(**frames)), **mine)

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself: all before it, but for the equivalent level."""
        return (0, 0) if self.features == ("leq",) else "past"

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each row."""
        return self.features

    def row_unit(self, name: str, unit: str) -> str:
        """What a row is in."""
        return level_unit(unit, "spectrum", reference_power(unit, "spectrum"), self.of.of.weighting)
