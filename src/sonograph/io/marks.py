"""Marks: what somebody heard, or a detector found, when, and perhaps at which frequencies; read and written.

Two forms are known: Audacity's label tracks and Raven's selection tables. A mark that was read keeps its row, so that a
table that is written back has every line, cell and column that nobody changed as it was, byte for byte.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sonograph.checks import one_of
from sonograph.errors import OutputError
from sonograph.io.door import split
from sonograph.io.mark import OFFSET, Table
from sonograph.io.mark import Mark as Mark

FORMS = ("audacity", "raven")


def read_marks(path: Any, file: Any = None) -> tuple[Mark, ...]:
    """The marks of an Audacity label track or a Raven selection table, in its order.

    Parameters
    ----------
    path
        Of the table. In Raven's, a selection that is listed once for each view is one mark.
    file
        The sound that marks are wanted for, as `marks_of` takes it; None: all, as the table has them. To write a table
        back, read all: what is not read is not written.

    Raises
    ------
    SourceError
        The table cannot be read, or is neither; with the first line that is wrong.
    """
    from sonograph.io.mark_tables import read_table

    return marks_of(read_table(path), file)


def marks_of(marks: Iterable[Mark], file: Any) -> tuple[Mark, ...]:
    """Those of some marks that are of a sound; None: all.

    Files are told by their names without folders, in small letters; a mark that names none is of all. Where a table
    goes over several files and says how far into its own a mark begins (File Offset (s)), that is its start.

    Examples
    --------
    >>> marks = [Mark(1.0, 2.0, "wren", extra={"Begin File": "a.wav"}), Mark(3.0, 4.0, "cod", extra={"File": "b.wav"})]
    >>> [mark.words for mark in marks_of(marks, "birds/A.wav")]
    ['wren']
    """
    if file is None:
        return tuple(marks)
    wanted = _name(os.fsdecode(split(file)[0]))
    return tuple(_within(mark) for mark in marks if not mark.file or _name(mark.file) == wanted)


def write_marks(path: Any, marks: Iterable[Mark], form: str | None = None, *, overwrite: bool = False) -> None:
    """Write marks as a table, whole or not at all.

    Marks that were read from a table in this form stay in their lines, and the table keeps what is not a mark: its
    columns, their order, empty lines, line ends, encoding. Others follow, in their order.

    Parameters
    ----------
    path
        Where to. The table that the marks were read from is replaced, if nobody wrote to it meanwhile; any other file
        that is there only with `overwrite`.
    marks
        What to write.
    form
        "audacity": times, words and frequencies, as a label track holds no more. "raven": these and a column for each
        name in `extra`. None: as they were read; "audacity" where they were not.

    Raises
    ------
    SettingsError
        Another form; words, or something in `extra`, with a tab or a line end, which end a cell.
    OutputError
        A file that is there, or a folder that may not be written to.
    """
    from sonograph.atomic import name_of, written
    from sonograph.io.mark_lines import bytes_of

    marks = list(marks)
    if form is None:
        form = next((mark.row.table.form for mark in marks if mark.row), FORMS[0])
    one_of("form", form, FORMS)
    tables: dict[int, Table] = {id(mark.row.table): mark.row.table for mark in marks if mark.row}
    own = next((table for table in tables.values() if _is_same(table.path, path)), None)
    if own is not None and not overwrite and Path(path).read_bytes() != own.data:
        raise OutputError(f"{name_of(path)}: was written to since its marks were read. Read it again.")
    alike = [table for table in (own, *tables.values()) if table is not None and table.form == form]
    data = bytes_of(marks, form, alike[0] if alike else None)
    with written(path, overwrite=overwrite or own is not None) as part:
        part.write_bytes(data)


def _name(path: str) -> str:
    """A file's name without its folders, whichever system wrote them, as disks that know no large letters have it."""
    return unicodedata.normalize("NFC", path.strip().replace("\\", "/").rsplit("/", 1)[-1]).casefold()


def _within(mark: Mark) -> Mark:
    """A mark at its place in its own file."""
    try:
        offset = float(mark.extra.get(OFFSET, "").replace(",", ".")) if mark.file else math.nan
    except ValueError:
        offset = math.nan
    if not math.isfinite(offset) or offset == mark.start:
        return mark
    row = None if mark.row is None else replace(mark.row, shift=mark.start - offset)
    return replace(mark, start=offset, end=offset + (mark.end - mark.start), row=row)


def _is_same(a: Any, b: Any) -> bool:
    try:
        return os.path.samefile(a, b)  # noqa: PTH121  # paths may be bytes
    except OSError:
        return False
