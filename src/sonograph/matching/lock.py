"""One writer at a time: a lock that goes with the process that holds it, however that ends. Who reads needs none."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sonograph.atomic import could_not_be_written, name_of
from sonograph.errors import OutputError

NAME = "lock"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold an index while it is changed.

    Raises
    ------
    OutputError
        Another process is changing it, or it cannot be written.
    """
    try:
        lock = (folder / NAME).open("a+b", buffering=0)
    except OSError as error:
        raise OutputError(could_not_be_written(error, folder / NAME, folder)) from None
    with lock:
        if not _taken(lock):
            lock.seek(0)
            holder = lock.read(200).decode("utf-8", "replace").strip() or "another process"
            raise OutputError(f"{name_of(folder)}: is being written by {holder}. Wait until it has ended.")
        with contextlib.suppress(OSError):  # a full disk is told where more is written
            lock.truncate(0)
            lock.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield


def _taken(lock: IO[bytes]) -> bool:
    """Whether the lock is ours now; always where a system has none, as Windows."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
