"""Random dilated kernels: for what share of the time does a pattern over a few bands stand out?

A pattern has 9 taps, some frames apart, of which three weigh 2 and six -1, over one to four of 16 wide bands, added or
subtracted. After A. Dempster et al., "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time Series
Classification" (2021); there biases are quantiles of training sounds, here they are drawn too, as parts of what a
kernel answers to white noise, so that nothing is learnt from any sound. Kernels are drawn by SplitMix64 (G. Steele et
al., 2014) in whole numbers, alike on every machine and in every version of NumPy.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np

from sonograph.analysis.summaries.heard import Heard
from sonograph.jobs.identity import digest

SEED = 0
N_KERNELS, N_WIDE, N_TAPS = 1500, 16, 9
DILATIONS = (1, 2, 3, 4, 6, 8, 11, 16, 22)
"""Frames from tap to tap."""
WIDEST = 1.2
"""The largest bias, in deviations of a kernel's response to white noise; the least is 0.0003, far above rounding."""
LEAST = 1e-3
"""Put onto the deviation of a sound, so that one that never changes stays 0."""
AT_ONCE = 4096
"""Frames."""


class Kernels(NamedTuple):
    """Patterns, in the order of their dilations.

    signs : (kernels, wide bands), of -1, 0, 1
    taps : (kernels, 9), of 2 and -1
    dilations : (kernels,), frames
    biases : (kernels,), in the unit of `wide_bands`
    """

    signs: np.ndarray
    taps: np.ndarray
    dilations: np.ndarray
    biases: np.ndarray


@cache
def drawn(seed: int = SEED) -> Kernels:
    """The kernels of a seed."""
    state = seed

    def below(count: int) -> int:
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        x = state
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
        return (x ^ (x >> 31)) * count >> 64

    def some(count: int, of: int) -> list[int]:
        left = list(range(of))
        return [left.pop(below(len(left))) for _ in range(count)]

    signs, taps = np.zeros((N_KERNELS, N_WIDE)), np.full((N_KERNELS, N_TAPS), -1.0)
    dilations = np.array([DILATIONS[i * len(DILATIONS) // N_KERNELS] for i in range(N_KERNELS)])
    biases = np.empty(N_KERNELS)
    for k in range(N_KERNELS):
        for band in some(1 + below(4), N_WIDE):
            signs[k, band] = 2 * below(2) - 1
        taps[k, some(3, N_TAPS)] = 2.0
        deviation = math.sqrt((signs[k] ** 2).sum() * (taps[k] ** 2).sum())
        biases[k] = (2 * below(2) - 1) * WIDEST * deviation * ((1 + below(64)) / 64) ** 2
    return Kernels(signs, taps, dilations, biases)


@cache
def kernels_digest(seed: int = SEED) -> str:
    """Another for other kernels."""
    return digest("kernels", seed, *(np.asarray(part, "<f8").tobytes() for part in drawn(seed)))


def wide_bands(heard: Heard) -> np.ndarray:
    """(16, frames): the mean level of neighbouring bands, without its mean, by the deviation of all."""
    y = heard.clipped
    y = y[: len(y) // N_WIDE * N_WIDE].reshape(N_WIDE, -1, y.shape[1]).mean(axis=1)
    return np.asarray((y - y.mean(axis=1, keepdims=True)) / (y.std() + LEAST))


def kernels(heard: Heard) -> np.ndarray:
    """(1500,): the share of frames in which each kernel's response is above its bias; beyond the ends are zeros."""
    y, all_of = wide_bands(heard), drawn()
    n = y.shape[1]
    above = np.zeros(N_KERNELS)
    for dilation in DILATIONS:
        some = np.flatnonzero(all_of.dilations == dilation)
        weights = (all_of.taps[some, :, None] * all_of.signs[some, None, :]).reshape(len(some), -1)
        reach = N_TAPS // 2 * dilation
        padded = np.pad(y, ((0, 0), (reach, reach)))
        for first in range(0, n, AT_ONCE):
            count = min(AT_ONCE, n - first)
            starts = range(first, first + N_TAPS * dilation, dilation)
            seen = np.concatenate([padded[:, start : start + count] for start in starts])
            above[some] += np.count_nonzero(weights @ seen > all_of.biases[some, None], axis=1)
    return above / n
