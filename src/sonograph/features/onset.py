"""Onset strength and the tempogram: when something begins, and how regularly.

Bello et al. 2005; Grosche, Müller and Kurth 2010; Ellis 2007. The values are librosa's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sonograph.settings.shapes import OnsetSettings, TempogramSettings
from sonograph.windows import window_values

if TYPE_CHECKING:
    pass

BLOCK = 1 << 22  # lags of all frames that are looked at at a time


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
        from scipy.fft import irfft, next_fast_len, rfft

        length = self._length
        count = max(0, len(strength) - length + 1)
        self._held = strength[count:]
        if not count:
            return np.empty((0, length), strength.dtype)
        window = window_values("hann", length).astype(strength.dtype)
        out = np.empty((count, length), strength.dtype)
        n_fft = int(next_fast_len(2 * length - 1, real=True))
        views = np.lib.stride_tricks.sliding_window_view(strength, length)
        step = max(1, min(64, BLOCK // length))
        for first in range(0, count, step):
            spectrum = rfft(views[first : min(first + step, count)] * window, n_fft, axis=1)
            alike = irfft(spectrum.real**2 + spectrum.imag**2, n_fft, axis=1)[:, :length]
            size = np.abs(alike).max(axis=1, keepdims=True)
            size[size < np.finfo(out.dtype).tiny] = 1
            np.divide(alike, size, out=out[first : first + step])
        return out
