"""The files of an archive: the one place through which they are read, written, listed and held.

A file has a name with slashes in it, as "A1_200Hz/minutes/4f…/peak/c/3", and is written whole or not at all. Nothing
else of archives knows what a folder of the disk is, so that an archive may lie elsewhere too.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from sonograph.archive.stores.hold import LOCK
from sonograph.archive.stores.marks import Marks
from sonograph.atomic import could_not_be_written, name_of, on_disk, written
from sonograph.errors import OutputError
from sonograph.io.object_urls import is_url
from sonograph.jobs.lock import locked

T = TypeVar("T")
U = TypeVar("U")

TRIES = 20
"""Of writing a file that another process writes too, as a worker may whose run was killed: each cleans first."""


class Files(Protocol):
    """Where the files of an archive lie.

    at_once : how many of them are worth being asked for at a time
    """

    at_once: int

    @property
    def at(self) -> Path | str:
        """The path or the address, of which `files_of` makes them anywhere."""
        ...

    def called(self, name: str = "") -> str:
        """What a file, or the archive, is called in a sentence."""
        ...

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """Bytes of a file, all by default; `start` below 0 counts from its end.

        Raises
        ------
        OSError
            FileNotFoundError where there is none; SourceError where nothing can be read at all.
        """
        ...

    def write(self, name: str, data: bytes, *, lasting: bool = False) -> None:
        """Write a file, whole or not at all; `lasting`: it has outlived a loss of power once this returns.

        Raises
        ------
        OutputError
            The disk is full, or the like.
        """
        ...

    def append(self, name: str, data: bytes) -> None:
        """Write behind what a file has."""
        ...

    def remove(self, name: str) -> None:
        """Take a file away, also one that was left half written, and also where there is none."""
        ...

    def names(self, folder: str = "") -> Iterator[str]:
        """The names of the files in a folder, at any depth."""
        ...

    def stamp(self, name: str) -> tuple[int | str, ...] | None:
        """Something that is another when a file was written again; None where there is none."""
        ...

    def is_free(self, *besides: str) -> bool:
        """Whether nothing is there but some names."""
        ...

    def marks(self, name: str) -> Marks:
        """A ledger."""
        ...

    def ledgers(self, start: str) -> list[str]:
        """The names of ledgers that begin so."""
        ...

    def alone(self, part: str = "") -> AbstractContextManager[None]:
        """Hold the archive; parts of a run hold it together, each its name alone.

        Raises
        ------
        OutputError
            Another run holds it.
        """
        ...

    def make(self) -> None:
        """The place itself, if it is not there.

        Raises
        ------
        OutputError
            It cannot be made.
        """
        ...


def files_of(at: str | os.PathLike[str]) -> Files:
    """The files of an archive: of a folder, or of a bucket below a prefix, s3://bucket/site.archive."""
    if is_url(at):
        from sonograph.archive.stores.bucket_files import BucketFiles

        return BucketFiles(os.fspath(at))
    return LocalFiles(at)


class LocalFiles:
    """Those of a folder."""

    at_once = 1

    def __init__(self, at: str | os.PathLike[str]) -> None:
        self.at = Path(at)

    def called(self, name: str = "") -> str:
        """As `Files.called`."""
        return name_of(self.at / name)

    def read(self, name: str, start: int = 0, length: int | None = None) -> bytes:
        """As `Files.read`."""
        with (self.at / name).open("rb") as file:
            if start:
                file.seek(start, os.SEEK_SET if start > 0 else os.SEEK_END)
            return file.read() if length is None else file.read(length)

    def write(self, name: str, data: bytes, *, lasting: bool = False) -> None:
        """As `Files.write`."""
        path = self.at / name
        for tried in range(TRIES):
            try:
                self._write(path, data, lasting)
                return
            except OutputError as error:
                if not isinstance(error.__cause__, FileNotFoundError) or tried == TRIES - 1:
                    raise
                time.sleep(random.uniform(0, 0.01 * (tried + 1)))  # noqa: S311

    def _write(self, path: Path, data: bytes, lasting: bool) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _clean(path)
            with written(path) as part:
                put(part, data, lasting)
            if lasting:
                for folder in (path.parent, path.parent.parent):  # that its name is on the disk too
                    _sync_folder(folder)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(could_not_be_written(error, path, path)) from error

    def append(self, name: str, data: bytes) -> None:
        """As `Files.append`."""
        with (self.at / name).open("ab") as file:
            file.write(data)

    def remove(self, name: str) -> None:
        """As `Files.remove`."""
        _clean(self.at / name)
        (self.at / name).unlink(missing_ok=True)

    def names(self, folder: str = "") -> Iterator[str]:
        """As `Files.names`."""
        for path in sorted((self.at / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(self.at).as_posix()

    def stamp(self, name: str) -> tuple[int | str, ...] | None:
        """As `Files.stamp`."""
        try:
            found = (self.at / name).stat()
        except OSError:
            return None
        return found.st_size, found.st_mtime_ns

    def is_free(self, *besides: str) -> bool:
        """As `Files.is_free`."""
        return not self.at.is_dir() or all(one.name in besides for one in self.at.iterdir())

    def marks(self, name: str) -> Marks:
        """As `Files.marks`."""
        return Marks(self.at / name)

    def ledgers(self, start: str) -> list[str]:
        """As `Files.ledgers`."""
        return sorted(one.name for one in self.at.glob(f"{start}*") if one.is_file())

    @contextlib.contextmanager
    def alone(self, part: str = "") -> Iterator[None]:
        """As `Files.alone`."""
        with contextlib.ExitStack() as held:
            held.enter_context(locked(self.at / LOCK, str(self.at), shared=part != ""))
            if part:
                held.enter_context(locked(self.at / f"{LOCK}.{part}", str(self.at)))
            yield

    def make(self) -> None:
        """As `Files.make`."""
        folder = on_disk(self.at)
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError:
            raise OutputError(f"{name_of(self.at)}: is a file. Name a folder.") from None
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            raise OutputError(f"{name_of(self.at)}: could not be made ({reason}).") from None


def put(path: Path, data: bytes, lasting: bool) -> None:
    """Write bytes under a name; `lasting`: to the disk itself."""
    with path.open("wb") as file:
        file.write(data)
        if lasting:
            file.flush()
            os.fsync(file.fileno())


def _clean(path: Path) -> None:
    """Remove what a run that was killed left half written of a file."""
    if path.parent.is_dir():
        for part in path.parent.glob(f".{path.stem}.*.part{path.suffix}"):
            part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def each(function: Callable[[T], U], items: Iterable[T], at_once: int) -> Iterator[U]:
    """What a function gives of each item, in their order, so many under way; items are taken as they are needed."""
    if at_once == 1:
        yield from map(function, items)
        return
    from sonograph.io.threads import in_threads

    yield from in_threads(function, items, at_once)
