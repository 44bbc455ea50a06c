"""The bytes of a FLAC file that are near: what its frames are found in, they are decoded from, read once."""

from __future__ import annotations

import contextlib

from sonograph.io.door import OpenFile


class NearBytes:
    """A file of which one stretch is held. Any thread may read; one holds.

    size : of the file, bytes
    """

    def __init__(self, file: OpenFile) -> None:
        self.file, self.size = file, file.size
        self._held: tuple[int, bytes] = (0, b"")

    def at(self, position: int, count: int) -> bytes:
        """As `OpenFile.at`."""
        first, held = self._held
        if not first <= position < first + len(held):
            return self.file.at(position, count)
        head = held[position - first : position - first + count]
        return head if len(head) == count else head + self.file.at(position + len(head), count - len(head))

    def hold(self, position: int, count: int) -> None:
        """Hold these bytes and no others; none where the disk fails, which whoever wants them will meet."""
        with contextlib.suppress(OSError):
            self._held = position, self.at(position, count)

    def let_go(self) -> None:
        """Hold none."""
        self._held = 0, b""
