"""A folder of parts that belongs to one user's runs: what is in it was put there by them, or it is refused.

Only a folder that Sonograph made is ever written to or removed: it is of this user, nobody else may enter it, and a
marker in it names the folder that it was made for, so that a copy or an unpacked archive is none. Files are opened
relative to the folder that was looked at, never through a link, and only those with our names are removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sonograph.atomic import could_not_be_written, name_of, terminated_as_interrupt
from sonograph.errors import OutputError

MARKER, LOCK, LEDGER = "made-by-sonograph", "lock", "ledger"
PART = re.compile(r"[0-9a-f]{24}\.rows")
_OURS = re.compile(rf"{MARKER}|{LOCK}|{LEDGER}|{PART.pattern}|\.{PART.pattern}\.[0-9a-f]{{8}}")
_RELATIVE = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")  # not on Windows, which has no such rights
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = (
    getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class WorkFolder:
    """A folder of parts that was looked at; another process gets it as its path and its inode, and looks again.

    path  : where it is
    inode : which folder that was: device and number
    """

    def __init__(self, path: str | os.PathLike[str], inode: tuple[int, int] | None = None) -> None:
        self.path = os.fspath(path)
        self._descriptor: int | None = None
        try:
            self._descriptor = os.open(self.path, _FOLDER) if _RELATIVE else None
            found = os.stat(self.path if self._descriptor is None else self._descriptor, follow_symlinks=_RELATIVE)  # noqa: PTH116
        except OSError as error:
            why = "it is a link" if Path(self.path).is_symlink() else (error.strerror or "no reason given").lower()
            raise self.refused(why) from None
        self.inode = found.st_dev, found.st_ino
        if inode not in (None, self.inode):
            self.close()
            raise OutputError(
                f"{name_of(self.path)}: was replaced by another folder meanwhile. Give the command again."
            )
        self._status = found

    def __fspath__(self) -> str:
        return self.path

    def __reduce__(self) -> Any:
        return WorkFolder, (self.path, self.inode)

    def close(self) -> None:
        """Let go of the folder; it stays where it is."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def check(self) -> None:
        """Refuse a folder that Sonograph did not make, or in which something lies that it did not put there.

        Raises
        ------
        OutputError
            With what speaks against it; nothing was touched.
        """
        found = self._status
        if not stat.S_ISDIR(found.st_mode):
            raise self.refused("it is not a folder")
        rights = found.st_uid, found.st_mode & 0o777
        if hasattr(os, "geteuid") and rights != (os.geteuid(), 0o700):
            usual = _usual(self.path)  # a disk that keeps no owners and no rights gives all files the same
            if rights != usual:
                raise self.refused("it belongs to somebody else" if rights[0] != usual[0] else "others may enter it")
        try:
            with self.open(MARKER) as file, self.open(LOCK):
                marker = file.read(1000)
        except FileNotFoundError:
            raise self.refused("the files that say so are not in it") from None
        if marker != _words(self.inode):
            raise self.refused("it is a copy, or was made for another place")
        for name in self.names():
            with contextlib.suppress(FileNotFoundError):
                self.open(name).close()

    def refused(self, why: str) -> OutputError:
        """An error that says why it is not taken for ours."""
        return OutputError(
            f"{name_of(self.path)}: is there and was not made by Sonograph for its parts ({why}). "
            "Move it away, or name another output."
        )

    def names(self) -> list[str]:
        """What is in it with a name that we give."""
        return sorted(name for name in self._listed() if _OURS.fullmatch(name))

    def foreign(self) -> list[str]:
        """What else is in it."""
        return sorted(name for name in self._listed() if not _OURS.fullmatch(name))

    def open(self, name: str, access: int = os.O_RDONLY) -> IO[bytes]:
        """A file of ours in it, unbuffered where it is written to.

        Raises
        ------
        FileNotFoundError
            It is not there.
        OutputError
            It is there and is none of ours: a link, of somebody else, or not a plain file.
        """
        where, relative = self._at(name)
        try:
            descriptor = os.open(where, access | _FILE, 0o600, **relative)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._not_ours(name, (error.strerror or "no reason given").lower()) from None
        try:
            if why := self._against(os.fstat(descriptor)):
                raise self._not_ours(name, why)
        except BaseException:
            os.close(descriptor)
            raise
        return os.fdopen(descriptor, "rb") if access == os.O_RDONLY else os.fdopen(descriptor, "r+b", 0)

    def append(self, name: str, words: bytes) -> None:
        """Put bytes behind a file in it, made if it is not there; nothing of them where there is no room.

        Raises
        ------
        OutputError
            The disk is full, or the like; what is there is none of ours.
        """
        try:
            with self.open(name, os.O_RDWR | os.O_CREAT) as file:
                end = file.seek(0, os.SEEK_END)
                try:
                    if file.write(words) != len(words):
                        raise OSError(errno.ENOSPC, "no space left on device")
                except BaseException:
                    with contextlib.suppress(OSError):
                        file.truncate(end)
                    raise
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            path = Path(self.path) / name
            raise OutputError(could_not_be_written(error, path, path)) from error

    def _against(self, file: os.stat_result) -> str:
        """What speaks against a file in it being ours; "" if nothing."""
        if not stat.S_ISREG(file.st_mode):
            return "it is not a file"
        if not hasattr(os, "geteuid"):
            return ""
        if file.st_nlink != 1:
            return "it has another name elsewhere"
        more = file.st_mode & 0o022 & ~self._status.st_mode  # than the folder allows, on a disk that keeps no rights
        return "others may write to it" if more or file.st_uid != self._status.st_uid else ""

    @contextlib.contextmanager
    def written(self, name: str) -> Iterator[IO[bytes]]:
        """A file to write to, which has the name once it is whole.

        Raises
        ------
        OutputError
            The disk is full, or the like.
        """
        part = f".{name}.{secrets.token_hex(4)}"
        where, relative = self._at(part)
        with terminated_as_interrupt():
            try:
                descriptor = os.open(where, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FILE, 0o600, **relative)
                with os.fdopen(descriptor, "w+b") as file:
                    yield file
                self.rename(part, name)
            except OutputError:
                raise
            except OSError as error:
                path = Path(self.path)
                raise OutputError(could_not_be_written(error, path / part, path / name)) from error
            finally:
                self._remove(part)

    def rename(self, name: str, to: str) -> None:
        """Give a file in it another name."""
        both = {} if self._descriptor is None else {"src_dir_fd": self._descriptor, "dst_dir_fd": self._descriptor}
        os.replace(self._at(name)[0], self._at(to)[0], **both)  # noqa: PTH105

    def finish(self) -> list[str]:
        """Remove what is ours, and the folder where it is empty then; what else was in it, and so is left."""
        if foreign := self.foreign():
            for name in self.names():
                if name not in (MARKER, LOCK):
                    self._remove(name)
            return foreign
        aside = _hidden(self.path)
        with terminated_as_interrupt():
            try:
                self._take_away(aside)
            except BaseException:
                self._take_away(aside)
                raise
        return []

    def sweep(self, keep: set[str]) -> None:
        """Remove the parts that are not to be kept, and what runs that were killed left half written."""
        for name in self.names():
            if name not in (MARKER, LOCK, LEDGER, *keep):
                self._remove(name)

    def is_there(self) -> bool:
        """Whether its path still leads to it."""
        try:
            return _inode(self.path) == self.inode
        except OSError:
            return False

    def _take_away(self, aside: str) -> None:
        """Out of sight first, so that no run to come finds half of it; then piece by piece, the marker last."""
        with contextlib.suppress(OSError):
            if self.path != aside and self.is_there():
                os.rename(self.path, aside)  # noqa: PTH104
                self.path = aside
        for name in sorted(self.names(), key=lambda name: name == MARKER):
            self._remove(name)
        for path in (self.path, aside):
            with contextlib.suppress(OSError):
                if _inode(path) == self.inode:
                    Path(path).rmdir()

    def _remove(self, name: str) -> None:
        where, relative = self._at(name)
        with contextlib.suppress(OSError):
            os.unlink(where, **relative)

    def _listed(self) -> list[str]:
        return os.listdir(self.path if self._descriptor is None else self._descriptor)  # noqa: PTH208

    def _at(self, name: str) -> tuple[str, dict[str, int]]:
        if self._descriptor is not None:
            return name, {"dir_fd": self._descriptor}
        return os.path.join(self.path, name), {}  # noqa: PTH118

    def _not_ours(self, name: str, why: str) -> OutputError:
        return OutputError(
            f"{name_of(os.path.join(self.path, name))}: is there and was not put there by Sonograph ({why}). "  # noqa: PTH118
            "Move it away, or name another output."
        )


def make(path: str | os.PathLike[str]) -> None:
    """Make a folder of parts, with its marker, where there is nothing of that name.

    Raises
    ------
    OSError
        It cannot be made.
    """
    hidden = _hidden(os.fspath(path))
    with terminated_as_interrupt():
        try:
            Path(hidden).mkdir(0o700)
            for name, words in ((MARKER, _words(_inode(hidden))), (LOCK, b"")):
                new = os.open(os.path.join(hidden, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, 0o600)  # noqa: PTH118
                with os.fdopen(new, "wb") as file:
                    file.write(words)
            with contextlib.suppress(FileExistsError):  # another run was faster
                if not os.path.lexists(path):
                    os.rename(hidden, path)  # noqa: PTH104
        finally:
            with contextlib.suppress(OSError):
                for name in (LOCK, MARKER):
                    (Path(hidden) / name).unlink(missing_ok=True)
                Path(hidden).rmdir()


def _words(inode: tuple[int, int]) -> bytes:
    return f"Sonograph keeps parts of a table in folder {inode[1]}\n".encode()


def _inode(path: str) -> tuple[int, int]:
    found = Path(path).lstat()
    return found.st_dev, found.st_ino


def _usual(path: str) -> tuple[int, int]:
    """The owner and the rights of a folder that is made beside this one, for us alone."""
    probe = Path(_hidden(path))
    try:
        probe.mkdir(0o700)
        found = probe.stat()
        return found.st_uid, found.st_mode & 0o777
    except OSError:
        return os.geteuid(), 0o700
    finally:
        with contextlib.suppress(OSError):
            probe.rmdir()


def _hidden(path: str) -> str:
    """A name beside a folder that nothing has yet."""
    name = Path(path).name.encode(errors="surrogateescape")[:40].decode(errors="ignore")
    return os.path.join(os.path.dirname(path), f".{name}.{secrets.token_hex(4)}.part")  # noqa: PTH118, PTH120
