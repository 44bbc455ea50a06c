"""Places where many landmarks say the same: the query laid beside a recording, in time and at a speed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sonograph.matching.recordings.crowds import fullest, near
from sonograph.matching.recordings.lookup import LEAD, Hits, Query
from sonograph.matching.recordings.postings import PER_FRAME
from sonograph.matching.recordings.segment import Segment

SLACK = 3
"""Frames around such a place in which hits may lie on its line."""

ON_LINE = 0.6
"""Frames from the line that a hit on it lies, at most."""

SLOPES = np.linspace(-0.02, 0.02, 17)
"""Of the line: how far the speed may differ from the one that was looked for."""

TOGETHER, SHARED = 8.0, 0.6
"""Coincidences within so many frames count as their number to so much: two as 1.5, ten as 4."""

ENOUGH, LONG = 8, 20
"""From so many hits on, over so many frames, they say the slope themselves."""

AROUND = 100
"""Frames to either side in which the background is counted."""


class Alignment(NamedTuple):
    """The query laid beside a recording.

    recording : its number in the segment
    begin : where in it the query begins, in frames; below 0 where it begins before it
    votes : independent coincidences: peaks that lie where others say
    weight : what they count, less where they are heard together
    speed : how many times as fast as the recording the query runs, by the slope of the line
    pitch : the same by the frequencies
    around : hits a frame that lie about in the same recording
    pairs : the numbers of the pairs on the line
    """

    recording: int
    begin: float
    votes: int
    weight: float
    speed: float
    pitch: float
    around: float
    pairs: np.ndarray


def alignments(segment: Segment, query: Query, hits: Hits, speed: float) -> list[Alignment]:
    """Where most hits lie on a line, the fullest first."""
    found = []
    times = query.peaks.times[query.first] * speed
    middles = fullest(hits.begin)
    begins, pairs = hits.sorted(near(hits.begin, middles, AROUND))
    for middle in middles:
        middle -= LEAD / PER_FRAME
        low, high = _within(begins, middle, SLACK)
        begin_of, pair = begins[low:high] / PER_FRAME, pairs[low:high]
        line = _line(times[pair], begin_of)
        if line is None:
            continue
        on, begin, slope = line
        place = begin + (1 + slope) * float(times[pair[on]].mean())  # the beginning may lie before the recording
        recording = int(segment.recording_at(np.array(place)))
        numbers = np.unique(pair[on])
        first, stop = _within(begins, middle, AROUND)
        around = (stop - first - (high - low)) / (2 * AROUND - 2 * SLACK)
        votes = numbers[independent(query.first[numbers], query.second[numbers])]
        counts = weight(query.peaks.times[query.second[votes]])
        at = begin - float(segment.begins[recording])
        found.append(Alignment(recording, at, len(votes), counts, speed * (1 + slope), speed, float(around), numbers))
    return found


def independent(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The numbers of the pairs that are independent coincidences: of connected peaks, each but one.

    first, second : (pairs,) numbers of peaks

    >>> independent(np.array([0, 0, 1, 7]), np.array([1, 2, 2, 8]))
    array([0, 1, 3])
    """
    above: dict[int, int] = {}  # of each peak one nearer to the foremost of its group

    def foremost(peak: int) -> int:
        while (higher := above.get(peak, peak)) != peak:
            above[peak] = above.get(higher, higher)
            peak = higher
        return peak

    found = []
    for number, (one, other) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        a, b = foremost(one), foremost(other)
        if a != b:
            above[a] = b
            found.append(number)
    return np.array(found, np.int64)


def weight(times: np.ndarray) -> float:
    """What coincidences at so many times (in frames) count together: less than each, of those that are heard together.

    One note has many peaks, and one chord more; that two sounds share it is one coincidence and a bit.

    >>> round(weight(np.array([0.0, 10, 20, 30])), 2), round(weight(np.array([0.0, 1, 2, 3])), 2)
    (4.0, 2.3)
    """
    together = np.unique((times // TOGETHER).astype(np.int64), return_counts=True)[1]
    return float((together**SHARED).sum())


def _within(begins: np.ndarray, middle: float, frames: int) -> tuple[int, int]:
    """The first and the stop of those that lie so many frames around a whole one."""
    near = np.array([middle - frames, middle + frames]) * PER_FRAME
    first, stop = np.searchsorted(begins, near.astype(begins.dtype))  # of another type, it would copy all of them
    return int(first), int(stop)


def _line(times: np.ndarray, begins: np.ndarray) -> tuple[np.ndarray, float, float] | None:
    """The line that most hits lie on: (which, where it begins, its slope); None where fewer than two do."""
    if len(times) < 2:
        return None
    late = times - times.mean()
    ranked = np.sort(begins - np.multiply.outer(SLOPES, late), axis=1)
    best = (0, 0.0, 0.0, 0.0)  # hits, -|slope|, slope, the least on it
    for slope, row in zip(SLOPES.tolist(), ranked, strict=True):
        counts = np.searchsorted(row, row + 2 * ON_LINE, side="right") - np.arange(len(row))
        k = int(counts.argmax())
        best = max(best, (int(counts[k]), -abs(slope), slope, float(row[k])))
    count, _, slope, least = best
    if count < 2:
        return None
    leaning = begins - slope * late
    on = np.flatnonzero((leaning >= least) & (leaning <= least + 2 * ON_LINE))
    if len(on) >= ENOUGH and np.ptp(times[on]) > LONG:
        slope, begin = _fitted(times[on], begins[on])
        return on, begin, slope
    return on, float(begins[on].mean() - slope * times[on].mean()), slope


def _fitted(times: np.ndarray, begins: np.ndarray) -> tuple[float, float]:
    """Slope and beginning of the straight line of least squares."""
    t, b = times - times.mean(), begins - begins.mean()
    slope = float((t * b).sum() / (t * t).sum())
    return slope, float(begins.mean() - slope * times.mean())
