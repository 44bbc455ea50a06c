"""What is done, as marks in a folder of parts: each written once the data that it speaks of are there and whole.

A mark is a line with a checksum of its own, the part's name, its size and its checksum, and what there is to know of
it. A line that was cut or changed is none, so that its part is made again; nothing else depends on it.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import Any

from sonograph.errors import OutputError
from sonograph.jobs.workfolder import LEDGER, WorkFolder

_AT_ONCE = 1 << 20  # bytes


class Ledger:
    """The marks in a folder of parts.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sonograph.jobs.lock import alone
    >>> with tempfile.TemporaryDirectory() as room, alone(pathlib.Path(room, "a.parts"), "a") as folder:
    ...     with folder.written("0" * 24 + ".rows") as part:
    ...         _ = part.write(b"data")
    ...     Ledger(folder).mark("0" * 24 + ".rows", ["a.wav"])
    ...     list(Ledger(folder).whole().values())
    [['a.wav']]
    """

    def __init__(self, folder: WorkFolder) -> None:
        self.folder = folder

    def mark(self, part: str, words: Any, *, sync: bool = False) -> None:
        """Note that a part is there and whole, and what there is to know of it, as JSON can hold it.

        sync : wait until both are on the disk itself, so that a loss of power cannot leave the mark alone

        Raises
        ------
        OutputError
            The disk is full, or the like.
        """
        size, checksum = _measured(self.folder, part, sync=sync)
        self.folder.append(LEDGER, b"\n" + line_of([part, size, checksum, words]))  # ends one that was cut
        if sync:
            _measured(self.folder, LEDGER, sync=True)

    def whole(self) -> dict[str, Any]:
        """What was noted of each part that is there as it was when it was marked, in the order of the marks."""
        found = {part: (size, checksum, words) for part, size, checksum, words in self._marks()}
        return {part: words for part, (size, checksum, words) in found.items() if self._is_there(part, size, checksum)}

    def _marks(self) -> list[list[Any]]:
        try:
            with self.folder.open(LEDGER) as file:
                lines = file.read().split(b"\n")
        except FileNotFoundError:
            return []
        return [words for line in lines if (words := words_of(line)) is not None]

    def _is_there(self, part: str, size: int, checksum: int) -> bool:
        try:
            return _measured(self.folder, part) == (size, checksum)
        except OutputError:
            raise
        except OSError:
            return False


def line_of(words: Any) -> bytes:
    """What JSON can hold, as a line with a checksum of its own.

    >>> words_of(line_of(["a", 1]).strip()), words_of(b"cut")
    (['a', 1], None)
    """
    line = json.dumps(words, separators=(",", ":")).encode()
    return b"%08x %b\n" % (zlib.crc32(line), line)


def words_of(line: bytes) -> Any:
    """What a line says, without its end; None where it was cut or changed."""
    checksum, _, words = line.partition(b" ")
    return json.loads(words) if words and checksum == b"%08x" % zlib.crc32(words) else None


def _measured(folder: WorkFolder, name: str, *, sync: bool = False) -> tuple[int, int]:
    """Bytes of a file in a folder, and their checksum."""
    size = checksum = 0
    with folder.open(name) as file:
        while data := file.read(_AT_ONCE):
            size, checksum = size + len(data), zlib.crc32(data, checksum)
        if sync:
            os.fsync(file.fileno())
    return size, checksum
