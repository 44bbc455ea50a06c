"""One run at a time into one output: a lock that goes with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from sonograph.errors import OutputError


@contextlib.contextmanager
def alone(folder: Path, out: str) -> Iterator[None]:
    """Hold a folder of parts; it may be removed while held.

    Raises
    ------
    OutputError
        Another run holds it, or it cannot be written.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such lock
        folder.mkdir(exist_ok=True)
        yield
        return
    while True:
        try:
            folder.mkdir(exist_ok=True)
            lock = (folder / "lock").open("a+b", buffering=0)
        except OSError as error:
            raise OutputError(f"{folder}: the folder could not be made ({error.strerror}).") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                holder = lock.read(200).decode("utf-8", "replace").strip() or "another process"
                raise OutputError(
                    f"{out}: is being written by {holder}. Wait for that run, or name another file."
                ) from None
            if not os.fstat(lock.fileno()).st_nlink:
                continue  # the run before has just ended and taken the folder with it
            with contextlib.suppress(OSError):  # a full disk is told where more is written
                lock.truncate(0)
                lock.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
            yield
            return
