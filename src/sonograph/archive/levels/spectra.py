"""The spectra of stretches of time, of which minutes are the standard: Hann, half overlapped, mean of the density.

A frame counts where all of its samples are known and follow each other: one that touches a gap, a step of the clock or
a change of the receiver's response is left out. Samples are read a block at a time, so that memory is flat, and each
of them once. Frames are added up where they are computed, and never held.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from sonograph import engines
from sonograph.archive.levels.full_scale import FullScale
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.reading_once import drained
from sonograph.computing.pipeline import pipeline
from sonograph.settings import StftSettings
from sonograph.sounds.derived import responses_of
from sonograph.sounds.source import Signal, Source

FRAMES = 119
"""Frames of one second, half overlapped, inside of a minute."""
STEP_NS = SECOND // 100
"""A clock that goes on by more than this from one row to the next has lost samples, or was set."""
AT_ONCE = 1 << 22  # samples


class Cell(NamedTuple):
    """What a stretch of time holds.

    density : (bins,) float64, unit²/Hz, the mean over frames; NaN where no frame counts
    largest : (bins,) the largest of each bin in a frame, where that was asked for
    peak : the largest magnitude of a sample, in the unit; NaN where there is none
    effort : seconds of samples
    frames : how many count
    clipped : samples at full scale, where it is known
    """

    density: np.ndarray
    largest: np.ndarray | None
    peak: float
    effort: float
    frames: int
    clipped: int


class Spectra:
    """Stretches of `seconds` of one channel of a source.

    Parameters
    ----------
    source, clock
        A sound, and when its samples were taken.
    rate
        Its sample rate, a whole number.
    channel
        Which, from 0.
    seconds
        How long each stretch is.
    window_length
        Of its frames; one second by default.
    largest
        Whether the largest density of each bin is wanted beside the mean.
    dtype
        In which spectra are computed; they are added up in float64.
    """

    def __init__(
        self, source: Source, clock: Clock, rate: int, channel: int, *, seconds: int = 60,
        window_length: int | None = None, largest: bool = False, dtype: str = "float64",
    ) -> None:  # fmt: skip
        n = window_length or rate
        self.source, self.clock, self.rate, self.channel = source, clock, rate, channel
        self.seconds, self.hop, self.dtype, self._wants_largest = seconds, n // 2, np.dtype(dtype), largest
        self.settings = StftSettings(window_length=n, hop=self.hop, edges="inside", scaling="density")
        self.n_frames = FRAMES if (seconds, n) == (60, rate) else max(0, (seconds * rate - n) // self.hop + 1)
        self.steps = np.array(_steps(clock), np.int64)
        found = responses_of(source)
        if not found and source.calibration is not None:
            found = ((0, source.calibration),)
        self.changes = np.array([first for first, _ in found], np.int64)
        frequencies = np.arange(self.settings.n_bins) * (rate / n)
        self.corrections = [one.correction(frequencies) if one.response else None for _, one in found]
        self.full_scale = FullScale(source)
        self._free: list[np.ndarray] = []
        self._bound = pipeline(self.settings, Signal(np.zeros(0), float(rate)), self.dtype, engines.default())

    def cell(self, utc_s: int) -> Cell:
        """The stretch that begins at a time, whole seconds since 1970 UTC."""
        return drained(self.walk(utc_s))

    def walk(self, utc_s: int) -> Generator[range, None, Cell]:
        """The same, block by block: says which samples it reads next, and returns the cell."""
        whole = samples_of_cell(self.clock, self.rate, utc_s, self.seconds)
        n, n_bins = self.settings.window_length, self.settings.n_bins
        inside = _inside(whole, self.source.n_samples)
        effort = getattr(self.source, "effort", None)
        found = _Sums(n_bins, self._wants_largest)
        at_once = max(1, AT_ONCE // self.rate if n == self.rate else AT_ONCE // self.hop)
        memory, held = self._memory(at_once), 0
        for i in range(0, self.n_frames if len(inside) and (effort is None or effort(inside)) else 0, at_once):
            j = min(i + at_once, self.n_frames)
            begin = whole.start + i * self.hop
            stop = whole.start + self.seconds * self.rate if j == self.n_frames else begin + (j - i - 1) * self.hop + n
            fresh = range(begin + held, stop)
            yield _inside(fresh, inside.stop)
            samples = memory[: held + len(fresh)]
            self._read(fresh, whole.stop, samples[held:])
            found.hear(samples[held:], fresh.start, self.full_scale)
            self._add(samples[: (j - i - 1) * self.hop + n], begin, j - i, found)
            held = len(samples) - (j - i) * self.hop
            memory[:held] = samples[len(samples) - held :].copy()
        self._free.append(memory)
        mean = found.total / found.frames if found.frames else np.full(n_bins, np.nan)
        peak = found.peak if found.there else np.nan
        return Cell(mean, found.largest, peak, found.there / self.rate, found.frames, found.clipped)

    def _memory(self, at_once: int) -> np.ndarray:
        """Room for the samples of a block, whose pages are there once it was used."""
        size = min(at_once, self.n_frames) * self.hop + 2 * self.settings.window_length
        return self._free.pop() if self._free else np.empty(size, self.dtype)

    def _read(self, samples: range, stop: int, out: np.ndarray) -> None:
        """Fill `out` (n,) with samples of the channel, NaN outside of the sound and from `stop` on."""
        inside = _inside(range(samples.start, min(samples.stop, stop)), self.source.n_samples)
        first, last = inside.start - samples.start, inside.stop - samples.start
        if not inside:
            first = last = 0
        out[:first], out[last:] = np.nan, np.nan
        if inside:
            out[first:last] = self.source.read(inside)[self.channel]

    def _add(self, samples: np.ndarray, first: int, count: int, found: _Sums) -> None:
        """Add the density of the frames in samples from number `first` on."""
        edges, good, numbers = self._runs(first, count)
        shape = 1, len(good), self.settings.n_bins
        counts, total = np.zeros(shape[:2], np.int64), np.zeros(shape)
        largest = np.full(shape, np.nan, self.dtype) if self._wants_largest else None
        bins = np.arange(self.settings.n_bins + 1)
        self._bound.engine.reduce(samples[None], self._bound.work, edges, bins, counts, largest=largest, total=total)
        for run in np.flatnonzero(good):
            correction = self.corrections[numbers[run]] if len(self.corrections) else None
            found.frames += int(counts[0, run])
            found.total += total[0, run] if correction is None else total[0, run] * correction
            if largest is not None and found.largest is not None:
                here = largest[0, run] if correction is None else largest[0, run] * correction
                found.largest = np.fmax(found.largest, here)

    def _runs(self, first: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Edges of neighbouring frames that are alike; whether they count, and which response they see."""
        begins = first + self.hop * np.arange(count)
        ends = begins + self.settings.window_length - 1
        across = np.zeros(count, bool)
        for places in (self.steps, self.changes):
            across |= np.searchsorted(places, begins, side="right") != np.searchsorted(places, ends, side="right")
        numbers = np.maximum(np.searchsorted(self.changes, begins, side="right") - 1, 0)
        starts = np.flatnonzero(np.concatenate([[True], (np.diff(across) != 0) | (np.diff(numbers) != 0)]))
        return np.append(starts, count).astype(np.int64), ~across[starts], numbers[starts]


class _Sums:
    """What is added up of a stretch."""

    def __init__(self, n_bins: int, largest: bool) -> None:
        self.total, self.largest = np.zeros(n_bins), np.full(n_bins, np.nan) if largest else None
        self.peak, self.there, self.frames, self.clipped = 0.0, 0, 0, 0

    def hear(self, samples: np.ndarray, first: int, full_scale: FullScale) -> None:
        """Take what samples say by themselves: those that are missing say nothing."""
        known = samples if np.isfinite(samples.sum(dtype=float)) else samples[~np.isnan(samples)]
        if not len(known):
            return
        self.there += len(known)
        peak = float(max(known.max(), -known.min()))
        self.peak = max(self.peak, peak)
        if peak >= full_scale.least:
            self.clipped += full_scale.count(samples, first)


def samples_of_cell(clock: Clock, rate: int, utc_s: int, seconds: int) -> range:
    """The seconds·rate samples from the first of a stretch on; fewer where the clock steps meanwhile."""
    first = clock.sample_at(utc_s * SECOND)
    stop, end = first + seconds * rate, clock.sample_at((utc_s + seconds) * SECOND)
    return range(first, stop if abs(end - stop) <= rate * STEP_NS // SECOND else max(first, min(stop, end)))


def _inside(samples: range, n_samples: int) -> range:
    return range(min(max(samples.start, 0), n_samples), min(max(samples.stop, 0), n_samples))


def _steps(clock: Clock) -> list[int]:
    """Samples at which a clock does not go on as it went."""
    found = []
    for row in range(len(clock.firsts) - 1):
        first, rate = clock.firsts[row + 1], clock.rates[row]
        expected = clock.utc_ns[row] + (first - clock.firsts[row]) * SECOND * rate.denominator // rate.numerator
        if abs(clock.utc_ns[row + 1] - expected) > STEP_NS:
            found.append(first)
    return found
