"""A file that lies in a bucket or on a server, read as one on the disk is.

Where samples lie as they are (WAV, AIFF, AU, CAF, NPY …) the ranges are read that are needed, with those that come next
on their way. Of other formats a little is read so, as headers take; whoever wants more gets a copy of all (`scratch`).
All bytes are of one version of the object: when another takes its place, that is said, and nothing is mixed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from sonograph.io import scratch
from sonograph.io.door import OpenFile
from sonograph.io.object_tries import Replaced
from sonograph.io.objects import Object, bucket_of
from sonograph.io.read_ahead import ReadAhead
from sonograph.io.status import Unreadable
from sonograph.io.threads import in_threads

HEAD = 1 << 18
"""Bytes that come with the first request; all of most texts."""
ENDS = 1 << 18
"""Bytes at each end that are read by ranges whatever the format: what headers and tags take."""
LITTLE = 1 << 21
"""Bytes between them that are: how FLAC numbers its frames is seen at some twenty places. What is shorter is copied."""
AS_THEY_LIE = (
    b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff", b"FORM", b"caff", b".snd", b"dns.", b"NIST_1A\n", b"\x93NUMPY",
)  # fmt: skip
"""How files begin whose samples are found by position."""


class RemoteFile(OpenFile):
    """An object, read by position.

    path : its URL
    beside : names that lie in its folder, where a list told; None where nobody looked
    head : how many bytes are asked for at first; `HEAD` by default
    """

    def __init__(self, path: Any, *, beside: Collection[str] | None = None, head: int | None = None) -> None:
        text = os.fsdecode(path)
        before, colon, place = text.rpartition(":/")
        self.path, self.inside = (before, f"/{place}") if colon and "://" in before else (text, "")
        self._bucket, self._name = bucket_of(self.path)
        if not self._name or self._name.endswith("/"):
            raise self.error("not-a-file", "is a bucket, or a folder in one. Name a file in it.")
        first, self._object = self._bucket.first(self._name, head or HEAD)
        self.size, self.modified_ns = self._object.size, state_ns(self._object)
        self._names, self._copy, self._turn = beside, None, threading.Lock()
        self._open, self._was, self._spent = True, "", 0
        self._bytes = ReadAhead(self.size, self._fetch, first)
        self._by_ranges = first.startswith(AS_THEY_LIE)

    _copy: tuple[int, Path] | None

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position` on; fewer at the end of the file.

        Raises
        ------
        SourceError
            The store does not give them, or another file is in its place.
        """
        if not self._open:
            raise self.error("closed", "is closed. Open it again.")
        if self._copy is None and self._by_ranges:
            return self._bytes.at(position, count)
        if self._copy is None and self._is_little(position, count):
            return self._bytes.here(position, count)
        return self._of_copy(position, count)

    def _is_little(self, position: int, count: int) -> bool:
        """Whether bytes of a file that is copied, where much of it is wanted, are read without that."""
        if position + count <= ENDS or position >= self.size - ENDS:
            return True
        if self.size <= LITTLE:
            return False
        self._spent += max(count, ENDS // 4)
        return self._spent <= LITTLE

    def prepare(self, position: int) -> None:
        """Let come what is read forward from a position on, and do not wait for it."""
        if self._by_ranges:
            self._bytes.prepare(position)
        else:
            _pool().submit(self._whole)

    def changed(self) -> str | None:
        """What happened to the file while it was read, or None: nobody asks the store only to know."""
        return self._was or None

    def close(self) -> None:
        """Let go of it; what was made from it can no longer be read."""
        if getattr(self, "_open", False):
            self._open = False
            self._bytes.close()
            with self._turn:
                if self._copy is not None:
                    scratch.let_go(*self._copy)
                    self._copy = None

    @property
    def is_open(self) -> bool:
        """Whether it can be read."""
        return self._open

    @property
    def descriptor(self) -> int:
        """A copy of all of it, for a process that decodes it."""
        return self._whole()

    def beside(self, names: list[str]) -> list[bool]:
        """Whether files of these names lie in the same folder."""
        if self._names is not None:
            return [name in self._names for name in names]
        return list(in_threads(self._is_beside, names, len(names)))

    def _is_beside(self, name: str) -> bool:
        place = "/".join(filter(None, (self._name.rpartition("/")[0], name)))
        try:
            return self._bucket.head(place) is not None
        except Unreadable as error:
            if error.reason != "denied":  # so stores hide what is not there from those who may not list
                raise
            return False

    def _of_copy(self, position: int, count: int) -> bytes:
        return os.pread(self._whole(), max(0, min(count, self.size - position)), position)

    def _whole(self) -> int:
        with self._turn:
            if not self._open:
                raise self.error("closed", "is closed. Open it again.")
            if self._copy is None:
                self._copy = self._bound(lambda: scratch.copied(self._bucket, self._object))
                self._bytes.close()
            return self._copy[0]

    def _fetch(self, position: int, count: int) -> bytes:
        return self._bound(lambda: self._bucket.read(self._name, position, count, self._object))

    def _bound(self, work: Callable[[], Any]) -> Any:
        """What `work` gives, of the version that was opened."""
        try:
            return work()
        except Replaced:
            self._was = "another was written in its place"
        except OSError as error:
            if getattr(error, "reason", "") != "missing":
                raise
            self._was = "it was taken away"
        raise self.error("changed", f"changed while being read: {self._was}. Read it again when nothing writes to it.")


def state_ns(what: Object) -> int:
    """When an object was written, in ns since 1970: stores tell the second, and the rest is of what tells its bytes.

    So two versions of one second differ, as they do on a disk.
    """
    from zlib import crc32

    second = what.mtime_ns // 10**9 * 10**9
    return second + crc32(what.etag.encode()) % 10**9 if what.etag else second


@lru_cache(1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, "sonograph-whole")
