"""A sound as the A or C weighting of IEC 61672-1 hears it: a filter of samples.

The filter has the poles of the curve by the matched z-transform; its gain
meets the curve at 0 Hz, at 1 kHz, at half the sample rate and between (Vicanek 2016, "Matched second order digital
filters"), where the bilinear transform would be 3 dB low at 12 kHz of 48 kHz. Z weighs nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sonograph.checks import one_of
from sonograph.errors import SettingsError
from sonograph.sounds.derived import checked_source
from sonograph.sounds.filters import Filtered
from sonograph.sounds.source import Source
from sonograph.weightings import POLES, UPPER, WEIGHTINGS, low_pass

if TYPE_CHECKING:
    import numpy as np

LOWEST_RATE = 4000.0
"""Hz; below, half of it is too near to 1 kHz, where every curve is 0 dB."""


def weighted(source: Source, name: str) -> Source:
    """A source through a weighting; `io.sources.weighted` takes paths too, and says more."""
    source = checked_source(source)
    one_of("weighting", name, WEIGHTINGS)
    check_weighting(name, source.sample_rate)
    return source if name == "Z" else Weighted(source, name)


def check_weighting(name: str, sample_rate: float) -> None:
    """Refuse where a sound of this rate cannot be weighted."""
    if name != "Z" and sample_rate < LOWEST_RATE:
        raise SettingsError(
            f'weighting is "{name}"; it needs a sample rate of {LOWEST_RATE:.0f} Hz or more, and the sound has '
            f"{sample_rate:g} Hz"
        )


def sections(name: str, sample_rate: float) -> np.ndarray:
    """(n, 6) the filter in sections of second order, b0 b1 b2 a0 a1 a2."""
    import numpy as np

    high, rows = POLES[name], [_low_pass(sample_rate)]
    for pair in zip(high[::2], high[1::2], strict=True):
        one, other = (_high_pass(hertz, sample_rate) for hertz in pair)
        rows.append([*np.convolve(one[0], other[0]), *np.convolve(one[1], other[1])])
    found = np.array(rows)
    z = np.exp(-2j * np.pi * 1000 / sample_rate * np.arange(3))
    found[0, :3] /= abs(np.prod((found[:, :3] @ z) / (found[:, 3:] @ z)))
    return found


def _high_pass(hertz: float, sample_rate: float) -> tuple[list[float], list[float]]:
    """One pole, and a zero at 0 Hz, whose slope is right there."""
    w = 2 * math.pi * hertz / sample_rate
    pole = math.exp(-w)
    gain = (1 - pole) / w
    return [gain, -gain], [1.0, -pole]


def _low_pass(sample_rate: float) -> list[float]:
    """Both poles at `UPPER`; the numerator meets the power at 0 Hz, between, and at half the sample rate."""
    pole = math.exp(-2 * math.pi * UPPER / sample_rate)
    a = 1.0, -2 * pole, pole * pole
    between, half = min(sample_rate / 3, 2 * UPPER), sample_rate / 2
    p1 = math.sin(math.pi * between / sample_rate) ** 2
    p0 = 1 - p1
    sum_a, turned_a = (1 - pole) ** 4, (1 + pole) ** 4
    at_0, at_half = sum_a, low_pass(half) ** 2 * turned_a
    at_between = low_pass(between) ** 2 * (sum_a * p0 + turned_a * p1 - 16 * a[2] * p0 * p1)
    rest = (at_between - at_0 * p0 - at_half * p1) / (4 * p0 * p1)
    mean = (math.sqrt(at_0) + math.sqrt(at_half)) / 2
    b0 = (mean + math.sqrt(mean * mean + rest)) / 2
    return [b0, (math.sqrt(at_0) - math.sqrt(at_half)) / 2, -rest / (4 * b0), *a]


class Weighted(Filtered):
    """A source through a weighting; made by `weighted`."""

    def __init__(self, source: Source, name: str) -> None:
        super().__init__(source, sections(name, source.sample_rate))
        self.name = name

    @property
    def words(self) -> str:
        """By what, for a caption."""
        return f"{self.name}-weighted"

    def over(self, source: Source) -> Weighted:
        """The same of another source."""
        return Weighted(source, self.name)

    def __repr__(self) -> str:
        return f"<{self.source!r} {self.name}-weighted>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Weighted, (self.source, self.name)
