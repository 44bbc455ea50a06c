"""What is counted on the way through a sound."""

from __future__ import annotations

import numpy as np

LARGEST = 1.8e19
"""A float32 sample above it has a power that float32 cannot hold."""


_FEW = 256


class Tally:
    """What is counted on the way through a sound: samples, those not finite, the first bad one, peak, mean square.

    finite : samples of all channels that are numbers
    """

    def __init__(self) -> None:
        self.n_samples, self.odd, self.finite, self.loudest = 0, 0, 0, 0.0
        self.first_bad: int | None = None
        self._squares = 0.0

    def add(self, block: np.ndarray) -> None:
        """Look at a block; the caller counts its samples."""
        if not block.size:
            return
        with np.errstate(invalid="ignore", over="ignore"):
            top = float(max(block.max(), -block.min()))
            if not np.isfinite(top):
                whole = np.isfinite(block)
                self.bad_from(self.n_samples + int(np.argmin(whole.all(axis=0))))
                size, block = block.size, block[whole]
                self.odd += size - block.size
                top = float(np.abs(block).max(initial=0.0))
            self._squares += _squares(block.astype(np.float64) if top > 1e15 else block)
        self.finite += block.size
        self.loudest = max(self.loudest, top)

    def bad_from(self, sample: int) -> None:
        """A sample is not finite, or missing."""
        self.first_bad = sample if self.first_bad is None else self.first_bad

    @property
    def rms(self) -> float:
        """Of the finite samples of all channels."""
        return (self._squares / self.finite) ** 0.5 if self.finite else 0.0


def _squares(block: np.ndarray) -> float:
    """The sum of squares: of few at a time in their own precision, then in double."""
    flat = block.ravel()
    rest = len(flat) % _FEW
    rows = flat[rest:].reshape(-1, _FEW)
    return float(np.dot(flat[:rest], flat[:rest])) + float(np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64))
