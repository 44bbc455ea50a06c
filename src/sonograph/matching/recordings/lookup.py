"""Where a sound's pairs of peaks lie in a segment: every landmark that could be one of them."""

from __future__ import annotations

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


class Query(NamedTuple):
    """A sound that is looked for.

    peaks : its peaks
    first, second : their numbers in every pair that may be a landmark
    """

    peaks: Peaks
    first: np.ndarray
    second: np.ndarray


class Hits(NamedTuple):
    """Landmarks that could be pairs of the query, sorted by where the query would then begin.

    begin : (n,) in quarter frames of the segment
    pair : (n,) the number of the pair
    """

    begin: np.ndarray
    pair: np.ndarray


def most_in_bucket(segment: Segment) -> int:
    """How full a bucket may be that is looked into."""
    return max(LEAST_FULL, int(FULL * segment.n_postings / segment.settings.n_buckets))


def asked(query: Query, speed: float, settings: LandmarkSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The buckets that pairs may lie in, if the query runs so many times as fast as the recording.

    Returns (buckets, rising; how many pairs ask for each; those pairs, bucket by bucket).
    """
    peaks = query.peaks
    where = coordinates(peaks.times * speed, peaks.frequencies / speed, query.first, query.second, settings)
    found, pair = probes(where, settings)
    packed = np.sort((found << PAIR_BITS) | pair)
    found = packed >> PAIR_BITS
    begins = np.flatnonzero(np.diff(found, prepend=-1))
    return found[begins], np.diff(np.append(begins, len(found))), packed & ((1 << PAIR_BITS) - 1)


def hits(segment: Segment, query: Query, speed: float, wanted: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Hits:
    """What is in the buckets that are asked for.

    Raises
    ------
    SourceError
        A bucket is damaged.
    """
    buckets, askers, pairs = wanted
    counts, times = segment.hits(buckets, most_in_bucket(segment))
    # each asker of a bucket gets all that is in it: (time - when the pair is) and the pair's number, packed
    per_pair = np.repeat(counts, askers)
    if (askers != 1).any():
        first, stops = np.repeat(np.cumsum(counts) - counts, askers), np.cumsum(per_pair)
        times = times[np.arange(int(per_pair.sum())) + np.repeat(first - stops + per_pair, per_pair)]
    at = np.rint(query.peaks.times[query.first] * (speed * PER_FRAME)).astype(np.int64)
    key = times.astype(np.int64)
    key <<= PAIR_BITS
    key += np.repeat(pairs - (at[pairs] << PAIR_BITS), per_pair)
    key.sort()
    return Hits(key >> PAIR_BITS, key & ((1 << PAIR_BITS) - 1))
