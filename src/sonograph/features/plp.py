"""Perceptual linear prediction, frame by frame (Hermansky 1990; in Kaldi's form, which is HTK's)."""

from __future__ import annotations

import numpy as np

from sonograph.features.weighed import Weights, weighed
from sonograph.filterbanks import filters_of
from sonograph.settings.plp import PlpSettings

LEAST = 1e-5
"""Of the error that a pole may leave, as in Kaldi: a pure tone would leave none."""

SILENT = 1e-30
"""What any smaller power is taken for: silence has a model too."""


class Plp:
    """The stage on one channel; frames follow each other so fast that the sample rate is known."""

    def __init__(self, settings: PlpSettings, frames_per_second: float) -> None:
        bands = settings.bands
        self._settings = settings
        self._loudness = equal_loudness(filters_of(bands, frames_per_second * bands.of.hop).centres)
        self._cosines = Weights.of(inverse_cosines(settings.order + 1, len(self._loudness) + 2))
        n = np.arange(settings.n_coefficients)
        self._lifter = 1 + settings.lifter / 2 * np.sin(np.pi * n / settings.lifter) if settings.lifter else n * 0 + 1.0

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, coefficients) of (frames, bands)."""
        settings = self._settings
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            power = values.astype(float) if settings.of.quantity == "power" else np.exp(values.astype(float))
            weighted = (np.maximum(power, SILENT) * self._loudness) ** settings.compression
            weighted = np.concatenate([weighted[:, :1], weighted, weighted[:, -1:]], axis=1)
            poles, error = durbin(weighed(weighted, self._cosines))
            rows = cepstrum(poles, error, settings.n_coefficients) * self._lifter
        rows[~np.isfinite(rows).all(axis=1)] = np.nan
        return rows.astype(values.dtype)

    def finish(self) -> None:
        """Nothing waits."""
        return


def equal_loudness(frequencies: np.ndarray) -> np.ndarray:
    """How loud bands of one power sound at about 40 phon (Makhoul and Cosell 1976; Hermansky 1990, equation 5).

    >>> equal_loudness(np.array([100.0, 1000.0, 4000.0])).round(3)
    array([0.001, 0.171, 0.668])
    """
    squared = frequencies**2
    return np.asarray((squared / (squared + 1.6e5)) ** 2 * (squared + 1.44e6) / (squared + 9.61e6))


def inverse_cosines(lags: int, n: int) -> np.ndarray:
    """(lags, n): from a spectrum at n even places, both ends among them, to its autocorrelation."""
    weights = 2 * np.cos(np.pi / (n - 1) * np.arange(lags)[:, None] * np.arange(n))
    weights[:, [0, -1]] /= 2
    return np.asarray(weights / (2 * (n - 1)))


def durbin(r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frames, order) predictors and (frames,) errors of autocorrelations (frames, order + 1): Durbin's recursion."""
    order = r.shape[1] - 1
    a = np.zeros((len(r), order + 1))
    a[:, 0] = 1
    error = r[:, 0].copy()
    for m in range(1, order + 1):
        k = -np.add.reduce(a[:, :m] * r[:, m:0:-1], axis=1) / error
        a[:, 1 : m + 1] = a[:, 1 : m + 1] + k[:, None] * a[:, m - 1 :: -1][:, :m]
        error = error * np.maximum(1 - k * k, LEAST)
    return a[:, 1:], error


def cepstrum(a: np.ndarray, error: np.ndarray, count: int) -> np.ndarray:
    """(frames, count): the cepstrum of error / |1 + a1 z⁻¹ + …|², c0 the logarithm of the error."""
    c = np.zeros((len(a), count))
    c[:, 0] = np.log(error)
    for n in range(1, count):
        c[:, n] = -a[:, n - 1]
        for k in range(1, n):
            c[:, n] -= (n - k) / n * a[:, k - 1] * c[:, n - k]
    return c
