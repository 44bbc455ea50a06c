"""Which sounds to learn from, and what each is called: folders named after labels, or a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sonograph.errors import SourceError
from sonograph.io.containers.content import SUFFIXES
from sonograph.io.folders import folders_in, sounds_in


class Item(NamedTuple):
    """A sound file and its label; None where it has none."""

    path: str
    label: str | None = None


def from_folders(root: str | os.PathLike[str], suffixes: tuple[str, ...] = SUFFIXES) -> list[Item]:
    """The sounds under a folder, each labelled by the folder directly under `root` that it lies in, in order of names.

    Which files are sounds, and which are passed over, is as `sonograph features` has it (`sonograph.io.folders`).

    Raises
    ------
    SourceError
        The folder is not there, may not be read, or holds no folder with a sound in it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     for name in ("wren/2.wav", "robin/1.wav", "robin/notes.txt"):
    ...         path = Path(root, name)
    ...         path.parent.mkdir(exist_ok=True)
    ...         _ = path.write_bytes(b"")
    ...     [(Path(path).name, label) for path, label in from_folders(root)]
    [('1.wav', 'robin'), ('2.wav', 'wren')]
    """
    top = Path(root)
    if not top.is_dir():
        raise SourceError(f"{root}: is no folder. Name the one that holds a folder for each label.")
    items = [
        Item(path, Path(folder).name) for folder in folders_in(os.fspath(root)) for path in sounds_in(folder, suffixes)
    ]
    if not items:
        raise SourceError(f"{root}: has no sounds in folders. Put each label's sounds into a folder of its name.")
    return items


def from_table(
    table: str | os.PathLike[str], *, path: str = "path", label: str = "label", folder: str | None = None
) -> list[Item]:
    """The sounds that a CSV file lists, in its order.

    Parameters
    ----------
    table
        A CSV file in UTF-8 whose first line names its columns.
    path, label
        The columns of the file names and of the labels.
    folder
        What names are relative to; the folder of the table by default.

    Raises
    ------
    SourceError
        The table is not there, lacks a column, lists nothing, or has a row without a name.
    """
    try:
        with Path(table).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns, rows = reader.fieldnames or [], list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{table}: could not be read as a table ({error}). Give a CSV file in UTF-8.") from error
    for name in (path, label):
        if name not in columns:
            raise SourceError(f"{table}: has no column {name!r}, but {', '.join(columns) or 'none'}. Name the column.")
    if not rows:
        raise SourceError(f"{table}: lists no sounds. Give a row for each.")
    base = Path(table).parent if folder is None else Path(folder)
    items = []
    for number, row in enumerate(rows, start=2):
        if not row[path]:
            raise SourceError(f"{table}: row {number} names no file. Fill in its column {path!r}.")
        items.append(Item(str(base / row[path]), row[label] or None))
    return items


def checked_items(items: Iterable[Any]) -> list[Item]:
    """Items of (path, label) pairs or of paths alone."""
    listed = [
        Item(os.fspath(item)) if isinstance(item, str | os.PathLike) else Item(os.fspath(item[0]), item[1])
        for item in items
    ]
    if not listed:
        raise SourceError("items is empty: give at least one sound, as from_folders does.")
    return listed
