"""What the tests of engines share: every engine, sounds without symmetry, and definitions in double precision."""

import numpy as np
import pytest

from sonograph.engines import Bands
from sonograph.engines.compiled import Compiled
from sonograph.engines.reference import Reference
from tests import naive

ENGINES = [Reference(threads=1), Compiled(threads=1)]
EVERY_ENGINE = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
BOTH_PRECISIONS = pytest.mark.parametrize("dtype", ["float32", "float64"])

SMOOTH = [
    n
    for n in range(16, 4097, 2)
    if n == np.prod([p**e for p in (2, 3, 5) for e in range(13) if n % p**e == 0 and n % p ** (e + 1)])
]


def window_of(length):
    """No symmetry, no zero, so that nothing can hide behind it."""
    return 0.6 - 0.4 * np.cos(2 * np.pi * np.arange(length) / length) + 0.1 * np.arange(length) / length


def sound(work, frames, channels=1, dtype="float32", seed=0):
    """As many samples as the frames need, not one more."""
    n = (frames - 1) * work.hop + len(work.window) if frames else 0
    return np.random.default_rng(seed).standard_normal((channels, n)).astype(dtype)


def run(engine, samples, work, frames, **options):
    kind = np.result_type(samples.dtype, np.complex64) if work.quantity == "transform" else samples.dtype
    out = np.full((len(samples), frames, work.n_rows), 7, kind)
    engine.compute(samples, work, out, **options)
    return out


def transforms(samples, work, frames):
    """The transform of every frame in double precision, the ends of the spectrum scaled."""
    cut = np.stack([samples[:, i * work.hop :][:, : len(work.window)] for i in range(frames)], axis=1).astype(float)
    if work.remove_dc:
        cut = cut - cut.mean(axis=2, keepdims=True)
    first = cut[..., :1]
    cut = cut - work.preemphasis * np.concatenate([first, cut[..., :-1]], axis=2)
    transform = np.fft.rfft(cut * work.window, work.n_fft)
    transform[..., 0] *= np.sqrt(work.ends)
    if work.n_fft % 2 == 0:
        transform[..., -1] *= np.sqrt(work.ends)
    return transform


def definition(samples, work, frames):
    """Every kind of result in double precision."""
    values = transforms(samples, work, frames)
    if work.quantity == "transform":
        return values
    values = np.abs(values)
    if work.quantity == "power":
        values **= 2
    if work.bands is not None:
        matrix = np.zeros((work.n_rows, work.n_bins))
        for q, first in enumerate(work.bands.first):
            weights = work.bands.weights[work.bands.start[q] : work.bands.start[q + 1]]
            matrix[q, first : first + len(weights)] = weights
        values = values @ matrix.T
    if work.log is not None:
        values = work.log.factor * np.log10(np.maximum(values, work.log.floor))
    return values


def relative(values, expected):
    return np.linalg.norm(values - expected) / np.linalg.norm(expected)


def bands_of(*bands):
    """Bands from (first bin, weights)."""
    lengths = [len(weights) for _, weights in bands]
    start = np.concatenate([[0], np.cumsum(lengths)])
    weights = np.concatenate([np.asarray(weights, float) for _, weights in bands])
    return Bands(np.array([first for first, _ in bands], np.int64), start.astype(np.int64), weights)


SOME_BANDS = bands_of(
    (0, [1.0]), (2, [0.5, 1.0, 0.5]), (5, []), (3, np.linspace(0.1, 1, 11)), (16, [0.3]), (0, 17 * [0.1])
)
"""For 17 bins or more: of one bin, of none, overlapping, at both ends."""


def planes_of(engine, samples, work, columns, rows, planes=("largest", "total")):
    """The planes named, and the counts, of one call of `reduce`; of a plane that is not named None."""
    shape = len(samples), len(columns) - 1, len(rows) - 1
    room = {"largest": np.full(shape, np.nan, samples.real.dtype), "total": np.zeros(shape)}
    wanted = {name: room[name] for name in planes}
    counts = np.zeros(shape[:2], np.int64)
    engine.reduce(samples, work, np.array(columns), np.array(rows), counts, **wanted)
    return wanted.get("largest"), wanted.get("total"), counts


def pixels_by_definition(values, columns, rows):
    """(largest, total, counts) of (channels, frames, rows)."""
    return tuple(np.stack(plane) for plane in zip(*(naive.pixels(v, columns, rows) for v in values), strict=True))
