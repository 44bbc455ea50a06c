"""The kinds of summary, each a function of what was heard, and the names of its numbers.

    mfcc        means and deviations of cepstra and of their slopes, as in most recipes
    bands       percentiles, moments and change of each band, as cepstra over bands
    modulation  how strongly bands change, in octaves of modulation frequency: scattering's second order, of levels
    tangent     which cepstra change together: the logarithm of their covariance
    envelope    the shape of the loudness in time
    tonal       how far bands stand out of their neighbours: lines, combs, whistles
    kernels     how often random patterns over time stand out; not among those taken by default
    excerpt     the log-mel itself, 64 bands by 256 frames; not among those taken by default

Which of them tell sounds apart, and how well, was measured: docs/benchmarks.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sonograph.analysis.summaries.excerpt import N_FRAMES, N_ROWS, excerpt
from sonograph.analysis.summaries.heard import FLOOR, Heard, cepstra, deltas, hanning, quantiles
from sonograph.analysis.summaries.kernels import N_KERNELS, kernels

PERCENTS = (5.0, 25.0, 50.0, 75.0, 95.0)
N_CEPSTRA, N_MODULATION, N_TANGENT = 20, 16, 13
LENGTH = 256
"""Frames in which modulation is looked at."""
EDGES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 50.0)
"""Of the octaves of modulation, Hz."""
N_LEVELS = 24
"""Of the sorted loudness."""
FALL, RISE = (2, 5, 10, 20, 40, 80), (1, 2, 5, 10, 20)
"""Frames after and before the loudest at which the loudness is told."""
LAGS = ((10, 50), (50, 100), (100, 200), (200, 300))
"""Frames after which the loudness may come again."""
LOUD_SPAN = 6.0
"""Decades below the loudest cell that count for the loudness."""


class Kind(NamedTuple):
    """A kind of summary: its function, and the names of what it gives."""

    function: Callable[[Heard], np.ndarray]
    names: tuple[str, ...]


def mfcc(heard: Heard) -> np.ndarray:
    """(80,): mean and deviation of 20 cepstra, and of their slopes."""
    c = cepstra(heard.levels, N_CEPSTRA)
    d = deltas(c)
    return np.concatenate([c.mean(axis=1), c.std(axis=1), d.mean(axis=1), d.std(axis=1)])


def bands(heard: Heard) -> np.ndarray:
    """(240,): 12 statistics of each band over time, each as 20 cepstra over bands, so that neighbours say it once."""
    y = heard.below
    change = np.sort(np.abs(deltas(y)), axis=1)
    mean, deviation = y.mean(axis=1), y.std(axis=1)
    z = (y - mean[:, None]) / (deviation[:, None] + 1e-3)
    square = z * z
    rows = [*quantiles(np.sort(y, axis=1), PERCENTS).T, mean, deviation]
    rows += [change.mean(axis=1), change.std(axis=1), quantiles(change, (95.0,))[:, 0]]
    rows += [(square * z).mean(axis=1), np.sqrt((square * square).mean(axis=1))]
    return cepstra(np.stack(rows, axis=1), N_CEPSTRA).T.reshape(-1)


def modulation(heard: Heard) -> np.ndarray:
    """(112,): log power of each band's change in 7 octaves of modulation frequency, as 16 cepstra over bands."""
    from scipy.fft import rfft

    y = heard.clipped - heard.clipped.mean(axis=1, keepdims=True)
    if y.shape[1] < LENGTH:
        y = np.pad(y, ((0, 0), (0, LENGTH - y.shape[1])))
    cut = sliding_window_view(y, LENGTH, axis=1)[:, :: LENGTH // 2] * hanning(LENGTH)
    spectrum = rfft(cut, axis=2)
    power = (spectrum.real**2 + spectrum.imag**2).mean(axis=1)
    hertz = np.arange(power.shape[1]) * heard.rate / LENGTH
    rows = []
    for low, high in itertools.pairwise(EDGES):
        inside = power[:, (hertz >= low) & (hertz < high)]
        rows.append(np.log10((inside.mean(axis=1) if inside.shape[1] else np.zeros(len(y))) + 1e-6))
    return cepstra(np.stack(rows, axis=1), N_MODULATION).T.reshape(-1)


def tangent(heard: Heard) -> np.ndarray:
    """(351,): the matrix logarithm of the covariance of 13 cepstra and their slopes, its upper triangle.

    Covariances lie on a curved surface; in its tangent space they can be added and scaled as features are (Barachant
    et al. 2012).
    """
    c = cepstra(heard.clipped, N_TANGENT + 1)[1:]
    c = np.concatenate([c, 3 * deltas(c)])
    c = c - c.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(c @ c.T / max(1, c.shape[1] - 1) + 1e-3 * np.eye(len(c)))
    log = (vectors * np.log(values)) @ vectors.T
    row, column = np.triu_indices(len(log))
    return log[row, column] * np.where(row == column, 1.0, np.sqrt(2.0))


def envelope(heard: Heard) -> np.ndarray:
    """(44,): the loudness relative to its loudest: sorted, around its peak, its change, and when it comes again."""
    from scipy.fft import rfft

    power = np.maximum(heard.power, 10.0**-LOUD_SPAN).mean(axis=0)
    loud = np.log10(power * 10.0 ** heard.clipped.max() + 10.0**FLOOR)
    loud = loud - loud.max()
    n, at = len(loud), int(np.argmax(loud))
    change = np.diff(loud, append=loud[-1])
    fall = [loud[min(at + k, n - 1)] for k in FALL]
    rise = [loud[max(at - k, 0)] for k in RISE]
    spectrum = np.abs(rfft(loud - loud.mean(), n=1024)) ** 2
    again = np.fft.irfft(spectrum)
    again = again / (again[0] + 1e-9)
    steep = quantiles(np.sort(change), (99.0, 1.0))
    ordered = quantiles(np.sort(loud), tuple(np.linspace(0, 100, N_LEVELS)))
    peaks = [again[low:high].max() for low, high in LAGS]
    return np.concatenate([ordered, fall, rise, [np.log(n), change.std(), *steep, at / n], peaks])


def tonal(heard: Heard) -> np.ndarray:
    """(50,): how far bands stand over the two on either side, and how flat frames are."""
    y = heard.clipped
    wide = np.pad(y, ((2, 2), (0, 0)), mode="edge")
    over = np.maximum(y - (wide[:-4] + wide[1:-3] + wide[3:-1] + wide[4:]) / 4, 0)
    flat = heard.below.mean(axis=0) - np.log10(heard.power.mean(axis=0))
    rows = cepstra(np.stack([over.mean(axis=1), over.std(axis=1)], axis=1), N_CEPSTRA).T.reshape(-1)
    ends = [quantiles(np.sort(values), PERCENTS) for values in (flat, over.max(axis=0))]
    return np.concatenate([rows, *ends])


def _percents(percents: tuple[float, ...]) -> list[str]:
    return [f"p{percent:g}" for percent in percents]


def _each(kind: str, statistics: list[str], count: int) -> tuple[str, ...]:
    return tuple(f"{kind}_{statistic}_{i}" for statistic in statistics for i in range(count))


_OF_BANDS = [*_percents(PERCENTS), "mean", "deviation", "change_mean", "change_deviation", "change_p95"]
_OF_BANDS += ["skewness", "kurtosis"]
_OCTAVES = [f"{low:g}_{high:g}_hz" for low, high in itertools.pairwise(EDGES)]
_CHANGING = [*(f"c{i + 1}" for i in range(N_TANGENT)), *(f"slope{i + 1}" for i in range(N_TANGENT))]
_TOGETHER = zip(*np.triu_indices(2 * N_TANGENT), strict=True)
_OF_ENVELOPE = [
    *(f"level_{i}" for i in range(N_LEVELS)),
    *(f"after_{k}" for k in FALL),
    *(f"before_{k}" for k in RISE),
    *("log_frames", "change_deviation", "change_p99", "change_p1", "peak_at"),
    *(f"again_{low}_{high}" for low, high in LAGS),
]

KINDS = {
    "mfcc": Kind(mfcc, _each("mfcc", ["mean", "deviation", "slope_mean", "slope_deviation"], N_CEPSTRA)),
    "bands": Kind(bands, _each("bands", _OF_BANDS, N_CEPSTRA)),
    "modulation": Kind(modulation, _each("modulation", _OCTAVES, N_MODULATION)),
    "tangent": Kind(tangent, tuple(f"tangent_{_CHANGING[i]}_{_CHANGING[j]}" for i, j in _TOGETHER)),
    "envelope": Kind(envelope, tuple(f"envelope_{name}" for name in _OF_ENVELOPE)),
    "tonal": Kind(
        tonal,
        _each("tonal", ["over_mean", "over_deviation"], N_CEPSTRA)
        + tuple(f"tonal_{what}_{p}" for what in ("flatness", "over") for p in _percents(PERCENTS)),
    ),
    "kernels": Kind(kernels, tuple(f"kernels_{i}" for i in range(N_KERNELS))),
    "excerpt": Kind(excerpt, tuple(f"excerpt_{i}_{j}" for i in range(N_ROWS) for j in range(N_FRAMES))),
}
"""By name, in the order in which they are put side by side."""
