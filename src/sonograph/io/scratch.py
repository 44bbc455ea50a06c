"""Copies of objects that are read whole: files on this machine's disk that are gone when nobody has them open.

All processes of a user share one folder and one bound. Who has a copy open holds a lock on it, which ends with the
process however that ends; a copy without one is taken away by whoever comes next.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sonograph.atomic import could_not_be_written
from sonograph.errors import LimitError, OutputError, SettingsError
from sonograph.io.objects import PART, Bucket, Object
from sonograph.io.status import shown
from sonograph.io.threads import in_threads
from sonograph.jobs.identity import digest

FOLDER, BYTES = "SONOGRAPH_SCRATCH", "SONOGRAPH_SCRATCH_BYTES"
"""Environment variables: where copies lie, and how many bytes all of them may have."""
MOST = 8 << 30
AT_ONCE = 4
_LOCK = "lock"

try:
    import fcntl
except ImportError:  # Windows: each process has copies of its own
    fcntl = None  # type: ignore[assignment]


def folder() -> Path:
    """Where copies lie."""
    given = os.environ.get(FOLDER)
    name = f"sonograph-scratch-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    return Path(given) if given else Path(tempfile.gettempdir()) / name


def copied(bucket: Bucket, what: Object) -> tuple[int, Path]:
    """A copy of an object that is open for reading, and its path; `let_go` of both.

    Raises
    ------
    SourceError
        The object cannot be read.
    Replaced
        It is another by now.
    LimitError
        It has more bytes than are left.
    OutputError
        The folder cannot be written.
    """
    at = folder()
    own = "" if fcntl else f"-{os.getpid()}"
    path = at / f"{digest(bucket.url_of(what.name), what.etag, what.size, what.mtime_ns, digits=32)}{own}"
    try:
        at.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(at):
            known = _held(path, what.size)
            if known is not None:
                return known, path
            _make_room(at, bucket.url_of(what.name), what.size)
            part = at / f"{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part"
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            _lock(descriptor)
            os.truncate(descriptor, what.size)  # counts at once
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(could_not_be_written(error, at, at)) from None
    try:
        _fetch(bucket, what, descriptor)
        os.replace(part, path)  # noqa: PTH105
    except BaseException as error:
        os.close(descriptor)
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, OutputError):
            raise OutputError(could_not_be_written(error, at, at)) from None
        raise
    return descriptor, path


def let_go(descriptor: int, path: Path) -> None:
    """Close a copy, and take it away if nobody else has it open."""
    try:
        with _alone(path.parent), contextlib.suppress(OSError):
            if _lock(descriptor, alone=True) and os.path.samestat(os.fstat(descriptor), path.stat()):
                path.unlink()
    except OSError:
        pass  # whoever comes next takes it away
    finally:
        os.close(descriptor)


def _fetch(bucket: Bucket, what: Object, descriptor: int) -> None:
    def part(start: int) -> None:
        data = bucket.read(what.name, start, min(PART, what.size - start), what)
        _write_at(descriptor, data, start)

    for _ in in_threads(part, range(0, what.size, PART), AT_ONCE):
        pass


def _write_at(descriptor: int, data: bytes, position: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, position)
        data, position = data[written:], position + written


def _held(path: Path, size: int) -> int | None:
    """A copy that is there and whole, opened; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    _lock(descriptor)
    if os.fstat(descriptor).st_size == size:
        return descriptor
    os.close(descriptor)
    return None


def _make_room(at: Path, name: str, size: int) -> None:
    """Take away what nobody has open, and refuse more than is allowed."""
    used = 0
    for path in at.iterdir():
        if path.name == _LOCK:
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if fcntl and _lock(descriptor, alone=True):
                path.unlink()
            else:
                used += os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
    most = _most()
    if used + size > most:
        raise LimitError(
            f"{shown(name)}: has {size:,} bytes and is read whole; copies in {at} may have {most:,}, {used:,} "
            f"of them in use. Allow more by the environment variable {BYTES}."
        )


def _most() -> int:
    given = os.environ.get(BYTES, str(MOST))
    if not given.isdecimal():
        raise SettingsError(f"{BYTES} is {given!r}; it must be a number of bytes")
    return int(given)


@contextlib.contextmanager
def _alone(at: Path) -> Iterator[None]:
    """While no other process makes or takes away copies."""
    descriptor = os.open(at / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, alone: bool = False) -> bool:
    """Hold a copy, with others or alone; whether that could be."""
    if not fcntl:
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
