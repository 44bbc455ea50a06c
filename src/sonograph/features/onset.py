"""Onset strength and the tempogram: when something begins, and how regularly.

Bello et al. 2005; Grosche, Müller and Kurth 2010; Ellis 2007. The values are librosa's.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.engines import Work, default
from sonograph.features.autocorrelation import length_for, weighed_lags
from sonograph.settings.shapes import OnsetSettings, TempogramSettings
from sonograph.windows import window_values


class Onset:
    """The onset strength of one channel as its frames come."""

    def __init__(self, settings: OnsetSettings) -> None:
        self._lag = settings.lag
        self._before: np.ndarray | None = None

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, 1) of (frames, rows)."""
        if self._before is None:  # nothing rises above what came before the sound
            self._before = np.full((self._lag, values.shape[1]), np.inf, values.dtype)
        earlier = np.concatenate([self._before, values])
        self._before = earlier[len(values) :]
        with np.errstate(invalid="ignore"):
            rises = values - earlier[: len(values)]
            np.maximum(rises, 0, out=rises)
        return np.asarray(np.add.reduce(rises, axis=1, keepdims=True) / values.dtype.type(values.shape[1]))

    def finish(self) -> None:
        """Nothing waits."""
        return


class Tempogram:
    """The tempogram of one channel as its onset strengths come."""

    def __init__(self, settings: TempogramSettings) -> None:
        self._length = settings.length
        self._held: np.ndarray | None = None  # what later frames still look at

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, lags) for the frames whose later neighbours have come."""
        half = self._length // 2
        if self._held is None:
            if not len(values):
                return np.empty((0, self._length), values.dtype)
            self._held = values[0, 0] * np.linspace(0, 1, half, endpoint=False, dtype=values.dtype)
        return self._lags(np.concatenate([self._held, values[:, 0]]))

    def finish(self) -> np.ndarray | None:
        """The last frames, as if the strength went down to nothing in half a window."""
        if self._held is None or not len(self._held):
            return None
        half = self._length // 2
        after = self._length - 1 - half
        fall = self._held[-1] * np.linspace(0, 1, half, endpoint=False, dtype=self._held.dtype)[::-1]
        return self._lags(np.concatenate([self._held, fall[:after]]))

    def _lags(self, strength: np.ndarray) -> np.ndarray:
        length = self._length
        count = max(0, len(strength) - length + 1)
        self._held = strength[count:]
        return weighed_lags(strength, _work_of(length), count, length, default(threads=1), of_largest=True)


@lru_cache(maxsize=8)
def _work_of(length: int) -> Work:
    """Frames of the strength, one hop apart; the same object each time, as an engine keeps its tables with it."""
    return Work(window_values("hann", length), 1, length_for(2 * length - 1))
