"""How steady a voice is: jitter, shimmer and harmonics-to-noise of its periods, as Praat measures them.

Periods are followed from one to the next by where the sound is most like the period before (Boersma 1993; Praat's
"cross-correlation"). What is counted, and the formulas, are those of Praat's voice report.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonograph.checks import number, whole
from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.settings import HarmonicitySettings, StftSettings, YinSettings
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Signal

VOICED = 0.25
"""The aperiodicity (YIN) below which a frame has a voice."""
ALIKE = 0.3
"""The correlation with the period before, below which a voice ends."""
SHORTEST, LONGEST, UNLIKE, UNLIKE_PEAKS = 1e-4, 0.02, 1.3, 1.6
"""Seconds of a period; how many times as long, and as high, as its neighbour one may be that counts."""


@dataclass(frozen=True, eq=False)
class Voice:
    """How steady a voice is; shares are of 1, NaN where there are too few periods.

    marks          : (periods,) where each begins, seconds
    pitch          : median, Hz
    jitter         : mean change of the period, over its mean ("local"); jitter_rap: from the mean of three neighbours
    jitter_seconds : mean change of the period
    shimmer        : mean change of the amplitude, over its mean ("local"); shimmer_db: in decibels
    hnr            : mean harmonics-to-noise ratio of the voiced frames, dB
    """

    marks: np.ndarray
    pitch: float
    jitter: float
    jitter_rap: float
    jitter_seconds: float
    shimmer: float
    shimmer_db: float
    hnr: float

    def __repr__(self) -> str:
        return (
            f"<Voice: {len(self.marks)} periods, {self.pitch:.1f} Hz, jitter {self.jitter:.2%}, shimmer "
            f"{self.shimmer:.2%}, HNR {self.hnr:.1f} dB>"
        )


@of_files
def voice(source: Sound, *, low: float = 75.0, high: float = 500.0, channel: int = 0) -> Voice:
    """Jitter, shimmer and harmonics-to-noise of a sustained voice.

    Parameters
    ----------
    source
        A path or a Source; the channel is held in memory.
    low, high
        The range of its pitch, Hz.
    channel
        Which one.

    Returns
    -------
    Voice

    Raises
    ------
    SettingsError
        A channel that is not there; a range that is none; a sound shorter than nine of the longest periods.

    Examples
    --------
    >>> from sonograph import signals
    >>> hum = voice(signals.tone(150.0, 1.0))
    >>> round(hum.pitch, 1), round(hum.jitter, 4), round(hum.shimmer, 3)
    (150.0, 0.0, 0.0)
    """
    source = checked_source(source)
    channel = whole("channel", channel, 0, source.n_channels - 1)
    low, high = number("low", low, 0.0, above=True), number("high", high, 0.0, above=True)
    rate = source.sample_rate
    ratios = HarmonicitySettings.for_rate(rate, low=low, high=min(high, rate / 4), edges="inside")
    if source.n_samples < ratios.of.window_length:
        raise SettingsError(
            f"the sound has {source.n_samples} samples; a voice from {low:g} Hz on needs {ratios.of.window_length}: "
            f"nine periods"
        )
    x = source.read(range(source.n_samples))[channel].astype(float)
    sound = Signal(x, rate, source.unit)
    n = math.ceil(4 * rate / low)
    frames = StftSettings(window_length=n, hop=max(1, round(rate / 100)), edges="inside")
    found = spectrogram(sound, YinSettings(of=frames, low=low, high=high))
    pitch, aperiodicity = found.values
    voiced = (aperiodicity < VOICED) & np.isfinite(pitch)
    x = np.where(np.isfinite(x), x, 0.0)
    marks: list[np.ndarray] = []
    for first, stop in _runs(voiced):
        spans = found.times[first] - n / 4 / rate, found.times[stop - 1] + n / 4 / rate
        periods = np.interp(np.arange(len(x)) / rate, found.times[first:stop], rate / pitch[first:stop])
        marks.append(_followed(x, periods, int(spans[0] * rate), int(spans[1] * rate)) / rate)
    strength = spectrogram(sound, ratios)
    near = np.interp(strength.times, found.times, voiced.astype(float)) > 0.5
    known = strength.values[0][near & np.isfinite(strength.values[0])]
    return _measured(x, rate, marks, float(known.mean()) if len(known) else math.nan)


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    turns = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return list(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))


def _followed(x: np.ndarray, periods: np.ndarray, first: int, stop: int) -> np.ndarray:
    """(marks,) where periods begin in a stretch of voice, samples: from the highest of its middle period outwards."""
    first, stop = max(0, first), min(len(x), stop)
    middle = (first + stop) // 2
    half = int(periods[middle] / 2) + 1
    here = np.abs(x[max(first, middle - half) : middle + half])
    begin = float(max(first, middle - half) + int(np.argmax(here)))
    marks = [begin]
    for direction in (1, -1):
        at = begin
        while True:
            at = _next(x, at, float(periods[int(at)]), direction)
            if not first <= at < stop:
                break
            marks.append(at)
    return np.sort(np.array(marks))


def _next(x: np.ndarray, at: float, period: float, direction: int) -> float:
    """The mark of the neighbouring period: where a period's length of sound is most like that around this one."""
    half = round(period / 2)
    whole_at = round(at)
    steps = np.arange(math.floor(0.8 * period), math.ceil(1.25 * period) + 1)
    starts = whole_at - half + direction * steps
    if whole_at < half or starts.min() < 1 or starts.max() + 2 * half + 1 > len(x) or whole_at + half > len(x):
        return -1.0
    here = x[whole_at - half : whole_at + half]
    there = np.lib.stride_tricks.sliding_window_view(x[starts.min() : starts.max() + 2 * half], 2 * half)
    there = there if direction > 0 else there[::-1]
    norms = np.sqrt((here * here).sum() * (there * there).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = there @ here / norms
    best = int(np.nanargmax(r)) if np.isfinite(r).any() else 0
    if not np.isfinite(r[best]) or r[best] < ALIKE:
        return -1.0
    shift = 0.0
    if 0 < best < len(r) - 1:
        bend = r[best - 1] - 2 * r[best] + r[best + 1]
        shift = 0.5 * (r[best - 1] - r[best + 1]) / bend if bend < 0 else 0.0
    return float(at + direction * (steps[best] + shift))


def _measured(x: np.ndarray, rate: float, runs: list[np.ndarray], hnr: float) -> Voice:
    """Praat's formulas over the periods that count."""
    changes, triples, periods, peaks, steps = [], [], [], [], []
    for marks in runs:
        t = np.diff(marks)
        fine = (t >= SHORTEST) & (t <= LONGEST)
        near = fine[1:] & fine[:-1] & (np.maximum(t[1:], t[:-1]) / np.minimum(t[1:], t[:-1]) <= UNLIKE)
        periods.append(t[fine])
        changes.append(np.abs(np.diff(t))[near])
        three = near[1:] & near[:-1]
        triples.append(np.abs(t[1:-1] - (t[:-2] + t[1:-1] + t[2:]) / 3)[three])
        heights = np.array([_height(x, rate, marks[i], t[i - 1], t[i]) for i in range(1, len(marks) - 1)])
        if len(heights) > 1:
            pairs = np.maximum(heights[1:], heights[:-1]) <= UNLIKE_PEAKS * np.minimum(heights[1:], heights[:-1])
            pairs &= near[1:] & near[:-1]
            peaks.append(heights)
            steps.append(np.stack([heights[:-1], heights[1:]])[:, pairs])
    t, change, triple = (np.concatenate(one) if one else np.zeros(0) for one in (periods, changes, triples))
    height = np.concatenate(peaks) if peaks else np.zeros(0)
    before, after = np.concatenate(steps, axis=1) if steps else np.zeros((2, 0))
    mean = lambda values: float(values.mean()) if len(values) else math.nan  # noqa: E731
    with np.errstate(divide="ignore", invalid="ignore"):
        decibels = np.abs(20 * np.log10(after / before))
    return Voice(
        marks=np.concatenate(runs) if runs else np.zeros(0),
        pitch=float(1 / np.median(t)) if len(t) else math.nan,
        jitter=mean(change) / mean(t),
        jitter_rap=mean(triple) / mean(t),
        jitter_seconds=mean(change),
        shimmer=mean(np.abs(after - before)) / mean(height),
        shimmer_db=mean(decibels),
        hnr=hnr,
    )


def _height(x: np.ndarray, rate: float, at: float, before: float, after: float) -> float:
    """The root of the mean square around a mark, weighed by Hann's window, a fifth of a period to each side."""
    left, right = 0.2 * before, 0.2 * after
    first, last = math.ceil((at - left) * rate), math.floor((at + right) * rate)
    away = np.arange(first, last + 1) / rate - at
    weights = 0.5 + 0.5 * np.cos(np.pi * away / np.where(away < 0, left, right))
    return float(np.sqrt(((x[first : last + 1] * weights) ** 2).sum() / (weights**2).sum()))
