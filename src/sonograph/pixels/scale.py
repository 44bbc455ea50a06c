"""Frequency scales: where hertz lie on a picture, and which hertz a pixel row covers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sonograph import scales
from sonograph.errors import SettingsError
from sonograph.units import rate

Curve = Callable[[np.ndarray], np.ndarray]

LOWEST_HEARD = 20.0  # Hz


class Scale(NamedTuple):
    """From hertz to where equal steps are equally high, and back."""

    forward: Curve
    inverse: Curve
    words: str


def _octaves(hertz: np.ndarray) -> np.ndarray:
    return np.log2(np.maximum(hertz, np.finfo(float).tiny))


def _same(hertz: np.ndarray) -> np.ndarray:
    return np.asarray(hertz, float)


SCALES = {
    "linear": Scale(_same, _same, ""),
    "log": Scale(_octaves, np.exp2, ""),
    "mel": Scale(scales.hz_to_mel, scales.mel_to_hz, "mel scale"),
    "bark": Scale(scales.hz_to_bark, scales.bark_to_hz, "Bark scale"),
    "erb": Scale(scales.hz_to_erb, scales.erb_to_hz, "ERB scale"),
    "musical": Scale(_octaves, np.exp2, "A4 = 440 Hz"),
}


def evenest(centres: np.ndarray) -> str:
    """The scale on which bands are most evenly spaced.

    >>> evenest(scales.mel_to_hz(np.linspace(1, 40, 30))), evenest(1000 * 2.0 ** np.arange(-4, 4))
    ('mel', 'log')
    """
    if len(centres) < 3:
        return "linear"

    def unevenness(name: str) -> float:
        steps = np.diff(SCALES[name].forward(centres[centres > 0]))
        return float(np.std(steps) / np.mean(steps))

    return min((name for name in SCALES if name != "musical"), key=unevenness)


def limits(
    axis: str,
    frequencies: np.ndarray,
    nyquist: float,
    asked: tuple[float, float] | None,
    lowest: float = 0.0,
) -> tuple[float, float]:
    """From which frequency to which: as asked, else all that the axis can show.

    An axis of octaves has no place for 0 Hz: it begins at the first bin or band above, of bins at 20 Hz or more. Where
    frequencies go below 0, as of complex samples, only a linear axis has a place for them.
    """
    if lowest < 0 and axis != "linear":
        raise SettingsError(f'axis is "{axis}"; the frequencies of complex samples go below 0 Hz: leave it out')
    if asked is not None:
        low, high = asked
        if low < 0 and lowest == 0:
            raise SettingsError(f"frequencies is {low:g} to {high:g} Hz; of real samples it must begin at 0 or more")
        if high <= lowest:
            raise SettingsError(f"frequencies end at {rate(high)}; this sound begins at {rate(lowest)}")
        low = max(low, lowest)
        if low >= nyquist:
            raise SettingsError(f"frequencies begin at {rate(low)}; this sound reaches {rate(nyquist)}")
        high = min(high, nyquist)
    else:
        low, high = lowest, nyquist
    if axis in ("log", "musical") and low <= 0:
        first = float(frequencies[frequencies > 0].min(initial=nyquist))
        from_zero = bool((frequencies <= 0).any())  # bands that begin above it are shown whole
        low = min(max(first, LOWEST_HEARD if from_zero and nyquist > 10 * LOWEST_HEARD else 0.0), high / 2)
    return low, high


def within_bands(low: float, high: float, edges: np.ndarray) -> tuple[float, float]:
    """From `low` to `high`, but no further than bands (bands, 2) reach: beyond them there are no numbers to show.

    >>> within_bands(20.0, 11_025.0, np.array([[32.0, 33.6], [33.6, 35.2]]))
    (32.0, 35.2)
    """
    first, last = float(edges.min()), float(edges.max())
    if last <= low or high <= first:
        raise SettingsError(
            f"frequencies are {rate(low)} to {rate(high)}; the bands reach from {rate(first)} to {rate(last)}"
        )
    return max(low, first), min(high, last)


def bounds(axis: str, low: float, high: float, height: int) -> np.ndarray:
    """Where `height` pixel rows begin and end, Hz, (height + 1,)."""
    scale = SCALES[axis]
    low_high = scale.forward(np.array([low, high]))
    edges = scale.inverse(np.linspace(low_high[0], low_high[1], height + 1))
    edges[0], edges[-1] = low, high
    return edges
