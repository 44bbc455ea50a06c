"""Linear prediction of the samples of frames, by Burg's method and by autocorrelation, and the formants of its roots.

All frames of a block go through the same steps side by side; no frame's sum looks at another's.
"""

from __future__ import annotations

import math

import numpy as np

from sonograph.engines import Engine
from sonograph.features.samples import Samples, blocks, cut
from sonograph.windows import window_of

MARGIN = 50.0
"""Hz from 0 and from half the sample rate within which a root is no formant, as in Praat."""


def linear_prediction(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, order) with a1 … ap."""
    stage = work.stage
    for frames in blocks(work, len(out)):
        x = np.array(cut(samples, work, frames), float, order="C")
        if stage.method == "burg":
            found = burg(x, stage.order)
        else:
            found = levinson(_autocorrelation(x * window_of(stage.of), stage.order))
        out[frames.start : frames.stop] = found


def formants(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, 2 count): the lowest formants, Hz, then their bandwidths."""
    stage, rate, count = work.stage, work.sample_rate, work.stage.count
    kept = math.exp(-2 * math.pi * stage.emphasis_from / rate) if stage.emphasis_from else 0.0
    window = window_of(stage.of)
    for frames in blocks(work, len(out)):
        x = np.array(cut(samples, work, frames), float, order="C")
        x[:, 1:] -= kept * x[:, :-1]
        x[:, 0] *= 1 - kept
        found = burg(x * window, 2 * count)
        rows = np.full((len(x), 2 * count), np.nan)
        there = np.isfinite(found).all(axis=1)
        for row, coefficients in zip(np.flatnonzero(there), found[there], strict=True):
            frequency, width = _resonances(coefficients, rate)
            n = min(count, len(frequency))
            rows[row, :n], rows[row, count : count + n] = frequency[:n], width[:n]
        out[frames.start : frames.stop] = rows


def burg(x: np.ndarray, order: int) -> np.ndarray:
    """(frames, order) by Burg's recursion: both directions are predicted, and the sum of both errors is least."""
    forward, backward = x[:, 1:].copy(), x[:, :-1].copy()
    a = np.zeros((len(x), order + 1))
    a[:, 0] = 1
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for m in range(1, order + 1):
            both = np.add.reduce(forward * forward, axis=1) + np.add.reduce(backward * backward, axis=1)
            k = -2 * np.add.reduce(forward * backward, axis=1) / both
            a[:, 1 : m + 1] = a[:, 1 : m + 1] + k[:, None] * a[:, m - 1 :: -1][:, :m]
            if m < order:
                ahead = forward + k[:, None] * backward
                behind = backward + k[:, None] * forward
                forward, backward = ahead[:, 1:].copy(), behind[:, :-1].copy()
    a[~np.isfinite(a).all(axis=1)] = np.nan
    return a[:, 1:]


def levinson(r: np.ndarray) -> np.ndarray:
    """(frames, order) of autocorrelations (frames, order + 1), by Levinson's recursion."""
    order = r.shape[1] - 1
    a = np.zeros((len(r), order + 1))
    a[:, 0] = 1
    error = r[:, 0].copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        for m in range(1, order + 1):
            k = -np.add.reduce(a[:, :m] * r[:, m:0:-1], axis=1) / error
            a[:, 1 : m + 1] = a[:, 1 : m + 1] + k[:, None] * a[:, m - 1 :: -1][:, :m]
            error = error * (1 - k * k)
    a[~np.isfinite(a).all(axis=1)] = np.nan
    return a[:, 1:]


def _autocorrelation(x: np.ndarray, order: int) -> np.ndarray:
    n = x.shape[1]
    lags = [np.add.reduce(x[:, : n - lag] * x[:, lag:], axis=1) for lag in range(order + 1)]
    return np.stack(lags, axis=1)


def _resonances(a: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies of the roots in the upper half of the plane, lowest first, and their bandwidths."""
    roots = np.roots(np.concatenate([[1.0], a]))
    roots = np.where(np.abs(roots) > 1, 1 / np.conj(roots), roots)  # into the circle, as a filter that is stable
    frequency = np.angle(roots) * rate / (2 * np.pi)
    with np.errstate(divide="ignore"):
        width = -np.log(np.abs(roots)) * rate / np.pi
    kept = (roots.imag >= 0) & (frequency >= MARGIN) & (frequency <= rate / 2 - MARGIN)
    order = np.argsort(frequency[kept], kind="stable")
    return frequency[kept][order], width[kept][order]
