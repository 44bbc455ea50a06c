"""The rows of one sound, in blocks that fit the memory however long it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from sonograph import engines
from sonograph.analysis.summaries import Summary
from sonograph.computing.spectrogram import pieces, spectrogram
from sonograph.engines import Engine
from sonograph.extract.choice import Choice
from sonograph.extract.layout import Layout
from sonograph.extract.report import Column
from sonograph.frames import frames_of, split
from sonograph.jobs.guard import alive
from sonograph.limits import Limits
from sonograph.settings import Settings, stft_of, whole_sound
from sonograph.sounds.source import Signal, Source

IN_MEMORY = 1 << 27
"""Bytes of samples up to which a sound is held; of a longer one, each settings value reads it anew."""
AT_ONCE = 1 << 20
"""Numbers of a block of rows."""


@dataclasses.dataclass(frozen=True)
class Sound:
    """A sound and what is computed of it.

    columns   : of the table
    settings  : of the frames; the first where several are side by side
    valid     : of each column, the frames whose number comes of samples of the sound alone
    dtype     : of the numbers
    """

    source: Source
    columns: tuple[Column, ...]
    settings: Settings
    n_frames: int
    valid: tuple[range, ...]
    dtype: np.dtype
    _listed: list[Any]
    _order: tuple[int, ...] | None
    _at_once: int
    _engine: Engine

    @staticmethod
    def of(source: Source, wanted: Settings | Choice, file: str, limits: Limits, threads: int | None) -> Sound:
        """What is wanted of a sound, before anything is computed.

        Raises
        ------
        SettingsError
            Settings that no sound like this can have; complex values.
        LimitError
            More would be held at once than is allowed.
        """
        layout = Layout.of(wanted, source.sample_rate, source.unit, source.n_channels)
        listed, inside = list(layout.listed), layout.valid(source.n_samples)
        n_frames = len(frames_of(listed[0], source.n_samples))
        a_frame = len(layout.columns) * source.n_channels
        at_once = max(16, AT_ONCE // a_frame)
        dtype = source.read(range(0)).dtype
        whole = sum(n for one, n in zip(listed, layout.n_rows, strict=True) if whole_sound(one)) * source.n_channels
        held = min(n_frames, at_once) * a_frame + max(0, n_frames - at_once) * whole
        limits.check(file, bytes=held * dtype.itemsize)
        engine = engines.default(threads=threads)
        return Sound(
            source, layout.columns, listed[0], n_frames, inside, dtype, listed, layout.order, at_once, engine
        )  # fmt: skip

    @property
    def valid_in_all(self) -> range:
        """The frames whose numbers all come of samples of the sound alone."""
        first, last = max(one.start for one in self.valid), min(one.stop for one in self.valid)
        return range(first, max(first, last))

    def blocks(self) -> Iterator[np.ndarray]:
        """The values of all frames, block by block (channels, columns, frames); one lives until the next."""
        streams = [self._values(settings) for settings in self._listed]
        for values in zip(*streams, strict=True):
            alive()
            block = values[0] if len(values) == 1 else np.concatenate(values, axis=-2)
            yield block if self._order is None else block[:, list(self._order)]

    def _values(self, settings: Settings) -> Iterator[np.ndarray]:
        if not whole_sound(settings):
            for piece in pieces(self.source, settings, at_most=self._at_once, engine=self._engine, reuse=True):
                yield _by_channel(piece.values)
            return
        values = _by_channel(spectrogram(self.source, settings, engine=self._engine).values)
        for part in split(range(values.shape[-1]), self._at_once):
            yield values[..., part.start : part.stop]


def in_memory(opened: Any) -> Source:
    """A file's samples, or the file itself where they are too many to hold; all of it has been read then."""
    most = IN_MEMORY // (opened.dtype.itemsize * opened.n_channels)
    count = opened.n_samples_undecoded or 0
    fits, read = count <= most, 0
    kept: list[np.ndarray] = []
    for block in opened.blocks():
        alive()
        read += block.shape[1]
        fits = fits and read <= most
        kept = [*kept, block] if fits else []
    if not fits:
        source: Source = opened
        return source
    nothing = np.empty((opened.n_channels, 0), opened.dtype)
    samples = kept[0] if len(kept) == 1 else np.concatenate([nothing, *kept], axis=1)
    one = samples[0] if len(samples) == 1 else samples
    return Signal(one, opened.sample_rate, opened.unit, opened.start, opened.calibration)


def _by_channel(values: np.ndarray) -> np.ndarray:
    """(channels, rows, frames)."""
    return values[np.newaxis] if values.ndim == 2 else values


def settings_words(wanted: Settings | Choice | Summary, sample_rate: float) -> Any:
    """What was computed, as JSON can hold it: settings; of features by name, those of sounds of a rate."""
    if isinstance(wanted, Summary):
        settings = wanted.settings(sample_rate).to_dict()
        return {"summary": list(wanted.kinds), "sample_rate": sample_rate, "settings": settings}
    if not isinstance(wanted, Choice):
        return wanted.to_dict()
    listed = [group.settings.to_dict() for group in wanted.groups(sample_rate)]
    return {"features": list(wanted.names), "sample_rate": sample_rate, "settings": listed}


def frame_times(settings: Settings, sample_rate: float) -> tuple[float, float]:
    """The middle of the first frame, and the time from one to the next: seconds."""
    from sonograph.frames import centre_sample

    stft = stft_of(settings)
    return centre_sample(stft, 0) / sample_rate, stft.hop / sample_rate
