"""Where Matplotlib keeps what it finds out about fonts: a folder of ours where its own cannot be written.

It would say so at length, and leave one behind in the folder for temporary files each time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sonograph.errors import OutputError


@contextlib.contextmanager
def of_matplotlib() -> Iterator[None]:
    """A home for Matplotlib while a command draws, and no word about the one that it has not.

    Raises
    ------
    OutputError
        There is no folder for temporary files either.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if all(_can_be_written(folder) for folder in _folders()):
        yield
        return
    from sonograph.atomic import terminated_as_interrupt

    before = os.environ.get("MPLCONFIGDIR")
    with terminated_as_interrupt(), temporary_folder() as folder:
        os.environ["MPLCONFIGDIR"] = os.fspath(folder)
        try:
            yield
        finally:
            os.environ.pop("MPLCONFIGDIR")
            if before is not None:
                os.environ["MPLCONFIGDIR"] = before


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is removed at the end.

    Raises
    ------
    OutputError
        There is no place for one.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="sonograph-", ignore_cleanup_errors=True)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(
            f"temporary files: no folder for them can be made ({reason}). Set TMPDIR to a folder that can be written."
        ) from None
    with folder as path:
        yield Path(path)


def _folders() -> list[Path]:
    """Where Matplotlib would write: its settings, and its cache."""
    given = os.environ.get("MPLCONFIGDIR")
    if given:
        return [Path(given)]
    try:
        home = Path.home()
    except RuntimeError:  # there is none
        return [Path(os.devnull)]
    if not sys.platform.startswith(("linux", "freebsd")):
        return [home / ".matplotlib"] if sys.platform != "win32" else []
    xdg = (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"))
    return [Path(os.environ.get(name) or home / usual) / "matplotlib" for name, usual in xdg]


def _can_be_written(folder: Path) -> bool:
    try:
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"as much as nothing")
    except (OSError, RuntimeError, ValueError):
        return False
    return True
