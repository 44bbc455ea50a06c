"""Levels as a meter shows them: the squares of each hop with exponential weights, and those of all hops before.

A hop's own part of an exponential average does not depend on what was before; what was before fades by the same factor
from hop to hop. So the average is that of sample by sample, however long a hop is.
"""

from __future__ import annotations

import math

import numpy as np

from sonograph.engines import Engine
from sonograph.features.samples import Samples
from sonograph.frames import split
from sonograph.settings.soundlevel import LEVELS, TIME_CONSTANTS, SoundLevelSettings


def squares(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, 3): the mean of a hop's squares, and its part of each exponential average, over the reference."""
    hop, first = work.hop, work.window_length // 2 - work.hop // 2
    ago = np.arange(hop - 1, -1, -1) / work.sample_rate
    weights = [np.full(hop, 1 / hop)]
    for seconds in TIME_CONSTANTS.values():
        weights.append(-math.expm1(-1 / (seconds * work.sample_rate)) * np.exp(-ago / seconds))
    for frames in split(range(len(out)), max(1, (1 << 16) // hop)):
        x = samples[first + frames.start * hop :][: len(frames) * hop].reshape(-1, hop).astype(float)
        with np.errstate(invalid="ignore", over="ignore"):
            x *= x
            x[~np.isfinite(x)] = np.nan
            for column, one in enumerate(weights):
                out[frames.start : frames.stop, column] = np.add.reduce(x * one, axis=1) / work.reference


class SoundLevels:
    """The levels of one channel as its frames come. Missing frames are NaN and leave no trace in later ones."""

    def __init__(self, settings: SoundLevelSettings, frames_per_second: float) -> None:
        self._columns = [LEVELS.index(name) for name in settings.features]
        self._floor = 10 ** (settings.floor / 10)
        self._fades = [math.exp(-1 / (seconds * frames_per_second)) for seconds in TIME_CONSTANTS.values()]
        self._before = [0.0 for _ in self._fades]

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, 3) in, (frames, features) in decibels out."""
        from scipy.signal import lfilter

        power = np.array(values, float)
        there = ~np.isnan(power).any(axis=1)
        for i, fade in enumerate(self._fades):
            if there.any():
                own = power[there, i + 1]
                averages, _ = lfilter([1.0], [1.0, -fade], own, zi=[fade * self._before[i]])
                power[there, i + 1] = averages
                self._before[i] = float(averages[-1])
        power[~there] = np.nan
        return (10 * np.log10(np.maximum(power[:, self._columns], self._floor))).astype(values.dtype)

    def finish(self) -> None:
        """Nothing waits."""
        return
