"""Writing a file whole or not at all.

Everything that Sonograph writes goes beside its final name first and is renamed when it is complete, so that a
full disk, Ctrl-C or a kill leaves the old file or the new one, never half of one. A link stays and leads to the new
file; into a pipe or a device, which nothing may replace, the complete file is copied.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from sonograph.errors import OutputError

SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")
"""What a URL begins with, and no disk of Windows."""


@contextlib.contextmanager
def written(
    path: str | os.PathLike[str],
    *,
    overwrite: bool = True,
    keep: tuple[Any, ...] = (),
    folder: bool = False,
    replacing: Callable[[Path, Path], None] | None = None,
) -> Iterator[Path]:
    """A name beside `path` to write to; renamed to `path` at the end, removed if anything goes wrong.

    Parameters
    ----------
    path
        The final name.
    overwrite
        Whether a file of that name is replaced, in one rename.
    keep
        Paths that must not be replaced, as the inputs.
    folder
        Whether it is a folder that is written. One that is there is moved aside for it, as no rename replaces it.
    replacing
        Called with the new file and the one that it is about to replace; it raises where that must stay.

    Raises
    ------
    OutputError
        The folder is missing or cannot be written, the disk is full, the file is there and may not be replaced.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with written(Path(folder) / "a.txt") as part:
    ...         _ = part.write_text("whole")
    ...     (Path(folder) / "a.txt").read_text()
    'whole'
    """
    final = _followed(path)
    check_output(final, overwrite=overwrite, keep=keep, folder=folder)
    with terminated_as_interrupt(), contextlib.ExitStack() as stack:
        special = _is_special(final)
        room = Path(stack.enter_context(tempfile.TemporaryDirectory())) if special else final.parent
        part = _beside(room / final.name)
        try:
            yield part
            if special:
                _copy(part, final)
            else:
                if replacing is not None and part.is_file() and final.is_file():
                    replacing(part, final)
                _finish(part, final, overwrite)
        except OutputError:
            raise
        except Exception as error:
            cause = _about(error, part, final)
            if cause is None:
                raise
            raise OutputError(could_not_be_written(cause, part, final)) from error
        finally:
            try:
                _remove(part)
            except BaseException:  # an interrupt, which comes at any moment
                _remove(part)
                raise


def check_output(
    path: str | os.PathLike[str], *, overwrite: bool = True, keep: tuple[Any, ...] = (), folder: bool = False
) -> None:
    """Refuse a name that could not be written, before any work is done.

    Raises
    ------
    OutputError
        The folder is missing or cannot be written; the name is a folder, an input or a file that must be kept.
    """
    final = _followed(path)
    home = final.parent
    if final.is_dir() and not folder:
        raise OutputError(f"{name_of(final)}: is a folder. Name a file in it.")
    if not home.is_dir():
        what = "is not a folder" if home.exists() else "does not exist"
        raise OutputError(f"{name_of(final)}: the folder {name_of(home)} {what}. Make it first, or name another.")
    if _is_special(final):
        if not os.access(final, os.W_OK):
            raise OutputError(f"{name_of(final)}: may not be written to. Name another.")
        return
    if not os.access(home, os.W_OK | os.X_OK):
        raise OutputError(f"{name_of(final)}: the folder {name_of(home)} may not be written to. Name another.")
    if final.exists():
        if any(_same(final, other) for other in keep):
            raise OutputError(f"{name_of(final)}: is the input. Name another file for the output.")
        if not overwrite:
            raise OutputError(f"{name_of(final)}: exists already. Name another file, or allow it with --overwrite.")


def on_disk(path: str | os.PathLike[str]) -> Path:
    """A path to write to.

    Raises
    ------
    OutputError
        It is a URL; as a Path it would be a folder here that is called "s3:".
    """
    given = Path(path)
    if SCHEME.fullmatch(given.parts[0] if given.parts else "") and not os.path.lexists(given.parts[0]):
        raise OutputError(
            f"{name_of(path)}: is a URL, to which only archives are written (named as text, not as a Path). "
            f"Name a file of this machine."
        )
    return given


def _followed(path: str | os.PathLike[str]) -> Path:
    """Where a link to a file leads; any other path as it is."""
    given = on_disk(path)
    return Path(os.path.realpath(given)) if given.is_symlink() and not _is_special(given) else given


def _is_special(path: Path) -> bool:
    """Whether it is a pipe, a device or a socket."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _copy(part: Path, final: Path) -> None:
    with part.open("rb") as written_part, final.open("wb") as out:
        shutil.copyfileobj(written_part, out)


def _finish(part: Path, final: Path, overwrite: bool) -> None:
    if not part.exists():
        raise OutputError(f"{name_of(final)}: nothing was written.") from FileNotFoundError(os.fspath(part))
    if part.is_dir():
        _take_place(part, final)
        return
    if final.exists():
        part.chmod(final.stat().st_mode & 0o777)
    if overwrite:
        part.replace(final)
        return
    try:
        os.link(part, final)  # fails where another run was faster; a rename would not
    except FileExistsError:
        raise OutputError(
            f"{name_of(final)}: exists already. Name another file, or allow it with --overwrite."
        ) from None
    except OSError:  # a file system without hard links
        part.replace(final)


def _take_place(part: Path, final: Path) -> None:
    """Rename a folder to where another may be."""
    if not final.exists():
        part.replace(final)
        return
    aside = _beside(final)
    try:
        final.replace(aside)
        part.replace(final)
    finally:
        try:
            _put_right(aside, final)
        except BaseException:
            _put_right(aside, final)
            raise


def _put_right(aside: Path, final: Path) -> None:
    """Remove what was moved aside, or move it back where nothing took its place."""
    if final.exists():
        _remove(aside)
    elif aside.exists():
        aside.replace(final)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        path.unlink()


def _beside(final: Path) -> Path:
    # the suffix stays last, as writers choose the format by it; the name stays short, as names have a longest
    stem = final.stem.encode(errors="surrogateescape")[:40].decode(errors="ignore")
    suffix = final.suffix if len(final.suffix) <= 16 else ""
    return final.parent / f".{stem}.{secrets.token_hex(4)}.part{suffix}"


@contextlib.contextmanager
def terminated_as_interrupt() -> Iterator[None]:
    """SIGTERM unwinds the stack, so that what is half written is removed, and then ends the process."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def unwind(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _about(error: BaseException | None, part: Path, final: Path) -> OSError | None:
    """What went wrong with writing, where that led to an error: some writers stumble over it in a way of their own."""
    while error is not None and not (isinstance(error, OSError) and _is_about(error, part, final)):
        error = error.__cause__ or error.__context__
    return error


def _is_about(error: OSError, part: Path, final: Path) -> bool:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
        return True
    named = [Path(os.fsdecode(n)) for n in (error.filename, error.filename2) if isinstance(n, str | bytes)]
    return any(path in (part, final) or part in path.parents for path in named)


def could_not_be_written(error: OSError, part: Path, final: Path) -> str:
    """One sentence about a file or a folder that was written as `part` and is not there now, and why."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) and not _is_special(final):
        done = sum(path.stat().st_size for path in (part, *part.rglob("*")) if path.is_file())
        home = next(folder for folder in final.absolute().parents if folder.is_dir())  # its own may not be there yet
        free = shutil.disk_usage(home).free
        return (
            f"{name_of(final)}: the disk is full: more than {done:,} bytes are needed and {free + done:,} were free. "
            "Make room, or name a file on another disk."
        )
    reason = (error.strerror or type(error).__name__).lower()
    return f"{name_of(final)}: could not be written ({reason})."


def _same(a: Path, b: Any) -> bool:
    try:
        return a.samefile(b)
    except (OSError, TypeError, ValueError):
        return False


def name_of(path: str | os.PathLike[str]) -> str:
    """A path as text that fits on one line of any terminal."""
    text = os.fspath(path).encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
