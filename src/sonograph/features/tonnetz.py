"""Tonal centroids: where a chord lies on the circles of fifths and thirds (Harte, Sandler and Gasser 2006)."""

from __future__ import annotations

import numpy as np

from sonograph.settings.shapes import TonnetzSettings

STEPS = np.array([7 / 6, 7 / 6, 3 / 2, 3 / 2, 2 / 3, 2 / 3])  # half turns for each semitone
RADII = np.array([1, 1, 1, 1, 0.5, 0.5])


def tonnetz(settings: TonnetzSettings, values: np.ndarray) -> np.ndarray:
    """(frames, 6) of (frames, 12) pitch classes."""
    angles = np.multiply.outer(STEPS, np.arange(12.0))
    angles[::2] -= 0.5
    circles = (RADII[:, None] * np.cos(np.pi * angles)).astype(values.dtype)
    out = np.empty((len(values), 6), values.dtype)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.add.reduce(np.abs(values), axis=1)
        shares = values / np.where(size > 0, size, np.nan)[:, None]
        for row, circle in enumerate(circles):
            out[:, row] = np.add.reduce(shares * circle, axis=1)
    return out
