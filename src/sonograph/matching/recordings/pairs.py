"""Pairs of peaks, and the buckets that they fall into.

A pair is a frequency, how much higher or lower the second peak lies, and how much later it comes, all in cells. A
change of speed by one cell's width moves each by less than a cell; so a search also looks into the buckets next door.
"""

from __future__ import annotations

import math

import numpy as np

from sonograph.matching.recordings.landmark_settings import CORNER, LandmarkSettings
from sonograph.matching.recordings.peaks import Peaks

MARGIN = 0.3
"""Cells from its border that a coordinate may lie for a search to look behind it too."""


def warped(frequencies: np.ndarray, settings: LandmarkSettings) -> np.ndarray:
    """Where frequencies lie, in cells."""
    return np.asarray(np.log1p(frequencies / (CORNER * settings.high)) / settings.cell)


def all_pairs(peaks: Peaks, settings: LandmarkSettings, anchors: slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
    """(first, second) numbers of the peaks of every pair that the settings allow, in the order of the first.

    anchors : the peaks that are looked at as the first
    """
    first, stop, _ = anchors.indices(len(peaks.frames))
    after = np.searchsorted(peaks.frames, peaks.frames[first:stop] + settings.far + 1, side="right")
    counts = np.maximum(after - np.arange(first + 1, stop + 1), 0)
    begins = np.cumsum(counts) - counts
    a = np.repeat(np.arange(first, stop), counts)
    b = a + 1 + np.arange(counts.sum()) - np.repeat(begins, counts)
    cells = warped(peaks.frequencies, settings)
    later, apart = peaks.times[b] - peaks.times[a], np.abs(cells[b] - cells[a])
    near = (later >= settings.near) & (later <= settings.far) & (apart >= 2) & (apart <= settings.spread)
    return a[near], b[near]


def chosen_pairs(
    peaks: Peaks, settings: LandmarkSettings, anchors: slice = slice(None)
) -> tuple[np.ndarray, np.ndarray]:
    """Of each first peak, the `fan` pairs whose second stands out most, in a fixed order."""
    a, b = all_pairs(peaks, settings, anchors)
    if not len(a):
        return a, b
    begins = np.flatnonzero(np.diff(a, prepend=-1))
    counts = np.diff(np.append(begins, len(a)))
    row = np.repeat(np.arange(len(begins)), counts)
    left = np.full((len(begins), int(counts.max())), -np.inf, np.float32)  # heights of each anchor's second peaks
    left[row, np.arange(len(a)) - begins[row]] = peaks.heights[b]
    rows, chosen = np.arange(len(begins)), []
    for rank in range(min(settings.fan, left.shape[1])):
        highest = left.argmax(axis=1)
        left[rows, highest] = -np.inf
        chosen.append(np.where(rank < counts, begins + highest, -1))
    numbers = np.stack(chosen, axis=1).ravel()
    numbers = numbers[numbers >= 0]
    return a[numbers], b[numbers]


def coordinates(
    times: np.ndarray, frequencies: np.ndarray, a: np.ndarray, b: np.ndarray, settings: LandmarkSettings
) -> np.ndarray:
    """(3, pairs): frequency, difference of frequencies, difference of times, each from 0 on, in cells and frames."""
    cells = warped(frequencies, settings)
    lowest = settings.warped(settings.low) - 2
    return np.stack([cells[a] - lowest, cells[b] - cells[a] + settings.spread + 1, times[b] - times[a]])


def buckets(cells: np.ndarray, settings: LandmarkSettings) -> np.ndarray:
    """The bucket of whole coordinates (3, pairs); -1 outside of the band."""
    frequency, apart, later = cells.astype(np.int64)
    n, m, k = settings.shape
    outside = (np.minimum(np.minimum(frequency, apart), later) < 0) | (frequency >= n) | (apart >= m) | (later >= k)
    found: np.ndarray = (frequency * m + apart) * k + later
    found[outside] = -1
    return found


def landmark_buckets(peaks: Peaks, a: np.ndarray, b: np.ndarray, settings: LandmarkSettings) -> np.ndarray:
    """The bucket that each pair falls into."""
    return buckets(np.floor(coordinates(peaks.times, peaks.frequencies, a, b, settings)), settings)


def probes(where: np.ndarray, settings: LandmarkSettings) -> tuple[np.ndarray, np.ndarray]:
    """(bucket, number of the pair) of every bucket that pairs at these coordinates may lie in."""
    cell = np.floor(where)
    part = where - cell
    step = np.where(part < MARGIN, -1, np.where(part > 1 - MARGIN, 1, 0))
    n, m, k = settings.shape
    stride = (m * k, k, 1)
    inside = np.ones(where.shape[1], bool)
    for row, size in zip(cell, (n, m, k), strict=True):  # one cell from the end, so that a step stays inside
        inside &= (row >= 1) & (row < size - 1)
    pair = np.flatnonzero(inside)
    home = buckets(cell[:, pair], settings)
    found, numbers = [home], [pair]
    for axis in range(3):
        moved = step[axis, pair]
        for i in range(len(found)):
            near = np.flatnonzero(moved[np.searchsorted(pair, numbers[i])])
            there = numbers[i][near]
            found.append(found[i][near] + step[axis, there] * stride[axis])
            numbers.append(there)
    return np.concatenate(found), np.concatenate(numbers)


def unwarped(cells: float, settings: LandmarkSettings) -> float:
    """The frequency at a place in cells, Hz."""
    return CORNER * settings.high * math.expm1(cells * settings.cell)
