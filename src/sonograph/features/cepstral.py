"""Cepstral coefficients: the orthonormal DCT-II of each frame's logarithms (Davis and Mermelstein 1980).

A few coefficients of some bands are sums of products, as fast as a transform and without loading one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.features.weighed import Weights, weighed
from sonograph.settings import CepstralSettings

FEW = 1 << 13
"""Products for a frame, up to which they are summed; a fast transform takes over beyond."""


def cepstra(settings: CepstralSettings, values: np.ndarray) -> np.ndarray:
    """(frames, coefficients) of (frames, bands): c_n = sqrt(2/N) sum of v_k cos(pi n (k + 1/2) / N), c_0 by sqrt(1/2).

    >>> from sonograph.settings import LogSettings, StftSettings
    >>> settings = CepstralSettings(of=LogSettings(of=StftSettings(window_length=6)), n_coefficients=3)
    >>> cepstra(settings, np.ones((1, 4))).round(12) + 0.0
    array([[2., 0., 0.]])
    """
    n_bands = values.shape[1]
    if settings.n_coefficients * n_bands <= FEW:
        return weighed(values, _cosines(settings, n_bands, values.dtype))
    from scipy.fft import dct

    kept = slice(settings.first, settings.first + settings.n_coefficients)
    coefficients = dct(values, type=2, norm="ortho", axis=1)[:, kept]
    return coefficients * _lifter(settings).astype(values.dtype)


@lru_cache(maxsize=16)
def _cosines(settings: CepstralSettings, n_bands: int, dtype: np.dtype) -> Weights:
    """(coefficients, bands): the rows of the transform that are kept, liftered."""
    n = np.arange(settings.first, settings.first + settings.n_coefficients)[:, None]
    rows = np.sqrt(2 / n_bands) * np.cos(np.pi / n_bands * n * (np.arange(n_bands) + 0.5))
    rows[n[:, 0] == 0] *= np.sqrt(0.5)
    return Weights.of((rows * _lifter(settings)[:, None]).astype(dtype))


def _lifter(settings: CepstralSettings) -> np.ndarray:
    """1 + L/2 sin(pi n / L): the HTK book's 5.14."""
    n = np.arange(settings.first, settings.first + settings.n_coefficients)
    if not settings.lifter:
        return np.ones(len(n))
    return 1 + settings.lifter / 2 * np.sin(np.pi * n / settings.lifter)
