"""Filter banks as numbers: what each band weighs of each bin, for a transform and a sample rate.

Weights are sparse: a band weighs consecutive bins, and sums run over them in their order. They are computed in float64
once for each bank, transform and rate, and kept.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.filterbanks import chroma, gammatone, proportional, triangles
from sonograph.filterbanks.filters import Filters as Filters
from sonograph.settings import (
    BandSettings,
    BarkBank,
    ChromaBank,
    GammatoneBank,
    LinearBank,
    MelBank,
    MillidecadeBank,
    OctaveBank,
)


@lru_cache(maxsize=64)
def filters_of(settings: BandSettings, sample_rate: float) -> Filters:
    """The filters of bands at a sample rate.

    Raises
    ------
    SettingsError
        A band beyond half the sample rate, or with no bin in it, unless its bank allows that.

    Examples
    --------
    >>> from sonograph import StftSettings
    >>> mel = BandSettings(of=StftSettings(window_length=512), bands=MelBank(n_bands=3))
    >>> filters_of(mel, 16_000.0).centres.round()
    array([ 754., 1689., 3676.])
    """
    bank = settings.bands
    if isinstance(bank, tuple):
        return _explicit(settings)
    if isinstance(bank, MelBank | BarkBank | LinearBank):
        return triangles.filters(bank, settings.of, sample_rate)
    if isinstance(bank, ChromaBank):
        return chroma.filters(bank, settings.of, sample_rate)
    if isinstance(bank, GammatoneBank):
        return gammatone.filters(bank, settings.of, sample_rate)
    assert isinstance(bank, OctaveBank | MillidecadeBank)  # noqa: S101  # no other bank is there
    return proportional.filters(bank, settings.of, sample_rate)


def _explicit(settings: BandSettings) -> Filters:
    bands = settings.bands
    assert isinstance(bands, tuple)  # noqa: S101  # what is no tuple is a bank
    return Filters(
        np.array([band.first for band in bands], np.int64),
        np.cumsum([0, *(len(band.weights) for band in bands)], dtype=np.int64),
        np.array([w for band in bands for w in band.weights], float),
        np.array([band.centre for band in bands], float),
        np.array([(band.low, band.high) for band in bands], float),
    )
