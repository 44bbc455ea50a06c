"""Parts of an open file, as if they followed each other and nothing were around them."""

from __future__ import annotations

from bisect import bisect_right

from sonograph.io.door import OpenFile


class Parts(OpenFile):
    """Parts of a file, each (first byte, byte behind it), read by position like a file. It is the file that is closed.

    size : bytes of all parts
    """

    def __init__(self, file: OpenFile, parts: list[tuple[int, int]]) -> None:
        self.path, self.modified_ns, self._file = file.path, file.modified_ns, file
        self._parts = [(first, stop) for first, stop in parts if stop > first]
        self._at, self.size = [], 0
        for first, stop in self._parts:
            self._at.append(self.size)
            self.size += stop - first

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position` on; fewer at the end of the last part."""
        pieces = []
        number = bisect_right(self._at, position) - 1
        while count > 0 and 0 <= number < len(self._parts):
            first, stop = self._parts[number]
            start = first + position - self._at[number]
            piece = self._file.at(start, min(count, max(0, stop - start)))
            if not piece:
                break
            pieces.append(piece)
            position, count, number = position + len(piece), count - len(piece), number + 1
        return b"".join(pieces)

    def changed(self) -> str | None:
        """What happened to the file since it was opened, or None."""
        return self._file.changed()

    def close(self) -> None:
        """Nothing; the file is closed by who opened it."""

    @property
    def descriptor(self) -> int:
        """The open file."""
        return self._file.descriptor
