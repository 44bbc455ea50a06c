"""A part of the frequencies of a sound, without a shift in time: a symmetric filter, the same for every piece of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonograph.errors import SettingsError

REJECTION = 100.0
"""dB by which what lies beyond the slopes is weaker."""
BETA = 0.1102 * (REJECTION - 8.7)
"""Of Kaiser's window: "Nonrecursive digital filter design using the I0-sinh window function", 1974."""
LEAST = 1 << 15
"""Samples of a transform."""
SLOPE = 0.1
"""The width of a slope, of that of the band; and at most a quarter of its lower end."""
LONGEST = 1 << 16
"""Samples on each side of the one that is made: the slope of a band at a few hertz is wider then."""


@dataclass(frozen=True, eq=False)
class BandPass:
    """A filter whose slopes are halfway down (-6 dB) at the ends of a band.

    taps : (2 · reach + 1,), symmetric; complex, with conjugates on the other side, where the sides of 0 Hz differ
    """

    taps: np.ndarray

    @property
    def reach(self) -> int:
        """Samples on either side that are looked at."""
        return len(self.taps) // 2

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """Samples (channels, n + 2 · reach) as (channels, n), in their precision."""
        from scipy.fft import fft, ifft, irfft, next_fast_len, rfft

        there, back = (fft, ifft) if samples.dtype.kind == "c" else (rfft, irfft)
        count, size = samples.shape[-1] - 2 * self.reach, next_fast_len(max(4 * len(self.taps), LEAST), real=True)
        response, step = there(self.taps.astype(samples.dtype), size), size - 2 * self.reach
        made = np.empty((len(samples), max(0, count)), samples.dtype)
        for first in range(0, count, step):
            part = back(there(samples[:, first : first + size], size) * response, size)
            stop = min(first + step, count)
            made[:, first:stop] = part[:, 2 * self.reach : 2 * self.reach + stop - first]
        return made


def band_pass(band: tuple[float, float], sample_rate: float, *, two_sided: bool = False) -> BandPass | None:
    """A filter for a band of a sound of this rate; None where the band is all there is.

    two_sided : for complex samples, of which the band may lie below 0 Hz, and is on its own side alone

    Raises
    ------
    SettingsError
        A band that is none, or lies beyond half the sample rate.

    Examples
    --------
    >>> filter = band_pass((2000.0, 4000.0), 48_000.0)
    >>> gain = lambda hertz: abs(np.exp(2j * np.pi * hertz / 48_000 * np.arange(len(filter.taps))) @ filter.taps)
    >>> print(gain(3000.0).round(4), gain(2000.0).round(2), gain(1000.0) < 1e-5)
    1.0 0.5 True
    """
    half = sample_rate / 2
    low, high = max(-half if two_sided else 0.0, band[0]), min(band[1], half)
    if not (math.isfinite(band[0]) and math.isfinite(band[1]) and low < high):
        raise SettingsError(f"the band is {band[0]:g} to {band[1]:g} Hz; it must go up, below {half:g} Hz")
    if low == (-half if two_sided else 0) and high == half:
        return None
    if two_sided:  # frequencies are a circle: beyond half the rate lies minus half of it
        widths = [SLOPE * (high - low), sample_rate - (high - low)]
    else:
        widths = [SLOPE * (high - low)] + [2.5 * SLOPE * low] * (low > 0) + [2 * (half - high)] * (high < half)
    slope = min(widths) / half
    reach = min(LONGEST, math.ceil((REJECTION - 7.95) / (2.285 * math.pi * slope) / 2))  # Kaiser's estimate
    at = np.arange(-reach, reach + 1)
    if two_sided:
        wide = (high - low) / sample_rate
        ideal = wide * np.sinc(wide * at) * np.exp(1j * np.pi * (low + high) / sample_rate * at)
    else:
        ideal = high / half * np.sinc(high / half * at) - low / half * np.sinc(low / half * at)
    return BandPass(ideal * np.kaiser(2 * reach + 1, BETA))
