"""`-`: a sound from standard input, a picture to standard output."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from sonograph.errors import OutputError, SettingsError, SourceError

STANDARD = "-"


@contextlib.contextmanager
def inputs(files: list[str]) -> Iterator[list[str]]:
    """Paths for the files named, standard input kept in a file while it is needed: a sound is read more than once."""
    if STANDARD not in files:
        yield files
        return
    if files.count(STANDARD) > 1:
        raise SettingsError("standard input is named twice; it can be read once")
    from sonograph.atomic import terminated_as_interrupt
    from sonograph.cli.home import temporary_folder

    with terminated_as_interrupt(), temporary_folder() as folder:
        path = folder / "standard input"
        _keep(path)
        if not path.stat().st_size:
            raise SourceError("standard input: is empty. Pipe a sound file into it.")
        yield [os.fspath(path) if file == STANDARD else file for file in files]


def _keep(path: Path) -> None:
    """Write all of standard input to a file."""
    kept = 0
    try:
        with path.open("wb", buffering=0) as file:
            while part := _next_part():
                while part:
                    written = file.write(part)
                    part, kept = part[written:], kept + written
    except SourceError:
        raise
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(
            f"standard input: could not be kept in {path.parent.parent} ({reason}, after {kept:,} bytes). "
            "Make room there, set TMPDIR to another folder, or name a file."
        ) from None


def _next_part() -> bytes:
    try:
        return sys.stdin.buffer.read(1 << 20)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise SourceError(f"standard input: could not be read ({reason}). Pipe a sound file into it.") from None


def named(files: list[str]) -> list[str]:
    """Those that are files, and must not be written over; where a place inside one is named, the file itself."""
    from sonograph.io.door import split

    return [split(file)[0] for file in files if file != STANDARD]


def plain(words: str) -> str:
    """A sentence about standard input, without the file in which it was kept."""
    return re.sub(r"\S*sonograph-[^/\\]*[/\\]standard input", "standard input", words)


def plain_values(values: dict[str, Any]) -> dict[str, Any]:
    """The same of what is told as values."""
    return {name: plain(value) if isinstance(value, str) else value for name, value in values.items()}


@contextlib.contextmanager
def output(path: str, keep: tuple[Any, ...], replacing: Any = None) -> Iterator[Any]:
    """Where to write: a name beside the path, renamed when whole; or a buffer, then standard output.

    `replacing` judges what would be replaced, as for `sonograph.atomic.written`.
    """
    if path != STANDARD:
        from sonograph.atomic import written

        with written(path, keep=keep, replacing=replacing) as part:
            yield part
        return
    whole = BytesIO()
    yield whole
    whole.seek(0)
    put_out(whole)


def put_out(file: Any) -> None:
    """Copy all of an open file to standard output.

    Raises
    ------
    OutputError
        It takes no more.
    """
    try:
        shutil.copyfileobj(file, sys.stdout.buffer, 1 << 20)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: could not be written ({error.strerror}).") from None


def check_output(path: str, keep: tuple[Any, ...]) -> None:
    """Refuse an output that could not be written, before any work is done."""
    if path != STANDARD:
        from sonograph import atomic

        atomic.check_output(path, keep=keep)
    elif sys.stdout.isatty():
        raise SettingsError("standard output is a terminal, which shows no pictures; name a file: -o picture.png")
