"""What is in the pages of an Ogg sound, as a file of its own: FLAC in Ogg is FLAC when the pages are taken away."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from sonograph.io.containers import ogg
from sonograph.io.door import OpenFile


class Packets(OpenFile):
    """The packets of one sound behind each other. What is damaged or lost is left out.

    first, stop : the bytes of its pages in the file
    left_out : bytes of the first packet that are no part of what it holds
    """

    def __init__(self, file: OpenFile, first: int, stop: int, left_out: int) -> None:
        self.path, self._file, self.size, self.modified_ns = file.path, file, 0, file.modified_ns
        self._starts, self._places, serial = array("q"), array("q"), None
        for page in ogg.pages(file, first):
            if page.offset >= stop:
                break
            serial = page.serial if serial is None else serial
            if not page.is_whole or page.serial != serial or len(page.body) <= left_out:
                continue
            self._starts.append(self.size)
            self._places.append(page.offset + page.length - len(page.body) + left_out)
            self.size, left_out = self.size + len(page.body) - left_out, 0

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position` on; fewer at the end.

        Raises
        ------
        OSError
            The disk or the network gave an error.
        """
        parts = []
        page = bisect_right(self._starts, position) - 1
        while count > 0 and page >= 0 and position < self.size:
            stop = self._starts[page + 1] if page + 1 < len(self._starts) else self.size
            place = self._places[page] + position - self._starts[page]
            part = self._file.at(place, min(count, stop - position))
            if not part:
                break
            parts.append(part)
            position, count, page = position + len(part), count - len(part), page + (position + len(part) == stop)
        return b"".join(parts)

    def changed(self) -> str | None:
        """What happened to the file since it was opened, or None."""
        return self._file.changed()

    def close(self) -> None:
        """Nothing: the file is closed by who opened it."""

    @property
    def descriptor(self) -> int:
        """The open file."""
        return self._file.descriptor
