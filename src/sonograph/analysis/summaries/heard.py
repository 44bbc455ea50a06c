"""What summaries look at of a log-mel: the frames in which something was recorded, with silence of a finite depth.

Frames of digital silence count for nothing, as padding tells how a set was made and not what was heard; nor do frames
with a missing sample.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

FLOOR = -12.0
"""What digital silence reads, log10 of a power."""
SOUND = FLOOR + 0.5
"""A frame whose loudest band is above it has sound in it."""
FEW = 5
"""Frames with sound, below which all are taken."""
SPAN = 8.0
"""Decades below the loudest cell under which nothing is told apart."""


class Heard:
    """A log-mel as summaries look at it, each part computed once.

    levels : (bands, frames), log10 of power, without the frames that count for nothing
    rate : frames a second
    """

    def __init__(self, log_mel: np.ndarray, rate: float = 100.0) -> None:
        values = np.asarray(log_mel, float)
        values = values[:, np.isfinite(values).all(axis=0)]
        keep = with_sound(values)
        self.levels = values[:, keep] if keep.sum() >= FEW else values
        self.rate = rate

    @cached_property
    def clipped(self) -> np.ndarray:
        """The levels, none more than `SPAN` below the loudest."""
        return np.maximum(self.levels, self.levels.max() - SPAN)

    @cached_property
    def below(self) -> np.ndarray:
        """The same, relative to the loudest."""
        return self.clipped - self.clipped.max()

    @cached_property
    def power(self) -> np.ndarray:
        """The power of `below`: 1 is the loudest cell."""
        return np.exp(self.below * np.log(10.0))


def with_sound(values: np.ndarray) -> np.ndarray:
    """(frames,) of bool: which have more than digital silence in them."""
    return np.asarray(values.max(axis=0) > SOUND) if len(values) else np.zeros(values.shape[1], bool)


def cepstra(levels: np.ndarray, count: int) -> np.ndarray:
    """(count, …): the first coefficients of an orthonormal cosine transform over bands."""
    from scipy.fft import dct  # slow to load, and tables of features do without

    return np.asarray(dct(levels, axis=0, norm="ortho")[:count])


def deltas(rows: np.ndarray, width: int = 2) -> np.ndarray:
    """The slope of each row, by regression over `width` frames on either side; the ends are held."""
    n = rows.shape[1]
    padded = np.pad(rows, ((0, 0), (width, width)), mode="edge")
    steps = range(1, width + 1)
    slope = sum(k * (padded[:, width + k : width + k + n] - padded[:, width - k : width - k + n]) for k in steps)
    return np.asarray(slope) / (2 * sum(k * k for k in steps))


def quantiles(ordered: np.ndarray, percents: tuple[float, ...]) -> np.ndarray:
    """(…, percents) of values that are in order along the last axis, interpolated linearly as NumPy's percentiles."""
    at = np.asarray(percents) / 100 * (ordered.shape[-1] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, ordered.shape[-1] - 1)
    return np.asarray(ordered[..., low] + (ordered[..., high] - ordered[..., low]) * (at - low))


@lru_cache(maxsize=4)
def hanning(length: int) -> np.ndarray:
    """A window that is 0 at both ends."""
    return np.hanning(length)
