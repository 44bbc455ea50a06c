"""The process of our own that reads a file for us with a library: what it may do, which is little, and its file.

It is run as a program by `sonograph.io.decoders.spawned`, with the name of a module whose `main(descriptor, *words)`
reads the open file and writes to standard output what it found.
"""

from __future__ import annotations

import importlib
import io
import os
import resource
import sys
from multiprocessing.connection import Connection
from typing import Any

from sonograph.jobs.life import follow


class Bytes(io.RawIOBase):
    """An open file that is read by position, so that others may share it."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor, self.position = descriptor, 0
        self.size = os.fstat(descriptor).st_size

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes; how many there were."""
        data = os.pread(self.descriptor, len(buffer), self.position)
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        self.position = max(0, offset + (0, self.position, self.size)[whence])
        return self.position

    def tell(self) -> int:
        """The position."""
        return self.position


def limit(megabytes: int, seconds: int) -> None:
    """Allow so much memory and processor time, and no writing to files."""
    for kind, amount in (
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (amount, amount))


def run(module: str, descriptor: str, megabytes: str, seconds: str, *words: str) -> None:
    """Let a module of ours read, for as long as the process lives that asked for it."""
    follow(Connection(sys.stdin.fileno(), writable=False))
    reader = importlib.import_module(module)
    limit(int(megabytes), int(seconds))
    reader.main(int(descriptor), *words)


if __name__ == "__main__":
    run(*sys.argv[1:])
