"""Where a sound's pairs of peaks lie in a segment: every landmark that could be one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.pairs import coordinates, probes
from sonograph.matching.recordings.peaks import Peaks
from sonograph.matching.recordings.postings import PER_FRAME
from sonograph.matching.recordings.segment import Segment

FULL = 5.0
"""Buckets of more than so many times the mean are passed over …"""

LEAST_FULL = 800
"""… where that is more than so many landmarks: they cost much and tell little."""

PAIR_BITS = 22
"""Bits of a key that number the pair: so many pairs a window of sound has at most."""


LEAD = 1 << 12
"""Quarter frames that are added to where a query begins, as it may begin before the first recording."""


class Query(NamedTuple):
    """A sound that is looked for.

    peaks : its peaks
    first, second : their numbers in every pair that may be a landmark
    """

    peaks: Peaks
    first: np.ndarray
    second: np.ndarray


class Hits(NamedTuple):
    """Landmarks that could be pairs of the query, as they lie in the segment, and where the query would then begin.

    begin : (n,) uint32, quarter frames of the segment and `LEAD`
    ends : (probes,) how many there are up to the end of each bucket that was looked into
    pair : (probes,) for which pair
    """

    begin: np.ndarray
    ends: np.ndarray
    pair: np.ndarray

    def sorted(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Some of them by where the query begins: (that in quarter frames of the segment, the number of the pair)."""
        probe = np.searchsorted(self.ends, chosen, side="right")
        key = self.begin[chosen].astype(np.int64) - LEAD << PAIR_BITS | self.pair[probe]
        key.sort()
        return key >> PAIR_BITS, key & ((1 << PAIR_BITS) - 1)


def most_in_bucket(segment: Segment) -> int:
    """How full a bucket may be that is looked into."""
    return max(LEAST_FULL, int(FULL * segment.n_postings / segment.settings.n_buckets))


def probes_of(query: Query, speed: float, settings: LandmarkSettings) -> tuple[np.ndarray, np.ndarray]:
    """Buckets that pairs may lie in, if the query runs so many times as fast as the recording: (buckets, which pair).

    Buckets rise; one that several pairs may lie in is there for each.
    """
    peaks = query.peaks
    where = coordinates(peaks.times * speed, peaks.frequencies / speed, query.first, query.second, settings)
    found, pair = probes(where, settings)
    packed = np.sort((found << PAIR_BITS) | pair)
    return packed >> PAIR_BITS, packed & ((1 << PAIR_BITS) - 1)


def hits(segment: Segment, query: Query, wanted: Mapping[float, tuple[np.ndarray, np.ndarray]]) -> list[Hits]:
    """What is in the buckets that are asked for at each of some speeds: `probes_of` those.

    Raises
    ------
    SourceError
        A bucket is damaged.
    """
    requests = []
    for speed, (buckets, pair) in wanted.items():
        at = np.rint(query.peaks.times[query.first] * (speed * PER_FRAME)).astype(np.int64) - LEAD
        requests.append((buckets, at[pair].astype(np.uint32)))
    found = segment.hits_before(requests, most_in_bucket(segment))
    return [
        Hits(begin, np.cumsum(counts), pair) for (counts, begin), (_, pair) in zip(found, wanted.values(), strict=True)
    ]
