"""Rows into a file of each format and out of it, told by its ending."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

from sonograph.atomic import check_output, could_not_be_written, name_of, written
from sonograph.errors import OutputError, SettingsError, SonographError, SourceError
from sonograph.tables.rows import Held, Rows, about

FORMATS = {
    ".csv": "sonograph.tables.csvs",
    ".jsonl": "sonograph.tables.jsonl",
    ".npz": "sonograph.tables.npzs",
    ".parquet": "sonograph.tables.parquet",
    ".zarr": "sonograph.tables.zarrs",
}
"""Which module does which ending."""


class Format(Protocol):
    """What each of the modules has; `load` and `check` where there is something to load or to check.

    BESIDE : whether what a table says of itself goes into a file beside it
    FOLDER : whether it is a folder that is written
    """

    BESIDE: bool
    FOLDER: bool

    def write(self, table: Rows, path: Path) -> None:
        """Write all rows."""
        ...

    def read(self, path: Path, facts: dict[str, Any]) -> Held:
        """Read all rows; `said` is what the file beside it says."""
        ...


def format_of(out: str | os.PathLike[str]) -> Format:
    """The format of a name.

    Raises
    ------
    SettingsError
        An ending that is none of `FORMATS`.
    """
    ending = Path(out).suffix.lower()
    if ending not in FORMATS:
        raise SettingsError(f"the output is {os.fspath(out)!r}; it must end in {', '.join(FORMATS)}")
    return cast(Format, importlib.import_module(FORMATS[ending]))


def beside(out: str | os.PathLike[str]) -> Path | None:
    """Where what a table says of itself is written beside it; None where it is in it.

    >>> beside("birds.csv").name, beside("birds.npz")
    ('birds.csv.json', None)
    """
    return Path(f"{os.fspath(out)}.json") if format_of(out).BESIDE else None


def check_out(out: str, *, overwrite: bool, keep: tuple[Any, ...] = ()) -> None:
    """Refuse an output that could not be written, before any work is done.

    Raises
    ------
    SettingsError
        An ending that is none of `FORMATS`.
    MissingExtra
        It needs a package that is not here.
    OutputError
        As `sonograph.atomic.check_output`.
    """
    form: Any = format_of(out)
    check_output(out, overwrite=overwrite, keep=keep, folder=form.FOLDER)
    if hasattr(form, "load"):
        form.load()
    if hasattr(form, "check"):
        form.check(out)
    if (other := beside(out)) is not None:
        check_output(other, keep=keep)
        if other.is_file() and not _said(other):
            raise OutputError(f"{name_of(other)}: is there and was not written by Sonograph. Name another output.")


def write(table: Rows, out: str, *, overwrite: bool) -> None:
    """Write a table, whole or not at all.

    Raises
    ------
    SettingsError, MissingExtra, OutputError
        As `check_out`; the disk is full.
    """
    check_out(out, overwrite=overwrite)
    form = format_of(out)
    with _together(beside(out), Path(out)), written(out, overwrite=overwrite, folder=form.FOLDER) as path:
        form.write(table, path)
        if (other := beside(out)) is not None:
            with written(other) as part:
                part.write_text(json.dumps(about(table), indent=1) + "\n", encoding="utf-8")


def read(path: str | os.PathLike[str]) -> Held:
    """A table that `sonograph features` wrote, in memory.

    Raises
    ------
    SettingsError
        An ending that is none of `FORMATS`.
    MissingExtra
        It needs a package that is not here.
    SourceError
        It is not there, or no such table.

    Examples
    --------
    >>> read("no such table.csv")
    Traceback (most recent call last):
    sonograph.errors.SourceError: no such table.csv: does not exist. Check the name.
    """
    form, place = format_of(path), Path(path)
    if not place.exists():
        raise SourceError(f"{name_of(place)}: does not exist. Check the name.")
    other = beside(path)
    try:
        return form.read(place, _said(other) if other is not None else {})
    except SonographError:
        raise
    except Exception as error:  # of many kinds, each library its own, where a file is damaged
        raise SourceError(f"{name_of(place)}: is not a whole table of Sonograph. Write it again.") from error


@contextlib.contextmanager
def _together(other: Path | None, out: Path) -> Iterator[None]:
    """What is beside a table is as it was where the table was not replaced."""
    if other is None:
        yield
        return
    aside, table = other.with_name(f".{secrets.token_hex(4)}.part.json"), _inode(out)
    is_there = other.is_file()
    if is_there:
        _same_again(other, aside)
    try:
        yield
    except BaseException:
        if _inode(out) == table and is_there:
            aside.replace(other)  # which needs no room on the disk
        elif _inode(out) == table:
            other.unlink(missing_ok=True)
        raise
    finally:
        aside.unlink(missing_ok=True)


def _same_again(path: Path, name: Path) -> None:
    """Another name for a file; a copy on a disk where files have but one."""
    try:
        os.link(path, name)
    except OSError:
        try:
            shutil.copyfile(path, name)
        except OSError as error:
            name.unlink(missing_ok=True)
            raise OutputError(could_not_be_written(error, name, path)) from error


def _inode(path: Path) -> int | None:
    with contextlib.suppress(OSError):
        return path.stat().st_ino
    return None


def _said(path: Path) -> dict[str, Any]:
    """What a file beside a table says; nothing where it is not there, or is none."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.get("written_by") == "Sonograph":
            return found
    return {}
