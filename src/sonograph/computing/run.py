"""Frames of a sound one after another: the samples that they look at, the engine, and the stages that follow it.

A whole sound, its pieces and a stream all go through here, so they agree to the bit: only where the blocks end
differs, and no stage looks at that. Where nothing follows the engine, it writes straight into what is asked for;
else in blocks that fit the cache.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from sonograph.computing.pipeline import Pipeline
from sonograph.engines import memory
from sonograph.engines.compiled import Compiled, threads
from sonograph.features.chain import Alone, Chain
from sonograph.frames import samples_for, split
from sonograph.settings import Settings, stft_of, with_stft
from sonograph.sounds import highpass, weighting
from sonograph.sounds.edges import Emphasised, ahead, read_short, read_with_edges
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

BLOCK = 1 << 19
"""Bytes of rows that the engine makes at a time; what follows finds them in the cache."""

LEAST = 16
"""Frames of a block, however long they are."""

TRANSFORMED = (1 << 22) - 1
"""Samples that frames of a block hold at most: fewer than the engine has threads for, so that blocks are shared."""

MOST = 8
"""Threads, so that what is made ahead stays small: two blocks each."""

READ_AT_ONCE = 1 << 21
"""Samples of all channels that are read at a time of a source that is not in memory; those before are held too."""


SHORT = 1 << 18
"""Samples of a sound in memory that is rather copied, with its edges filled in, than taken in three parts."""


class Run:
    """The frames of a sound from `first` on, in their order.

    taken : the next frame that the engine computes
    """

    def __init__(self, pipeline: Pipeline, first: int = 0) -> None:
        self.pipeline, self.taken = pipeline, first
        lanes = range(pipeline.n_channels if pipeline.stages else 0)
        self._lanes = [_Lane(Chain(pipeline.stages, pipeline.frames_per_second), first) for _ in lanes]
        self._finished = False
        row_bytes = pipeline.work.n_rows * pipeline.real.itemsize
        self._block = max(LEAST, BLOCK // row_bytes)
        if isinstance(pipeline.engine, Compiled):
            self._block = min(self._block, max(LEAST, TRANSFORMED // pipeline.work.n_fft))

    def advance(
        self, source: Source, stop: int, out: np.ndarray, first: int, *, finish: bool, reused: bool = False
    ) -> None:
        """Compute frames up to `stop`, and put what follows from them into `out`.

        out    : (channels, frames, rows) for the frames from `first` on; later ones are kept for the next call
        finish : the sound ends at `stop`, so that nothing more is waited for
        reused : `out` was written before, so that its pages are there
        """
        frames = range(self.taken, max(stop, self.taken))
        if self._lanes:
            self._through_stages(source, frames, out, first, finish=finish)
        else:
            for part, samples in parts(self.pipeline, source, frames):
                here = out[:, part.start - first : part.stop - first]
                for channel in range(len(here)):
                    one = slice(channel, channel + 1)
                    self.pipeline.engine.compute(samples[one], self.pipeline.work_of(part), here[one], reused=reused)
        self.taken = frames.stop

    def _through_stages(self, source: Source, frames: range, out: np.ndarray, first: int, *, finish: bool) -> None:
        pipeline, stft = self.pipeline, self.pipeline.stft
        for lane, rows in zip(self._lanes, out, strict=True):
            lane.hand_over(rows, first)
        for part, samples in parts(pipeline, source, frames):

            def made(job: tuple[range, int], part: range = part, samples: np.ndarray = samples) -> Alone:
                block, channel = job
                span = slice(block.start * stft.hop, (block.stop - 1) * stft.hop + stft.window_length)
                here = samples[channel : channel + 1, span]
                values = np.empty((1, len(block), pipeline.work.n_rows), pipeline.real)
                pipeline.engine.compute(here, pipeline.work_of(part), values)
                return self._lanes[channel].chain.alone(values[0], pipeline.energy(here[0]))

            blocks = split(range(len(part)), self._block)
            jobs = [(block, channel) for block in blocks for channel in range(pipeline.n_channels)]
            results = threads.in_order(made, jobs, min(self._threads(len(part)), len(jobs)))
            for (_, channel), result in zip(jobs, results, strict=True):
                lane = self._lanes[channel]
                lane.give(lane.chain.joined(result), out[channel], first)
        if finish and not self._finished:
            self._finished = True
            for lane, rows in zip(self._lanes, out, strict=True):
                rest = lane.chain.finish()
                if rest is not None:
                    lane.give(rest, rows, first)

    def _threads(self, n_frames: int) -> int:
        """How many threads make blocks of so many frames; other engines, and measures of samples, have their own."""
        pipeline = self.pipeline
        if not isinstance(pipeline.engine, Compiled):
            return 1
        return min(MOST, threads.count(pipeline.engine.threads, pipeline.n_channels * n_frames * pipeline.work.n_fft))


class _Lane:
    """One channel: its chain, and frames that came before they were asked for."""

    def __init__(self, chain: Chain, first: int) -> None:
        self.chain = chain
        self._given = first  # the next frame that is put somewhere
        self._early: list[np.ndarray] = []

    def hand_over(self, out: np.ndarray, first: int) -> None:
        """Put what came early."""
        early, self._early = self._early, []
        for rows in early:
            self.give(rows, out, first)

    def give(self, rows: np.ndarray, out: np.ndarray, first: int) -> None:
        """Put the next frames into `out`, which begins at frame `first`; keep what lies beyond its end."""
        skip = min(len(rows), max(0, first - self._given))  # frames that only later ones look at
        self._given += skip
        rows = rows[skip:]
        at = self._given - first
        fits = min(len(rows), len(out) - at)
        if fits > 0:
            out[at : at + fits] = rows[:fits]
            self._given += fits
        if fits < len(rows):
            self._early.append(rows[max(0, fits) :].copy())


def filtered(source: Source, settings: Settings) -> Source:
    """A sound as its frames are to see it: through the filters of the settings, if they have some.

    Whoever cuts a sound into frames in several steps makes it once, as a filter keeps what it learnt of the sound.
    """
    stft = stft_of(settings)
    source = highpass.high_pass(source, stft.high_pass) if stft.high_pass else source
    return source if stft.weighting == "Z" else weighting.weighted(source, stft.weighting)


def filter_sections(settings: Settings, sample_rate: float) -> list[np.ndarray]:
    """The same filters, one after the other, for a sound that is pushed."""
    stft = stft_of(settings)
    high = [highpass.sections(stft.high_pass, sample_rate)] if stft.high_pass else []
    return high if stft.weighting == "Z" else [*high, weighting.sections(stft.weighting, sample_rate)]


def without_filters(settings: Any) -> Any:
    """The same settings for a sound that is `filtered` already."""
    return with_stft(settings, high_pass=0.0, weighting="Z")


def parts(pipeline: Pipeline, source: Source, frames: range) -> Iterator[tuple[range, np.ndarray]]:
    """`frames` in parts, with the samples that they look at: the edges filled in, in the precision to compute in.

    Each part is wholly over an end or wholly inside, and none too long to hold; a short sound is one part.
    """
    stft, valid = pipeline.stft, pipeline.inside(source.n_samples, frames)
    step = max(1, (READ_AT_ONCE // pipeline.n_channels - stft.overlap) // stft.hop)
    if stft.preemphasis and stft.preemphasis_over == "sound":
        source = Emphasised(source, stft.preemphasis)
    wanted = samples_for(stft, frames)
    if source.in_memory and not pipeline.changes and pipeline.n_channels * len(wanted) <= SHORT and frames:
        yield frames, read_short(source, wanted, stft.edges).astype(pipeline.samples_dtype, copy=False)
        return
    runs: list[range] = []
    for run in (range(frames.start, valid.start), valid, range(valid.stop, frames.stop)):
        for inside in _between_changes(pipeline, run):
            runs += split(inside, max(1, len(inside)) if source.in_memory and run is valid else step)

    def read(part: range) -> np.ndarray:
        if _is_over_a_change(pipeline, part):
            shape = (pipeline.n_channels, len(samples_for(stft, part)))
            return np.full(shape, np.nan, pipeline.samples_dtype)
        samples = read_with_edges(source, samples_for(stft, part), stft.edges)
        return samples.astype(pipeline.samples_dtype, copy=False)

    if len(frames) > step and not source.in_memory:
        yield from ahead(runs, read)
        return
    for run in runs:
        yield run, read(run)


def _between_changes(pipeline: Pipeline, frames: range) -> Iterator[range]:
    """Frames in parts of one response each; those that see two are parts of their own."""
    first, n, hop = samples_for(pipeline.stft, range(1)).start, pipeline.stft.window_length, pipeline.stft.hop
    done = frames.start
    for change, _ in pipeline.changes[1:]:
        for stop in ((change - first - n) // hop + 1, -((first - change) // hop)):
            if done < min(stop, frames.stop):
                yield range(done, min(stop, frames.stop))
                done = min(stop, frames.stop)
    if done < frames.stop or not pipeline.changes:
        yield range(done, frames.stop)


def _is_over_a_change(pipeline: Pipeline, frames: range) -> bool:
    """Whether frames see two responses."""
    if not pipeline.changes or not frames:
        return False
    first = samples_for(pipeline.stft, range(frames.start, frames.start + 1))
    return any(first.start < change < first.stop for change, _ in pipeline.changes[1:])


def memory_of(done: Spectrogram) -> np.ndarray:
    """The values of a spectrogram as they lie in memory, (channels, frames, rows)."""
    memory = np.swapaxes(done.values, -1, -2)
    return memory[np.newaxis] if memory.ndim == 2 else memory


def through(
    done: Spectrogram, settings: Settings, following: list[Any], memory: np.ndarray | None = None
) -> Spectrogram:
    """The stages that follow, perhaps none, of a spectrogram of a whole sound, or of other values of it: `memory`."""
    made = _followed(memory_of(done) if memory is None else memory, following, done.sample_rate / stft_of(settings).hop)
    reaches = [stage.context for stage in following if not isinstance(stage.context, str)]
    before, after = (sum(reach[side] for reach in reaches) for side in (0, 1))
    valid = range(done.valid.start + before, done.valid.stop - after)
    values = np.swapaxes(made, -1, -2)
    return dataclasses.replace(
        done,
        values=values[0] if done.n_channels == 1 else values,
        settings=settings,
        quantity=settings.quantity,
        valid=valid if valid else range(done.frames.stop, done.frames.stop),
    )


def _followed(values: np.ndarray, following: list[Any], frames_per_second: float) -> np.ndarray:
    """The stages that follow, of values (channels, frames, rows)."""
    if not following:
        return values
    out: np.ndarray | None = None
    for c, channel in enumerate(values):
        chain, at = Chain(tuple(following), frames_per_second), 0
        block = max(16, BLOCK // max(1, channel.shape[1] * channel.itemsize))
        for part in [*split(range(len(channel)), block), None]:
            rows = chain.finish() if part is None else chain.push(channel[part.start : part.stop])
            if rows is None:
                continue
            if out is None:
                out, _ = memory.empty((len(values), len(channel), rows.shape[1]), rows.dtype)
            out[c, at : at + len(rows)] = rows
            at += len(rows)
    if out is None:  # no frame at all
        out = np.stack([Chain(tuple(following), 1.0).push(channel) for channel in values])
    return out
