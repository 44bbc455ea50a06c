"""Triangles evenly spaced on a scale: mel, Bark or hertz.

The corners of the triangles are the same everywhere; libraries differ in what the sides are straight in, which
decides the weights between the corners.
"""

from __future__ import annotations

import numpy as np

from sonograph.errors import SettingsError
from sonograph.filterbanks.filters import Filters, bin_frequencies, highest, no_bin, sparse
from sonograph.scales import bark_to_hz, hz_to_bark, hz_to_mel, mel_to_hz
from sonograph.settings import BarkBank, LinearBank, MelBank, StftSettings


def filters(bank: MelBank | BarkBank | LinearBank, stft: StftSettings, sample_rate: float) -> Filters:
    """The filters of a bank of triangles."""
    low, high = bank.low, highest(bank, sample_rate)
    bins = bin_frequencies(stft, sample_rate)
    if isinstance(bank, LinearBank):
        corners = np.linspace(low, high, bank.n_bands + 2)
        matrix = _between(corners, bins)
    elif isinstance(bank, BarkBank):
        even = np.linspace(hz_to_bark(low), hz_to_bark(high), bank.n_bands + 2)
        corners, matrix = bark_to_hz(even), _between(even, hz_to_bark(bins))
    else:
        even = np.linspace(hz_to_mel(low, bank.formula), hz_to_mel(high, bank.formula), bank.n_bands + 2)
        corners = mel_to_hz(even, bank.formula)
        if bank.warp != 1:
            corners = _warped(corners, bank, high, sample_rate / 2)
            even = hz_to_mel(corners, bank.formula)
        if bank.triangles == "mel":
            matrix = _between(even, hz_to_mel(bins, bank.formula))
        elif bank.triangles == "bins":
            # python_speech_features multiplies by n_fft + 1, which moves corners by up to a bin
            matrix = _between(np.floor((stft.n_fft + 1) * corners / sample_rate), np.arange(stft.n_bins), closed=True)
        else:
            matrix = _between(corners, bins)
        if bank.norm == "slaney":
            matrix *= (2 / (corners[2:] - corners[:-2]))[:, None]
    if bank.empty == "refuse":
        _refuse_empty(matrix, corners, stft, sample_rate)
    return sparse(matrix, corners[1:-1], np.stack([corners[:-2], corners[2:]], axis=1))


def _warped(f: np.ndarray, bank: MelBank, high: float, half: float) -> np.ndarray:
    """Frequencies of a longer or a shorter vocal tract, as Kaldi's VtlnWarpFreq has them."""
    top = half - 500 if bank.warp_high is None else bank.warp_high
    lower, upper = bank.warp_low * max(1.0, bank.warp), top * min(1.0, bank.warp)
    if not bank.low < lower < upper < high:
        raise SettingsError(
            f"warp is {bank.warp:g} from {bank.warp_low:g} to {top:g} Hz; between these it must bend within the bank, "
            f"{bank.low:g} to {high:g} Hz: change warp_low and warp_high"
        )
    return np.interp(f, (bank.low, lower, upper, high), (bank.low, lower / bank.warp, upper / bank.warp, high))


def _between(corners: np.ndarray, places: np.ndarray, *, closed: bool = False) -> np.ndarray:
    """(n_bands, n_places): 1 at the middle of three corners, straight down to 0 at the outer two.

    `closed` keeps the tip of a triangle whose rising side has no width.
    """
    left, middle, right = (corners[i : len(corners) - 2 + i, None] for i in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        rising, falling = (places - left) / (middle - left), (right - places) / (right - middle)
    if closed:
        rising = np.where(places >= middle, 1.0, rising)
        falling = np.where(places < middle, 1.0, falling)
        falling = np.where(places >= right, 0.0, falling)
    return np.maximum(0, np.minimum(rising, falling))


def _refuse_empty(matrix: np.ndarray, corners: np.ndarray, stft: StftSettings, sample_rate: float) -> None:
    empty = np.flatnonzero(~matrix.any(axis=1))
    if not len(empty):
        return
    q = int(empty[0])
    what = f"band {q} ({corners[q]:.4g} to {corners[q + 2]:.4g} Hz)"
    raise SettingsError(no_bin(what, corners[:-2], corners[2:], stft.n_fft, sample_rate))
