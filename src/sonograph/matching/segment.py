"""A segment: landmarks of some recordings in one file that never changes.

A line that says what it is, a header in JSON with its checksum, then arrays, each at a multiple of 4096 bytes. Small
arrays are checked whole at opening, postings bucket by bucket as they are read: a bit that has flipped is named, or is
where nothing looks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from sonograph.atomic import written
from sonograph.errors import SourceError
from sonograph.io.status import shown
from sonograph.matching.settings import LandmarkSettings

VERSION = 1
MAGIC = b"SONOGRAPH LANDMARKS\n"
PAGE = 4096
PRIME = 65521
PER_FRAME = 4
"""Postings count time in this part of a frame: a quarter of 23 ms."""

GAP = 600
"""Frames between one recording and the next, so that no alignment reaches into two."""

MOST = (1 << 32) - 1
"""The last time that a posting can hold: 6,900 hours."""

SPARSE = 4
"""A segment of fewer postings than a quarter of the buckets lists the buckets that hold any."""

ARRAYS = {
    "begins": "<i8", "lengths": "<i8", "sizes": "<i8", "modified": "<i8", "name_ends": "<i8", "names": "<u1",
    "buckets": "<u4", "counts": "<u4", "sums": "<u2", "when": "<u4",
}  # fmt: skip


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
    total = np.concatenate([[0], np.cumsum(when.astype(np.int64) % PRIME)])
    return ((total[starts[1:]] - total[starts[:-1]]) % PRIME).astype(np.uint16)


def write_segment(
    path: Path, settings: LandmarkSettings, recordings: Sequence[Recording], begins: np.ndarray, postings: Postings
) -> None:
    """Write a segment, whole or not at all, and wait until the disk has it.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with segment_writer(path, settings, recordings, begins, postings.buckets, np.diff(postings.starts)) as writer:
        writer.add("sums", bucket_sums(postings.starts, postings.when))
        writer.add("when", postings.when)


@contextlib.contextmanager
def segment_writer(
    path: Path,
    settings: LandmarkSettings,
    recordings: Sequence[Recording],
    begins: np.ndarray,
    buckets: np.ndarray | None,
    counts: np.ndarray,
) -> Iterator[Writer]:
    """Write a segment, of which `sums` and `when` are still to be added, in parts or at once.

    buckets, counts : those that hold landmarks, and how many; None: `counts` is of all buckets

    Raises
    ------
    OutputError
        It cannot be written.
    """
    names = [os.fsencode(recording.name) for recording in recordings]
    column = lambda name: np.array([getattr(recording, name) for recording in recordings], np.int64)  # noqa: E731
    small = {
        "begins": begins,
        "lengths": column("n_frames"),
        "sizes": column("size"),
        "modified": column("modified_ns"),
        "name_ends": np.cumsum([len(name) for name in names], dtype=np.int64),
        "names": np.frombuffer(b"".join(names), np.uint8),
        "counts": counts,
    }
    if buckets is not None:
        small["buckets"] = buckets
    lengths = {name: len(values) for name, values in small.items()}
    lengths |= {"sums": len(counts), "when": int(counts.sum())}
    kinds = ARRAYS | ({"counts": "<u2"} if counts.max(initial=0) < 1 << 16 else {})
    with written(path) as part, part.open("wb") as file:
        writer = Writer(file, settings, {name: (kinds[name], lengths[name]) for name in ARRAYS if name in lengths})
        for name, values in small.items():
            writer.add(name, values)
        yield writer
        writer.finish()


class Writer:
    """Writes the arrays of a segment, each at once or in parts, and the header last.

    arrays : of each its type and its length, in their order
    """

    def __init__(self, file: BinaryIO, settings: LandmarkSettings, arrays: dict[str, tuple[str, int]]) -> None:
        self._file, self._settings = file, settings
        self._table: dict[str, dict[str, Any]] = {}
        self._bytes = 0
        for name, (kind, length) in arrays.items():
            self._table[name] = {"type": kind, "length": length, "at": self._bytes, "sum": None}
            self._bytes += _pages(length * np.dtype(kind).itemsize)
        self._hashes = {name: hashlib.blake2b(digest_size=16) for name in arrays}
        self._done = dict.fromkeys(arrays, 0)
        self._first = 1 << 40
        self._first = _pages(len(_top(self._header())) + 64 * len(arrays))

    def add(self, name: str, values: np.ndarray) -> None:
        """The next values of an array."""
        data = np.ascontiguousarray(values, self._table[name]["type"]).tobytes()
        self._file.seek(self._first + self._table[name]["at"] + self._done[name])
        self._file.write(data)
        self._done[name] += len(data)
        if name != "when":  # its buckets have sums of their own
            self._hashes[name].update(data)

    def finish(self) -> None:
        """The header, and wait until the disk has all of it."""
        for name, entry in self._table.items():
            entry["sum"] = None if name == "when" else self._hashes[name].hexdigest()
        self._file.truncate(self._first + self._bytes)
        self._file.seek(0)
        self._file.write(_top(self._header()))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _header(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "settings": self._settings.to_dict(),
            "digest": self._settings.digest,
            "first": self._first,
            "arrays": self._table,
        }


def _top(header: dict[str, Any]) -> bytes:
    body = json.dumps(header).encode()
    return MAGIC + b"%012d\n" % len(body) + hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b"\n" + body


def _pages(n_bytes: int) -> int:
    return -(-n_bytes // PAGE) * PAGE


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

    def hits(self, wanted: np.ndarray, most: int | None) -> tuple[np.ndarray, np.ndarray]:
        """The times in buckets: (how many of each bucket, all of them one after the other).

        wanted : rising, without doubles
        most   : fuller buckets are passed over

        Raises
        ------
        SourceError
            A bucket is damaged.
        """
        if not self.n_postings:
            return np.zeros(len(wanted), np.int64), np.zeros(0, np.uint32)
        place, there = self._places(wanted)
        first = self.starts[place]
        counts = self.starts[place + 1] - first
        counts[~there] = 0
        if most is not None:
            counts[counts > most] = 0
        total = int(counts.sum())
        ends = np.cumsum(counts)
        times = self.when[np.repeat(first - ends + counts, counts) + np.arange(total)]
        summed = np.concatenate([[0], np.cumsum(times % np.uint32(PRIME), dtype=np.int64)])
        if (((summed[ends] - summed[ends - counts]) % PRIME) != np.where(counts > 0, self.sums[place], 0)).any():
            raise SourceError(self._damaged("its landmarks are damaged"))
        return counts, times

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

    def _places(self, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
            entry["at"] + _pages(entry["length"] * np.dtype(entry["type"]).itemsize)
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


def bucket_ranges(starts: np.ndarray, at_most: int) -> list[tuple[int, int]]:
    """Neighbouring buckets in ranges that hold at most so many landmarks, one bucket at least."""
    ranges, first, n = [], 0, len(starts) - 1
    while first < n:
        stop = int(np.searchsorted(starts, int(starts[first]) + at_most, side="right")) - 1
        stop = min(n, max(first + 1, stop))
        ranges.append((first, stop))
        first = stop
    return ranges
