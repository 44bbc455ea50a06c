"""The continuous wavelet transform, and synchrosqueezing (Daubechies, Lu and Wu 2011).

Low octaves are sums over samples further apart, behind a half-band filter for each octave. While the hop is even,
every other sample is left away; from then on all stay, as each frame needs others of them. No block of frames is
transformed at once: a frame's bits do not depend on how many were asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from sonograph.engines import Engine
from sonograph.features.by_octaves import Filters, halved, laid_out, products, smoothed
from sonograph.features.samples import Samples
from sonograph.frames import split
from sonograph.settings.by_octaves import TAPS, Octave
from sonograph.settings.wavelet_shapes import in_time
from sonograph.settings.wavelets import WaveletSettings

BLOCK = 1 << 18
"""Samples that frames begin in, of those that are looked at at a time."""
VALUES = 1 << 21
"""Values that are squeezed at a time."""


def wavelets(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, rows) with the transform, its magnitude or its power."""
    stage = work.stage
    finite = np.isfinite(samples)
    there = bool(finite.all())
    clean = samples if there else np.where(finite, samples, samples.dtype.type(0))
    most = max(1, min(max(512, BLOCK // work.hop), VALUES // stage.n_bands if stage.squeezed else BLOCK))
    for frames in split(range(len(out)), most):
        x = clean[frames.start * work.hop :][: (len(frames) - 1) * work.hop + work.window_length]
        rows = out[frames.start : frames.stop]
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            if stage.squeezed:
                _put(_squeezed(x, work, len(rows)), rows, work.quantity)
            else:
                _transform(x, work, rows)
    if not there:
        _mark_missing(~finite, work, out)


def _transform(x: np.ndarray, work: Samples, out: np.ndarray) -> None:
    for octave, frames, cut, hop, bank in _looked_at(x, work, len(out)):
        products(cut, hop, bank, out[frames, octave.first : octave.stop], work.quantity)


def _squeezed(x: np.ndarray, work: Samples, n_frames: int) -> np.ndarray:
    """(frames, rows) complex: each value where its phase turns; what lies beyond the rows, in the first or last."""
    stage = work.stage
    out = np.zeros((n_frames, stage.n_bands), np.result_type(x.dtype, np.complex64))
    for octave, frames, cut, hop, bank in _looked_at(x, work, n_frames):
        here = out[frames]
        values = np.empty((len(here), 2 * (octave.stop - octave.first)), out.dtype)
        products(cut, hop, bank, values, "transform")
        wave, slope = np.hsplit(values, 2)
        real, imaginary, slope_real, slope_imaginary = wave.real, wave.imag, slope.real, slope.imag
        turns = (slope_imaginary * real - slope_real * imaginary) / (real * real + imaginary * imaginary)
        away = np.rint(stage.per_octave * np.log2(turns))  # how many rows above its own
        own = np.arange(octave.first, octave.stop)
        row = np.where(np.isnan(away), own, np.clip(own + away, 0, stage.n_bands - 1)).astype(np.intp)
        for k in range(len(own)):  # in the rows' order, whatever the block
            here[np.arange(len(here)), row[:, k]] += real[:, k] + 1j * imaginary[:, k]
    return out


def _put(values: np.ndarray, out: np.ndarray, quantity: str) -> None:
    if quantity == "transform":
        out[:] = values
    elif quantity == "power":
        out[:] = values.real**2 + values.imag**2
    else:
        out[:] = np.sqrt(values.real**2 + values.imag**2)


def _looked_at(x: np.ndarray, work: Samples, n_frames: int) -> Iterator[tuple[Octave, slice, np.ndarray, int, Filters]]:
    """Each octave, a slice of the frames, the samples that they begin in, how far apart, and its filters."""
    middle, hop, apart, done = work.window_length // 2, work.hop, 1, 0
    filters = _laid_out(work.stage, work.sample_rate, x.dtype.str)
    for octave, bank in zip(work.stage.octaves(work.sample_rate), filters, strict=True):
        for _ in range(octave.halvings - done):
            if hop % 2:
                x, middle = smoothed(x, middle, apart)
                apart *= 2
            else:
                x, middle = halved(x, middle)
                hop //= 2
        done = octave.halvings
        for first in range(min(apart, n_frames)):
            place, begin = divmod(middle + first * hop, apart)
            samples = np.ascontiguousarray(x[begin::apart])[place - octave.half :]
            yield octave, slice(first, n_frames, apart), samples, hop, bank


@lru_cache(maxsize=8)
def kernels(settings: WaveletSettings, sample_rate: float, dtype: str) -> tuple[np.ndarray, ...]:
    """For each octave its wavelets, (2 half + 1, 2 rows): real parts, then imaginary; after squeezed ones slopes."""
    halves, found = settings.halves(sample_rate), []
    for octave in settings.octaves(sample_rate):
        step = 2**octave.halvings
        away = np.arange(-octave.half, octave.half + 1) * step
        waves = np.zeros((2, octave.stop - octave.first, len(away)), complex)
        for k in range(octave.first, octave.stop):
            inside = np.abs(away) <= math.floor(halves[k] / step) * step
            turn = 2 * math.pi * settings.centres[k] / sample_rate
            wave, slope = in_time(settings.wavelet, turn * away[inside])
            scale = step * turn * _scale(settings, k)
            waves[0, k - octave.first, inside] = wave.conj() * scale
            waves[1, k - octave.first, inside] = -slope.conj() * scale
        columns = waves[: 2 if settings.squeezed else 1]
        parts = [*(wave.real for wave in columns), *(wave.imag for wave in columns)]
        found.append(np.ascontiguousarray(np.concatenate(parts).T).astype(dtype))
    return tuple(found)


@lru_cache(maxsize=8)
def _laid_out(settings: WaveletSettings, sample_rate: float, dtype: str) -> tuple[Filters, ...]:
    return tuple(laid_out(table) for table in kernels(settings, sample_rate, dtype))


def _scale(settings: WaveletSettings, row: int) -> float:
    """What a wavelet that reads a sine's amplitude is multiplied by."""
    if settings.of.scaling == "density":
        return 1 / math.sqrt(2 * settings.centres[row] * settings.shape.width)
    scale = 1.0 if settings.of.scaling == "raw" else math.sqrt(0.5)
    return scale * math.log(2) / (settings.per_octave * settings.shape.area) if settings.squeezed else scale


def reaches(settings: WaveletSettings, sample_rate: float) -> tuple[int, ...]:
    """How many samples to each side each row looks at, the half-band filters' too.

    A squeezed row may hold what any row gave that hears its frequency: the lowest of them looks farthest.
    """
    halves, found = settings.halves(sample_rate), [0] * settings.n_bands
    for octave in settings.octaves(sample_rate):
        step = 2**octave.halvings
        for k in range(octave.first, octave.stop):
            found[k] = (2 * TAPS - 1) * (step - 1) + math.floor(halves[k] / step) * step
    if settings.squeezed:
        lower = math.ceil(settings.per_octave * math.log2(settings.shape.highest))
        found = [max(found[max(0, k - lower) : k + 1]) for k in range(settings.n_bands)]
    return tuple(found)


def _mark_missing(missing: np.ndarray, work: Samples, out: np.ndarray) -> None:
    """A value is missing where its row looks at a missing sample."""
    before = np.concatenate([[0], np.cumsum(missing)])
    middle, every = work.window_length // 2 + np.arange(len(out)) * work.hop, reaches(work.stage, work.sample_rate)

    def meets(middle: np.ndarray, reach: int) -> np.ndarray:
        return np.asarray(before[middle + reach + 1] > before[middle - reach])

    touched = np.flatnonzero(meets(middle, max(every)))
    rows, middle = out[touched], middle[touched]
    for row, reach in enumerate(every):
        rows[meets(middle, reach), row] = np.nan
    out[touched] = rows
