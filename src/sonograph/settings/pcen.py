"""Each band against its own recent past."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from sonograph.checks import number
from sonograph.settings.common import Stage, put, rows_before

FAST = 1e-4
"""Frames; a time constant below it forgets all that was."""


@dataclass(frozen=True, kw_only=True)
class PcenSettings(Stage, kind="pcen"):
    """Per-channel energy normalisation (Wang et al. 2017): loudness against its own recent past, band by band.

    (E / (eps + M)^gain + bias)^power - bias^power, where M follows E as a first-order low-pass, from 1 on.

    Parameters
    ----------
    of
        Powers or magnitudes of bands.
    gain, bias, power
        As in the formula.
    time_constant
        Of the low-pass, seconds.
    eps
        As in the formula.

    Raises
    ------
    SettingsError
        Not of powers or magnitudes; a constant that cannot be.
    """

    two_sided: ClassVar[bool] = True
    words: ClassVar[str] = "PCEN"

    of: Any
    gain: float = 0.98
    bias: float = 2.0
    power: float = 0.5
    time_constant: float = 0.4
    eps: float = 1e-6

    def __post_init__(self) -> None:
        rows_before(self, ("power", "magnitude"))
        for name, most in (("gain", 10.0), ("bias", 1e15)):
            put(self, **{name: number(name, getattr(self, name), 0.0, most)})
        for name, most in (("power", 10.0), ("time_constant", 1e9), ("eps", 1e15)):
            put(self, **{name: number(name, getattr(self, name), 0.0, most, above=True)})

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself: all before it."""
        return "past"

    @property
    def quantity(self) -> str:
        """What the values are."""
        return "feature"

    def smoothing(self, frames_per_second: float) -> float:
        """The low-pass's weight of the newest frame: its -3 dB point is that of the time constant."""
        t = self.time_constant * frames_per_second
        if t < FAST:
            return 2 / (1 + math.sqrt(1 + 4 * t**2))  # the same, without a difference of numbers that are nearly equal
        return (math.sqrt(1 + 4 * t**2) - 1) / (2 * t**2)
