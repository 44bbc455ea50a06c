"""Frames weighed, added and divided by the sum of the squared weights: what all ways back to sound share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from sonograph.checks import whole
from sonograph.engines import Engine, Work, default, serving
from sonograph.engines.compiled import Compiled
from sonograph.errors import SettingsError
from sonograph.frames import offset, samples_for, split
from sonograph.settings import Settings, StftSettings
from sonograph.sounds.source import Signal
from sonograph.spectrograms import Spectrogram
from sonograph.windows import power_scale, window_of

if TYPE_CHECKING:
    from sonograph.engines.compiled.inverse_program import Inverse

BLOCK = 1 << 19  # bytes of frames at a time
LEAST_SUM = {"f": 1e-4, "d": 1e-7}
"""The least sum of squared weights, of its largest, that a sample is divided by: below, rounding would be heard as
more than 1e-5 (float32) or 1e-12 (float64) of the peak."""


def refuse_part(spectrogram: Spectrogram) -> None:
    """Refuse rows that were selected: a sound needs all of them."""
    if spectrogram.rows in ("bin", "band") and spectrogram.described.is_part:
        raise SettingsError(
            f"the spectrogram has {spectrogram.values.shape[-2]} {spectrogram.rows}s of more; a sound comes back from "
            f"all of them: take it before select(hertz=…)"
        )


def invertible(settings: Settings) -> StftSettings:
    """The settings of a transform that can be undone, or the reason why it cannot."""
    if not isinstance(settings, StftSettings):
        raise SettingsError(f"the settings are of kind {settings.kind}; a sound comes back from a transform's bins")
    if settings.sides == "two":
        raise SettingsError('sides is "two"; back to samples goes the spectrogram of real ones alone')
    if settings.remove_dc or settings.preemphasis:
        name = "remove_dc" if settings.remove_dc else "preemphasis"
        raise SettingsError(f"{name} is {getattr(settings, name)}; what it took off the frames cannot be put back")
    n, hop = settings.window_length, settings.hop
    squares = window_of(settings) ** 2
    steady = np.zeros(hop)
    for k in range(0, n, hop):
        steady[: min(hop, n - k)] += squares[k : k + hop]
    if steady.min() <= LEAST_SUM["d"] * squares.max():
        raise SettingsError(
            f'hop is {hop}; with window "{settings.window}" of {n} samples it must be smaller (because the squared '
            f"windows add up to nothing at sample {int(steady.argmin())} of each hop)"
        )
    return settings


def work_of(stft: StftSettings, sample_rate: float) -> Work:
    """What the engine computes for a frame of the sound, to be undone."""
    scale, ends = power_scale(stft, sample_rate)
    return Work(window_of(stft) * scale**0.5, stft.hop, stft.n_fft, "transform", ends)


def frame_by_frame(spectrogram: Spectrogram) -> np.ndarray:
    """(channels, frames, bins)."""
    values = np.swapaxes(spectrogram.values, -1, -2)
    return values.reshape(spectrogram.n_channels, *values.shape[-2:])


def samples_before(stft: StftSettings, frames: range) -> int:
    """How many samples that the frames look at lie before the sound."""
    return max(0, -samples_for(stft, frames).start) if frames else 0


def signal_of(spectrogram: Spectrogram, samples: np.ndarray, n_samples: int | None) -> Signal:
    """What frames see, cut to what the sound has."""
    stft, frames = spectrogram.settings, spectrogram.frames
    assert isinstance(stft, StftSettings)  # noqa: S101  # `invertible` saw to it
    before = samples_before(stft, frames)
    samples = samples[:, before:]
    if n_samples is None:
        after = stft.window_length // 2 if offset(stft) < 0 and frames else 0
        n_samples = max(0, samples.shape[1] - after)
    if not 0 <= whole("n_samples", n_samples, 0, memory=1 << 62) <= samples.shape[1]:
        raise SettingsError(f"n_samples is {n_samples}; these frames see 0 to {samples.shape[1]} samples")
    samples = samples[:, :n_samples]
    kept = spectrogram.values.ndim > 2
    start = spectrogram.start
    if start is not None and frames:
        start += timedelta(seconds=max(0, samples_for(stft, frames).start) / spectrogram.sample_rate)
    return Signal(samples if kept else samples[0], spectrogram.sample_rate, spectrogram.unit, start)


class Overlap:
    """Transforms of neighbouring frames become samples: the inverse of one Work.

    n_samples : what the frames see, from the first one's first
    least     : the sum of squared weights that a sample must have more of, to be divided by it
    """

    def __init__(self, work: Work, n_frames: int, real: np.dtype, engine: Engine | None = None) -> None:
        self.work, self.n_frames = work, n_frames
        self.window = work.window.astype(real)
        self.engine = serving(default() if engine is None else engine, work, real)
        n = len(work.window)
        self.n_samples = (n_frames - 1) * work.hop + n if n_frames else 0
        self.least = LEAST_SUM[real.char] * float(np.max(work.window**2))
        self._ends = real.type(work.ends**-0.5)
        self._rows = -(-n // work.hop)  # hops that a window reaches over

    def compiled(self, quantity: str) -> Inverse | None:
        """The kernel of the way back, where the engine has one."""
        if not isinstance(self.engine, Compiled) or not self.n_frames:
            return None
        return self.engine.back(self.work, self.window.dtype, quantity)

    def sums(self, transform: np.ndarray) -> np.ndarray:
        """The weighed samples of all frames (frames, bins), added where they overlap; frames that are NaN left out."""
        kernel = self.compiled("sound")
        if kernel is not None:
            out = np.empty(kernel.hops(self.n_frames), self.window.dtype)
            kernel.call(np.ascontiguousarray(transform), self.n_frames, out, self.engine.threads)
            return out[: self.n_samples]
        sums = np.zeros(self.n_samples, self.window.dtype)
        for frames in self.blocks():
            here = transform[frames.start : frames.stop].copy()
            self.add(here, frames, sums, ~np.isnan(here[:, 0].real))
        return sums

    def blocks(self) -> Iterator[range]:
        """Frames that fit the cache."""
        return split(range(self.n_frames), max(1, BLOCK // (self.work.n_fft * self.window.itemsize)))

    def add(self, transform: np.ndarray, frames: range, sums: np.ndarray, seen: np.ndarray | None = None) -> None:
        """Add the weighed samples of some frames (frames, bins); `transform` is written over."""
        from scipy.fft import irfft

        if self._ends != 1:
            transform[:, 0] *= self._ends
            if self.work.n_fft % 2 == 0:
                transform[:, -1] *= self._ends
        samples = irfft(transform, self.work.n_fft, axis=1, overwrite_x=True)[:, : len(self.window)]
        samples *= self.window
        if seen is not None and not seen.all():
            samples[~seen] = 0
        self._lay(samples, frames, sums)

    def total(self, seen: np.ndarray | None = None) -> np.ndarray:
        """The sum of the squared weights at each sample, over the frames that were seen."""
        hop, squares = self.work.hop, self.work.window**2
        few = 2 * self._rows
        if (seen is None or seen.all()) and self.n_frames > few:  # the middle is one hop again and again
            short = Overlap(self.work, few, self.window.dtype, self.engine).total()
            steady = short[few // 2 * hop :][:hop]
            return np.concatenate(
                [short[: few // 2 * hop], np.tile(steady, self.n_frames - few), short[few // 2 * hop :]]
            )
        sums = np.zeros(self.n_samples)
        for frames in self.blocks():
            weights = np.broadcast_to(squares, (len(frames), len(squares)))
            if seen is not None and not seen.all():
                weights = weights * seen[frames.start : frames.stop, None]
            self._lay(weights, frames, sums)
        return sums.astype(self.window.dtype)

    def _lay(self, samples: np.ndarray, frames: range, sums: np.ndarray) -> None:
        """Add frames (frames, n) to the sound they lie in: all first hops, all second hops …"""
        hop, n = self.work.hop, len(self.window)
        for k in range(self._rows):
            width = min(hop, n - k * hop)
            first = (frames.start + k) * hop
            last = first + (len(frames) - 1) * hop + width
            if width == hop:
                sums[first:last].reshape(-1, hop)[:] += samples[:, k * hop : k * hop + hop]
            else:
                steps = sums.strides[0]
                there = np.lib.stride_tricks.as_strided(sums[first:last], (len(frames), width), (hop * steps, steps))
                there += samples[:, k * hop : k * hop + width]
