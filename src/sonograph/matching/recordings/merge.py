"""Several segments as one, a range of buckets at a time: memory is bounded, however large they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.postings import GAP, MOST, PER_FRAME, SPARSE, bucket_sums
from sonograph.matching.recordings.segment import Segment
from sonograph.matching.recordings.segment_writing import segment_writer

AT_ONCE = 1 << 21
"""Landmarks that are held at a time."""

MANY_TIMES = 3
"""A segment that is so many times as large as all that follow stays as it is."""

SMALL = 1 << 12
"""Landmarks that are few beside any segment."""


class _Part:
    """A segment, and what becomes of its recordings."""

    def __init__(self, segment: Segment, removed: frozenset[int], begin: int) -> None:
        self.segment = segment
        keeps = np.ones(segment.n_recordings, bool)
        keeps[list(removed)] = False
        self.kept = np.flatnonzero(keeps)
        spans = np.where(keeps, segment.lengths + GAP, 0)
        self.begins = begin + np.cumsum(spans) - spans  # where each recording comes to lie
        self.end = begin + int(spans.sum())
        self._keeps = keeps if removed else None
        self._shift = (self.begins - segment.begins) * PER_FRAME

    def counts(self) -> np.ndarray:
        """How many landmarks of each bucket, of all buckets, stay."""
        segment, n = self.segment, self.segment.settings.n_buckets
        if self._keeps is None:
            counts = np.zeros(n, np.int64)
            counts[slice(None) if segment.buckets is None else segment.buckets] = np.diff(segment.starts)
            return counts
        counts = np.zeros(n, np.int64)
        for first in range(0, n, step := max(1, n // max(1, segment.n_postings // AT_ONCE))):
            bucket, _ = self.read(first, min(n, first + step))
            counts += np.bincount(bucket, minlength=n)
        return counts

    def read(self, first: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """(buckets, times in the merged segment) of the landmarks that stay, of a range of buckets."""
        segment = self.segment
        begin, end = (first, stop) if segment.buckets is None else np.searchsorted(segment.buckets, [first, stop])
        names = np.arange(first, stop) if segment.buckets is None else segment.buckets[begin:end]
        counts, when = segment.hits(names.astype(np.int64), None)
        bucket, times = np.repeat(names.astype(np.int64), counts), when.astype(np.int64)
        if self._keeps is None and len(set(self._shift[[0, -1]].tolist())) == 1:
            return bucket, times + self._shift[0]
        recording = segment.recording_at(times / PER_FRAME)
        stays = slice(None) if self._keeps is None else self._keeps[recording]
        return bucket[stays], (times + self._shift[recording])[stays]


def merge_segments(path: Path, settings: LandmarkSettings, segments: Sequence[tuple[Segment, frozenset[int]]]) -> int:
    """Write one segment for several, without the recordings that were removed; how many recordings it holds.

    Every landmark is checked as it is read.

    Raises
    ------
    SourceError
        One of the segments is damaged.
    OutputError
        It cannot be written.
    """
    parts: list[_Part] = []
    for segment, removed in segments:
        if segment.n_recordings > len(removed):
            parts.append(_Part(segment, removed, parts[-1].end if parts else 0))
    counts = sum((part.counts() for part in parts), np.zeros(settings.n_buckets, np.int64))
    recordings = [part.segment.recording(int(number)) for part in parts for number in part.kept]
    begins = np.concatenate([part.begins[part.kept] for part in parts]) if parts else np.zeros(0, np.int64)
    filled = np.flatnonzero(counts) if counts.sum() * SPARSE < settings.n_buckets else None
    held = counts if filled is None else counts[filled]
    with segment_writer(path, settings, recordings, begins, filled, held) as writer:
        for first, stop in _ranges(counts):
            here = counts[first:stop]
            when = _interleaved(parts, here, first, stop)
            sums = bucket_sums(np.concatenate([[0], np.cumsum(here)]), when)
            writer.add("sums", sums if filled is None else sums[here > 0])
            writer.add("when", when)
            for part in parts:
                part.segment.release()
    return len(recordings)


def _interleaved(parts: Sequence[_Part], counts: np.ndarray, first: int, stop: int) -> np.ndarray:
    """The times of a range of buckets: in each bucket those of the first segment, then of the next …"""
    when = np.empty(int(counts.sum()), np.uint32)
    free = np.cumsum(counts) - counts  # where the next landmark of each bucket goes
    for part in parts:
        bucket, times = part.read(first, stop)
        each = np.bincount(bucket - first, minlength=stop - first)
        rank = np.arange(len(bucket)) - np.repeat(np.cumsum(each) - each, each)
        when[np.repeat(free, each) + rank] = times
        free = free + each
    return when


def _ranges(counts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Neighbouring buckets that hold `AT_ONCE` landmarks together, or one bucket."""
    ends = np.cumsum(counts)
    first, before = 0, 0
    while first < len(counts):
        stop = max(first + 1, int(np.searchsorted(ends, before + AT_ONCE, side="right")))
        yield first, stop
        first, before = stop, int(ends[stop - 1])


def worth_merging(segments: Sequence[tuple[Segment, frozenset[int]]]) -> list[int]:
    """The numbers of the last segments that had better be one: those that the following ones are not small beside."""
    sizes = [segment.n_postings for segment, _ in segments]
    first, total = len(sizes) - 1, sizes[-1] if sizes else 0
    while first > 0 and sizes[first - 1] <= MANY_TIMES * total + SMALL:
        first -= 1
        total += sizes[first]
    return _fitting(segments, range(max(0, first), len(sizes)))


def fitting_all(segments: Sequence[tuple[Segment, frozenset[int]]]) -> list[list[int]]:
    """All segments in groups that fit into one each."""
    groups, left = [], list(range(len(segments)))
    while left:
        group = _fitting(segments, left) or left[:1]
        groups.append(group)
        left = [number for number in left if number not in group]
    return groups


def _fitting(segments: Sequence[tuple[Segment, frozenset[int]]], numbers: Sequence[int]) -> list[int]:
    """Those of some segments, from the first on, whose times fit into one."""
    chosen, end = [], 0
    for number in numbers:
        end += segments[number][0].end
        if end * PER_FRAME > MOST:
            break
        chosen.append(number)
    return chosen
