"""A segment: landmarks of some recordings in one file that never changes.

Small arrays are checked whole at opening, postings bucket by bucket as they are read: a bit that has flipped is named,
or is where nothing looks.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.errors import SourceError
from sonograph.io.status import shown
from sonograph.matching.recordings.gathering import gather
from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.postings import GAP, PER_FRAME, PRIME, Recording, bucket_ranges, bucket_sums
from sonograph.matching.recordings.segment_layout import MAGIC, VERSION, pages

STRETCH = 1 << 24
"""Landmarks of a file, 64 MB, whose pages count as memory of the process while it goes through them."""


class Segment:
    """A segment, memory-mapped.

    settings : of its landmarks
    begins, lengths : (recordings,) the first frame of each among all on end, and how many frames it has
    n_postings : landmarks

    Raises
    ------
    SourceError
        It is cut, damaged, no segment, or of another version.
    """

    begins: np.ndarray
    lengths: np.ndarray
    sizes: np.ndarray
    modified: np.ndarray
    name_ends: np.ndarray
    names: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
    when: np.ndarray

    def __init__(self, path: Path) -> None:
        self.path = path
        self.buckets: np.ndarray | None = None
        try:
            with path.open("rb") as file:
                header = self._header(file)
                self._map(file, header)
        except SourceError:
            raise
        except OSError as error:
            raise SourceError(f"{shown(path)}: could not be read ({error.strerror}).") from error
        self._check_shapes()

    @property
    def n_recordings(self) -> int:
        """How many recordings it holds, those that were removed too."""
        return len(self.begins)

    @property
    def n_postings(self) -> int:
        """How many landmarks it holds."""
        return len(self.when)

    @property
    def end(self) -> int:
        """The frame after the last recording and its gap."""
        return int(self.begins[-1] + self.lengths[-1]) + GAP if self.n_recordings else 0

    def name(self, number: int) -> str:
        """The name of a recording."""
        first = int(self.name_ends[number - 1]) if number else 0
        return os.fsdecode(self.names[first : int(self.name_ends[number])].tobytes())

    def recording(self, number: int) -> Recording:
        """A recording by its number."""
        return Recording(
            self.name(number), int(self.lengths[number]), int(self.sizes[number]), int(self.modified[number])
        )

    def recording_at(self, frames: np.ndarray) -> np.ndarray:
        """The numbers of the recordings in which frames lie, of all on end; also a little before and after them."""
        return np.searchsorted(self.begins, frames + GAP // 2, side="right") - 1

    def hits(self, wanted: np.ndarray, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The times in buckets: (how many of each bucket, all of them one after the other).

        wanted : rising
        most   : fuller buckets are passed over

        Raises
        ------
        SourceError
            A bucket is damaged.
        """
        return self.hits_before([(wanted, np.zeros(len(wanted), np.uint32))], most)[0]

    def hits_before(
        self, requests: Sequence[tuple[np.ndarray, np.ndarray]], most: int | None = None
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """The same for several requests on one way through the file, with a number for each bucket.

        requests : (buckets, rising; what is subtracted from the times in each, modulo 2^32)

        Raises
        ------
        SourceError
            A bucket is damaged.
        """
        if not self.n_postings:
            return [(np.zeros(len(wanted), np.int64), np.zeros(0, np.uint32)) for wanted, _ in requests]
        runs = [_Runs(self, wanted, less, most) for wanted, less in requests]
        for stop in range(STRETCH, self.n_postings + STRETCH, STRETCH):
            for run in runs:
                run.go_on(stop)
            if self.n_postings > STRETCH:
                self.release()
        if not all(run.is_sound() for run in runs):
            raise SourceError(self._damaged("its landmarks are damaged"))
        return [(run.counts, run.times) for run in runs]

    def check(self) -> None:
        """Read every landmark.

        Raises
        ------
        SourceError
            Some are damaged.
        """
        for first, stop in bucket_ranges(self.starts, 1 << 22):
            starts = self.starts[first : stop + 1]
            when = self.when[starts[0] : starts[-1]]
            if (bucket_sums(starts - starts[0], when) != self.sums[first:stop]).any():
                raise SourceError(self._damaged("its landmarks are damaged"))
            if len(when) and int(when.max()) > self.end * PER_FRAME:
                raise SourceError(self._damaged("its landmarks lie outside of its recordings"))

    def release(self) -> None:
        """Let the system take back the pages that were read; they are read again where they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._memory.madvise(mmap.MADV_DONTNEED)

    def places(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where buckets are in `starts`, and whether they are there."""
        if self.buckets is None:
            return wanted, np.ones(len(wanted), bool)
        place = np.minimum(np.searchsorted(self.buckets, wanted), len(self.buckets) - 1)
        return place, self.buckets[place] == wanted

    def _header(self, file: Any) -> dict[str, Any]:
        top = file.read(len(MAGIC) + 13 + 33)
        if not top.startswith(MAGIC):
            raise SourceError(self._damaged("it is no segment of an index, or its first bytes are damaged"))
        try:
            length = int(top[len(MAGIC) : len(MAGIC) + 12])
            body = file.read(length)
            if hashlib.blake2b(body, digest_size=16).hexdigest().encode() != top[len(MAGIC) + 13 : -1]:
                raise ValueError
            header: dict[str, Any] = json.loads(body)
        except (ValueError, OverflowError, MemoryError):
            raise SourceError(self._damaged("its header is damaged")) from None
        if header["version"] != VERSION:
            raise SourceError(
                f"{shown(self.path)}: is of version {header['version']} of the format, and this Sonograph reads "
                f"version {VERSION}. Index the recordings anew, or use the Sonograph that wrote it."
            )
        return header

    def _map(self, file: Any, header: dict[str, Any]) -> None:
        self.settings = LandmarkSettings.from_values(header["settings"])
        size = os.fstat(file.fileno()).st_size
        wanted = header["first"] + max(
            entry["at"] + pages(entry["length"] * np.dtype(entry["type"]).itemsize)
            for entry in header["arrays"].values()
        )
        if size != wanted:
            raise SourceError(self._damaged(f"it has {size:,} bytes and must have {wanted:,}"))
        self._memory = memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        for name, entry in header["arrays"].items():
            values = np.frombuffer(memory, entry["type"], entry["length"], header["first"] + entry["at"])
            if entry["sum"] is not None and hashlib.blake2b(values.data, digest_size=16).hexdigest() != entry["sum"]:
                raise SourceError(self._damaged(f"its array {name} is damaged"))
            setattr(self, name, values)

    def _check_shapes(self) -> None:
        n = self.settings.n_buckets if self.buckets is None else len(self.buckets)
        self.starts = np.concatenate([[0], np.cumsum(self.counts, dtype=np.int64)])
        if len(self.counts) != n or len(self.sums) != n or int(self.starts[-1]) != len(self.when):
            raise SourceError(self._damaged("its arrays do not fit each other"))

    def _damaged(self, what: str) -> str:
        return f"{shown(self.path)}: {what}. Copy the index again, or index its recordings anew."


class _Runs:
    """What is in some buckets of a segment, from the first to the last of them.

    counts : how many times each has
    times : those, less what is subtracted
    """

    def __init__(self, segment: Segment, wanted: np.ndarray, less: np.ndarray, most: int | None) -> None:
        self._segment, self._less = segment, less
        self._place, there = segment.places(wanted)
        self._first = segment.starts[self._place]
        self.counts = segment.starts[self._place + 1] - self._first
        self.counts[~there if most is None else ~there | (self.counts > most)] = 0
        self._ends = np.concatenate([[0], np.cumsum(self.counts)])
        self.times = np.empty(int(self._ends[-1]), np.uint32)
        self._sums = np.empty(len(wanted), np.int64)
        self._done = 0

    def go_on(self, stop: int) -> None:
        """Up to the buckets that begin with a landmark of the segment."""
        now = slice(self._done, int(np.searchsorted(self._first, stop)))
        times = self.times[self._ends[now.start] : self._ends[now.stop]]
        self._sums[now] = gather(self._segment.when, self._first[now], self.counts[now], self._less[now], times)
        self._done = now.stop

    def is_sound(self) -> bool:
        """Whether all have their checksums."""
        return bool((self._sums % PRIME == np.where(self.counts > 0, self._segment.sums[self._place], 0)).all())
