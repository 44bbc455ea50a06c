"""Which frames a pixel column gathers, and which rows of a spectrogram a pixel row gathers.

A pixel gathers all whose middle lies in it. Where frames or bins are wider than a pixel, some pixels hold no
middle: a column then repeats the nearest frame, a row the nearest bin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sonograph.frames import centre_sample
from sonograph.settings import Settings, stft_of


class Cells(NamedTuple):
    """Groups of neighbouring items, none empty, and the group that each pixel shows."""

    edges: np.ndarray  # (n_cells + 1,) int64, rising: cell q gathers items edges[q] to edges[q + 1]
    shown: np.ndarray  # (n_pixels,) int64: the cell that a pixel shows


def columns(settings: Settings, frames: range, samples: range, width: int) -> Cells:
    """`frames` gathered into `width` columns that share the time of `samples` evenly."""
    stft = stft_of(settings)
    middle = centre_sample(stft, 0)
    bounds = samples.start + np.arange(1, width) * (len(samples) / width)
    edges = np.ceil((bounds - middle) / stft.hop).clip(frames.start, frames.stop)
    centres = samples.start + (np.arange(width) + 0.5) * (len(samples) / width)
    nearest = np.rint((centres - middle) / stft.hop).clip(frames.start, frames.stop - 1)
    return _cells(np.concatenate([[frames.start], edges, [frames.stop]]).astype(np.int64), nearest)


def rows(centres: np.ndarray, bounds: np.ndarray) -> Cells:
    """Bins or bands gathered into pixel rows, given where both lie on the picture's scale.

    centres : (rows,), rising
    bounds  : (n_pixels + 1,), rising; what lies outside belongs to no pixel, unless nothing lies inside
    """
    edges = np.searchsorted(centres, bounds)
    edges[-1] = np.searchsorted(centres, bounds[-1], side="right")
    halfway = (centres[1:] + centres[:-1]) / 2
    return _cells(edges.astype(np.int64), np.searchsorted(halfway, (bounds[1:] + bounds[:-1]) / 2))


def _cells(edges: np.ndarray, nearest: np.ndarray) -> Cells:
    """Pixels' edges, some pixels empty, as cells; an empty pixel shows the cell that holds its nearest item."""
    nearest = nearest.astype(np.int64)
    filled = np.diff(edges) > 0
    alone = nearest[~filled & ((nearest < edges[0]) | (nearest >= edges[-1]))]
    starts = np.unique(np.concatenate([edges[:-1][filled], edges[1:][filled], alone, alone + 1]))
    return Cells(starts, np.searchsorted(starts, np.where(filled, edges[:-1], nearest), side="right") - 1)
