"""Harmonics-to-noise ratio of each frame (Boersma 1993, "Accurate short-term analysis of the fundamental frequency and
the harmonics-to-noise ratio of a sampled sound")."""

from __future__ import annotations

import math

import numpy as np

from sonograph.engines import Engine
from sonograph.features.samples import Samples, blocks, cut
from sonograph.windows import window_of

FINER = 4
"""Lags to a sample: a peak of what is bright is narrower than a sample."""


def harmonicity(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, 2): the ratio in dB, and the strength of the period that it is of."""
    from scipy.fft import irfft, next_fast_len, rfft

    n, stage = work.window_length, work.stage
    longest = FINER * (math.ceil(work.sample_rate / stage.low) + 1)
    shortest = FINER * max(2, math.floor(work.sample_rate / stage.high))
    size = next_fast_len(n + longest // FINER + 2, real=True)
    window = window_of(stage.of)
    weights = irfft(np.abs(rfft(window, size)) ** 2, FINER * size)[: longest + 2]
    for frames in blocks(work, len(out)):
        x = np.array(cut(samples, work, frames), float, order="C")
        missing = ~np.isfinite(x).all(axis=1)
        x[missing] = 0
        x -= x.mean(axis=1, keepdims=True)
        spectrum = rfft(x * window, size, axis=1)
        r = irfft(spectrum.real**2 + spectrum.imag**2, FINER * size, axis=1)[:, : longest + 2]
        with np.errstate(invalid="ignore", divide="ignore"):
            r = r / r[:, :1] / (weights / weights[0])
        strength = _highest(r, shortest, longest)
        strength[missing] = np.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = 10 * np.log10(strength / (1 - strength))
        out[frames.start : frames.stop, 0] = ratio
        out[frames.start : frames.stop, 1] = strength


def _highest(r: np.ndarray, shortest: int, longest: int) -> np.ndarray:
    """(frames,) the top of the parabola through the highest of the peaks between two lags; below 1, above 0."""
    before, here, after = r[:, shortest - 1 : longest], r[:, shortest : longest + 1], r[:, shortest + 1 : longest + 2]
    bend = before - 2 * here + after
    with np.errstate(invalid="ignore", divide="ignore"):
        tops = here - 0.125 * (after - before) ** 2 / bend
    peak = (here >= before) & (here > after)
    tops = np.where(peak, tops, -np.inf)
    found = tops.max(axis=1)
    found = np.where(np.isneginf(found), 1e-10, found)
    found = np.where(found > 1, 1 / found, found)  # as Boersma has it, where the parabola overshoots
    silent = ~np.isfinite(r[:, 0])
    return np.where(silent, np.nan, np.clip(found, 1e-10, 1 - 1e-10))
