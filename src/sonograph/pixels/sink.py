"""From a sound straight to pixels, in bounded memory: the engine gathers frames as it makes them, and none is kept."""

from __future__ import annotations

import numpy as np

from sonograph.computing.pipeline import Pipeline, pipeline
from sonograph.computing.run import filtered, parts
from sonograph.engines import Engine
from sonograph.engines.columns import mean_of, touched
from sonograph.frames import refuse_too_short
from sonograph.pixels import grid
from sonograph.pixels.grid import Cells
from sonograph.pixels.raster import NO_FLOOR, Pixels, Raster, decibels_of, expanded, levels_of, power_and_level
from sonograph.pixels.salient import picked
from sonograph.pixels.span import shown_and_there
from sonograph.settings import Settings, StftSettings
from sonograph.sounds.derived import centre_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import describe


def from_source(sound: Source, settings: Settings, pixels: Pixels, engine: Engine | None = None) -> Raster:
    """The pixels of the level of a sound's power."""
    of, _ = power_and_level(settings)
    shown = decibels_of(settings, sound.unit)
    refuse_too_short(of, sound.n_samples)
    bound = pipeline(of, sound, sound.read(range(0)).dtype, engine)
    frames, there = shown_and_there(of, sound, pixels.samples)
    columns = grid.columns(of, frames, pixels.samples, pixels.width)
    like = describe(of, sound.sample_rate, sound.unit, sound.n_channels)
    rows, bounds, axis = pixels.rows(like)
    sink = _Sink(bound, columns, rows, mean=pixels.mean, salient=pixels.salient)
    for part, samples in parts(bound, filtered(sound, of), there):
        sink.add(part, samples)
    levels, unit, label = levels_of(sink.power(), sound, shown, pixels.vscale)
    return Raster(
        levels=expanded(levels, columns, rows),
        span=pixels.samples,
        bounds=bounds,
        axis=axis,
        sample_rate=sound.sample_rate,
        start=sound.start,
        settings=shown.settings,
        rows=like.rows,
        n_rows=bound.n_rows,
        names=(),
        unit=unit,
        label=label,
        is_level=pixels.vscale == "level",
        mean=pixels.mean or pixels.salient,
        floor=shown.floor if pixels.vscale == "level" else NO_FLOOR,
        missing=sink.missing + len(frames) - len(there),
        n_frames=len(frames),
        centre=centre_of(sound),
    )


class _Sink:
    """Pixels being filled, part by part of the frames."""

    def __init__(self, bound: Pipeline, columns: Cells, rows: Cells, *, mean: bool, salient: bool) -> None:
        self.pipeline, self.columns = bound, columns.edges
        # an engine gathers all rows: what lies outside the picture goes to a first and a last cell, and is dropped
        self.rows = grid.rising(np.concatenate([[0], rows.edges, [bound.work.n_rows]]))
        self.first_row = int(np.searchsorted(self.rows, rows.edges[0]))
        self.n_rows = len(rows.edges) - 1
        shape = (bound.n_channels, len(self.columns) - 1, len(self.rows) - 1)
        self.counts = np.zeros(shape[:2], np.int64)
        self.largest = None if mean else np.full(shape, np.nan, bound.real)
        self.total = np.zeros(shape) if mean or salient else None
        self.missing = 0

    def add(self, part: range, samples: np.ndarray) -> None:
        """Gather the frames of `part`, which look at `samples`."""
        here, edges = touched(self.columns, part)
        before = self.counts[:, here].sum()
        for channel in range(len(samples)):
            one = slice(channel, channel + 1)
            self.pipeline.engine.reduce(
                samples[one],
                self.pipeline.work_of(part),
                edges,
                self.rows,
                self.counts[one, here],
                largest=None if self.largest is None else self.largest[one, here],
                total=None if self.total is None else self.total[one, here],
            )
        if self.counts[:, here].sum() - before < len(samples) * len(part):  # a missing frame is not counted
            self.missing += _missing_frames(samples, self.pipeline.stft, len(part))

    def power(self) -> np.ndarray:
        """(channels, columns, rows) of the power of each cell."""
        shown = slice(self.first_row, self.first_row + self.n_rows)
        if self.total is None:
            return np.asarray(self.largest)[..., shown]
        mean = mean_of(self.total[..., shown], self.counts[..., None])
        if self.largest is None:
            return mean
        return picked(self.largest[..., shown], mean, self.counts[..., None] * np.diff(self.rows)[shown])


def _missing_frames(samples: np.ndarray, stft: StftSettings, n_frames: int) -> int:
    """How many of the frames hold a sample that is not finite, in some channel."""
    bad = np.concatenate([[0], np.cumsum(~np.isfinite(samples).all(axis=0))])
    starts = np.arange(n_frames) * stft.hop
    return int(np.count_nonzero(bad[starts + stft.window_length] - bad[starts]))
