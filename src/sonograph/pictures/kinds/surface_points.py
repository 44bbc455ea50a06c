"""The points of a surface, which a figure and a page show.

There are as many as the eye can tell apart; each is the loudest of the frames and bins around it, so that a tone is a
ridge also where it glides from row to row.
"""

from __future__ import annotations

import numpy as np

from sonograph.pictures.parts import Composition
from sonograph.pixels import scale
from sonograph.pixels.raster import Raster

REST = (1.2, 0.65)
"""How long the axes of frequency and level are; that of time is as long as the sheet is wide."""


def points(raster: Raster, composition: Composition) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds (columns,), places on the scale of the frequencies (rows,), levels within the range (rows, columns)."""
    edges = scale.SCALES[raster.axis].forward(raster.bounds)
    levels = raster.levels[composition.panels[0].channel]
    start, stop = raster.seconds
    time = start + (np.arange(levels.shape[1]) + 0.5) * (stop - start) / levels.shape[1]
    low, high = composition.levels
    return time, (edges[1:] + edges[:-1]) / 2, np.clip(_joined(levels), low, high)


def _joined(levels: np.ndarray) -> np.ndarray:
    """Each point the loudest of itself and those above and below it: else a tone that glides is a row of teeth.

    >>> _joined(np.array([[0.0, 9.0], [9.0, 0.0], [0.0, np.nan], [0.0, 0.0]])).tolist()
    [[9.0, 9.0], [9.0, 9.0], [9.0, nan], [0.0, 0.0]]
    """
    joined = levels.copy()
    joined[1:] = np.fmax(joined[1:], levels[:-1])
    joined[:-1] = np.fmax(joined[:-1], levels[1:])
    return np.where(np.isnan(levels), np.nan, joined)
