"""Sound of any rate and number of channels as one channel of the rate that landmarks want, block by block.

Channels are added in their order and the filter goes forward, so blocks of any length give the samples of the whole.
What is missing stays missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sonograph.sounds.source import checked_rate

QUALITY = "LQ"
"""Of soxr: 16 bits, flat to four fifths of the band."""

REACH = 16
"""Samples of the lower rate to either side of a missing one that the filter mixes it into."""

AT_ONCE = 1 << 17
"""Samples of all channels that are read at a time: they stay in a cache."""


def blocks_of(source: Any) -> Iterator[np.ndarray]:
    """All samples of a source from first to last in blocks (channels, n)."""
    step = max(1, AT_ONCE // source.n_channels)
    if hasattr(source, "blocks"):
        yield from source.blocks(step)
        return
    for first in range(0, source.n_samples, step):
        yield source.read(range(first, min(first + step, source.n_samples)))


class Feed:
    """Blocks (channels, n) in; samples (n,) float32 of the wanted rate out."""

    def __init__(self, sample_rate: float, wanted: float) -> None:
        self._ratio = wanted / checked_rate(sample_rate)
        self._filter: Any = None
        if self._ratio != 1:
            import soxr

            self._filter = soxr.ResampleStream(sample_rate, wanted, 1, dtype="float32", quality=QUALITY)
        self._taken = 0  # samples that went into the filter
        self._given = 0  # samples that came out
        self._holes: list[tuple[int, int]] = []  # what is missing, in samples of the output

    def push(self, block: np.ndarray) -> np.ndarray:
        """What a further block gives."""
        return self._resampled(added(block), last=False)

    def finish(self) -> np.ndarray:
        """What the filter still holds."""
        return self._resampled(np.zeros(0, np.float32), last=True)

    def _resampled(self, samples: np.ndarray, *, last: bool) -> np.ndarray:
        if self._filter is None:
            return samples
        samples = self._without_holes(samples)
        self._taken += len(samples)
        resampled = np.asarray(self._filter.resample_chunk(samples, last=last))
        if last:
            resampled = resampled[: max(0, round(self._taken * self._ratio) - self._given)]
        for first, stop in self._holes:
            resampled[max(0, first - self._given) : max(0, stop - self._given)] = np.nan
        self._given += len(resampled)
        self._holes = [hole for hole in self._holes if hole[1] > self._given]
        return resampled

    def _without_holes(self, samples: np.ndarray) -> np.ndarray:
        """Samples with 0 for what is missing, where that lies noted."""
        if np.isfinite(samples.sum()):  # it may be too large as well: then each is looked at
            return samples
        gone = ~np.isfinite(samples)
        edges = np.flatnonzero(np.diff(gone, prepend=False, append=False))
        reach = REACH * max(1.0, self._ratio)
        for first, stop in edges.reshape(-1, 2) + self._taken:
            self._holes.append((int(first * self._ratio - reach), int(stop * self._ratio + reach) + 1))
        return np.where(gone, np.float32(0), samples)


def added(block: np.ndarray) -> np.ndarray:
    """The mean of the channels of a block (channels, n), in float32."""
    if len(block) == 1:
        return np.asarray(block[0], np.float32)
    total = block[0].astype(np.float32)
    for channel in block[1:]:
        total += channel.astype(np.float32, copy=False)
    return np.multiply(total, np.float32(1 / len(block)), out=total)
