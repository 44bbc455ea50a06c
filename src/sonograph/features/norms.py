"""Logarithms with something added, fixed and per-frame normalisations, and those over the whole sound."""

from __future__ import annotations

import numpy as np

from sonograph.settings import AffineSettings, LogSettings, NormSettings, RangeSettings, StandardSettings
from sonograph.settings.norms import STEADY


def logarithm(settings: LogSettings, values: np.ndarray) -> np.ndarray:
    """ln or log10 of max(value + add, floor)."""
    real = values.dtype.type
    moved = np.maximum(values + real(settings.add), real(settings.floor))
    return np.log(moved, out=moved) if settings.base == "e" else np.log10(moved, out=moved)


def affine(settings: AffineSettings, values: np.ndarray) -> np.ndarray:
    """(value + add) * multiply."""
    real = values.dtype.type
    moved = values + real(settings.add)
    moved *= real(settings.multiply)
    return moved


def norm(settings: NormSettings, values: np.ndarray) -> np.ndarray:
    """Each frame by its own size; a frame of zeros, or nearly, stays as it is (as in librosa)."""
    size = np.abs(values)
    if settings.norm == "max":
        length = np.maximum.reduce(np.ascontiguousarray(size.T), axis=0)  # of a few rows, a sixth of the time
    elif settings.norm == "l1":
        length = np.add.reduce(size, axis=1)
    else:
        length = np.sqrt(np.add.reduce(size * size, axis=1))
    length[length < np.finfo(values.dtype).tiny] = 1
    return values / length[:, None]


def limited(settings: RangeSettings, values: np.ndarray, frames_per_second: float) -> np.ndarray:
    """No further below the largest value of all channels than `span`: (channels, frames, rows), changed in place."""
    largest = np.fmax.reduce(values, axis=None) if values.size else np.nan
    return np.maximum(values, largest - values.dtype.type(settings.span), out=values) if largest == largest else values


def standard(settings: StandardSettings, values: np.ndarray, frames_per_second: float) -> np.ndarray:
    """Each row of each channel less its mean, over its deviation: (channels, frames, rows), changed in place.

    Missing frames count for nothing.
    """
    if not values.size:
        return values
    here = ~np.isnan(values)
    count = np.maximum(1, here.sum(axis=1, keepdims=True))
    mean = np.where(here, values, 0).sum(axis=1, keepdims=True, dtype=float) / count
    values -= mean.astype(values.dtype)
    if settings.deviation:
        squares = np.where(here, values, 0).astype(float) ** 2
        deviation = np.sqrt(squares.sum(axis=1, keepdims=True) / count)
        rounding = STEADY * np.finfo(values.dtype).eps * np.abs(mean)
        values /= np.where(deviation > rounding, deviation, 1).astype(values.dtype)
    return values
