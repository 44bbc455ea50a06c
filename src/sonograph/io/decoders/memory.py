"""Samples in memory as a track, for files that are read whole."""

from __future__ import annotations

import numpy as np

from sonograph.io.status import Fault


class MemoryTrack:
    """Samples in memory as a track."""

    decoder, seekable = "", True

    def __init__(self, samples: np.ndarray) -> None:
        self.samples, self.dtype = samples, samples.dtype
        self.n_channels: int = samples.shape[0]
        self.n_samples: int | None = samples.shape[1]

    def cursor(self) -> MemoryCursor:
        """A reader at the first sample."""
        return MemoryCursor(self.samples)


class MemoryCursor:
    """A place in samples in memory."""

    def __init__(self, samples: np.ndarray) -> None:
        self.samples, self.position = samples, 0
        self.faults: list[Fault] = []

    def seek(self, sample: int) -> None:
        """Go to a sample."""
        self.position = sample

    def read(self, count: int) -> np.ndarray:
        """The next samples."""
        block = self.samples[:, self.position : self.position + count]
        self.position += block.shape[1]
        return block

    def close(self) -> None:
        """Nothing to let go of."""
