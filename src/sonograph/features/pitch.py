"""Pitch by YIN (de Cheveigné and Kawahara 2002), and the candidates of pYIN (Mauch and Dixon 2014).

The difference of a frame with itself some samples later, over its mean at shorter lags, has its first deep trough at
the period. The values are those of librosa, which follows the authors' own program where it departs from the paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.engines import Engine
from sonograph.features.autocorrelation import lags_of
from sonograph.features.samples import Samples, cut


def yin(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, 2): pitch and aperiodicity."""
    real = samples.dtype.type
    for frames, shortest, difference in _differences(samples, work, len(out), engine):
        troughs = _troughs(difference)
        troughs &= difference < real(work.stage.threshold)
        at = np.argmax(troughs, axis=1)
        lines = np.arange(len(at))
        at = np.where(troughs[lines, at], at, np.argmin(difference, axis=1))
        depth = difference[lines, at]
        period = real(shortest) + at.astype(real) + _shift(difference, lines, at)
        with np.errstate(invalid="ignore"):
            pitch = np.where(depth < 1, real(work.sample_rate) / period, real(np.nan))
        out[frames.start : frames.stop, 0] = pitch
        out[frames.start : frames.stop, 1] = depth


def candidates(samples: np.ndarray, work: Samples, out: np.ndarray, engine: Engine) -> None:
    """Fill (frames, 2 n_pitches): the probability of each pitch, and what was measured near it, Hz."""
    stage, n = work.stage, work.stage.n_pitches
    for frames, shortest, difference in _differences(samples, work, len(out), engine):
        line, at = np.nonzero(_troughs(difference))
        height = difference[line, at].astype(float)
        probability = _probabilities(stage, line, height, len(frames))
        kept = probability > 0
        line, at, probability = line[kept], at[kept], probability[kept]
        period = shortest + at + _shift(difference, line, at).astype(float)
        pitch = work.sample_rate / period
        place = np.rint(12 * stage.per_semitone * np.log2(pitch / stage.low)).astype(np.intp)
        place = np.maximum(place, 0)
        inside = place < n
        rows = out[frames.start : frames.stop]
        rows[:] = 0
        rows[np.isnan(difference[:, 0])] = np.nan
        rows[line[inside], place[inside]] = probability[inside]
        rows[line[inside], n + place[inside]] = pitch[inside]


def _differences(
    samples: np.ndarray, work: Samples, n_frames: int, engine: Engine
) -> Iterator[tuple[range, int, np.ndarray]]:
    """Yield (frames, shortest period, (frames, lags)): equation 8 of the paper, from the shortest period on.

    d(k) = sum of (x[m] - x[m + k])² over m, by way of the autocorrelation; silence reads 1 everywhere.
    """
    shortest, longest = work.stage.periods(work.sample_rate)
    lags = np.arange(1, longest + 1, dtype=samples.dtype)
    tiny = np.finfo(samples.dtype).tiny
    for frames, alike in lags_of(samples, work, n_frames, longest + 1, engine):
        with np.errstate(invalid="ignore", over="ignore"):
            lost = np.square(cut(samples, work, frames)[:, :longest])
            np.cumsum(lost, axis=1, out=lost)
            difference = alike[:, :1] - alike[:, 1:]
            difference *= 2
            difference -= lost
            mean = np.cumsum(difference, axis=1, out=lost)
            mean /= lags
            mean += tiny
            found = difference[:, shortest - 1 :] / mean[:, shortest - 1 :]
            found[alike[:, 0] <= 0] = 1
        yield frames, shortest, found


def _troughs(difference: np.ndarray) -> np.ndarray:
    """Where a lag lies below the one before it and not above the next; at the ends, below its one neighbour."""
    troughs = np.empty(difference.shape, bool)
    falls = difference[:, 1:] < difference[:, :-1]
    troughs[:, 1:] = falls
    troughs[:, 1:-1] &= difference[:, 1:-1] <= difference[:, 2:]
    troughs[:, 0] = difference[:, 0] < difference[:, 1]
    return troughs


def _shift(difference: np.ndarray, line: np.ndarray, at: np.ndarray) -> np.ndarray:
    """How far the bottom of the parabola through a lag and its neighbours lies from it, lags; 0 if beyond them."""
    last = difference.shape[1] - 1
    here = np.clip(at, 1, last - 1)
    before, middle, after = (difference[line, here + k] for k in (-1, 0, 1))
    a = after + before - 2 * middle
    b = (after - before) / 2
    inside = (at > 0) & (at < last) & (np.abs(b) < np.abs(a))
    return np.where(inside, -b / np.where(inside, a, 1), 0)


def _probabilities(stage: Any, line: np.ndarray, height: np.ndarray, n_frames: int) -> np.ndarray:
    """How probable each trough is: over all thresholds, the chance that it is chosen of those below.

    line, height : (troughs,) its frame, in order, and how low it reaches
    """
    limits, weights = thresholds_of(stage)
    probability = np.zeros(len(line))
    below = np.arange(len(line))
    for limit, weight in zip(limits[::-1], weights[::-1], strict=True):  # from the highest: ever fewer lie below
        below = below[height[below] < limit]
        if not len(below):
            break
        counts = np.bincount(line[below], minlength=n_frames)
        starts = np.cumsum(counts) - counts
        position = np.arange(len(below)) - starts[line[below]]
        total = -np.expm1(-stage.decay * counts[line[below]])
        probability[below] += weight * -math.expm1(-stage.decay) * np.exp(-stage.decay * position) / total
    if len(line):
        order = np.lexsort((height, line))
        deepest = order[np.concatenate([[True], np.diff(line) > 0])]  # line[order] is line: it was in order
        unreached = np.concatenate([[0], np.cumsum(weights)])[np.searchsorted(limits, height[deepest], side="right")]
        probability[deepest] += stage.no_trough * unreached
    return probability


@lru_cache(maxsize=16)
def thresholds_of(stage: Any) -> tuple[np.ndarray, np.ndarray]:
    """The thresholds that are tried, and the probability of each: a beta distribution in steps."""
    from scipy.special import betainc

    edges = np.linspace(0, 1, stage.thresholds + 1)
    return edges[1:], np.diff(betainc(stage.beta[0], stage.beta[1], edges))
