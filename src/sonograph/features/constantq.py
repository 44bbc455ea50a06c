"""Constant-Q and variable-Q transforms from their definition (Brown 1991; Schörkhuber et al. 2014).

Each band is a sum of samples weighed by its filter. Where an octave lies low enough, every other sample is left away
behind a half-band filter that changes what stays by 1e-5 at most; an octave's filters are then multiplied with one
frame at a time, and the half-band filter makes each sample of its own neighbours: a frame's bits do not depend on how
many frames were asked for.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sonograph.engines import Engine
from sonograph.engines.compiled import threads
from sonograph.features.by_octaves import Filters, halved, laid_out, products
from sonograph.features.samples import Samples
from sonograph.settings.by_octaves import Octave
from sonograph.settings.constantq import ConstantQSettings, PitchClassSettings

FRAMES = 1024
"""Frames that are looked at at a time."""


def constant_q(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, bands) with the transform, its magnitude or its power."""
    octaves = work.stage.octaves(work.sample_rate)
    filters = _laid_out(work.stage, work.sample_rate, samples.dtype.str)

    def job(first: int) -> None:
        rows = out[first : first + FRAMES]
        x = samples[first * work.hop :][: (len(rows) - 1) * work.hop + work.window_length]
        with np.errstate(invalid="ignore", over="ignore"):
            _block(x, work, rows, octaves, filters)
        _mark_missing(x, work, rows)

    count = threads.count(engine.threads, len(out) * work.hop * len(octaves))
    threads.run(job, [(first,) for first in range(0, len(out), FRAMES)], count)


def _block(
    x: np.ndarray,
    work: Samples,
    out: np.ndarray,
    octaves: tuple[Octave, ...],
    filters: tuple[Filters, ...],
) -> None:
    """At most FRAMES frames, octave by octave from the top."""
    middle, hop, halvings = work.window_length // 2, work.hop, 0
    for octave, bank in zip(octaves, filters, strict=True):
        while halvings < octave.halvings:
            x, middle = halved(x, middle)
            hop, halvings = hop // 2, halvings + 1
        rows = out[:, octave.first : octave.stop]
        products(x[middle - octave.half :], hop, bank, rows, work.quantity)


@lru_cache(maxsize=8)
def kernels(settings: ConstantQSettings, sample_rate: float, dtype: str) -> tuple[np.ndarray, ...]:
    """For each octave its filters, (2 half + 1, 2 bands): weights times cosine, then weights times minus sine."""
    lengths, centres = settings.lengths(sample_rate), settings.centres
    found = []
    for octave in settings.octaves(sample_rate):
        step = 2**octave.halvings
        away = np.arange(-octave.half, octave.half + 1)[:, None] * step
        bands = slice(octave.first, octave.stop)
        length = np.array(lengths[bands])
        scale = np.array([step * _scale(settings, one, sample_rate) for one in length])
        weights = np.where(abs(away) <= length / 2, 0.5 + 0.5 * np.cos(2 * np.pi * away / length), 0) * scale
        angle = 2 * np.pi * np.array(centres[bands]) / sample_rate * away
        found.append(np.hstack([weights * np.cos(angle), -weights * np.sin(angle)]).astype(dtype))
    return tuple(found)


@lru_cache(maxsize=8)
def _laid_out(settings: ConstantQSettings, sample_rate: float, dtype: str) -> tuple[Filters, ...]:
    return tuple(laid_out(table) for table in kernels(settings, sample_rate, dtype))


def _scale(settings: ConstantQSettings, length: float, sample_rate: float) -> float:
    """What the weights are multiplied by, so that the squared sum is what `scaling` says."""
    away = np.arange(-math.floor(length / 2), math.floor(length / 2) + 1)
    weights = 0.5 + 0.5 * np.cos(2 * np.pi * away / length)
    if settings.of.scaling == "raw":
        return math.sqrt(length) / float(np.sum(weights))
    if settings.of.scaling == "spectrum":
        return math.sqrt(2) / float(np.sum(weights))
    return math.sqrt(2 / (sample_rate * float(np.sum(weights**2))))


def _mark_missing(samples: np.ndarray, work: Samples, out: np.ndarray) -> None:
    """A frame that holds a missing sample is missing, though its shorter filters may not have met it."""
    finite = np.isfinite(samples)
    if finite.all():
        return
    bad = np.flatnonzero(~finite)
    starts = np.arange(len(out)) * work.hop
    after = np.searchsorted(bad, starts)
    holds = (after < len(bad)) & (bad[np.minimum(after, len(bad) - 1)] < starts + work.window_length)
    out[holds] = np.nan


def pitch_classes(settings: PitchClassSettings, values: np.ndarray) -> np.ndarray:
    """(frames, 12) of (frames, bands): the bands of each pitch class added up, from the lowest on."""
    of = settings.of
    per_class = of.per_octave // 12
    lowest = 12 * math.log2(of.low / 440) + 69
    shift = math.floor(np.mod(lowest, 12) + 0.5)
    out = np.zeros((len(values), 12), values.dtype)
    for k in range(of.n_bands):
        out[:, ((k + per_class // 2) // per_class + shift) % 12] += values[:, k]
    return out
