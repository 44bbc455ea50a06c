"""A sound looked for in an index: ten seconds at a time, at every speed that is asked for."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.checks import number, whole
from sonograph.io import audio
from sonograph.matching.recordings.alignment import Alignment, alignments, independent
from sonograph.matching.recordings.indexed_sound import AS_IT_IS
from sonograph.matching.recordings.landmark import query_peaks
from sonograph.matching.recordings.landmark_settings import HOP, LandmarkSettings
from sonograph.matching.recordings.landmark_settings import WINDOW as WINDOW_LENGTH
from sonograph.matching.recordings.lookup import Query, hits, probes_of
from sonograph.matching.recordings.matches import Match
from sonograph.matching.recordings.pairs import all_pairs
from sonograph.matching.recordings.peaks import Peaks
from sonograph.matching.recordings.segment import STRETCH
from sonograph.matching.recordings.verdict import Placed, judged, over_others, placed

if TYPE_CHECKING:
    from sonograph.matching.recordings.folder import Index

WINDOW = 430
"""Frames that are looked for at once: ten seconds of the usual band. Over more, lines of a wrong speed bend away."""

ONE_WINDOW = 520
"""A sound of at most so many frames is looked for as a whole."""

STEP = 0.01
"""From one speed that is looked for to the next."""

MOST_SPEED = 0.1

SURE = 1e-9
"""A chance at which no further speed is looked at."""

FOLLOWS = 5.0
"""Frames by which two windows of one match may disagree."""

REACH = WINDOW_LENGTH / HOP - 1
"""Frames that the last one reaches beyond where the next would begin."""

MISSED = 3
"""Windows in a row that a match may leave out."""


@dataclass(frozen=True)
class Wish:
    """How a sound is looked for.

    chance : how often a recording that is not in the index may align as well
    speeds : how far the speed may differ
    most : how many matches at a time
    """

    chance: float = 1e-3
    speeds: float = 0.02
    most: int = 5

    def __post_init__(self) -> None:
        number("chance", self.chance, 0, 1, above=True)
        number("speeds", self.speeds, 0, MOST_SPEED)
        whole("most", self.most, 1)

    @property
    def rates(self) -> list[tuple[float, ...]]:
        """The speeds that are tried, those together that are as far from the recording's."""
        steps = [k * STEP for k in range(1, round(self.speeds / STEP) + 1)]
        return [(1.0,), *((1 - step, 1 + step) for step in steps)]


@dataclass
class Found:
    """A match while it grows from window to window.

    placed : where it is in each window: (the window's first frame, the alignment)
    first, second : peaks of its pairs, counted over the whole sound
    chance : the least of its windows
    last : the number of the last window
    """

    recording: tuple[int, int]
    windows: list[tuple[int, Alignment]] = field(default_factory=list)
    first: list[np.ndarray] = field(default_factory=list)
    second: list[np.ndarray] = field(default_factory=list)
    chance: float = 1.0
    last: int = 0

    def follows(self, one: Placed, begin: int, number: int) -> bool:
        """Whether an alignment of a later window goes on with it."""
        if one.recording != self.recording or not 0 < number - self.last <= MISSED:
            return False
        before, alignment = self.windows[-1]
        expected = alignment.begin + (begin - before) * alignment.speed
        return abs(one.alignment.begin - expected) <= FOLLOWS + 0.005 * (begin - before)

    def add(self, one: Placed, chance: float, query: Query, begin: int, skipped: int, number: int) -> None:
        """One more window."""
        self.windows.append((begin, one.alignment))
        self.first.append(query.first[one.alignment.pairs] + skipped)
        self.second.append(query.second[one.alignment.pairs] + skipped)
        self.chance = min(self.chance, chance)
        self.last = number


def find(index: Index, sound: Any, *, chance: float = 1e-3, speeds: float = 0.02, most: int = 5) -> list[Match]:
    """Where a sound lies in the recordings of an index: `Index.find`."""
    wish = Wish(chance, speeds, most)
    peaks, length = _peaks_of(index, sound)
    return find_peaks(index, peaks, length, wish)


def excesses(index: Index, sound: Any, speeds: float) -> tuple[float, float]:
    """How far the best alignment of the beginning of a sound exceeds all others, and those in its own recording.

    Raises
    ------
    SourceError
        A file that cannot be read.
    """
    peaks, _ = _peaks_of(index, sound)
    query = query_of(peaks.part(0, int(np.searchsorted(peaks.frames, ONE_WINDOW))), 0, index.settings)
    ranked = placed([one for rates in Wish(speeds=speeds).rates for one in at_speeds(index, query, rates)])
    if not ranked:
        return 0.0, 0.0
    return over_others(ranked[0], ranked)[:2]


def _peaks_of(index: Index, sound: Any) -> tuple[Peaks, float]:
    if isinstance(sound, str | os.PathLike):
        return audio.settled(sound, lambda source: query_peaks(source, index.settings), opening=AS_IT_IS)
    return query_peaks(sound, index.settings)


def find_peaks(index: Index, peaks: Peaks, length: float, wish: Wish) -> list[Match]:
    """Matches of a sound of so many frames whose peaks are known."""
    windows = windows_of(length)
    growing: list[Found] = []
    for count, (begin, stop) in enumerate(windows):
        first, last = np.searchsorted(peaks.frames, [begin, stop])
        query = query_of(peaks.part(int(first), int(last)), begin, index.settings)
        for one, chance in search(index, query, wish):
            if chance * len(windows) > wish.chance:
                continue
            found = next((old for old in growing if old.follows(one, begin, count)), None)
            if found is None:
                growing.append(found := Found(one.recording))
            found.add(one, chance, query, begin, int(first), count)
    matches = [_match(index, found, peaks, windows, length) for found in growing]
    return chosen(matches, wish.most, in_time=len(windows) > 1)


def windows_of(length: float) -> list[tuple[int, int]]:
    """(first, stop) frames of the windows of a sound of so many frames, evenly over it, each half over the next.

    >>> windows_of(215.3), windows_of(900)
    ([(0, 216)], [(0, 430), (157, 587), (313, 743), (470, 900)])
    """
    n_frames = math.ceil(length)
    if n_frames <= ONE_WINDOW:
        return [(0, n_frames)]
    count = 1 - (-(n_frames - WINDOW) // (WINDOW // 2))
    begins = [round(k * (n_frames - WINDOW) / (count - 1)) for k in range(count)]
    return [(begin, begin + WINDOW) for begin in begins]


def query_of(peaks: Peaks, begin: int, settings: LandmarkSettings) -> Query:
    """Peaks of a window, with their times counted from its first frame, in all pairs."""
    peaks = peaks._replace(frames=peaks.frames - begin, times=peaks.times - begin)
    return Query(peaks, *all_pairs(peaks, settings))


def search(index: Index, query: Query, wish: Wish) -> list[tuple[Placed, float]]:
    """Where a query lies, the surest first, each place with its chance; those that are no match too."""
    found: list[tuple[int, Alignment]] = []
    verdict: list[tuple[Placed, float]] = []
    for speeds in wish.rates:
        found += at_speeds(index, query, speeds)
        verdict = judged(placed(found), index.constants, len(index))
        if verdict and verdict[0][1] < SURE:
            break
    return verdict


def at_speeds(index: Index, query: Query, speeds: tuple[float, ...]) -> Iterator[tuple[int, Alignment]]:
    """(number of the segment, alignment) of a query that runs at one of some speeds."""
    if not len(query.first):
        return
    segments = index.segments
    large = sum(segment.n_postings for segment, _ in segments) > STRETCH
    wanted = {speed: probes_of(query, speed, index.settings) for speed in speeds}
    for place, (segment, removed) in enumerate(segments):
        for speed, found in zip(speeds, hits(segment, query, wanted), strict=True):
            for one in alignments(segment, query, found, speed):
                if one.recording not in removed:
                    yield place, one
        if large:
            segment.release()


def chosen(matches: list[Match], most: int, *, in_time: bool) -> list[Match]:
    """The surest, at most so many at any time; in the order in which they are heard where `in_time`."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda one: (one.chance, -one.votes, one.recording, one.offset)):
        beside = [other for other in kept if other.start < match.end and match.start < other.end]
        if len(beside) < most:
            kept.append(match)
    return sorted(kept, key=lambda one: one.start) if in_time else kept


def _match(index: Index, found: Found, peaks: Peaks, windows: list[tuple[int, int]], length: float) -> Match:
    """What is told of a match."""
    number, recording = found.recording
    segment = index.segments[number][0]
    begin, alignment = found.windows[0]
    last, ending = found.windows[-1]
    speed = alignment.speed
    if last > begin:
        speed = (ending.begin - alignment.begin) / (last - begin)
    first, second = np.concatenate(found.first), np.concatenate(found.second)
    numbers = [number for number, (start, _) in enumerate(windows) if start in (begin, last)]
    start = 0.0 if numbers[0] == 0 else float(peaks.times[first].min())
    end = length if numbers[-1] == len(windows) - 1 else float(peaks.times[second].max())
    place = lambda frame: alignment.begin + (frame - begin) * speed  # noqa: E731
    whole = int(segment.lengths[recording]) + REACH
    start = max(start, begin - alignment.begin / speed)  # it begins before the recording does
    end = max(start, min(end, begin + (whole - alignment.begin) / speed))
    seconds = 1 / index.settings.frames_per_second
    return Match(
        recording=segment.name(recording),
        offset=place(start) * seconds,
        until=place(end) * seconds,
        speed=speed,
        votes=len(independent(first, second)),
        chance=min(1.0, found.chance * len(windows)),
        start=start * seconds,
        end=end * seconds,
    )
