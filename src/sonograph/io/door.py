"""The one door for files: a descriptor of a regular file, and reads that never move it.

A pipe would hang, a device would never end and a name need not be text, so the file is opened without waiting, looked
at, and only then read, by position. Libraries are handed these bytes, never the name.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

from sonograph.io.status import Unreadable, cause, shown

_KINDS = (
    (stat.S_ISDIR, "is a folder. Name a file in it."),
    (stat.S_ISFIFO, "is a pipe, not a file. Save what comes out of it as a file first."),
    (stat.S_ISSOCK, "is a socket, not a file. Name a file."),
    (stat.S_ISCHR, "is a device, not a file. Name a file."),
    (stat.S_ISBLK, "is a device, not a file. Name a file."),
)
_REASONS = {
    errno.ENOENT: ("missing", "does not exist. Check the name."),
    errno.ENOTDIR: ("missing", "does not exist: a part of its path is not a folder. Check the name."),
    errno.ENAMETOOLONG: ("missing", "has too long a name. Check the name."),
    errno.EACCES: ("denied", "may not be read. Ask for the right to read it."),
    errno.EPERM: ("denied", "may not be read. Ask for the right to read it."),
    errno.ELOOP: ("loop", "is a link that leads back to itself. Name the file itself."),
    errno.ENXIO: ("not-a-file", "is not a file. Name a file."),
}


_NEARLY_A_URL = re.compile(r"file:(?=/)|[a-z][a-z0-9+.-]+:/(?!/)")
_WAYS = (
    "A URL is given as text, with two slashes after its scheme: a Path takes one away.",
    "Name a file of this machine by its path, without file://.",
)

_FLAGS = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_BINARY"):  # not all systems have all
    _FLAGS |= getattr(os, _name, 0)


def _read_at(descriptor: int, count: int, position: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, count, position)
    with _moving:  # Windows
        os.lseek(descriptor, position, os.SEEK_SET)
        return os.read(descriptor, count)


_moving = threading.Lock()


def split(path: Any) -> tuple[Any, str]:
    """The path of a file, and the place inside it that is named behind a colon; a file of the whole name goes first.

    >>> split("no such file.wav"), split("no such file.h5:/x")
    (('no such file.wav', ''), ('no such file.h5:/x', ''))
    """
    text = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
    before, colon, place = text.partition(":/")
    if not colon or os.path.lexists(path) or not os.path.isfile(before):  # noqa: PTH113
        return path, ""
    return (os.fsencode(before) if isinstance(path, bytes) else before), f"/{place}"


class OpenFile:
    """An open regular file, read by position: many readers can share it.

    path : as it was given, text or bytes, without a place inside the file
    inside : the place inside the file that was named behind a colon, as /run/x of run.h5:/run/x; "" where none was
    size, modified_ns : bytes, and when they were last changed, when it was opened
    """

    def __init__(self, path: Any) -> None:
        self.path, self.inside = split(path)
        try:
            self._descriptor = os.open(self.path, _FLAGS)
        except ValueError:  # a NUL in the name
            raise Unreadable(f"{shown(path)}: does not exist. Check the name.", "missing") from None
        except OSError as error:
            reason, what = _REASONS.get(error.errno or 0, ("unreadable", f"could not be opened ({cause(error)})."))
            if reason == "missing" and Path(os.fsdecode(path)).is_symlink():
                what = "is a link to a file that does not exist. Check where it leads."
            elif reason == "missing" and (found := _NEARLY_A_URL.match(os.fsdecode(path))):
                what = f"does not exist. {_WAYS[found[0] == 'file:']}"
            raise Unreadable(f"{shown(path)}: {what}", reason) from None
        self._stat = os.fstat(self._descriptor)
        if not stat.S_ISREG(self._stat.st_mode):
            os.close(self._descriptor)
            what = next((text for test, text in _KINDS if test(self._stat.st_mode)), "is not a file. Name a file.")
            raise Unreadable(f"{shown(path)}: {what}", "not-a-file")
        self.size, self.modified_ns = self._stat.st_size, self._stat.st_mtime_ns

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position` on; fewer at the end of the file.

        Raises
        ------
        OSError
            The disk or the network gave an error.
        """
        if self._descriptor < 0:
            raise self.error("closed", "is closed. Open it again.")
        parts = []
        while count > 0 and position < self.size + (1 << 40):
            part = _read_at(self._descriptor, min(count, 1 << 24), position)
            if not part:
                break
            parts.append(part)
            position += len(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def changed(self) -> str | None:
        """What happened to the file since it was opened, or None."""
        now = os.fstat(self._descriptor)
        if now.st_size < self.size:
            return f"it was cut to {now.st_size:,} bytes"
        if now.st_size > self.size:
            return f"it grew to {now.st_size:,} bytes"
        return "it was written to" if now.st_mtime_ns != self.modified_ns else None

    def close(self) -> None:
        """Close the file; what was made from it can no longer be read."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def is_open(self) -> bool:
        """Whether it can be read."""
        return self._descriptor >= 0

    def beside(self, names: list[str]) -> list[bool]:
        """Whether files of these names lie in the same folder; a link that leads nowhere does."""
        folder = os.path.dirname(os.fsencode(self.path))  # noqa: PTH120
        return [os.path.lexists(os.path.join(folder, os.fsencode(name))) for name in names]  # noqa: PTH118

    def prepare(self, position: int) -> None:
        """Nothing: what is on a disk comes soon enough."""

    @property
    def descriptor(self) -> int:
        """The open file, for a process that decodes it."""
        return self._descriptor

    @property
    def name(self) -> str:
        """The path as text of one line, with the place inside it."""
        return shown(self.path) + (f":{shown(self.inside)}" if self.inside else "")

    def error(self, reason: str, what: str) -> Unreadable:
        """An error about this file, to be raised."""
        return Unreadable(f"{self.name}: {what}", reason)

    def suffix(self) -> str:
        """The end of the name, as ".wav", in small letters."""
        return Path(os.fsdecode(self.path)).suffix.lower()


AHEAD = 1 << 16
"""Bytes that a view reads at a time: libraries ask for a few thousand, and each look at the file costs as much."""


class View:
    """Some bytes, then a part of a file, as a file object for a library.

    A read error ends it, and is kept in `broken`.
    """

    def __init__(self, file: OpenFile, first: int = 0, stop: int | None = None, before: bytes = b"") -> None:
        self.file, self.first, self.before = file, first, before
        self.length = len(before) + max(0, (file.size if stop is None else min(stop, file.size)) - first)
        self.position = 0
        self.broken: OSError | None = None
        self._near, self._near_at = b"", 0  # bytes that were read, and their position

    def read(self, count: int = -1) -> bytes:
        """The next bytes."""
        left = max(0, self.length - self.position)
        count = left if count < 0 else min(count, left)
        at = self.position - self._near_at
        if not 0 <= at <= len(self._near) - count:
            self._near, self._near_at, at = self._bytes(count, min(AHEAD, left)), self.position, 0
        data = self._near[at : at + count]
        self.position += len(data)
        return data

    def _bytes(self, count: int, ahead: int) -> bytes:
        """So many bytes from the position on, or more; fewer where the file ends or the disk fails."""
        for wanted in (max(count, ahead), count):  # the disk may fail behind what is wanted now
            head = self.before[self.position : self.position + wanted]
            start = self.first + self.position + len(head) - len(self.before)
            try:
                return head + self.file.at(start, wanted - len(head)) if wanted > len(head) else head
            except OSError as error:
                failed = error
        self.broken = failed
        return head

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes; how many there were."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position; where that is."""
        base = (0, self.position, self.length)[whence]
        self.position = max(0, base + offset)
        return self.position

    def tell(self) -> int:
        """The position."""
        return self.position
