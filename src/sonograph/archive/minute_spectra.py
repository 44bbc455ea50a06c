"""The spectrum of one minute, by the standard rule: Hann, one second, half overlapped, mean of the density.

A frame counts where all of its samples are known and follow each other: one that touches a gap, a step of the clock or
a change of the receiver's response is left out. Samples are read a block at a time, so that memory is flat.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sonograph.archive.clock import Clock
from sonograph.archive.segments import SECOND
from sonograph.computing.spectrogram import spectrogram
from sonograph.settings import StftSettings
from sonograph.sounds.derived import responses_of
from sonograph.sounds.source import Signal, Source

FRAMES = 119
"""Frames of one second, half overlapped, inside of a minute."""
STEP_NS = SECOND // 100
"""A clock that goes on by more than this from one row to the next has lost samples, or was set."""
AT_ONCE = 1 << 22  # samples


class Minute(NamedTuple):
    """What a minute holds.

    density : (bins,) float64, unit²/Hz; NaN where no frame counts
    peak : the largest magnitude of a sample, in the unit; NaN where there is none
    effort : seconds of samples
    frames : how many count
    clipped : samples at full scale, where it is known
    """

    density: np.ndarray
    peak: float
    effort: float
    frames: int
    clipped: int


class Spectra:
    """The minutes of one channel of a source."""

    def __init__(self, source: Source, clock: Clock, rate: int, channel: int) -> None:
        self.source, self.clock, self.rate, self.channel = source, clock, rate, channel
        self.hop = rate // 2
        self.settings = StftSettings(window_length=rate, hop=self.hop, edges="inside", scaling="density")
        self.steps = np.array(_steps(clock), np.int64)
        found = responses_of(source)
        if not found and source.calibration is not None:
            found = ((0, source.calibration),)
        self.changes = np.array([first for first, _ in found], np.int64)
        self.corrections = [
            one.correction(np.arange(self.settings.n_bins)) if one.response else None for _, one in found
        ]
        self.full_scale = FullScale(source)

    def samples_of(self, utc_s: int) -> range:
        """The 60·rate samples from the first that was taken in a minute; fewer where the clock steps meanwhile."""
        first = self.clock.sample_at(utc_s * SECOND)
        stop, end = first + 60 * self.rate, self.clock.sample_at((utc_s + 60) * SECOND)
        return range(first, stop if abs(end - stop) <= self.rate * STEP_NS // SECOND else max(first, min(stop, end)))

    def minute(self, utc_s: int) -> Minute:
        """The minute that begins at a time, whole seconds since 1970 UTC."""
        whole = self.samples_of(utc_s)
        total, peak, there, frames, clipped = np.zeros(self.settings.n_bins), -1.0, 0, 0, 0
        effort = getattr(self.source, "effort", None)
        held = effort(_inside(whole, self.source.n_samples)) if effort else len(whole)
        at_once = max(1, AT_ONCE // self.rate)
        for i in range(0, FRAMES if held else 0, at_once):
            j = min(i + at_once, FRAMES)
            begin = whole.start + i * self.hop
            samples = self._read(range(begin, begin + (j - i - 1) * self.hop + self.rate), whole.stop)
            own = samples if j == FRAMES else samples[: (j - i) * self.hop]
            if j == FRAMES:  # of an odd rate a few samples lie behind the last frame
                own = np.concatenate([samples, self._read(range(begin + len(samples), whole.stop), whole.stop)])
            known = ~np.isnan(own)
            if known.any():
                there += int(known.sum())
                peak = max(peak, float(np.abs(own[known]).max()))
                clipped += self.full_scale.count(own, begin)
            density = self._density(samples, begin)
            good = ~np.isnan(density[0])
            frames += int(good.sum())
            total += density[:, good].sum(axis=1)
        mean = total / frames if frames else np.full(len(total), np.nan)
        return Minute(mean, peak if there else np.nan, there / self.rate, frames, clipped)

    def _read(self, samples: range, stop: int) -> np.ndarray:
        """Samples (n,) float64 of the channel, NaN outside of the sound and from `stop` on."""
        values = np.full(len(samples), np.nan)
        inside = _inside(range(samples.start, min(samples.stop, stop)), self.source.n_samples)
        if inside:
            values[inside.start - samples.start : inside.stop - samples.start] = self.source.read(inside)[self.channel]
        return values

    def _density(self, samples: np.ndarray, first: int) -> np.ndarray:
        """Density (bins, frames) of samples from `first` on, NaN for frames that do not count."""
        if np.isnan(samples).all():
            return np.full((self.settings.n_bins, 1), np.nan)
        density = spectrogram(Signal(samples, float(self.rate)), self.settings).values
        begins = first + self.hop * np.arange(density.shape[1])
        ends = begins + self.rate - 1
        for places in (self.steps, self.changes):
            across = np.searchsorted(places, begins, side="right") != np.searchsorted(places, ends, side="right")
            density[:, across] = np.nan
        numbers = np.maximum(np.searchsorted(self.changes, begins, side="right") - 1, 0)
        for number, correction in enumerate(self.corrections):
            if correction is not None:
                density[:, numbers == number] *= correction[:, None]
        return density


class FullScale:
    """What full scale is of which samples, so that those at it can be counted."""

    def __init__(self, source: Source) -> None:
        parts: Any = getattr(source, "parts", None)
        if parts is not None:
            self.starts = np.array([part.start for part in parts], np.int64)
            self.scales = np.array([part.scale or 1.0 for part in parts])
            return
        calibration = source.calibration
        scale = calibration.scale if calibration is not None and calibration.scale != 1 else np.inf  # not known
        self.starts, self.scales = np.zeros(1, np.int64), np.array([1.0 if source.unit == "FS" else scale])

    def count(self, samples: np.ndarray, first: int) -> int:
        """How many samples are at full scale, to a step of 16 bits."""
        if not len(self.starts):
            return 0
        at, begin = 0, max(0, int(np.searchsorted(self.starts, first, side="right")) - 1)
        end = int(np.searchsorted(self.starts, first + len(samples)))
        for part in range(begin, max(begin + 1, end)):
            stop = int(self.starts[part + 1]) if part + 1 < len(self.starts) else first + len(samples)
            here = samples[max(0, int(self.starts[part]) - first) : max(0, stop - first)]
            at += int((np.abs(here) >= self.scales[part] * (1 - 2.0**-15)).sum())
        return at


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
