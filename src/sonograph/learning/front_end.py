"""FrontEnd: from a sound to columns, and from some of its columns to a row that a model learns from.

Columns are the frames of a log-mel for a `Summary`, and samples or frames of other settings for an `Embedding`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sonograph import engines
from sonograph.analysis.summaries import Summary
from sonograph.analysis.summaries.heard import with_sound
from sonograph.computing.spectrogram import pieces, spectrogram
from sonograph.computing.stream import Stream
from sonograph.learning.embedding import Embedding
from sonograph.settings import Settings, stft_of, whole_sound
from sonograph.sounds.source import Source

AT_ONCE, SAMPLES_AT_ONCE = 4096, 1 << 18
"""Frames, and samples."""


@dataclass(frozen=True)
class FrontEnd:
    """What lies between the sounds of a rate and the rows of a summary or an embedding."""

    summary: Summary | Embedding
    sample_rate: float

    @cached_property
    def settings(self) -> Settings | None:
        """Of the columns; None where they are samples."""
        return self.summary.settings(self.sample_rate) if isinstance(self.summary, Summary) else self.summary.frames

    @property
    def hop(self) -> int:
        """Samples from one column to the next."""
        return 1 if self.settings is None else stft_of(self.settings).hop

    @property
    def shortest(self) -> int:
        """Samples that a sound must have."""
        return 1 if self.settings is None else stft_of(self.settings).window_length

    def columns(self, source: Source) -> np.ndarray:
        """(rows, columns) of a sound of one channel."""
        if self.settings is None:
            return np.asarray(source.read(range(source.n_samples)))
        return spectrogram(source, self.settings, engine=engines.default(threads=1)).values

    def pieces(self, source: Source) -> Iterator[np.ndarray]:
        """The same piece by piece; each lives until the next."""
        if self.settings is None:
            for first in range(0, source.n_samples, SAMPLES_AT_ONCE):
                yield source.read(range(first, min(first + SAMPLES_AT_ONCE, source.n_samples)))
            return
        if whole_sound(self.settings):
            yield self.columns(source)
            return
        engine = engines.default(threads=1)
        for piece in pieces(source, self.settings, at_most=AT_ONCE, engine=engine, reuse=True):
            yield piece.values

    def stream(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        """The columns that each further block (n,) of a sound completes; at last those that its end completes."""
        stream = None if self.settings is None else Stream(self.settings, sample_rate=self.sample_rate)
        n_samples = 0
        for block in blocks:
            n_samples += len(block)
            yield block[None] if stream is None else stream.push(block).values
        if stream is not None and n_samples:
            yield stream.finish().values

    def silent(self, values: np.ndarray) -> np.ndarray:
        """(columns,) of bool: which hold digital silence alone; those with a missing sample do not."""
        finite = np.isfinite(values).all(axis=0)
        known = np.where(finite, values, 0.0)
        still = ~with_sound(known) if isinstance(self.summary, Summary) else self.summary.silent(known)
        return np.asarray(finite & still)

    def row(self, values: np.ndarray) -> np.ndarray:
        """(numbers,) of columns; NaN where they are missing or silent throughout."""
        finite = np.isfinite(values).all(axis=0)
        if not (finite & ~self.silent(values)).any():
            return np.full(len(self.summary.names), np.nan)
        return self.summary.of(values, frame_rate=self.sample_rate / self.hop)
