"""What a layer shows of settings: a power over frequency, and the level that it is drawn as."""

from __future__ import annotations

from typing import NamedTuple

from sonograph.errors import SettingsError
from sonograph.naming import plural
from sonograph.pixels.raster import FLOOR, HERTZ
from sonograph.settings import (
    LevelSettings,
    LogSettings,
    Settings,
    as_power,
    whole_sound,
)
from sonograph.units import resolved_reference


class Shown(NamedTuple):
    """A power to compute, the power that reads 0 dB, and what silence reads, dB."""

    of: Settings
    reference: float
    floor: float


def shown(settings: Settings, unit: str) -> Shown:
    """What is shown of settings, of samples in `unit`.

    Raises
    ------
    SettingsError
        Settings that need the whole sound for a frame, or whose rows are no power over frequency.

    Examples
    --------
    >>> from sonograph.settings import StftSettings
    >>> shown(LevelSettings(of=StftSettings(), floor=-120.0), "FS")[1:]
    (0.5, -120.0)
    """
    reason = whole_sound(settings)
    if reason:
        raise SettingsError(f"{reason}, and a viewer computes the part that is looked at: choose other settings")
    floor, reference, of = FLOOR, None, settings
    if isinstance(of, LogSettings):
        of = of.of
    elif isinstance(of, LevelSettings):
        floor, reference, of = of.floor, of.reference, of.of
    of = as_power(of)
    if of.quantity != "power" or of.rows not in HERTZ:
        raise SettingsError(
            f"the settings give a {of.quantity}, in {plural(of.rows)}; a viewer shows the level of a power over "
            f"frequency: choose a transform, bands of power, or their level"
        )
    zero = resolved_reference(reference, unit, of.power_kind)
    assert zero is not None  # noqa: S101  # "max" needs the whole sound
    return Shown(of, zero, floor)
