"""Filters whose sums are what the unit of the bands promises: a mean square, or a mean density.

A tone fills as many bins as the window is wide, and so does noise: a sum over bins of a "spectrum" holds the window's
noise bandwidth that often (Heinzel, Rüdiger and Schilling 2002). Of a power that is "raw" the sums are as they come,
as in other libraries.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np

from sonograph.filterbanks import filters_of
from sonograph.filterbanks.filters import Filters, bin_frequencies, highest
from sonograph.settings import BandSettings, BarkBank, LinearBank, MelBank
from sonograph.windows import noise_bandwidth


@lru_cache(maxsize=64)
def promised(settings: BandSettings, sample_rate: float) -> Filters:
    """The filters that bands are computed with.

    Of scaling "spectrum" the triangles become a partition from `low` to `high`: what lies below the first tip belongs
    to the first band whole, what lies above the last one to the last.

    Raises
    ------
    SettingsError
        As `filters_of`.
    """
    filters, stft, scaling = filters_of(settings, sample_rate), settings.of, settings.scaling
    if stft.quantity != "power" or scaling not in ("spectrum", "density") or settings.splits_bins:
        return filters
    bandwidth = noise_bandwidth(stft, sample_rate)
    if scaling == "spectrum":
        if isinstance(settings.bands, MelBank | BarkBank | LinearBank):
            filters = _with_shoulders(filters, settings, sample_rate)
        return filters._replace(weights=filters.weights * (sample_rate / stft.n_fft / bandwidth))
    sums = np.array([filters.weights[a:b].sum() for a, b in itertools.pairwise(filters.start)])
    mean = filters.weights / np.repeat(np.where(sums > 0, sums, 1.0), np.diff(filters.start))
    return filters._replace(weights=mean if stft.scaling == "density" else mean / bandwidth)


def _with_shoulders(filters: Filters, settings: BandSettings, sample_rate: float) -> Filters:
    """Triangles whose first and last reach their ends at full weight."""
    bank, frequencies = settings.bands, bin_frequencies(settings.of, sample_rate)
    assert isinstance(bank, MelBank | BarkBank | LinearBank)  # noqa: S101  # as who calls has seen
    matrix = filters.dense(len(frequencies))
    rounding = sample_rate * 1e-12
    inside = (frequencies >= bank.low - rounding) & (frequencies <= highest(bank, sample_rate) + rounding)
    matrix[0, inside & (frequencies <= filters.centres[0])] = 1.0
    matrix[-1, inside & (frequencies >= filters.centres[-1])] = 1.0
    first, start, weights = filters.first.copy(), [0], []
    for q, row in enumerate(matrix):
        bins = np.flatnonzero(row)
        if len(bins):
            first[q] = bins[0]
            weights.append(row[bins[0] : bins[-1] + 1])
        start.append(start[-1] + (len(weights[-1]) if len(bins) else 0))
    return filters._replace(
        first=first, start=np.array(start, np.int64), weights=np.concatenate([*weights, np.zeros(0)])
    )
