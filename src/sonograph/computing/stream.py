"""Stream: push blocks of sound, get the frames that are ready. The one object with a memory.

It keeps no more than what later frames still look at, and emits the same frames, to the bit, as the whole sound.
"""

from __future__ import annotations

import math

import numpy as np

from sonograph.checks import whole
from sonograph.computing.pipeline import Pipeline, pipeline, refuse_other_sides
from sonograph.computing.run import Run, filter_sections
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import frames_of, samples_for
from sonograph.named.given import settings_of
from sonograph.settings import Settings, context_of, stft_of, whole_sound
from sonograph.settings.arguments import answered
from sonograph.sounds.filters import Filter
from sonograph.sounds.source import Source, checked_centre, checked_rate, checked_samples, zeros_outside
from sonograph.spectrograms import Spectrogram


class Stream:
    """The spectrogram of a sound that arrives in blocks.

    Parameters
    ----------
    settings
        Any settings, or a preset's name, but those that need the whole sound.
    sample_rate
        Samples per second, Hz.
    n_channels, unit
        Of the blocks that will come.
    engine
        Where to compute; `engines.default()` by default.
    reuse
        All results share their memory, which is faster: one then lives until the next push.
    centre
        Of complex blocks, what the receiver is tuned to, Hz.

    Raises
    ------
    SettingsError
        Settings that need the whole sound or are for another sample rate, a rate not above 0, no channel.

    Examples
    --------
    >>> from sonograph import StftSettings
    >>> stream = Stream(StftSettings(window_length=512), sample_rate=8000.0)
    >>> [len(stream.push(np.zeros(300)).frames) for _ in range(4)], len(stream.finish().frames)
    ([1, 2, 3, 2], 2)
    """

    @answered
    def __init__(
        self,
        settings: Settings | str,
        *,
        sample_rate: float,
        n_channels: int = 1,
        unit: str = "FS",
        engine: Engine | None = None,
        reuse: bool = False,
        centre: float = 0.0,
    ) -> None:
        settings = settings_of(settings)
        reason = whole_sound(settings)
        if reason:
            raise SettingsError(f"{reason}; a stream has no end yet: use spectrogram")
        n_channels = whole("n_channels", n_channels, 1)
        if not isinstance(unit, str):
            raise SettingsError(f"unit is {type(unit).__name__}; it must be a name, as FS, Pa or V")
        self.settings, self._engine = settings, engine
        is_complex = stft_of(settings).sides == "two"
        self._pushed = _Pushed(checked_rate(sample_rate), n_channels, unit, checked_centre(centre, is_complex))
        self._kind = np.dtype(complex if is_complex else float)
        pipeline(settings, self._pushed, self._kind, engine)  # refuses now what no sound of this rate can have
        self._filters = [Filter(one, n_channels) for one in filter_sections(settings, self._pushed.sample_rate)]
        self._taken = self._next = 0  # the next frame to compute, and to give: later where frames wait for others
        self._run: Run | None = None
        self._finished = False
        self._reuse = reuse
        self._memory: np.ndarray | None = None

    def push(self, block: np.ndarray) -> Spectrogram:
        """The frames that a further block of any length completes, perhaps none.

        block : (n,) or (channels, n)
            float32, float64, signed integers or, for sides "two", complex numbers, the same in every block; none at all
            is a block too.

        Raises
        ------
        SettingsError
            A block of another shape or type than the stream's, or after `finish`.
        """
        self._refuse_finished()
        samples = checked_samples(block, self._pushed.unit)
        samples = samples.reshape(1, -1) if samples.ndim == 1 else samples
        if len(samples) != self._pushed.n_channels:
            turned = "; pass block.T" if samples.shape[1] == self._pushed.n_channels else ""
            raise SettingsError(
                f"the block has {len(samples)} channels; the stream has {self._pushed.n_channels}{turned}"
            )
        if self._pushed.dtype not in (None, samples.dtype):
            raise SettingsError(f"the block is {samples.dtype}; the stream began with {self._pushed.dtype}")
        refuse_other_sides(self.settings, samples.dtype)
        for one in self._filters:
            samples = one(samples)
        self._pushed.append(samples)
        return self._emit(range(self._taken, self._first_unready()))

    def finish(self) -> Spectrogram:
        """The last frames, which reach over the end of the sound; perhaps none.

        Raises
        ------
        SettingsError
            The sound was too short to be mirrored (edges "reflect"), or the stream is finished already.
        """
        self._refuse_finished()
        frames = frames_of(self.settings, self._pushed.n_samples)
        self._finished = True
        return self._emit(range(self._taken, len(frames)))

    def _refuse_finished(self) -> None:
        if self._finished:
            raise SettingsError("the stream is finished; make another for the next sound")

    def _first_unready(self) -> int:
        """The first frame that looks at samples still to come."""
        stft, n_samples = stft_of(self.settings), self._pushed.n_samples
        if stft.edges == "reflect" and n_samples <= stft.window_length // 2:
            return self._taken
        first = samples_for(stft, range(1)).start
        ready = 1 + (n_samples - stft.window_length - first) // stft.hop
        if stft.drop_last:
            ready = min(ready, len(frames_of(stft, n_samples)))
        return max(self._taken, ready)

    def _emit(self, computed: range) -> Spectrogram:
        """Compute further frames, and give those that follow from them."""
        pushed = self._pushed
        if self._run is None:
            self._run = Run(pipeline(self.settings, pushed, pushed.dtype or self._kind, self._engine))
        waiting = 0 if self._finished else context_of(self.settings)[1]
        frames = range(self._next, max(self._next, computed.stop - waiting))
        memory, reused = self._memory_for(self._run.pipeline, len(frames))
        straddling = self._before_block(computed)
        for stop in (straddling.stop, computed.stop):
            last = self._finished and stop == computed.stop
            self._run.advance(pushed, stop, memory, frames.start, finish=last, reused=reused)
        spectrogram = self._run.pipeline.label(pushed, frames, memory)
        self._taken, self._next = computed.stop, frames.stop
        needed = samples_for(self.settings, range(self._taken, self._taken + 1)).start
        mirrored = pushed.n_samples - stft_of(self.settings).window_length // 2 - 1
        pushed.forget(min(needed, mirrored) - 1)  # one more, for pre-emphasis
        return spectrogram

    def _memory_for(self, bound: Pipeline, n_frames: int) -> tuple[np.ndarray, bool]:
        """Memory for the values of so many frames, and whether it was used before."""
        kept = self._memory
        if kept is not None and kept.size >= math.prod(bound.shape(n_frames)):
            return bound.beginning(kept, n_frames), True
        fresh, written = bound.empty(n_frames)
        self._memory = fresh if self._reuse else None
        return fresh, written

    def _before_block(self, frames: range) -> range:
        """Those of `frames` that begin before the last block; the others are read from it without a copy."""
        first = samples_for(self.settings, range(1)).start
        inside = -(-(self._pushed.last_block - first) // stft_of(self.settings).hop)
        return range(frames.start, min(max(inside, frames.start), frames.stop))


class _Pushed(Source):
    """What was pushed and is not yet forgotten: blocks one after another, the last not ours."""

    sample_rate: float = 0.0
    n_samples: int = 0
    n_channels: int = 0
    unit: str = ""
    centre: float = 0.0

    def __init__(self, sample_rate: float, n_channels: int, unit: str, centre: float = 0.0) -> None:
        self.sample_rate, self.n_channels, self.unit = sample_rate, n_channels, unit
        self.centre = centre
        self.n_samples = self.last_block = 0
        self.dtype: np.dtype | None = None
        self._blocks: list[tuple[int, np.ndarray]] = []  # (position of the first sample, samples)

    def append(self, samples: np.ndarray) -> None:
        self.dtype = samples.dtype
        self._blocks.append((self.n_samples, samples))
        self.last_block = self.n_samples
        self.n_samples += samples.shape[1]

    def forget(self, before: int) -> None:
        """Let go of the samples before a position, and own the rest: the caller may write into its block again."""
        kept = []
        for first, samples in self._blocks:
            skip = max(0, before - first)
            if skip < samples.shape[1]:
                mine = skip == 0 and first != self.last_block
                kept.append((first + skip, samples if mine else samples[:, skip:].copy()))
        self._blocks = kept
        self.last_block = self.n_samples

    def read(self, samples: range) -> np.ndarray:
        return zeros_outside(samples, self.n_samples, self._inside)

    def _inside(self, samples: range) -> np.ndarray:
        parts = [
            block[:, max(0, samples.start - first) : max(0, samples.stop - first)]
            for first, block in self._blocks
            if first < samples.stop and samples.start < first + block.shape[1]
        ]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts, axis=1) if parts else np.zeros((self.n_channels, 0), self.dtype)
