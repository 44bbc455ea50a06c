"""Cepstral coefficients: the orthonormal DCT-II of each frame's logarithms (Davis and Mermelstein 1980)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.settings import CepstralSettings


def cepstra(settings: CepstralSettings, values: np.ndarray) -> np.ndarray:
    """(frames, coefficients) of (frames, bands): c_n = sqrt(2/N) sum of v_k cos(pi n (k + 1/2) / N), c_0 by sqrt(1/2).

    >>> from sonograph.settings import LogSettings, StftSettings
    >>> settings = CepstralSettings(of=LogSettings(of=StftSettings(window_length=6)), n_coefficients=3)
    >>> cepstra(settings, np.ones((1, 4)))
    array([[2., 0., 0.]])
    """
    from scipy.fft import dct

    kept = slice(settings.first, settings.first + settings.n_coefficients)
    coefficients = dct(values, type=2, norm="ortho", axis=1)[:, kept]
    if settings.lifter:
        return coefficients * _lifter(settings.lifter, kept.start, kept.stop).astype(values.dtype)
    return np.ascontiguousarray(coefficients)


@lru_cache(maxsize=16)
def _lifter(length: float, start: int, stop: int) -> np.ndarray:
    """1 + L/2 sin(pi n / L): the HTK book's 5.14."""
    return 1 + length / 2 * np.sin(np.pi * np.arange(start, stop) / length)
