"""The power of frames of one channel of a recording, in parts that take some milliseconds."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

import numpy as np

from sonograph.computing.pipeline import pipeline
from sonograph.computing.run import Run, filtered
from sonograph.engines import Engine
from sonograph.frames import frames_of, refuse_too_short, samples_for, sound_only
from sonograph.settings import Settings, context_of, stft_of
from sonograph.sounds.derived import Derived, more_of
from sonograph.sounds.mono import mono
from sonograph.sounds.source import Source
from sonograph.web.stamps import another, changes_when_it_grows

NUMBERS_AT_ONCE = 1 << 21
"""Of power, or samples, that are looked at together."""
MOST_FRAMES = 1 << 10
_here = threading.local()
"""Of each thread, memory for a power of any recording: its pages are there when it is used again."""


class Power:
    """Settings that give a power, bound to a recording.

    n_frames, n_rows : of the recording
    stays            : so many frames are as they are however long the recording grows
    at_once          : frames of a part, a power of two
    """

    def __init__(self, recording: Source, settings: Settings, engine: Engine) -> None:
        refuse_too_short(settings, recording.n_samples)
        self.recording, self._settings = recording, settings
        self.source = filtered(recording, settings)
        self._bound = pipeline(settings, mono(recording, channel=0), recording.read(range(0)).dtype, engine)
        self._frames = frames_of(settings, recording.n_samples)
        self.n_frames, self.n_rows = len(self._frames), self._bound.n_rows
        self.stays = 0 if changes_when_it_grows(recording) else sound_only(settings, recording.n_samples).stop
        widest = max(self.n_rows, self._bound.work.n_rows, stft_of(settings).hop * recording.n_channels)
        self.at_once = min(MOST_FRAMES, 1 << (max(1, NUMBERS_AT_ONCE // widest).bit_length() - 1))

    @property
    def engine(self) -> Any:
        """What computes."""
        return self._bound.engine

    @property
    def dtype(self) -> np.dtype:
        """What it computes in."""
        return self._bound.dtype

    def of(self, channel: int, frames: range, source: Source | None = None) -> np.ndarray:
        """(frames, rows) of power, until this thread asks for more; `source` is what `held` gave, if it is at hand."""
        before, _ = context_of(self._settings)
        run = Run(self._bound, 0 if before is None else max(0, frames.start - before))
        out, stop = self._memory(len(frames)), self._looked_at(frames).stop
        one = mono(self.source if source is None else source, channel=channel)
        run.advance(one, stop, out, frames.start, finish=stop == self._frames.stop)
        return np.asarray(out[0])

    def is_missing(self, frames: range) -> bool:
        """Whether no file has a sample of what some frames look at, as far as the recording can tell."""
        effort = more_of(self.recording, "effort")
        if effort is None or not frames:
            return False
        samples = samples_for(self._settings, self._looked_at(frames))
        return not effort(range(max(0, samples.start), min(samples.stop, self.recording.n_samples)))

    def held(self, frames: range, step: int = 1) -> Held:
        """The samples of all channels that some frames look at, and more, from one multiple of `step` to another."""
        samples = samples_for(self._settings, self._looked_at(frames))
        first, stop = max(0, (samples.start - 1) // step * step), -(-samples.stop // step) * step
        stop = min(stop, self.recording.n_samples)
        return Held(self._forward, range(min(first, samples.start), max(stop, samples.stop)))

    @cached_property
    def _forward(self) -> Source:
        return another(self.source)

    def _memory(self, n_frames: int) -> np.ndarray:
        """Memory for so many frames, the same for all that a thread computes."""
        memory: np.ndarray | None = getattr(_here, "memory", None)
        if memory is None or memory.dtype != self.dtype or memory.size < n_frames * self.n_rows:
            memory, _ = self._bound.empty(max(n_frames, self.at_once))
            _here.memory = memory
        return self._bound.beginning(memory, n_frames)

    def _looked_at(self, frames: range) -> range:
        before, after = context_of(self._settings)
        first = 0 if before is None else max(0, frames.start - before)
        return range(first, min(frames.stop + after, self._frames.stop))


class Held(Derived):
    """A recording of which some samples are at hand.

    samples, values : which, and what they are, (channels, n)
    """

    def __init__(self, source: Source, samples: range) -> None:
        super().__init__(source)
        self.samples, self.values = samples, source.read(samples)

    @property
    def in_memory(self) -> bool:
        """What is wanted of it is."""
        return True

    def over(self, source: Source) -> Held:
        """The same of another."""
        return Held(source, self.samples)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range, (channels, n)."""
        if self.samples.start <= samples.start and samples.stop <= self.samples.stop:
            return self.values[:, samples.start - self.samples.start : samples.stop - self.samples.start]
        return self.source.read(samples)
