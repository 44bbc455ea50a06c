"""Features as lines over time: a point for each frame, or for each pixel where there are more frames than pixels.

Such a point knows the lowest and the highest value under it as well as their mean, so that no peak is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.engines import Engine
from sonograph.frames import centre_sample
from sonograph.pixels import grid
from sonograph.pixels.gather import features_of
from sonograph.pixels.span import frames_in, shown_and_there
from sonograph.settings import Settings, stft_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram


@dataclass(frozen=True, eq=False, kw_only=True)
class Lines:
    """Values over time, a line each.

    times           : (points,) seconds
    mean, low, high : (channels, rows, points) of the values under a point; NaN where there is none
    crowded         : points stand for several frames, so that mean, low and high differ
    names, units    : of the rows
    missing         : frames without any value in some channel, of n_frames
    """

    times: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    crowded: bool
    names: tuple[str, ...]
    units: tuple[str, ...]
    settings: Settings
    sample_rate: float
    rows: str
    missing: int
    n_frames: int
    unit: str = ""
    is_level: bool = False

    @property
    def n_rows(self) -> int:
        """Lines."""
        return len(self.names)


def lines_of(
    sound: Source | Spectrogram, settings: Settings, samples: range, width: int, engine: Engine | None = None
) -> Lines:
    """The lines over a part of a sound, of at most `width` points.

    Raises
    ------
    SettingsError, LimitError
        Settings that this sound cannot have, or that need too much of it at once.
    """
    if isinstance(sound, Spectrogram):
        frames = frames_in(settings, sound.frames, samples)
        parts = iter([sound.select(frames=frames)])
    else:
        frames, there = shown_and_there(settings, sound, samples)
        parts = features_of(sound, settings, there, engine)
    stft, crowded = stft_of(settings), len(frames) > width
    one_each = np.arange(frames.start, frames.stop + 1)
    edges = grid.columns(settings, frames, samples, width).edges if crowded else one_each
    first = next(parts)
    points = _Points(first, edges)
    points.add(first)
    for part in parts:
        points.add(part)
    return Lines(
        times=((edges[:-1] + edges[1:] - 1) / 2 * stft.hop + centre_sample(stft, 0)) / sound.sample_rate,
        mean=points.mean(),
        low=points.low,
        high=points.high,
        crowded=crowded,
        names=first.names,
        units=first.units,
        settings=settings,
        sample_rate=sound.sample_rate,
        rows=first.rows,
        missing=len(frames) - points.heard,
        n_frames=len(frames),
    )


class _Points:
    """Points being filled, part by part of the frames.

    heard : frames that had a value in all channels
    """

    def __init__(self, like: Spectrogram, edges: np.ndarray) -> None:
        shape = (like.n_channels, like.values.shape[-2], len(edges) - 1)
        self.low, self.high = np.full(shape, np.nan), np.full(shape, np.nan)
        self._total, self._counts, self._edges = np.zeros(shape), np.zeros(shape, np.int64), edges
        self.heard = 0

    def add(self, part: Spectrogram) -> None:
        """Gather the frames of `part`."""
        frames = part.frames
        if not frames:
            return
        values = part.values.reshape(*self.low.shape[:2], len(frames))
        here = ~np.isnan(values)
        self.heard += int(np.count_nonzero(here.any(axis=1).all(axis=0)))
        first = int(np.searchsorted(self._edges, frames.start, side="right")) - 1
        last = int(np.searchsorted(self._edges, frames.stop, side="left"))
        starts, at = self._edges[first:last].clip(frames.start) - frames.start, (..., slice(first, last))
        self.low[at] = np.fmin(self.low[at], np.fmin.reduceat(values, starts, axis=-1))
        self.high[at] = np.fmax(self.high[at], np.fmax.reduceat(values, starts, axis=-1))
        self._total[at] += np.add.reduceat(np.where(here, values, 0.0), starts, axis=-1)
        self._counts[at] += np.add.reduceat(here, starts, axis=-1, dtype=np.int64)

    def mean(self) -> np.ndarray:
        """(channels, rows, points); the value itself where there is one."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self._total / self._counts
