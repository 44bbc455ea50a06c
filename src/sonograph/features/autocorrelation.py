"""The autocorrelation of each frame, by way of its power spectrum (Wiener 1930, Khinchin 1934)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from sonograph.engines import Engine, Work, serving
from sonograph.features.samples import Samples
from sonograph.frames import split

BLOCK = 1 << 18  # bytes of spectra at a time


def autocorrelation(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, lags) with the sum of x[m] x[m + lag] over each frame."""
    for frames, values in lags_of(samples, work, len(out), work.stage.lags, engine):
        rows = values
        if work.stage.normalised:
            with np.errstate(invalid="ignore", divide="ignore"):
                rows = values / np.where(values[:, :1] > 0, values[:, :1], np.nan)
        out[frames.start : frames.stop] = rows


def lags_of(
    samples: np.ndarray, work: Samples, n_frames: int, n_lags: int, engine: Engine
) -> Iterator[tuple[range, np.ndarray]]:
    """Yield (frames, (frames, lags)): blocks of frames and their autocorrelation at the lags from 0 on."""
    from scipy.fft import irfft, next_fast_len

    n_fft = int(next_fast_len(work.window_length + n_lags - 1, real=True))
    power = _power_of(work.window_length, work.hop, n_fft)
    serves = serving(engine, power, samples.dtype)
    step = max(1, BLOCK // (power.n_bins * samples.itemsize))
    for frames in split(range(n_frames), step):
        spectra = np.empty((1, len(frames), power.n_bins), samples.dtype)
        first = frames.start * work.hop
        span = samples[first : first + (len(frames) - 1) * work.hop + work.window_length]
        serves.compute(span[None], power, spectra, reused=True)
        yield frames, irfft(spectra[0], n_fft, axis=1)[:, :n_lags]


@lru_cache(maxsize=16)
def _power_of(window_length: int, hop: int, n_fft: int) -> Work:
    """The power of unweighed frames; the same object each time, as an engine keeps its tables with it."""
    return Work(np.ones(window_length), hop, n_fft)
