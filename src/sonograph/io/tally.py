"""What is counted on the way through a sound."""

from __future__ import annotations

import numpy as np

LARGEST = 1.8e19
"""A float32 sample above it has a power that float32 cannot hold."""


class Tally:
    """What is counted on the way through a sound: samples, those not finite, the loudest, the mean square."""

    def __init__(self) -> None:
        self.n_samples, self.odd, self.loudest = 0, 0, 0.0
        self._squares, self._finite = 0.0, 0

    def add(self, block: np.ndarray) -> None:
        """Look at a block; the caller counts its samples."""
        if not block.size:
            return
        with np.errstate(invalid="ignore", over="ignore"):
            top = float(max(block.max(), -block.min()))
            if not np.isfinite(top):
                size, block = block.size, block[np.isfinite(block)]
                self.odd += size - block.size
                top = float(np.abs(block).max(initial=0.0))
            wide = block.astype(np.float64).ravel() if top > 1e15 else block.ravel()
            self._squares += float(np.dot(wide, wide))
        self._finite += block.size
        self.loudest = max(self.loudest, top)

    @property
    def rms(self) -> float:
        """Of the finite samples of all channels."""
        return (self._squares / self._finite) ** 0.5 if self._finite else 0.0
