"""Files in buckets that are opened before they are read: whoever goes through a timeline waits for the first alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

from sonograph.io.filesource import FileSource

FILES, BYTES = 4, 1 << 24
"""Files that are opened ahead, at most, and about so many bytes of them; one in any case."""


class FilesAhead:
    """Files on their way. Many threads may ask.

    open_file : opens a file by its path
    """

    def __init__(self, open_file: Callable[[str], FileSource]) -> None:
        self._open_file, self._turn = open_file, threading.Lock()
        self._coming: dict[str, Future[FileSource]] = {}

    def take(self, path: str) -> FileSource:
        """A file, open; at once where it was on its way and is there."""
        with self._turn:
            coming = self._coming.pop(path, None)
        return self._open_file(path) if coming is None else coming.result()

    def look(self, following: Sequence[tuple[str, int, int]]) -> None:
        """Let files come: (path, bytes, first sample that is read) of each, the nearest first; others are let go of."""
        with self._turn:
            left, wanted = BYTES, set[str]()
            for path, size, first in following[:FILES]:
                if wanted and size > left:
                    break
                left -= size
                wanted.add(path)
                if path not in self._coming:
                    self._coming[path] = _pool().submit(self._begin, path, first)
            for path in self._coming.keys() - wanted:
                self._coming.pop(path).cancel()

    def close(self) -> None:
        """Let go of all."""
        self.look(())

    def _begin(self, path: str, first: int) -> FileSource:
        source = self._open_file(path)
        source.prepare(first)
        return source


@lru_cache(1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(FILES, "sonograph-files")
