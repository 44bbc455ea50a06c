"""Bands that a standard draws across the bins: octave fractions and hybrid millidecades.

A bin's power is taken to lie evenly over its width, and a bin that an edge cuts gives each side its share, so no power
is lost or counted twice. The bins at 0 Hz and at half the sample rate are half as wide: what is one-sided ends there.
"""

from __future__ import annotations

import math

import numpy as np

from sonograph.checks import MOST, refuse_large
from sonograph.errors import SettingsError
from sonograph.filterbanks.filters import Filters, highest
from sonograph.settings import MillidecadeBank, OctaveBank, StftSettings
from sonograph.settings.octaves import LINEAR_BELOW, octave_at
from sonograph.windows import noise_bandwidth


def filters(bank: OctaveBank | MillidecadeBank, stft: StftSettings, sample_rate: float) -> Filters:
    """The filters of a bank; what a band reads depends on the scaling, as its settings say."""
    if isinstance(bank, OctaveBank):
        centres, edges = octaves(bank, sample_rate)
    else:
        centres, edges = hybrid_millidecades(sample_rate)
    width = sample_rate / stft.n_fft
    corners = ((np.arange(stft.n_bins + 1) - 0.5) * width).clip(0, sample_rate / 2)
    lowest = np.searchsorted(corners, edges[:, 0].clip(0), side="right") - 1
    last = np.searchsorted(corners, edges[:, 1], side="left")
    parts = []
    for (low, high), begin, end in zip(edges, lowest, last, strict=True):
        inside = corners[begin : end + 1].clip(low, high)
        parts.append(np.diff(inside) / np.diff(corners[begin : end + 1]))
    if stft.scaling == "density":
        parts = [part * (width / (high - low)) for part, (low, high) in zip(parts, edges, strict=True)]
    elif stft.scaling == "spectrum":  # a tone fills as many bins as the window is wide
        parts = [part * (width / noise_bandwidth(stft, sample_rate)) for part in parts]
    start = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    return Filters(lowest.astype(np.int64), start, np.concatenate(parts), centres, edges)


def octaves(bank: OctaveBank, sample_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n,) and edges (n, 2) of fractional octaves, Hz: 1000 G^(x/b), or 1000 G^((2x+1)/(2b)) for even b."""
    step = 0.3 / bank.per_octave  # decades
    odd = bank.per_octave % 2
    high = highest(bank, sample_rate)
    first, last = octave_at(bank.low, bank.per_octave), octave_at(high, bank.per_octave)
    span = f"bands between {bank.low:g} and {high:g} Hz"
    refuse_large("per_octave", bank.per_octave, last - first + 1, span, MOST)
    x = np.arange(first, last + 1) + (0 if odd else 0.5)
    centres = 1000 * 10 ** (x * step)
    edges = np.stack([1000 * 10 ** ((x - 0.5) * step), 1000 * 10 ** ((x + 0.5) * step)], axis=1)
    whole = edges[:, 1] <= sample_rate / 2 * (1 + 1e-12)
    if bank.high is not None and not whole.all():
        raise SettingsError(
            f"high is {high:g} Hz, in a band that ends at {edges[-1, 1]:.5g} Hz; with sample_rate {sample_rate:g} it "
            f"must end at {sample_rate / 2:g} Hz or below"
        )
    if not whole.any():
        raise SettingsError(f"low is {bank.low:g} Hz; no band from there on ends below {sample_rate / 2:g} Hz")
    return centres[whole], edges[whole]


def hybrid_millidecades(sample_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n,) and edges (n, 2) of hybrid millidecades, Hz, up to half the sample rate."""
    half = sample_rate / 2
    if half <= LINEAR_BELOW:
        raise SettingsError(f"sample_rate is {sample_rate:g}; millidecades begin at {LINEAR_BELOW} Hz and need more")
    below = np.arange(LINEAR_BELOW, dtype=float)
    n = np.arange(1, 2 + math.ceil(1000 * math.log10(half / 10)))
    centres = 10 * 10 ** ((n - 0.5) / 1000)
    edges = np.stack([10 * 10 ** ((n - 1) / 1000), 10 * 10 ** (n / 1000)], axis=1)
    above = (centres >= LINEAR_BELOW) & (edges[:, 0] < half)
    centres, edges = centres[above], edges[above]
    last_linear = np.stack([below - 0.5, below + 0.5], axis=1)
    last_linear[-1, 1] = edges[0, 0]
    if edges[-1, 1] > half:
        centres[-1] = edges[-1, 1] = half
    return np.concatenate([below, centres]), np.concatenate([last_linear, edges])
