"""Landmarks as an index keeps them: sorted by bucket, each a time in all recordings on end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

PRIME = 65521
PER_FRAME = 4
"""Postings count time in this part of a frame: a quarter of 23 ms."""

GAP = 600
"""Frames between one recording and the next, so that no alignment reaches into two."""

MOST = (1 << 32) - (1 << 13)
"""The last time that a posting may hold, 6,900 hours: what is computed with it must fit into 32 bits as well."""

SPARSE = 4
"""A segment of fewer postings than a quarter of the buckets lists the buckets that hold any."""


class Recording(NamedTuple):
    """One recording of an index. All but its name and length in frames is for the index itself.

    name : as it was added; file names keep their bytes (as surrogates)
    n_frames : how long it is
    size, modified_ns : of its file when it was added; -1 where it came from no file
    """

    name: str
    n_frames: int
    size: int = -1
    modified_ns: int = -1


@dataclass
class Postings:
    """Landmarks sorted by bucket.

    buckets : (n,) the buckets that hold any, rising; None where `starts` has one more than all buckets
    starts  : where each begins in `when`, and the end
    when    : when each landmark is, in quarter frames over all recordings on end
    """

    buckets: np.ndarray | None
    starts: np.ndarray
    when: np.ndarray

    @classmethod
    def sorted(cls, buckets: np.ndarray, when: np.ndarray, n_buckets: int) -> Postings:
        """Of landmarks in any order; those of one bucket keep theirs."""
        order = np.argsort(buckets, kind="stable")
        if len(buckets) * SPARSE < n_buckets:
            found, first = np.unique(buckets[order], return_index=True)
            return cls(found, np.append(first, len(order)), when[order])
        starts = np.zeros(n_buckets + 1, np.int64)
        np.cumsum(np.bincount(buckets, minlength=n_buckets), out=starts[1:])
        return cls(None, starts, when[order])


def bucket_sums(starts: np.ndarray, when: np.ndarray) -> np.ndarray:
    """A checksum of each bucket: of its times and of their places."""
    total = np.concatenate([[0], np.cumsum(when, dtype=np.int64)])
    return ((total[starts[1:]] - total[starts[:-1]]) % PRIME).astype(np.uint16)


def bucket_ranges(starts: np.ndarray, at_most: int) -> list[tuple[int, int]]:
    """Neighbouring buckets in ranges that hold at most so many landmarks, one bucket at least."""
    ranges, first, n = [], 0, len(starts) - 1
    while first < n:
        stop = int(np.searchsorted(starts, int(starts[first]) + at_most, side="right")) - 1
        stop = min(n, max(first + 1, stop))
        ranges.append((first, stop))
        first = stop
    return ranges
