"""What of an archive is done: a line for each shard, written once its data are on the disk.

A line says which shard, the name of all that it depends on, how it is, its samples, and bytes and CRC of its files. The
last line of a shard counts. The coordinator alone writes; at the end it sorts the lines and leaves out those that no
longer count, so that the same archive has the same ledger whatever way it came about.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sonograph.atomic import could_not_be_written, written
from sonograph.errors import OutputError
from sonograph.jobs.ledger import line_of, words_of

DONE, EMPTY, FAILED = "done", "empty", "failed"
"""All is there; no file has a sample of it; a file of it could not be read, and is missing."""


class Mark(NamedTuple):
    """What there is to know of a shard.

    label : of the product's folder
    shard : its number
    key : a name for all that it depends on; "" takes the mark before away
    status : DONE, EMPTY or FAILED
    samples : how many the files hold of its time, by their headers
    arrays : of each array that has a file: its bytes and their CRC
    faults : of each file that could not be read: why
    """

    label: str
    shard: int
    key: str
    status: str = DONE
    samples: int = 0
    arrays: dict[str, list[int]] = {}  # noqa: RUF012
    faults: dict[str, str] = {}  # noqa: RUF012


class _Column:
    """For each shard of a product its key, and where its line lies: 16 bytes a shard."""

    def __init__(self) -> None:
        self.keys, self.places = np.zeros(0, "S16"), np.zeros(0, np.int64)

    def put(self, shard: int, key: str, place: int) -> None:
        if shard >= len(self.keys):
            more = max(64, 2 * shard) - len(self.keys)
            self.keys = np.concatenate([self.keys, np.zeros(more, "S16")])
            self.places = np.concatenate([self.places, np.zeros(more, np.int64)])
        self.keys[shard], self.places[shard] = key.encode(), place


class Marks:
    """The ledger of an archive.

    path : of the file, which need not be there
    damaged : lines that were cut or changed, and count for nothing
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read()

    @property
    def is_there(self) -> bool:
        """Whether there is one, be it empty."""
        return self.path.exists()

    def _read(self) -> None:
        self.damaged, self._columns = 0, dict[str, _Column]()
        self._end, self._last, self._sorted = 0, ("", -1), True
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
            for line in file:
                self._take(line.rstrip(b"\n"), self._end)
                self._end += len(line)

    def _take(self, line: bytes, place: int) -> None:
        if not line:
            return
        words = words_of(line)
        if words is None:
            self.damaged += 1
            return
        self._sorted &= self._last < (words[0], words[1]) and words[2] != ""
        self._last = words[0], words[1]
        self._columns.setdefault(words[0], _Column()).put(words[1], words[2], place)

    def key(self, label: str, shard: int) -> str:
        """The key of a shard's mark; "" where it has none."""
        column = self._columns.get(label)
        return "" if column is None or shard >= len(column.keys) else column.keys[shard].decode()

    def mark(self, marks: list[Mark], *, sync: bool = True) -> None:
        """Write marks behind the others; all of them or none.

        Raises
        ------
        OutputError
            The disk is full, or the like.
        """
        self._sorted = False
        lines = [line_of(list(one)) for one in marks]
        data = b"".join(lines)
        try:
            with self.path.open("ab", 0) as file:
                end = file.seek(0, os.SEEK_END)
                try:
                    if end and not _ends_whole(self.path):
                        data, lines = b"\n" + data, [b"\n" + lines[0], *lines[1:]]  # ends one that was cut
                    if file.write(data) != len(data):
                        raise OSError(28, "no space left on device")
                except BaseException:
                    with contextlib.suppress(OSError):
                        file.truncate(end)
                    raise
                if sync:
                    os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(could_not_be_written(error, self.path, self.path)) from error
        for one, line in zip(marks, lines, strict=True):
            self._columns.setdefault(one.label, _Column()).put(one.shard, one.key, end + len(line) - len(line.lstrip()))
            end += len(line)

    def flush(self) -> None:
        """Let others see what is marked, where they do not at once."""

    def all(self, labels: list[str] | None = None) -> Iterator[Mark]:
        """The marks that count, in the order of labels and shards."""
        if not self._columns:
            return
        with self.path.open("rb") as file:
            for label in sorted(self._columns) if labels is None else sorted(set(labels) & set(self._columns)):
                column = self._columns[label]
                for shard in np.flatnonzero(column.keys != b""):
                    file.seek(int(column.places[shard]))
                    words = words_of(file.readline().rstrip(b"\n"))
                    if words is not None:
                        yield Mark(*words)

    def remove(self) -> None:
        """Take the ledger away."""
        self.path.unlink(missing_ok=True)

    def compact(self, counts: dict[str, int]) -> bool:
        """Sort the lines, and leave out those that no longer count; whether that changed anything.

        counts : how many shards each product's folder has; those of others, or behind them, are left out

        Raises
        ------
        OutputError
            The disk is full, or the like.
        """
        if not self._columns or self._is_compact(counts):
            return False
        with written(self.path) as part, part.open("wb") as file:
            for one in self.all(list(counts)):
                if one.shard < counts[one.label]:
                    file.write(line_of(list(one)))
            file.flush()
            os.fsync(file.fileno())
        self._read()
        return True

    def _is_compact(self, counts: dict[str, int]) -> bool:
        """Whether compacting would write what is there."""
        known = {label: np.flatnonzero(one.keys != b"") for label, one in self._columns.items()}
        return (
            self._sorted
            and not self.damaged
            and all(label in counts and int(found.max(initial=-1)) < counts[label] for label, found in known.items())
        )


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
