"""What the banks are made of: sparse filters, the frequencies of bins, where a bank ends, and a band without a bin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sonograph.errors import SettingsError
from sonograph.settings import BarkBank, GammatoneBank, LinearBank, MelBank, OctaveBank, StftSettings


class Filters(NamedTuple):
    """A sparse (n_bands, n_bins) matrix, and where its bands lie."""

    first: np.ndarray  # (n_bands,) int64: the first bin of each band
    start: np.ndarray  # (n_bands + 1,) int64: where its weights begin in `weights`
    weights: np.ndarray  # float64, band after band
    centres: np.ndarray  # (n_bands,) Hz
    edges: np.ndarray  # (n_bands, 2) Hz

    def dense(self, n_bins: int) -> np.ndarray:
        """(n_bands, n_bins) float64, for looking at."""
        matrix = np.zeros((len(self.first), n_bins))
        for q, first in enumerate(self.first):
            band = self.weights[self.start[q] : self.start[q + 1]]
            matrix[q, first : first + len(band)] = band
        return matrix


def sparse(matrix: np.ndarray, centres: np.ndarray, edges: np.ndarray) -> Filters:
    """Filters of a full (n_bands, n_bins) matrix: from the first to the last bin that a band weighs."""
    first, parts = np.zeros(len(matrix), np.int64), []
    for q, row in enumerate(matrix):
        bins = np.flatnonzero(row)
        if len(bins):
            first[q] = bins[0]
        parts.append(row[bins[0] : bins[-1] + 1] if len(bins) else row[:0])
    start = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    return Filters(first, start, np.concatenate(parts), np.asarray(centres, float), np.asarray(edges, float))


def bin_frequencies(stft: StftSettings, sample_rate: float) -> np.ndarray:
    """Middle of each bin, Hz."""
    return np.arange(stft.n_bins) * (sample_rate / stft.n_fft)


def highest(bank: MelBank | BarkBank | LinearBank | GammatoneBank | OctaveBank, sample_rate: float) -> float:
    """Where a bank ends, Hz; refused beyond half the sample rate and below where it begins."""
    half = sample_rate / 2
    high = half if bank.high is None else bank.high
    if high > half and getattr(bank, "empty", "refuse") == "refuse":
        raise SettingsError(f"high is {high:g} Hz; with sample_rate {sample_rate:g} it must be at most {half:g} Hz")
    if bank.low >= high:
        raise SettingsError(f"low is {bank.low:g} Hz; with sample_rate {sample_rate:g} it must be below {high:g} Hz")
    return high


def no_bin(what: str, lows: np.ndarray, highs: np.ndarray, n_fft: int, sample_rate: float) -> str:
    """The sentence about a band with no bin in it, with the least length of a transform that has one in every band."""
    enough = int(sample_rate / float((highs - lows).min())) + 2
    least = enough
    for length in range(n_fft + 1, enough):
        first, last = (np.floor(lows * (length / sample_rate)) + 1, np.ceil(highs * (length / sample_rate)) - 1)
        if (first <= last).all():
            least = length
            break
    return (
        f"{what} has no bin in it; with n_fft {n_fft} and sample_rate {sample_rate:g} bins are "
        f"{sample_rate / n_fft:.4g} Hz apart: the least n_fft that would do is {least}, or ask for fewer bands"
    )
