"""How many minutes had which level, in each band: counts that add exactly, whatever was counted where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sonograph.errors import SettingsError

STEP = 0.05
"""Decibels of a bin."""
LOWEST, HIGHEST = -5000, 6000
"""Bins: from -250 to 300 dB; what is quieter or louder counts as that."""
GROWS = 200
"""Bins by which the range grows: 10 dB."""


@dataclass(frozen=True, eq=False)
class LevelCounts:
    """Counts (bands, bins) of levels; bin k from `first` on reaches from k · 0.05 dB to (k + 1) · 0.05 dB."""

    counts: np.ndarray
    first: int

    @staticmethod
    def of(levels: np.ndarray) -> LevelCounts:
        """Those of levels (minutes, bands) in decibels; NaN does not count.

        >>> counts = LevelCounts.of(np.array([[60.0], [60.0], [70.0], [np.nan]]))
        >>> counts.n_minutes.tolist(), counts.percentiles([50]).round(2).tolist()
        ([3], [[60.04]])
        """
        n_bands = levels.shape[1]
        there = np.isfinite(levels)
        if not there.any():
            return LevelCounts(np.zeros((n_bands, 0), np.uint32), 0)
        places = np.floor(np.where(there, levels, 0.0) * (1 / STEP) + 1e-9).clip(LOWEST, HIGHEST).astype(np.int32)
        low = int(places[there].min()) // GROWS * GROWS
        width = (int(places[there].max()) // GROWS + 1) * GROWS - low
        places += np.arange(n_bands, dtype=np.int32) * width - low
        counts = np.bincount(places[there], minlength=n_bands * width)
        return LevelCounts(counts.reshape(n_bands, width).astype(np.uint32), low)

    def __add__(self, other: LevelCounts) -> LevelCounts:
        if not self.counts.size or not other.counts.size:
            return self if self.counts.size else other
        if len(self.counts) != len(other.counts):
            raise SettingsError(f"counts are of {len(self.counts)} and of {len(other.counts)} bands; add like to like")
        first = min(self.first, other.first)
        stop = max(self.first + self.counts.shape[1], other.first + other.counts.shape[1])
        counts = np.zeros((len(self.counts), stop - first), np.uint32)
        for one in (self, other):
            counts[:, one.first - first : one.first - first + one.counts.shape[1]] += one.counts
        return LevelCounts(counts, first)

    @property
    def n_minutes(self) -> np.ndarray:
        """How many minutes count in each band."""
        return self.counts.sum(axis=1, dtype=np.int64)

    def percentiles(self, percents: Sequence[float]) -> np.ndarray:
        """Levels (percents, bands) below which so many percent of the minutes lie, to 0.05 dB; NaN of no minutes."""
        for one in percents:
            if not 0 <= one <= 100:
                raise SettingsError(f"percentiles hold {one}; each must be 0 to 100")
        passed = np.cumsum(self.counts, axis=1, dtype=np.int64)
        found = np.full((len(percents), len(self.counts)), np.nan)
        if not passed.size:
            return found
        for band in np.flatnonzero(passed[:, -1]):
            n = passed[band, -1]
            for i, percent in enumerate(percents):
                number, rest = divmod(percent / 100 * (n - 1), 1)
                low, high = (self._ordered(passed[band], min(int(number) + one, n - 1)) for one in (0, 1))
                found[i, band] = low + rest * (high - low)
        return found

    def _ordered(self, passed: np.ndarray, number: int) -> float:
        """The level of this number, from 0, of those of a band in order; those of a bin lie evenly in it."""
        place = int(np.searchsorted(passed, number, side="right"))
        before = passed[place - 1] if place else 0
        return float((self.first + place + (number - before + 0.5) / (passed[place] - before)) * STEP)

    def density(self, step: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """The probability of levels per decibel (bands, bins), in bins of `step` dB, and their edges (bins + 1,)."""
        many = max(1, round(step / STEP))
        low = self.first // many * many
        padded = np.zeros((len(self.counts), -(-(self.first + self.counts.shape[1] - low) // many) * many), np.uint32)
        padded[:, self.first - low : self.first - low + self.counts.shape[1]] = self.counts
        coarse = padded.reshape(len(padded), -1, many).sum(axis=2, dtype=np.int64)
        edges = (low + many * np.arange(coarse.shape[1] + 1)) * STEP
        total = np.maximum(coarse.sum(axis=1, keepdims=True), 1)
        return coarse / total / (many * STEP), edges
