"""Pitch classes: Gaussians around each note, in all octaves at once (Ellis 2007, as in librosa.filters.chroma)."""

from __future__ import annotations

import numpy as np

from sonograph.filterbanks.filters import Filters, bin_frequencies, sparse
from sonograph.settings import ChromaBank, StftSettings

A0 = 27.5  # Hz: octaves are counted from here


def filters(bank: ChromaBank, stft: StftSettings, sample_rate: float) -> Filters:
    """The filters of a chroma bank. Rows have no frequency: centres and edges are NaN."""
    n = bank.n_bands
    reference = A0 * 2 ** (bank.tuning / n)
    bins = np.append(bin_frequencies(stft, sample_rate), (stft.n_bins) * sample_rate / stft.n_fft)
    notes = n * np.log2(bins[1:] / reference)
    notes = np.concatenate([[notes[0] - 1.5 * n], notes])  # 0 Hz, as if one and a half octaves below the first bin
    width = np.maximum(np.diff(notes), 1.0)  # of a bin, in notes; no narrower than a note
    notes = notes[:-1]
    half = np.round(n / 2)
    distance = np.remainder(notes - np.arange(n)[:, None] + half + 10 * n, n) - half
    matrix = np.exp(-0.5 * (2 * distance / width) ** 2)
    if bank.norm == "l2":
        matrix /= np.sqrt((matrix**2).sum(axis=0))
    if bank.octave_width:
        matrix *= np.exp(-0.5 * ((notes / n - bank.centre_octave) / bank.octave_width) ** 2)
    matrix = np.roll(matrix, -3 * (n // 12), axis=0)  # from A to C
    return sparse(matrix, np.full(n, np.nan), np.full((n, 2), np.nan))
