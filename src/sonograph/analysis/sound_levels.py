"""What a sound level meter reads of a sound (IEC 61672-1): equivalent, maximum and exceeded levels, fast and slow.

The sound is weighted, its squares are averaged: all alike for the equivalent level, and with the exponential time
weighting of a meter for the others, sample by sample, so that a maximum is found wherever it lies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sonograph.checks import number, numbers, one_of
from sonograph.errors import SettingsError
from sonograph.io.sources import Sound, of_files
from sonograph.settings.soundlevel import TIME_CONSTANTS
from sonograph.sounds.derived import checked_source
from sonograph.sounds.weighting import weighted
from sonograph.units import level_unit, reference_power
from sonograph.weightings import WEIGHTINGS

STEP = 0.01
"""Seconds between the time-weighted levels that are counted for percentiles."""
AT_ONCE = 1 << 20
EXCEEDED = (5.0, 10.0, 50.0, 90.0, 95.0)


class TimeWeighted(NamedTuple):
    """Levels with one time weighting, of each channel, dB.

    max, min : over all samples
    exceeded : by the share of the time, %, that the level lies above: 90 is what is called L90
    levels   : (channels, steps) at the end of every 10 ms; NaN where a sample is missing
    """

    max: np.ndarray
    min: np.ndarray
    exceeded: dict[float, np.ndarray]
    levels: np.ndarray


@dataclass(frozen=True, eq=False)
class SoundLevels:
    """What a meter reads; levels are of each channel, in `unit`, -inf in silence, NaN where no sample is there.

    weighting : "A", "C" or "Z"
    unit      : "dB re 20 µPa, A-weighted" where the sound is calibrated in Pa, else that of its samples: "dBFS …"
    leq       : of the mean square of all samples that are there
    sel       : of the same energy within one second
    peak      : of the largest magnitude; of samples in FS, full scale reads 0
    fast, slow : with time constants of 125 ms and 1 s
    times     : (steps,) the ends of their 10 ms, seconds
    """

    weighting: str
    unit: str
    leq: np.ndarray
    sel: np.ndarray
    peak: np.ndarray
    fast: TimeWeighted
    slow: TimeWeighted
    times: np.ndarray

    def __repr__(self) -> str:
        name = self.weighting
        read = {f"L{name}eq": self.leq, f"L{name}Fmax": self.fast.max, f"L{name}peak": self.peak}
        listed = ", ".join(f"{what} {float(np.fmax.reduce(values)):z.1f}" for what, values in read.items())
        return f"<SoundLevels: {listed} {self.unit}>"


@of_files
def sound_levels(source: Sound, weighting: str = "A", *, exceeded: tuple[float, ...] = EXCEEDED) -> SoundLevels:
    """What a sound level meter reads of a sound (IEC 61672-1): Leq, Lmax, Lmin, LN, peak, fast and slow.

    Levels are in dB re 20 µPa where the source has a calibration in Pa, and in those of its unit where it has none.

    Parameters
    ----------
    source
        A path or a Source of any length: it is read in blocks; one number is kept for each 10 ms.
    weighting
        "A", "C" or "Z".
    exceeded
        Shares of the time, %, whose levels LN are told.

    Returns
    -------
    SoundLevels
        Time-weighted levels begin as if the mean square of their first time constant had always been; missing samples
        are left out, as if what follows them came at once.

    Raises
    ------
    SettingsError
        Another weighting; a share below 0 or above 100; a sound without samples, or of a rate that is too low.

    Examples
    --------
    >>> from sonograph import signals
    >>> sound_levels(signals.tone(1000.0, 2.0, amplitude=1.0))
    <SoundLevels: LAeq 0.0, LAFmax 0.0, LApeak 0.1 dBFS, A-weighted>
    """
    source = checked_source(source)
    one_of("weighting", weighting, WEIGHTINGS)
    shares = tuple(number("exceeded", share, 0.0, 100.0) for share in numbers("exceeded", exceeded))
    if source.n_samples == 0:
        raise SettingsError("the sound has 0 samples; a level needs one or more")
    sound, rate = weighted(source, weighting), source.sample_rate
    step = max(1, round(STEP * rate))
    meter = _Meter(source.n_channels, rate, step)
    at_once = max(1, AT_ONCE // source.n_channels // step) * step
    for first in range(0, sound.n_samples, at_once):
        meter.add(sound.read(range(first, min(first + at_once, sound.n_samples))).astype(float))
    reference = reference_power(source.unit, "spectrum")
    level = lambda power: _decibels(power, reference)  # noqa: E731
    with np.errstate(invalid="ignore"):
        mean = meter.sums / meter.counts
    found = {}
    for i, name in enumerate(TIME_CONSTANTS):
        levels = level(np.concatenate(meter.steps[i], axis=1))
        ranked = {share: _exceeded(levels, share) for share in shares}
        found[name] = TimeWeighted(level(meter.largest[i]), level(meter.least[i]), ranked, levels)
    return SoundLevels(
        weighting=weighting,
        unit=level_unit(source.unit, "spectrum", reference, weighting),
        leq=level(mean),
        sel=level(meter.sums / rate),
        peak=_decibels(meter.peak**2, 1.0 if source.unit == "FS" else reference),
        fast=found["fast"],
        slow=found["slow"],
        times=np.minimum(np.arange(1, levels.shape[1] + 1) * step, source.n_samples) / rate,
    )


class _Meter:
    """What is kept while a sound goes by."""

    def __init__(self, n_channels: int, rate: float, step: int) -> None:
        self._rate, self._step = rate, step
        shape = (len(TIME_CONSTANTS), n_channels)
        self._state = np.full(shape, np.nan)
        self.sums, self.counts, self.peak = np.zeros(n_channels), np.zeros(n_channels), np.full(n_channels, np.nan)
        self.largest, self.least = np.full(shape, np.nan), np.full(shape, np.nan)
        self.steps: list[list[np.ndarray]] = [[] for _ in TIME_CONSTANTS]

    def add(self, samples: np.ndarray) -> None:
        """Whole steps of every channel, or the last ones."""
        n_steps = -(-samples.shape[1] // self._step)
        rows = [np.full((len(samples), n_steps), np.nan) for _ in TIME_CONSTANTS]
        for channel, x in enumerate(samples):
            there = np.isfinite(x)
            if not there.any():
                continue
            squares = np.square(x[there])
            self.sums[channel] += squares.sum()
            self.counts[channel] += len(squares)
            self.peak[channel] = np.fmax(self.peak[channel], math.sqrt(squares.max()))
            last = np.minimum(np.arange(1, n_steps + 1) * self._step, len(x)) - 1
            whole = np.logical_and.reduceat(there, np.arange(0, len(x), self._step))
            for i, seconds in enumerate(TIME_CONSTANTS.values()):
                followed = self._follow(i, channel, squares, seconds)
                at = np.cumsum(there)[last] - 1
                rows[i][channel] = np.where(whole, followed[at], np.nan)
        for kept, new in zip(self.steps, rows, strict=True):
            kept.append(new)

    def _follow(self, i: int, channel: int, squares: np.ndarray, seconds: float) -> np.ndarray:
        """(n,) the squares as a meter's time weighting shows them."""
        from scipy.signal import lfilter

        kept = math.exp(-1 / (seconds * self._rate))
        if math.isnan(self._state[i, channel]):
            self._state[i, channel] = squares[: max(1, round(seconds * self._rate))].mean()
        followed, _ = lfilter([1 - kept], [1, -kept], squares, zi=[kept * self._state[i, channel]])
        self._state[i, channel] = followed[-1]
        self.largest[i, channel] = np.fmax(self.largest[i, channel], followed.max())
        self.least[i, channel] = np.fmin(self.least[i, channel], followed.min())
        return np.asarray(followed)


def _decibels(power: np.ndarray, reference: float) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(10 * np.log10(power / reference))


def _exceeded(levels: np.ndarray, share: float) -> np.ndarray:
    """(channels,) what the levels lie above for this share of the steps that are known."""
    found = np.full(len(levels), np.nan)
    for channel, row in enumerate(levels):
        known = row[~np.isnan(row)]
        if len(known):
            found[channel] = np.percentile(known, 100 - share, method="lower" if np.isinf(known).any() else "linear")
    return found
