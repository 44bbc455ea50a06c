"""The waveform at every zoom: level l puts 2^l neighbouring samples into a column, with their extremes and squares.

A level is made of samples, or of the level below by pairs of columns; the last column may hold fewer and is never
dropped. What is not finite is missing.
"""

from __future__ import annotations

import numpy as np

LOW, HIGH, SQUARES, COUNT = range(4)
"""Of columns (4, n), float64: the lowest and the highest sample, NaN where all are missing; the sum of squares; and
of how many."""

_AT_ONCE = 1 << 15
"""Samples that stay in the cache while they are looked at."""


def gathered(samples: np.ndarray, level: int) -> np.ndarray:
    """Columns (4, n) of the samples (n_samples,) of one channel; the first is the first of a column.

    >>> gathered(np.array([1.0, -3.0, 2.0]), 1)
    array([[-3.,  2.], [ 1.,  2.], [10.,  4.], [ 2.,  1.]])
    """
    size = 1 << level
    whole = len(samples) // size * size
    step = max(size, _AT_ONCE)
    parts = [_whole(samples[first : min(first + step, whole)].reshape(-1, size)) for first in range(0, whole, step)]
    if whole < len(samples):
        parts.append(_whole(samples[whole:][None]))
    return np.concatenate(parts, axis=1) if parts else np.empty((4, 0))


def _whole(samples: np.ndarray) -> np.ndarray:
    """Columns of samples (n, size), each by itself: its numbers do not depend on its neighbours."""
    found = np.empty((4, len(samples)))
    with np.errstate(invalid="ignore", over="ignore"):
        found[LOW], found[HIGH] = samples.min(axis=1), samples.max(axis=1)
        found[SQUARES] = np.add.reduce(samples * samples, axis=1)
    found[COUNT] = samples.shape[1]
    for column in np.flatnonzero(~np.isfinite(found[SQUARES])):
        there = samples[column][np.isfinite(samples[column])].astype(float)
        ends = (there.min(), there.max()) if len(there) else (np.nan, np.nan)
        found[:, column] = *ends, np.add.reduce(there * there), len(there)
    return found


def above(columns: np.ndarray) -> np.ndarray:
    """The level above: two neighbouring columns become one, a lone last one stays as it is."""
    if columns.shape[1] % 2:
        columns = np.concatenate([columns, [[np.nan], [np.nan], [0.0], [0.0]]], axis=1)
    first, second = columns[:, 0::2], columns[:, 1::2]
    found = first + second
    found[LOW], found[HIGH] = np.fmin(first[LOW], second[LOW]), np.fmax(first[HIGH], second[HIGH])
    return found


def shown(columns: np.ndarray) -> np.ndarray:
    """(n, 3) float32: lowest, highest, and the root of the mean square; NaN where all is missing."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        rms = np.sqrt(columns[SQUARES] / columns[COUNT])
        return np.stack([columns[LOW], columns[HIGH], rms], axis=1).astype(np.float32)
