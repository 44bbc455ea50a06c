"""RASTA, band by band as frames come (Hermansky and Morgan 1994)."""

from __future__ import annotations

import numpy as np

from sonograph.settings.rasta import RastaSettings

WEIGHTS = (0.2, 0.1, 0.0, -0.1, -0.2)


class Rasta:
    """The filter on one channel. Missing frames are NaN, and what follows them begins anew."""

    def __init__(self, settings: RastaSettings, frames_per_second: float) -> None:
        self._pole = settings.pole
        self._state: tuple[np.ndarray, np.ndarray] | None = None  # the frame it began with, and what it remembers

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, bands) in and out."""
        from scipy.signal import lfilter

        out = np.full(values.shape, np.nan, values.dtype)
        there = ~np.isnan(values).any(axis=1)
        turns = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
        if len(there) and not there[0]:
            self._state = None
        for first, stop in zip(turns[::2], turns[1::2], strict=True):
            if first > 0:
                self._state = None
            x = values[first:stop].astype(float)
            began, memory = self._state or (x[0], np.zeros((len(WEIGHTS) - 1, x.shape[1])))
            y, memory = lfilter(WEIGHTS, (1.0, -self._pole), x - began, axis=0, zi=memory)
            self._state = began, memory
            out[first:stop] = y
        if len(there) and not there[-1]:
            self._state = None
        return out

    def finish(self) -> None:
        """Nothing waits."""
        return
