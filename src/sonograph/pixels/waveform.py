"""The sound itself: for each pixel column the lowest and the highest sample, so that every peak stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.engines.columns import Planes
from sonograph.frames import split
from sonograph.pixels.grid import begins, middles
from sonograph.sounds.source import Source

READ_AT_ONCE = 1 << 20
"""Samples of all channels held at a time."""
APART = 6
"""Pixels between samples from which on each is drawn as a dot."""


@dataclass(frozen=True, eq=False)
class Envelope:
    """Lowest and highest sample of each column.

    low, high   : (channels, columns), in `unit`; NaN where all samples are missing
    span        : the samples that the columns share evenly
    """

    low: np.ndarray
    high: np.ndarray
    span: range
    sample_rate: float
    unit: str

    @property
    def seconds(self) -> tuple[float, float]:
        """From when to when, seconds from the start of the recording."""
        return self.span.start / self.sample_rate, self.span.stop / self.sample_rate

    @property
    def times(self) -> np.ndarray:
        """Middle of each column, seconds."""
        return middles(self.span, self.low.shape[-1]) / self.sample_rate


def envelope(source: Source, samples: range, width: int) -> Envelope:
    """Lowest and highest of the samples under each of `width` columns, or the samples themselves where they are fewer.

    Neighbouring columns share a sample, so that the drawn line does not break.
    """
    n = min(width, len(samples))
    dtype = source.read(range(0)).dtype
    planes = Planes(begins(samples, n), (source.n_channels, n), ("low", "high"), dtype=dtype)
    there = range(samples.start, min(samples.stop, source.n_samples))  # the rest is missing
    for part in split(there, max(1, READ_AT_ONCE // source.n_channels)):
        planes.add(_finite(source.read(part)), part)
    low, high = planes.low, planes.high
    if n < len(samples):
        low, high = _touching(low, high)
    return Envelope(low, high, samples, source.sample_rate, source.unit)


def _finite(values: np.ndarray) -> np.ndarray:
    """What is infinite has no place on an axis: it is missing."""
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(values.sum()):
            return values
    return np.where(np.isfinite(values), values, np.nan)


def _touching(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbouring columns drawn until they meet: what lies between two samples was passed on the way."""
    joined_low, joined_high = low.copy(), high.copy()
    joined_low[:, 1:] = np.where(np.isnan(low[:, 1:]), low[:, 1:], np.fmin(low[:, 1:], high[:, :-1]))
    joined_high[:, 1:] = np.where(np.isnan(high[:, 1:]), high[:, 1:], np.fmax(high[:, 1:], low[:, :-1]))
    return joined_low, joined_high
