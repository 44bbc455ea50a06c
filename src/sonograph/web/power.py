"""The power of frames of one channel of a recording, in parts that take some milliseconds."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.computing.pipeline import pipeline
from sonograph.computing.run import Run, filtered
from sonograph.engines import Engine
from sonograph.frames import frames_of, refuse_too_short
from sonograph.settings import Settings, context_of, stft_of
from sonograph.sounds.derived import Derived
from sonograph.sounds.source import Source

NUMBERS_AT_ONCE = 1 << 21
"""Of power, or samples, that are looked at together."""


class Power:
    """Settings that give a power, bound to a recording.

    n_frames, n_rows : of the recording
    at_once          : frames of a part, a power of two
    """

    def __init__(self, recording: Source, settings: Settings, engine: Engine) -> None:
        refuse_too_short(settings, recording.n_samples)
        self._source, self._settings = filtered(recording, settings), settings
        self._bound = pipeline(settings, OneChannel(recording, 0), recording.read(range(0)).dtype, engine)
        self._frames = frames_of(settings, recording.n_samples)
        self.n_frames, self.n_rows = len(self._frames), self._bound.n_rows
        widest = max(self.n_rows, self._bound.work.n_rows, stft_of(settings).hop * recording.n_channels)
        self.at_once = 1 << max(0, min(11, (NUMBERS_AT_ONCE // max(1, widest)).bit_length() - 1))

    @property
    def engine(self) -> Any:
        """What computes."""
        return self._bound.engine

    @property
    def dtype(self) -> np.dtype:
        """What it computes in."""
        return self._bound.dtype

    def of(self, channel: int, frames: range, source: Source | None = None) -> np.ndarray:
        """(frames, rows) of power.

        source : the recording, where some of its samples are at hand
        """
        before, after = context_of(self._settings)
        run = Run(self._bound, 0 if before is None else max(0, frames.start - before))
        out = self._bound.empty(len(frames))
        stop = min(frames.stop + after, self._frames.stop)
        one = OneChannel(self._source if source is None else source, channel)
        run.advance(one, stop, out, frames.start, finish=stop == self._frames.stop)
        return np.asarray(out[0])


class OneChannel(Derived):
    """One channel of a recording."""

    def __init__(self, source: Source, channel: int) -> None:
        super().__init__(source)
        self._channel = channel

    @property
    def n_channels(self) -> int:
        """One."""
        return 1

    @property
    def in_memory(self) -> bool:
        """As the recording."""
        return self.source.in_memory

    def over(self, source: Source) -> OneChannel:
        """The same channel of another."""
        return OneChannel(source, self._channel)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (1, n)."""
        return np.ascontiguousarray(self.source.read(samples)[self._channel : self._channel + 1])
