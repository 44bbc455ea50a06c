"""The rows of a sound that is short enough to be held with them: the bits of `Sound.blocks`, in fewer steps."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from sonograph.analysis.over_time import SUMMARY, over_time
from sonograph.computing.spectrogram import spectrogram
from sonograph.engines import Engine
from sonograph.extract.layout import Layout
from sonograph.frames import frames_of
from sonograph.limits import Limits
from sonograph.sounds.source import Source


def values_of(source: Source, layout: Layout, engine: Engine, limits: Limits, file: str) -> np.ndarray:
    """(channels, columns, frames) of a sound.

    Raises
    ------
    SettingsError
        Settings that no sound like this can have.
    LimitError
        More would be held than is allowed.
    """
    n_frames = len(frames_of(layout.listed[0], source.n_samples))
    shape = source.n_channels, len(layout.columns), n_frames
    dtype = source.read(range(0)).dtype
    limits.check(file, bytes=int(np.prod(shape, dtype=np.int64)) * dtype.itemsize)
    if not n_frames:
        return np.empty(shape, dtype)
    found = [spectrogram(source, one, engine=engine).values for one in layout.listed]
    listed = [values if values.ndim == 3 else values[np.newaxis] for values in found]
    together = listed[0] if len(listed) == 1 else np.concatenate(listed, axis=1)
    return together if layout.order is None else together[:, list(layout.order)]


def summed_up(values: np.ndarray, valid: tuple[range, ...]) -> np.ndarray:
    """(columns, statistics) over the frames of all channels, of each column those that are valid.

    values : (channels, columns, frames), as `values_of`
    valid : of each column, as `Layout.valid`
    """
    parts, first = [np.empty((0, len(SUMMARY)), values.dtype)], 0
    for frames, several in groupby(valid):
        columns = slice(first, first + len(list(several)))
        there = values[:, columns, frames.start : frames.stop]
        parts.append(over_time(np.concatenate(list(there), axis=1)))
        first = columns.stop
    return np.concatenate(parts)
