"""The reference engine: NumPy and scipy.fft, plain. The definition, and the engine for rare shapes.

Frames are taken in blocks that fit the cache. Every operation runs along a frame's own axis, so a frame's bits
do not depend on its neighbours or on where a block begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sonograph.engines.columns import fold, touched
from sonograph.engines.work import Bands, Work, n_threads

BLOCK = 1 << 18  # bytes of frames at a time


@dataclass(frozen=True)
class Reference:
    """The plain engine.

    dtype   : "float32", "float64", or None: as the samples are
    threads : None: every core, one inside a worker process
    """

    dtype: str | None = None
    threads: int | None = None

    @property
    def name(self) -> str:
        """What a spectrogram says ran."""
        return "reference"

    def refuses(self, work: Work, dtype: np.dtype) -> str | None:
        """None: it takes all work."""
        return None

    def compute(self, samples: np.ndarray, work: Work, out: np.ndarray, *, reused: bool = False) -> None:
        """Fill `out` (channels, frames, rows); see `Engine.compute`."""
        weights = work.window.astype(samples.real.dtype)

        def fill(channel: int, part: range) -> None:
            out[channel, part.start : part.stop] = _values(samples[channel], work, weights, part)

        self._each(fill, work, samples, range(out.shape[1]))

    def reduce(
        self,
        samples: np.ndarray,
        work: Work,
        columns: np.ndarray,
        rows: np.ndarray,
        counts: np.ndarray,
        *,
        largest: np.ndarray | None = None,
        total: np.ndarray | None = None,
    ) -> None:
        """Gather frames into pixels; see `Engine.reduce`."""
        weights = work.window.astype(samples.real.dtype)
        for channel in range(len(samples)):
            for part in _blocks(work, samples.dtype, range(int(columns[0]), int(columns[-1]))):
                values = _values(samples[channel], work, weights, part)
                here, edges = touched(columns, part)
                there = ~np.isnan(values).any(axis=1)
                counts[channel, here] += fold(np.add, there, edges, 0, empty=0, dtype=np.int64)
                if largest is not None:
                    highest = fold(np.fmax, fold(np.fmax, values, rows, 1, empty=np.nan), edges, 0, empty=np.nan)
                    largest[channel, here] = np.fmax(largest[channel, here], highest)
                if total is not None:
                    means = fold(np.add, values, rows, 1, empty=0, dtype=np.float64) / np.diff(rows)
                    total[channel, here] += fold(np.add, np.where(there[:, None], means, 0), edges, 0, empty=0)

    def _each(self, fill: Callable[[int, range], None], work: Work, samples: np.ndarray, frames: range) -> None:
        jobs = [(c, part) for c in range(len(samples)) for part in _blocks(work, samples.dtype, frames)]
        threads = min(n_threads(self.threads), len(jobs))
        if threads <= 1:
            for job in jobs:
                fill(*job)
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(lambda job: fill(*job), jobs))


def _blocks(work: Work, dtype: np.dtype, frames: range) -> Iterator[range]:
    step = max(1, BLOCK // (work.n_fft * dtype.itemsize))
    for first in range(frames.start, frames.stop, step):
        yield range(first, min(first + step, frames.stop))


def _values(samples: np.ndarray, work: Work, weights: np.ndarray, frames: range) -> np.ndarray:
    """(frames, rows) of some frames of one channel."""
    from scipy.fft import fft, fftshift, rfft

    n = len(weights)
    span = samples[frames.start * work.hop :][: (len(frames) - 1) * work.hop + n]
    cut = np.lib.stride_tricks.sliding_window_view(span, n)[:: work.hop]
    with np.errstate(invalid="ignore", over="ignore"):
        weighed = conditioned(cut, work) * weights
        if work.two_sided:
            transform = fftshift(fft(weighed, work.n_fft, axis=1), axes=1)
        else:
            transform = rfft(weighed, work.n_fft, axis=1)
        transform[~np.isfinite(cut).all(axis=1)] = complex(np.nan, np.nan)
        if work.quantity == "transform":
            _scale_ends(transform, work, work.ends**0.5)
            return transform
        values = transform.real**2 + transform.imag**2
        _scale_ends(values, work, work.ends)
        if work.quantity == "magnitude":
            values = np.sqrt(values)
        if work.bands is not None:
            values = _band_sums(values, work.bands)
    if work.log is not None:
        values = _logarithm(values, work.log.factor, work.log.floor)
    return values


def conditioned(cut: np.ndarray, work: Work) -> np.ndarray:
    """(frames, window_length) of samples, without their mean and pre-emphasised where the work says so."""
    if not work.remove_dc and not work.preemphasis:
        return cut
    frames = np.array(cut, order="C")  # so that the mean runs along each frame, whatever the hop
    real = frames.dtype.type
    if work.remove_dc:
        frames -= np.add.reduce(frames, axis=1, keepdims=True) / real(frames.shape[1])
    if work.preemphasis:
        before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
        frames -= real(work.preemphasis) * before
    return frames


def _scale_ends(values: np.ndarray, work: Work, factor: float) -> None:
    if factor != 1:
        values[:, 0] *= values.real.dtype.type(factor)
        if work.n_fft % 2 == 0:
            values[:, -1] *= values.real.dtype.type(factor)


def _band_sums(values: np.ndarray, bands: Bands) -> np.ndarray:
    """Sums along each frame's own row, in one order whatever the number of frames."""
    weights = bands.weights.astype(values.dtype)
    sums = np.empty((len(values), len(bands.first)), values.dtype)
    for q, first in enumerate(bands.first):
        band = weights[bands.start[q] : bands.start[q + 1]]
        weighed = np.ascontiguousarray(values[:, first : first + len(band)] * band)
        sums[:, q] = np.add.reduce(weighed, axis=1)
    sums[np.isnan(values).all(axis=1)] = np.nan
    return sums


def _logarithm(values: np.ndarray, factor: float, floor: float) -> np.ndarray:
    real = values.dtype.type
    with np.errstate(divide="ignore"):
        return np.log10(np.maximum(values, real(floor))) * real(factor)
