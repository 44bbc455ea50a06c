"""The autocorrelation of each frame, by way of its power spectrum (Wiener 1930, Khinchin 1934)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from sonograph.engines import Engine, Work, serving
from sonograph.engines.compiled import Compiled
from sonograph.features.samples import Samples
from sonograph.frames import split

BLOCK = 1 << 19  # bytes of lags at a time


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
    length = work.window_length
    power = _power_of(length, work.hop, length_for(length + n_lags - 1))
    step = max(16, BLOCK // (n_lags * samples.itemsize))
    for frames in split(range(n_frames), step):
        first = frames.start * work.hop
        span = samples[first : first + (len(frames) - 1) * work.hop + length]
        yield frames, weighed_lags(span, power, len(frames), n_lags, engine)


def weighed_lags(
    samples: np.ndarray, work: Work, n_frames: int, n_lags: int, engine: Engine, *, of_largest: bool = False
) -> np.ndarray:
    """(frames, lags) of frames under the window of `work`, whose n_fft is at least window + lags - 1.

    of_largest : each frame over the largest of its lags, whatever its sign; silence stays 0
    """
    from scipy.fft import irfft

    serves = serving(engine, work, samples.dtype)
    if isinstance(serves, Compiled):
        out = np.empty((n_frames, n_lags), samples.dtype)
        kernel = serves.back(work, samples.dtype, "shares" if of_largest else "lags", n_lags)
        kernel.call(np.ascontiguousarray(samples), n_frames, out, serves.threads)
        return out
    spectra = np.empty((1, n_frames, work.n_bins), samples.dtype)
    serves.compute(samples[None], work, spectra, reused=True)
    lags = np.asarray(irfft(spectra[0], work.n_fft, axis=1)[:, :n_lags])
    if of_largest:
        largest = np.abs(lags).max(axis=1, keepdims=True)
        lags /= np.where(largest < np.finfo(lags.dtype).tiny, 1, largest)
    return lags


def length_for(least: int) -> int:
    """An even n_fft of small factors, no shorter than that."""
    from scipy.fft import next_fast_len

    while least % 2 or next_fast_len(least, real=True) != least:
        least = next_fast_len(least + 1, real=True)
    return int(least)


@lru_cache(maxsize=16)
def _power_of(window_length: int, hop: int, n_fft: int) -> Work:
    """The power of unweighed frames; the same object each time, as an engine keeps its tables with it."""
    return Work(np.ones(window_length), hop, n_fft)
