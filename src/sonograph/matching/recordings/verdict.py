"""Whether a query is in the index: the chance that a recording which is not would align as well.

A beat and a few chords align somewhere in any large index, and in some recordings with everything. So an alignment
counts by how far its votes exceed what lies about it in the same recording, and by how far that exceeds what other
recordings reach. Of sounds that are not in the index that difference falls off exponentially, however large the index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sonograph.matching.recordings.alignment import Alignment

PATIENCE = 0.006
"""How far, as a logarithm, the speeds by slope and by frequencies may differ before that counts against a line."""

PER_SPEED = 150.0
"""What a further difference of 1 (as a logarithm) counts against an alignment."""

PER_HIT = 4.0
"""Votes that a hit a frame about an alignment leads to expect: the best line within a few frames is looked at."""

SAME = 0.4
"""Two recordings that answer to so many of the same pairs are the same sound."""

APART = 9.0
"""Frames between two alignments in one recording that are not the same one."""

OTHERS = 2
"""How many other recordings there must be to be held against."""


FOREMOST = 24
"""How many alignments are given a chance."""


@dataclass(frozen=True)
class Constants:
    """By which a chance is told: `rate` exp(-(excess - `from_`) / `scale`), at most 1.

    rate, least, scale : for the excess over other recordings
    rate_alone, least_alone, scale_alone : for an alignment where there are too few others
    sounds : how many sounds that are in no index they come from
    """

    rate: float
    least: float
    scale: float
    rate_alone: float
    least_alone: float
    scale_alone: float
    sounds: int

    def chance(self, excess: float) -> float:
        """Of an alignment that exceeds those in other recordings by so much."""
        return _tail(excess, self.rate, self.least, self.scale)

    def chance_alone(self, surprise: float) -> float:
        """Of an alignment with nothing to be held against."""
        return _tail(surprise, self.rate_alone, self.least_alone, self.scale_alone)


def _tail(value: float, rate: float, least: float, scale: float) -> float:
    return min(1.0, rate * math.exp(-max(value - least, -700 * scale) / scale))


SHIPPED = Constants(0.1, 1.6, 1.0, 0.1, 5.2, 1.0, 2200)
"""From 1,100 songs of a generator (`benchmarks/songs.py`) of five seconds, as half of what is looked for: the rest,
noises, tones, clicks and drums, aligns less.
"""


class Placed(NamedTuple):
    """An alignment, and in which recording of all segments.

    segment : the number of the segment
    surprise : how far its votes exceed what lies about it
    """

    segment: int
    alignment: Alignment
    surprise: float

    @property
    def recording(self) -> tuple[int, int]:
        """Which recording."""
        return self.segment, self.alignment.recording


def surprise(alignment: Alignment) -> float:
    """How far the votes exceed what chance gives in such surroundings (a Poisson deviance, nats), less what counts
    against a line whose slope and frequencies tell different speeds.
    """
    expected, votes = PER_HIT * alignment.around + 0.5, alignment.weight
    excess = votes * math.log(votes / expected) - (votes - expected) if votes > expected else 0.0
    differs = abs(math.log(max(alignment.speed, 0.5) / alignment.pitch))
    return excess - PER_SPEED * max(0.0, differs - PATIENCE)


def placed(alignments: Sequence[tuple[int, Alignment]]) -> list[Placed]:
    """Alignments in all segments, each place in a recording once, the most surprising first; ties in a fixed order."""
    ranked = [Placed(segment, one, surprise(one)) for segment, one in alignments]
    ranked.sort(
        key=lambda one: (-one.surprise, -one.alignment.votes, *one.recording, one.alignment.begin, one.alignment.speed)
    )
    chosen: list[Placed] = []
    begins: dict[tuple[int, int], list[float]] = {}
    for one in ranked:
        others = begins.setdefault(one.recording, [])
        if all(abs(one.alignment.begin - begin) >= APART for begin in others):
            others.append(one.alignment.begin)
            chosen.append(one)
    return chosen


def judged(ranked: Sequence[Placed], constants: Constants, n_recordings: int) -> list[tuple[Placed, float]]:
    """The foremost alignments, each with its chance.

    ranked : as `placed` gives them
    n_recordings : how many recordings the index holds
    """
    result = []
    for one in ranked[:FOREMOST]:
        excess, alone, alike = over_others(one, ranked)
        few = n_recordings - alike < OTHERS
        result.append((one, constants.chance_alone(alone) if few else constants.chance(excess)))
    return result


def over_others(one: Placed, ranked: Sequence[Placed]) -> tuple[float, float, int]:
    """How far an alignment exceeds what something else reaches.

    Something else is the second best of the other recordings (the best may be heard in the query as well), and another
    place in its own, as a beat aligns with all that keep it. What answers to the same pairs of the query is no other
    thing: copies of a recording, and repeats within it.

    Returns (the excess, that over its own recording alone, how many recordings are the same sound).
    """
    alike, others = {one.recording}, set[tuple[int, int]]()
    own = other = 0.0
    for rival in ranked:
        if rival is one:
            continue
        same = rival.recording in alike and rival.recording != one.recording
        if same or same_sound(one.alignment, rival.alignment):
            alike.add(rival.recording)
        elif rival.recording == one.recording:
            own = own or max(0.0, rival.surprise)
        else:
            others.add(rival.recording)
            if len(others) == 2 and not other:
                other = max(0.0, rival.surprise)
        if own and other:
            break
    return one.surprise - max(own, other), one.surprise - own, len(alike)


def same_sound(one: Alignment, other: Alignment) -> bool:
    """Whether two alignments rest on the same pairs of the query."""
    shared = len(np.intersect1d(one.pairs, other.pairs, assume_unique=True))
    return shared >= SAME * min(len(one.pairs), len(other.pairs))
