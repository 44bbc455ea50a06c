"""The short-time Fourier transform squeezed in frequency (Thakur and Wu 2011; Oberlin, Meignen and Perrier 2014).

With X the transform through a window g, and X_d that through its slope, the phase of X turns at f - Im(X_d / X) / 2π;
the values that turn at one bin are added there. All bins of both sides add up to n_fft · g(0) · x in the middle of the
window, so each is divided by that, and those that stand for their mirrors too are doubled.
"""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache

import numpy as np

from sonograph.engines import Engine, Work, serving
from sonograph.features.samples import Samples
from sonograph.frames import split
from sonograph.settings.squeezed import SqueezedSettings
from sonograph.windows import slope_of, window_of

VALUES = 1 << 17
"""Values of a transform that are looked at at a time."""


def squeezed(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, bins) with the squeezed transform, its magnitude or its power."""
    plain, sloping, weights, rows = _tables(work.stage)
    serves = serving(engine, plain, samples.dtype)
    kind = np.result_type(samples.dtype, np.complex64)
    for frames in split(range(len(out)), max(1, VALUES // plain.n_bins)):
        span = samples[frames.start * work.hop :][: (len(frames) - 1) * work.hop + work.window_length]
        values, slopes = (np.empty((1, len(frames), plain.n_bins), kind) for _ in range(2))
        serves.compute(span[None], plain, values)
        serves.compute(span[None], sloping, slopes)
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            there = _row_of(values[0], slopes[0], plain.n_fft)
            made = _added(values[0] * weights, there) * rows
            out[frames.start : frames.stop] = _as(work.quantity, made)


def _row_of(values: np.ndarray, slopes: np.ndarray, n_fft: int) -> np.ndarray:
    """The bin at which the phase of each value turns; its own where it has none, as in a frame that is missing."""
    own = np.arange(values.shape[1])
    square = values.real**2 + values.imag**2
    higher = (slopes.real * values.imag - slopes.imag * values.real) / square  # a sample, in radians
    turns = np.rint(own + higher.astype(float) * (n_fft / (2 * math.pi)))
    return np.where(np.isnan(turns), own, np.clip(turns, 0, len(own) - 1)).astype(np.intp)


def _added(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """(frames, bins) complex128: values of each frame added where they belong, from the lowest bin up."""
    n_frames, n_bins = values.shape
    place = (there + np.arange(n_frames)[:, None] * n_bins).reshape(-1)
    sums = [np.bincount(place, part.reshape(-1), n_frames * n_bins) for part in (values.real, values.imag)]
    made: np.ndarray = (sums[0] + 1j * sums[1]).reshape(n_frames, n_bins)
    return made


def _as(quantity: str, values: np.ndarray) -> np.ndarray:
    if quantity == "transform":
        return values
    power: np.ndarray = values.real**2 + values.imag**2
    return power if quantity == "power" else np.sqrt(power)


@lru_cache(maxsize=16)
def _tables(stage: SqueezedSettings) -> tuple[Work, Work, np.ndarray, np.ndarray]:
    """What an engine computes with the window and with its slope, and the weights of bins before and after.

    Before: what stands for its mirror twice, the phase from the window's first sample to its middle. After: a tone's
    mean square of its amplitude's, which at 0 Hz and half the sample rate are the same.
    """
    stft = stage.of
    n, n_fft, bins = stft.window_length, stft.n_fft, np.arange(stft.n_bins)
    window = window_of(dataclasses.replace(stft, scaling="raw"))
    works = [Work(weights, stft.hop, n_fft, "transform") for weights in (window, slope_of(window))]
    alone = (bins == 0) | (2 * bins == n_fft)
    turned = np.exp(2j * np.pi * (bins * (n // 2) % n_fft) / n_fft)
    weights = turned * np.where(alone, 1.0, 2.0) / (n_fft * window[n // 2])
    rows = np.where(alone | (stft.scaling == "raw"), 1.0, math.sqrt(0.5))
    return works[0], works[1], weights, rows
