"""Arrays that are kept on disk, each file whole or not there, checked when it is read, the longest unused first out.

What fails of it, as a full disk, makes nothing else fail: what is not kept is computed anew, and a while later it is
tried again. Processes may share a folder. Only files that are named as ours, in folders that are, are ever removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import struct
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sonograph.atomic import written
from sonograph.errors import OutputError

MAGIC = b"sonograph tiles\n"
SUFFIX = ".tiles"
KEPT = 0.9
"""The share of what is allowed that stays when the longest unused files are removed."""
AGAIN = 60.0
"""Seconds after which a disk that failed is tried again."""
LEFT = 3600.0
"""Seconds after which a file that is half written is one that was left so."""
_ROOM, _NAME = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-z.]{1,80}")
_CHECKED = 16
_SHAPE = struct.Struct("<B3sQQ")


class Disk:
    """A folder of arrays, of so many bytes in all.

    problem : why nothing is written for the time being, in a sentence; "" where all is well
    """

    def __init__(self, folder: Path, at_most: int) -> None:
        self.folder, self.at_most, self.problem = Path(folder), at_most, ""
        self._lock, self._failed = threading.Lock(), 0.0
        self._make_folder()
        self._n_bytes = sum(size for _, size, _ in self._files())
        self._make_room(0)

    def names(self, room: str) -> set[str]:
        """What is kept in a room."""
        with contextlib.suppress(OSError):
            return {entry.name.removesuffix(SUFFIX) for entry in os.scandir(self.folder / room)}
        return set()

    def get(self, room: str, name: str) -> list[np.ndarray] | None:
        """Arrays as they were kept; None where they are not, or are damaged: then the file is removed."""
        path = self._path(room, name)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        arrays = _arrays(content)
        if arrays is None:
            self._remove(path, len(content))
        return arrays

    def put(self, room: str, name: str, arrays: Sequence[np.ndarray]) -> bool:
        """Keep arrays; whether that was done."""
        if self.problem and time.monotonic() < self._failed + AGAIN:
            return False
        path, content = self._path(room, name), _content(arrays)
        if len(content) > self.at_most:
            return False
        with self._lock:
            self._make_room(len(content))
            before = path.stat().st_size if path.exists() else 0
        if not self._make_folder():
            return False
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with written(path) as part:
                part.write_bytes(content)
        except (OSError, OutputError) as error:
            self._fail(str(error))
            return False
        with self._lock:
            self._n_bytes += len(content) - before
        self.problem = ""
        return True

    def _make_folder(self) -> bool:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            self._fail(f"{self.folder}: could not be made ({(error.strerror or 'no reason given').lower()}).")
            return False
        return True

    def _fail(self, why: str) -> None:
        self.problem = f"{why} No tile is kept on disk meanwhile. It is tried again after a minute."
        self._failed = time.monotonic()

    def _path(self, room: str, name: str) -> Path:
        assert _ROOM.fullmatch(room) and _NAME.fullmatch(name)  # noqa: S101  # names of our own making
        return self.folder / room / (name + SUFFIX)

    def _files(self) -> list[tuple[float, int, Path]]:
        """When each file was last used, its bytes and its path; the longest unused first. Removes what was left."""
        found = []
        with contextlib.suppress(OSError):
            for path in self.folder.glob(f"*/*{SUFFIX}"):
                if not _ROOM.fullmatch(path.parent.name):
                    continue
                with contextlib.suppress(OSError):
                    state = path.lstat()
                    if path.name.startswith("."):
                        if state.st_mtime < time.time() - LEFT:
                            path.unlink()
                        continue
                    found.append((state.st_mtime, state.st_size, path))
        return sorted(found)

    def _make_room(self, wanted: int) -> None:
        """Remove the longest unused files where there would be more than allowed."""
        if self._n_bytes + wanted <= self.at_most:
            return
        files = self._files()
        self._n_bytes = sum(size for _, size, _ in files)
        for _, size, path in files:
            if self._n_bytes + wanted <= self.at_most * KEPT:
                break
            self._remove(path, size)

    def _remove(self, path: Path, size: int) -> None:
        with contextlib.suppress(OSError):
            path.unlink()
            self._n_bytes -= size
            path.parent.rmdir()  # where it was the last


def _content(arrays: Sequence[np.ndarray]) -> bytes:
    parts = []
    for array in arrays:
        kind = array.dtype.newbyteorder("<").str.encode()
        parts += [_SHAPE.pack(len(kind), kind, *array.shape), array.astype(kind.decode(), copy=False).tobytes()]
    body = b"".join(parts)
    return MAGIC + hashlib.blake2b(body, digest_size=_CHECKED).digest() + body


def _arrays(content: bytes) -> list[np.ndarray] | None:
    """The arrays of a file; None where it is not as it was written."""
    start = len(MAGIC) + _CHECKED
    body = memoryview(content)[start:]
    check = hashlib.blake2b(body, digest_size=_CHECKED).digest()
    if content[: len(MAGIC)] != MAGIC or content[len(MAGIC) : start] != check:
        return None
    arrays, at = [], 0
    while at < len(body):
        length, kind, *shape = _SHAPE.unpack_from(body, at)
        at += _SHAPE.size
        dtype = np.dtype(kind[:length].decode())
        count = shape[0] * shape[1]
        arrays.append(np.frombuffer(body, dtype, count, at).reshape(shape))
        at += count * dtype.itemsize
    return arrays
