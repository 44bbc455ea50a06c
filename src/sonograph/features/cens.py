"""CENS: steps of pitch classes, smoothed over frames. Before and behind the sound there is nothing."""

from __future__ import annotations

import numpy as np

from sonograph.settings.cens import CensSettings

STEPS = (0.4, 0.2, 0.1, 0.05)


class Cens:
    """The CENS of one channel as its frames come."""

    def __init__(self, settings: CensSettings) -> None:
        n = settings.smoothing
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1, n + 1) / (n + 1))
        self._window, self._half = window / window.sum(), n // 2
        self._held: np.ndarray | None = None

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, classes) for the frames whose later neighbours have come."""
        if self._held is None:
            self._held = np.zeros((self._half, values.shape[1]), values.dtype)
        return self._smooth(np.concatenate([self._held, _steps(values)]))

    def finish(self) -> np.ndarray | None:
        """The last frames."""
        if self._held is None:
            return None
        return self._smooth(np.concatenate([self._held, np.zeros((self._half, self._held.shape[1]), self._held.dtype)]))

    def _smooth(self, steps: np.ndarray) -> np.ndarray:
        count = max(0, len(steps) - 2 * self._half)
        self._held = steps[count:].copy()
        out = np.zeros((count, steps.shape[1]), steps.dtype)
        known = np.nan_to_num(steps, nan=0.0)
        for k, weight in enumerate(self._window):
            out += steps.dtype.type(weight) * known[k : k + count]
        size = np.sqrt(np.add.reduce(out * out, axis=1, keepdims=True))
        size[size < np.finfo(out.dtype).tiny] = 1
        out /= size
        out[np.isnan(steps[self._half : self._half + count]).any(axis=1)] = np.nan
        return out


def _steps(values: np.ndarray) -> np.ndarray:
    """How many of the steps each class is above, in quarters."""
    total = np.add.reduce(np.abs(values), axis=1, keepdims=True)
    share = values / np.where(total < np.finfo(values.dtype).tiny, 1, total)
    out = np.zeros_like(values)
    for step in STEPS:
        out += values.dtype.type(0.25) * (share > step)
    out[np.isnan(values).any(axis=1)] = np.nan
    return out
