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


class Offset:
    """The mean of each channel, and what is left of the rms without it, on the way through a sound.

    Sums are of what lies beside the first sample, so that a small sound on a large offset keeps its digits.
    """

    def __init__(self, n_channels: int) -> None:
        self._began = np.full(n_channels, np.nan)
        self._counts = np.zeros(n_channels, np.int64)
        self._sums, self._squares = np.zeros(n_channels), np.zeros(n_channels)

    def add(self, block: np.ndarray) -> None:
        """Look at a block (channels, n)."""
        for channel, samples in enumerate(block):
            if not np.isfinite(samples).all():
                samples = samples[np.isfinite(samples)]
            if not len(samples):
                continue
            if np.isnan(self._began[channel]):
                self._began[channel] = samples[0]
            with np.errstate(over="ignore", invalid="ignore"):
                beside = samples.astype(float) - self._began[channel]
                self._sums[channel] += beside.sum()
                self._squares[channel] += np.dot(beside, beside)
            self._counts[channel] += len(samples)

    @property
    def means(self) -> list[float | None]:
        """Of each channel; None where it has no finite sample, or they are past all numbers."""
        with np.errstate(invalid="ignore"):
            known = self._began + self._sums / np.maximum(1, self._counts)
        there = np.isfinite(known) & (self._counts > 0)
        return [float(mean) if is_known else None for mean, is_known in zip(known, there, strict=True)]

    @property
    def rms_without(self) -> float:
        """Root of the mean square of all finite samples, each less the mean of its channel."""
        return float(np.sqrt(self._variances.sum() / max(1, self._counts.sum())))

    @property
    def stands_out(self) -> bool:
        """Whether in some channel the mean is over half of the rms, so that the rms is mostly offset."""
        for mean, variance, n in zip(self.means, self._variances, self._counts, strict=True):
            if mean is not None and abs(mean) > (variance / n / 3) ** 0.5:  # rms² = variance + mean²
                return True
        return False

    @property
    def _variances(self) -> np.ndarray:
        """Sums of squares beside the mean, of each channel."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.maximum(0.0, self._squares - self._sums**2 / np.maximum(1, self._counts))


def _squares(block: np.ndarray) -> float:
    """The sum of squares: of few at a time in their own precision, then in double."""
    flat = block.ravel()
    rest = len(flat) % _FEW
    rows = flat[rest:].reshape(-1, _FEW)
    return float(np.dot(flat[:rest], flat[:rest])) + float(np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64))
