"""A sound without what lies below a frequency: offset, wind, handling, the swell of the sea."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sonograph import checks, notes
from sonograph.errors import SettingsError
from sonograph.sounds.derived import checked_source
from sonograph.sounds.filters import Filtered
from sonograph.sounds.source import Source
from sonograph.units import hertz as in_hertz

LOWEST = 1e-6
"""Of the sample rate. Below, the rounding of doubles is heard: at it, it lies 110 dB under the sound."""
_QS = tuple(1 / (2 * math.cos(math.pi * k / 8)) for k in (1, 3))  # of the two halves of a Butterworth filter of order 4


def high_pass(source: Source, hertz: float) -> Source:
    """A source through a Butterworth high-pass filter; `io.sources.high_pass` takes paths too, and says more."""
    source = checked_source(source)
    hertz = checks.number("hertz", notes.in_hertz(hertz), 0.0, above=True)
    check_high_pass(hertz, source.sample_rate)
    return HighPassed(source, float(hertz))


def check_high_pass(hertz: float, sample_rate: float) -> None:
    """Refuse where a sound of this rate cannot be cut."""
    least, most = LOWEST * sample_rate, sample_rate / 2
    if not least <= hertz < most:
        raise SettingsError(
            f"high_pass is {hertz:g} Hz; at a sample rate of {sample_rate:g} Hz it must be {least:g} to below "
            f"{most:g} Hz"
        )


def sections(hertz: float, sample_rate: float) -> np.ndarray:
    """(2, 6) the filter as two of second order, b0 b1 b2 a0 a1 a2: Butterworth's poles by the bilinear transform."""
    k = math.tan(math.pi * hertz / sample_rate)
    gains = [1 / (1 + k / q + k * k) for q in _QS]
    return np.array(
        [(g, -2 * g, g, 1.0, 2 * (k * k - 1) * g, (1 - k / q + k * k) * g) for g, q in zip(gains, _QS, strict=True)]
    )


class HighPassed(Filtered):
    """A source without what lies below a frequency; made by `high_pass`."""

    def __init__(self, source: Source, hertz: float) -> None:
        super().__init__(source, sections(hertz, source.sample_rate))
        self.hertz = hertz

    @property
    def words(self) -> str:
        """From where on, for a caption."""
        return f"high-pass {in_hertz(self.hertz)}"

    def over(self, source: Source) -> HighPassed:
        """The same of another source."""
        return HighPassed(source, self.hertz)

    def __repr__(self) -> str:
        return f"<{self.source!r} above {self.hertz:g} Hz>"

    def __reduce__(self) -> tuple[Any, ...]:
        return HighPassed, (self.source, self.hertz)
