"""Filters shaped as the ear's: the power response of gammatones of order 4 (Patterson et al. 1992)."""

from __future__ import annotations

import numpy as np

from sonograph.errors import SettingsError
from sonograph.filterbanks.filters import Filters, bin_frequencies, highest, no_bin, sparse
from sonograph.scales import erb_to_hz, hz_to_erb
from sonograph.settings import GammatoneBank, StftSettings

LEAST = 1e-6
"""Weights below -60 dB are left away, so that bands stay narrow."""


def filters(bank: GammatoneBank, stft: StftSettings, sample_rate: float) -> Filters:
    """The filters of a gammatone bank."""
    high = highest(bank, sample_rate)
    last = bank.n_bands + 1 if bank.high is None else bank.n_bands
    centres = erb_to_hz(np.linspace(hz_to_erb(bank.low), hz_to_erb(high), last))[: bank.n_bands]
    widths = 24.7 * (0.00437 * centres + 1)
    away = (bin_frequencies(stft, sample_rate) - centres[:, None]) / (1.019 * widths[:, None])
    matrix = (1 + away**2) ** -4.0
    matrix[matrix < LEAST] = 0
    empty = np.flatnonzero(~matrix.any(axis=1))
    if len(empty):
        reach = 1.019 * widths * (LEAST**-0.25 - 1) ** 0.5
        what = f"band {empty[0]} (around {centres[empty[0]]:.4g} Hz)"
        raise SettingsError(no_bin(what, centres - reach, centres + reach, stft.n_fft, sample_rate))
    return sparse(matrix, centres, np.stack([centres - widths / 2, centres + widths / 2], axis=1))
