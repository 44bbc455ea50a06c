"""The files of an archive as objects of a bucket: each is written by one request, whole, or not at all."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from sonograph.archive.stores.bucket_marks import BucketMarks
from sonograph.archive.stores.hold import LOCK, Hold
from sonograph.errors import OutputError, SourceError
from sonograph.io.object_writing import WritableBucket
from sonograph.io.status import Unreadable, shown

TRIES = 8
"""Of writing behind what others write behind too."""
_LEDGER = re.compile(r"(.*?)(\.\d{6,})?")


class BucketFiles:
    """Those below a prefix."""

    at_once = 32

    def __init__(self, url: str) -> None:
        self._bucket = WritableBucket(url)
        self._hold: Hold | None = None

    @property
    def at(self) -> str:
        """As `Files.at`."""
        return self._bucket.url

    def called(self, name: str = "") -> str:
        """As `Files.called`."""
        return shown(self._bucket.url_of(name))

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """As `Files.read`."""
        try:
            if start == 0 and length is None:
                return self._bucket.read_whole(name)
            if start >= 0 and length is not None:
                return self._bucket.read(name, start, length)
            there = self._bucket.head(name)
            if there is None:
                raise FileNotFoundError(name)
            first = start if start >= 0 else max(0, there.size + start)
            most = there.size - first
            return self._bucket.read(name, first, most if length is None else min(length, most), there)
        except Unreadable as error:
            if error.reason == "missing":
                raise FileNotFoundError(name) from None
            raise

    def write(self, name: str, data: bytes, *, lasting: bool = False) -> None:
        """As `Files.write`; what a store has taken lasts."""
        self._bucket.put(name, data)

    def append(self, name: str, data: bytes) -> None:
        """As `Files.append`, where nobody else has written meanwhile; else again."""
        for _ in range(TRIES):
            try:
                held, what = self._bucket.read_version(name)
            except SourceError as error:
                if not isinstance(error, Unreadable) or error.reason != "missing":
                    raise
                if self._bucket.put_if_absent(name, data):
                    return
            else:
                if self._bucket.put_if_same(name, held + data, what) is not None:
                    return
        raise OutputError(f"{self.called(name)}: others write it all the time. Try again.")

    def remove(self, name: str) -> None:
        """As `Files.remove`."""
        self._bucket.delete(name)

    def names(self, folder: str = "") -> Iterator[str]:
        """As `Files.names`."""
        for one in self._bucket.list(folder):
            yield one.name

    def stamp(self, name: str) -> tuple[int | str, ...] | None:
        """As `Files.stamp`."""
        found = self._bucket.head(name)
        return None if found is None else (found.size, found.etag or str(found.mtime_ns))

    def is_free(self, *besides: str) -> bool:
        """As `Files.is_free`."""
        return all(name in besides for name in self.names())

    def marks(self, name: str) -> BucketMarks:
        """As `Files.marks`; marks are written while the archive is held."""
        return BucketMarks(self._bucket, name, self._hold)

    def ledgers(self, start: str) -> list[str]:
        """As `Files.ledgers`; those too that are in pieces still."""
        found = {_LEDGER.fullmatch(name)[1] for name in self._beginning(start)}  # type: ignore[index]
        return sorted(found)

    @contextlib.contextmanager
    def alone(self, part: str = "") -> Iterator[None]:
        """As `Files.alone`."""
        others = [] if part else list(self._beginning(f"{LOCK}."))
        with Hold(self._bucket, LOCK, part, others) as hold:
            self._hold = hold
            try:
                yield
            finally:
                self._hold = None

    def make(self) -> None:
        """As `Files.make`: the prefix of a bucket needs nothing."""

    def _beginning(self, start: str) -> Iterator[str]:
        for one in self._bucket.list(after=start[:-1]):
            if not one.name.startswith(start):
                return
            yield one.name
