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
    """Groups of neighbouring items, none empty, and the group that each pixel shows.

    edges : (n_cells + 1,) int64, rising: cell q gathers items edges[q] to edges[q + 1]
    shown : (n_pixels,) int64: the cell that a pixel shows
    other : (n_pixels,) int64: another cell, of which it shows a part
    part  : (n_pixels,) how large a part, 0 for none
    """

    edges: np.ndarray
    shown: np.ndarray
    other: np.ndarray
    part: np.ndarray


def begins(span: range, width: int, *, first: int = 0, step: int = 1) -> np.ndarray:
    """Where each of `width` pixel columns begins, which share the samples of `span` evenly, and where the last ends.

    (width + 1,) int64: the number of the first item that lies in it, where item i lies at sample first + i * step. In
    whole numbers, so that an item on the border of two pixels lies in the later one, however long the sound is.

    >>> begins(range(10), 4), begins(range(1024), 2, first=-100, step=256)
    (array([ 0,  3,  5,  8, 10]), array([1, 3, 5]))
    """
    at = span.start * width + np.arange(width + 1) * len(span)  # of samples, times width
    return np.asarray(-((first * width - at) // (step * width)))


def middles(span: range, width: int) -> np.ndarray:
    """The middle of each pixel column, in samples."""
    return np.asarray(span.start + (np.arange(width) + 0.5) * (len(span) / width))


def columns(settings: Settings, frames: range, samples: range, width: int) -> Cells:
    """`frames` gathered into `width` columns that share the time of `samples` evenly."""
    stft = stft_of(settings)
    middle = centre_sample(stft, 0)
    edges = begins(samples, width, first=middle, step=stft.hop).clip(frames.start, frames.stop)
    edges[0], edges[-1] = frames.start, frames.stop
    nearest = np.rint((middles(samples, width) - middle) / stft.hop).clip(frames.start, frames.stop - 1)
    return _cells(edges, nearest)


def rows(centres: np.ndarray, bounds: np.ndarray, *, between: bool = False) -> Cells:
    """Bins or bands gathered into pixel rows, given where both lie on the picture's scale.

    centres : (rows,), rising
    bounds  : (n_pixels + 1,), rising; what lies outside belongs to no pixel, unless nothing lies inside
    between : a row that holds no middle lies between two bins and is drawn so, rather than as the nearest
    """
    edges = np.searchsorted(centres, bounds).astype(np.int64)
    edges[-1] = np.searchsorted(centres, bounds[-1], side="right")
    middle = (bounds[1:] + bounds[:-1]) / 2
    nearest = np.searchsorted((centres[1:] + centres[:-1]) / 2, middle)
    if not between or len(centres) < 2:
        return _cells(edges, nearest)
    above = np.searchsorted(centres, middle).clip(1, len(centres) - 1)
    part = ((middle - centres[above - 1]) / (centres[above] - centres[above - 1])).clip(0, 1)
    return _cells(edges, above - 1, above, part)


def _cells(
    edges: np.ndarray, item: np.ndarray, other: np.ndarray | None = None, part: np.ndarray | None = None
) -> Cells:
    """Pixels' edges, some pixels empty, as cells; an empty pixel shows the cells that hold its items."""
    item = item.astype(np.int64)
    other = item if other is None else other.astype(np.int64)
    part = np.zeros(len(item)) if part is None else part
    filled = np.diff(edges) > 0
    shown = np.concatenate([item[~filled], other[~filled]])
    alone = shown[(shown < edges[0]) | (shown >= edges[-1])]
    starts = rising(np.concatenate([edges[:-1][filled], edges[1:][filled], alone, alone + 1]))
    item, other = (np.searchsorted(starts, np.where(filled, edges[:-1], i), side="right") - 1 for i in (item, other))
    return Cells(starts, item, other, np.where(filled, 0.0, part))


def rising(numbers: np.ndarray) -> np.ndarray:
    """Each number once, in order. As np.unique, which loads the masked arrays for it.

    >>> rising(np.array([3, 1, 3, 2]))
    array([1, 2, 3])
    """
    ordered = np.sort(numbers)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
