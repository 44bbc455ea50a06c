"""The last frames of a sound, in memory that is used again: fresh memory costs as much as what is done in it."""

from __future__ import annotations

import numpy as np


class Held:
    """Frames (frames, columns) float32 that may still be looked at, oldest first."""

    def __init__(self, n_columns: int) -> None:
        self._memory = np.empty((0, n_columns), np.float32)
        self._count = 0

    @property
    def values(self) -> np.ndarray:
        """All of them, until more come or some are dropped."""
        return self._memory[: self._count]

    def more(self, count: int) -> np.ndarray:
        """Room for so many further ones behind them, to be filled."""
        needed = self._count + count
        if needed > len(self._memory):
            larger = np.empty((needed, self._memory.shape[1]), np.float32)
            larger[: self._count] = self.values
            self._memory = larger
        self._count = needed
        return self._memory[needed - count : needed]

    def repeat(self, row: int, count: int) -> None:
        """One of them so many times more."""
        again = self.values[row].copy()
        self.more(count)[:] = again

    def drop(self, count: int) -> None:
        """Let go of the oldest."""
        self._memory[: self._count - count] = self.values[count:].copy()
        self._count -= count
