"""Frames of a sound one after another through the engine and the stages that follow it, in blocks that fit the cache.

A whole sound, its pieces and a stream all go through here, so they agree to the bit: only where the blocks end
differs, and no stage looks at that.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sonograph.computing.pipeline import Plan
from sonograph.features.chain import Chain
from sonograph.frames import split
from sonograph.settings import Settings, context_of, stft_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

BLOCK = 1 << 19
"""Bytes of rows that the engine makes at a time; what follows finds them in the cache."""


class Forward:
    """The frames of a sound from `first` on, in their order.

    taken : the next frame that the engine computes
    """

    def __init__(self, plan: Plan, first: int = 0) -> None:
        self.plan, self.taken = plan, first
        self._lanes = [_Lane(Chain(plan.stages, plan.frames_per_second), first) for _ in range(plan.n_channels)]
        self._finished = False
        row_bytes = plan.work.n_rows * plan.samples_dtype.itemsize
        self._block = max(16, BLOCK // row_bytes)

    def advance(self, source: Source, stop: int, out: np.ndarray, first: int, *, finish: bool) -> None:
        """Compute frames up to `stop`, and put what follows from them into `out`.

        out    : (channels, frames, rows) for the frames from `first` on; later ones are kept for the next call
        finish : the sound ends at `stop`, so that nothing more is waited for
        """
        plan = self.plan
        for lane, rows in zip(self._lanes, out, strict=True):
            lane.hand_over(rows, first)
        frames = range(self.taken, max(stop, self.taken))
        scratch = np.empty((1, min(self._block, len(frames)), plan.work.n_rows), plan.samples_dtype)
        for part, samples in plan.parts(source, frames):
            for block in split(range(len(part)), self._block):
                span = slice(block.start * plan.stft.hop, (block.stop - 1) * plan.stft.hop + plan.stft.window_length)
                for channel, lane in enumerate(self._lanes):
                    here, values = samples[channel : channel + 1, span], scratch[:, : len(block)]
                    plan.engine.compute(here, plan.work, values, reused=True)
                    lane.give(lane.chain.push(values[0], plan.energy(here[0])), out[channel], first)
        self.taken = frames.stop
        if finish and not self._finished:
            self._finished = True
            for lane, rows in zip(self._lanes, out, strict=True):
                rest = lane.chain.finish()
                if rest is not None:
                    lane.give(rest, rows, first)


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


def through(done: Spectrogram, settings: Settings, following: list[Any]) -> Spectrogram:
    """The stages that follow, of a spectrogram of a whole sound."""
    values = np.swapaxes(done.values, -1, -2)
    values = values.reshape(done.n_channels, *values.shape[-2:])
    channels = []
    for channel in values:
        chain = Chain(following, done.sample_rate / stft_of(settings).hop)
        block = max(16, BLOCK // max(1, channel.shape[1] * channel.itemsize))
        parts = [chain.push(channel[part.start : part.stop]) for part in split(range(len(channel)), block)]
        parts = parts or [chain.push(channel)]
        rest = chain.finish()
        channels.append(np.concatenate(parts if rest is None else [*parts, rest]))
    before, after = context_of(settings)
    valid = range(done.valid.start + (before or 0), done.valid.stop - after)
    memory = np.swapaxes(np.stack(channels), -1, -2)
    return dataclasses.replace(
        done,
        values=memory[0] if done.n_channels == 1 else memory,
        settings=settings,
        quantity=settings.quantity,
        valid=valid if valid else range(done.frames.stop, done.frames.stop),
    )
