"""Writing a segment, whole or not at all, at once or a range of buckets at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sonograph.atomic import written
from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.postings import Postings, Recording, bucket_sums
from sonograph.matching.recordings.segment_layout import ARRAYS, VERSION, pages, top_of


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
            self._bytes += pages(length * np.dtype(kind).itemsize)
        self._hashes = {name: hashlib.blake2b(digest_size=16) for name in arrays}
        self._done = dict.fromkeys(arrays, 0)
        self._first = 1 << 40
        self._first = pages(len(top_of(self._header())) + 64 * len(arrays))

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
        self._file.write(top_of(self._header()))
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
