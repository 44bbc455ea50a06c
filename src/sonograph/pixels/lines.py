"""Features as lines over time: a point for each frame, or for each pixel where there are more frames than pixels.

Such a point knows the lowest and the highest value under it as well as their mean, so that no peak is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.engines import Engine
from sonograph.engines.columns import Planes, every
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
    edges = grid.columns(settings, frames, samples, width).edges if crowded else every(frames, 1)
    first = next(parts)
    points = _Points(first, edges)
    points.add(first)
    for part in parts:
        points.add(part)
    return Lines(
        times=((edges[:-1] + edges[1:] - 1) / 2 * stft.hop + centre_sample(stft, 0)) / sound.sample_rate,
        mean=np.swapaxes(points.planes.mean, 1, 2),
        low=np.swapaxes(points.planes.low, 1, 2),
        high=np.swapaxes(points.planes.high, 1, 2),
        crowded=crowded,
        names=first.names,
        units=first.units,
        settings=settings,
        sample_rate=sound.sample_rate,
        rows=first.rows,
        missing=len(frames) - points.n_seen,
        n_frames=len(frames),
    )


class _Points:
    """Points being filled, part by part of the frames.

    planes : their low, high and mean, (channels, points, rows); all the value itself where there is one
    n_seen : frames that had a value in all channels
    """

    def __init__(self, like: Spectrogram, edges: np.ndarray) -> None:
        self._n_rows = like.values.shape[-2]
        shape = like.n_channels, len(edges) - 1, self._n_rows
        self.planes = Planes(edges, shape, ("low", "high", "mean"))
        self.n_seen = 0

    def add(self, part: Spectrogram) -> None:
        """Gather the frames of `part`."""
        values = np.swapaxes(part.values, -1, -2).reshape(part.n_channels, len(part.frames), self._n_rows)
        self.n_seen += int(np.count_nonzero((~np.isnan(values)).any(axis=2).all(axis=0)))
        if part.frames:
            self.planes.add(values, part.frames)
