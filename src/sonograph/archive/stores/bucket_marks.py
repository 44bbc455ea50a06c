"""A ledger in a bucket, where nothing can be written behind something: numbered objects, joined into one at the end.

Lines are collected in a file here and written as LEDGER.000001, LEDGER.000002 … every few seconds, each only where
there is none of its name. Compacting writes LEDGER whole and then takes the numbered ones away, the last one first, so
that those that are left count from 1 on whenever that ends. They are asked for by their numbers and not listed, as a
store may list late what it has.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

from sonograph.archive.stores.hold import Hold
from sonograph.archive.stores.marks import Mark, Marks
from sonograph.errors import OutputError
from sonograph.io.object_tries import Replaced
from sonograph.io.object_writing import WritableBucket
from sonograph.io.status import Unreadable, shown
from sonograph.io.threads import in_threads

AT_ONCE = 16
PART = 1 << 23
"""Bytes of a ledger that are read at a time."""
MOST = 1 << 20
"""Bytes of marks that wait to be written."""


class BucketMarks(Marks):
    """As `Marks`, of the object `name` and those numbered behind it.

    hold : of the archive, without which nothing may be marked
    """

    def __init__(self, bucket: WritableBucket, name: str, hold: Hold | None) -> None:
        self._bucket, self._name, self._hold = bucket, name, hold
        room = tempfile.mkdtemp(prefix="sonograph-")
        weakref.finalize(self, shutil.rmtree, room, ignore_errors=True)
        path = Path(room, "ledger")
        self._numbered = self._fetch(path)
        self._known = path.stat().st_size if path.exists() else 0  # bytes of the copy that the bucket has
        self._turn, self._putting = threading.Lock(), threading.RLock()
        super().__init__(path)
        if hold is not None:
            hold.every(self.flush)

    def mark(self, marks: list[Mark], *, sync: bool = True) -> None:
        """As `Marks.mark`; they are in the bucket some seconds later, once the hold is over, or after `flush`."""
        if self._hold is None:
            raise OutputError(f"{shown(self._bucket.url)}: is held by nobody. Run it.")
        self._hold.check()
        with self._turn:
            super().mark(marks, sync=False)
            waits = self.path.stat().st_size - self._known
        if waits > MOST:
            self.flush()

    def flush(self) -> None:
        """Write into the bucket what is marked and not there yet.

        Raises
        ------
        OutputError
            The store says no, or does not answer; another run marks this archive.
        """
        with self._putting:
            if not self.path.exists():
                return
            with self._turn, self.path.open("rb") as file:
                file.seek(self._known)
                data = file.read()
            if not data:
                return
            if not self._bucket.put_if_absent(f"{self._name}.{self._numbered + 1:06}", data):
                raise OutputError(f"{shown(self._bucket.url)}: is marked by another run too. Run it again.")
            self._numbered, self._known = self._numbered + 1, self._known + len(data)

    def compact(self, counts: dict[str, int]) -> bool:
        """As `Marks.compact`; then the ledger is one object."""
        with self._putting:
            self.flush()
            if self._hold is not None:
                self._hold.check()
            changed = super().compact(counts) or self._numbered > 0
            if changed:
                self._bucket.put_file(self._name, self.path)
                self._take_numbered_away()
                self._known = self.path.stat().st_size
        return changed

    def remove(self) -> None:
        """As `Marks.remove`."""
        self._take_numbered_away()
        self._bucket.delete(self._name)
        super().remove()

    def _take_numbered_away(self) -> None:
        for number in range(self._numbered, 0, -1):
            self._bucket.delete(f"{self._name}.{number:06}")
        self._numbered = 0

    def _fetch(self, path: Path) -> int:
        """Copy the ledger and what is numbered; how many are."""
        while not self._copied(path):
            pass
        number = 0
        for data in self._pieces():
            with path.open("ab") as file:
                file.write(data)
            number += 1
        return number

    def _copied(self, path: Path) -> bool:
        what = self._bucket.head(self._name)
        if what is None:
            return True
        try:
            with path.open("wb") as file:
                for start in range(0, what.size, PART):
                    file.write(self._bucket.read(self._name, start, min(PART, what.size - start), what))
        except Replaced:  # by whoever compacted it meanwhile
            return False
        return True

    def _pieces(self) -> Iterator[bytes]:
        """What is numbered, up to the first number that there is not."""
        first = self._piece(1)
        if first is None:
            return
        yield first
        for number in itertools.count(2, AT_ONCE):
            for data in in_threads(self._piece, range(number, number + AT_ONCE), AT_ONCE):
                if data is None:
                    return
                yield data

    def _piece(self, number: int) -> bytes | None:
        try:
            return self._bucket.read_whole(f"{self._name}.{number:06}")
        except Unreadable as error:
            if error.reason == "missing":
                return None
            raise
