"""One run at a time into one output: a lock that goes with the process that holds it, however that ends."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sonograph.atomic import could_not_be_written, name_of
from sonograph.errors import OutputError
from sonograph.jobs.workfolder import LOCK, WorkFolder, make


@contextlib.contextmanager
def alone(path: Path, out: str) -> Iterator[WorkFolder]:
    """Hold a folder of parts, made if it is not there; `WorkFolder.finish` may remove it while it is held.

    Raises
    ------
    OutputError
        Another run holds it, it cannot be written, or something is there that Sonograph did not make.
    """
    while True:
        if not os.path.lexists(path):
            try:
                make(path)
            except OSError as error:
                raise OutputError(could_not_be_written(error, path, path)) from None
        try:
            folder = WorkFolder(path)
        except OutputError:
            if os.path.lexists(path):
                raise
            continue
        with contextlib.closing(folder):
            try:
                folder.check()
                lock = folder.open(LOCK, os.O_RDWR)
            except FileNotFoundError:
                continue  # the run before has just ended and taken the folder with it
            except OutputError:
                if folder.is_there():
                    raise
                continue
            with lock:
                holder = holder_of(lock)
                if holder is not None:
                    raise OutputError(
                        f"{name_of(out)}: is being written by {holder}. Wait for that run, or name another file."
                    )
                if not folder.is_there():
                    continue
                sign(lock)
                yield folder
                return


@contextlib.contextmanager
def locked(path: Path, out: str, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock file, made if it is not there, which stays.

    shared : together with others who say so

    Raises
    ------
    OutputError
        Another run holds it; it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    except OSError as error:
        raise OutputError(could_not_be_written(error, path, path)) from None
    with os.fdopen(descriptor, "r+b", 0) as lock:
        holder = holder_of(lock, shared=shared)
        if holder is not None:
            raise OutputError(f"{name_of(out)}: is being written by {holder}. Wait for that run.")
        sign(lock)
        yield


def holder_of(lock: IO[bytes], *, shared: bool = False) -> str | None:
    """Who holds a lock, in words; None where it is ours now, as it always is where a system has none (Windows)."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        return lock.read(200).decode("utf-8", "replace").strip() or "another process"
    return None


def sign(lock: IO[bytes]) -> None:
    """Write into a lock that is ours who holds it."""
    with contextlib.suppress(OSError):  # a full disk is told where more is written
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
