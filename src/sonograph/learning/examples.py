"""What to learn from, as it lies on a disk: folders named after classes, a table, or marks; with folds and groups.

Public sets come as they are published: the folder layout of ESC-10 ("001 - Dog bark/1-30226-A.ogg", whose names begin
with the fold) and tables such as ESC-50's (filename, fold, category) are taken as they stand.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sonograph.checks import short
from sonograph.errors import SettingsError, SourceError
from sonograph.io.containers.content import SUFFIXES
from sonograph.io.folders import folders_in, sounds_in
from sonograph.io.mark_tables import BEGIN
from sonograph.io.marks import read_marks
from sonograph.learning.name_patterns import Pattern


class Example(NamedTuple):
    """A sound, or a part of one, and what it is called.

    fold : in which it is held out, as published; None for none
    group : speaker, recorder, day …: what must not be on both sides
    start, end : seconds; None for the whole
    """

    path: str
    label: str
    fold: str | None = None
    group: str | None = None
    start: float | None = None
    end: float | None = None


class Listed(NamedTuple):
    """Examples, and what there is to say of how they were found."""

    examples: list[Example]
    notes: list[str]


COLUMNS = {
    "path": ("file", "filename", "file name", "path", "filepath", "fname", "name", "begin file", "audio"),
    "label": ("label", "category", "class", "classname", "species", "annotation", "common name", "target"),
    "fold": ("fold",),
    "group": ("group",),
    "start": ("start", "start (s)", "begin time (s)", "onset"),
    "end": ("end", "end (s)", "end time (s)", "offset"),
}
"""What columns are called, in small letters, the likeliest first."""

LONGEST = 200_000_000
"""Bytes of a table."""

_ESC_FOLDER, _ESC_FILE = re.compile(r"\d{3} - (.+)"), re.compile(r"(\d)-\d+-[A-Z](-\d+)?")


def listed(
    source: str | os.PathLike[str],
    *,
    group: str | None = None,
    where: Sequence[str] = (),
    sounds: str | os.PathLike[str] | None = None,
) -> Listed:
    """The examples in a folder or a table.

    Parameters
    ----------
    source
        A folder with a folder for each class; a table with the columns file and label, and perhaps fold, group, start
        and end (s); a Raven selection table with a column Begin File; or Audacity labels beside their sound.
    group
        A column of the table, or a pattern of file names: "{label}_{group}_*", or a regular expression with one group
        in parentheses. Where the pattern has a {label}, that is the class.
    where
        Rows of the table to take: "esc10=True".
    sounds
        Where the files of a table lie, if not beside it or in a folder audio beside it.

    Raises
    ------
    SourceError
        It is not there, cannot be read, or lists nothing.
    SettingsError
        A column that it does not have, a pattern that a name does not fit, labels that differ by case or spaces only.
    """
    top = Path(source)
    if top.is_dir():
        for given, flag in ((where, "where"), (sounds, "sounds")):
            if given:
                raise SettingsError(f"{flag} is {given}; it is for a table, and {top} is a folder: leave it out")
        found = _folder(top, group)
    else:
        found = _table(top, group, where, sounds)
    if not found.examples:
        raise SourceError(f"{top}: lists no sound. Give some of each class.")
    _refuse_alike(found.examples)
    return found


def _folder(top: Path, group: str | None) -> Listed:
    pattern = None if group is None else Pattern(group)
    notes: list[str] = []
    if pattern is not None and pattern.has_label:
        return Listed([_named(path, None, pattern, top) for path in sounds_in(top)], notes)
    folders = folders_in(top)
    held = {folder: sounds_in(folder) for folder in folders}
    for folder, paths in held.items():
        if not paths:
            notes.append(f"{folder}: holds no sound, so it is no class.")
    held = {folder: paths for folder, paths in held.items() if paths}
    loose = [name.name for name in sorted(top.iterdir()) if name.suffix.lower() in SUFFIXES and name.is_file()]
    if not held:
        raise SourceError(
            f"{top}: has no sounds in folders. Put each class's sounds into a folder of its name, name a table, or take"
            f" labels from file names with a pattern of groups, as '{{label}}_{{group}}_*'."
        )
    if loose:
        what = f"{len(loose)} sounds lie" if len(loose) > 1 else "1 sound lies"
        notes.append(f"{top}: {what} in no folder of a class, as {loose[0]}; left out.")
    names = {folder: Path(folder).name for folder in held}
    fold = None
    if all(_ESC_FOLDER.fullmatch(name) for name in names.values()):
        names = {folder: _ESC_FOLDER.fullmatch(name)[1] for folder, name in names.items()}  # type: ignore[index]
        stems = [Path(path).stem for paths in held.values() for path in paths]
        others = [stem for stem in stems if not _ESC_FILE.fullmatch(stem)]
        if not others:
            fold = _ESC_FILE
            notes.append("the folds are those that file names begin with, as ESC-10 and ESC-50 publish them.")
        elif len(others) < len(stems):
            notes.append(
                f"{top}: not all names begin with a fold as in ESC-10, as {others[0]}, so the folds are made anew."
            )
    examples = []
    for folder, paths in held.items():
        for path in paths:
            one = _named(path, names[folder], pattern, top)
            examples.append(one._replace(fold=fold.fullmatch(Path(path).stem)[1]) if fold else one)  # type: ignore[index]
    return Listed(examples, notes)


def _named(path: str, label: str | None, pattern: Pattern | None, top: Path) -> Example:
    """An example with what its name tells."""
    name_parts = {} if pattern is None else pattern.told(path)
    return Example(path, name_parts.get("label") or label or top.name, group=name_parts.get("group"))


def _table(table: Path, group: str | None, where: Sequence[str], sounds: str | os.PathLike[str] | None) -> Listed:
    text = _text(table)
    head = text.split("\n", 1)[0].rstrip("\r")
    marks = BEGIN in head.split("\t") or re.fullmatch(r"[-\d.,eE]+\t[-\d.,eE]+(\t.*)?", head) is not None
    if marks:
        rows, columns = _marks(table), ["path", "label", "start", "end"]
        at = {name: name for name in columns}
        pattern = None if group is None else Pattern(group)
    else:
        delimiter = max(",;\t", key=head.count)
        reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
        columns = [name or "" for name in reader.fieldnames or []]
        at = _columns(table, columns)
        try:
            rows = [{k: v or "" for k, v in row.items() if isinstance(k, str)} for row in reader]
        except csv.Error as error:
            raise SourceError(f"{table}: could not be read as a table ({error}). Give a CSV file in UTF-8.") from None
        rows = [row for row in rows if any(row.values())]
        pattern = None
        if group is not None and group in columns:
            at["group"] = group
        elif group is not None:
            if not Pattern.is_one(group):
                raise SettingsError(
                    f"group is {group!r}; it must be a column of {table.name} ({', '.join(columns)}), or a pattern of "
                    f"file names as '*_{{group}}_*'"
                )
            pattern = Pattern(group)
    rows = _taken(table, rows, where, columns)
    find = _Finder(table, sounds)
    examples = []
    for number, row in enumerate(rows, start=2):
        if not row[at["path"]].strip():
            raise SourceError(f"{table}: row {number} names no file. Fill in its column {at['path']!r}.")
        cell = lambda name, row=row: (row.get(at[name], "").strip() or None) if name in at else None  # noqa: E731
        path = find(row[at["path"]].strip())
        name_parts = {} if pattern is None else pattern.told(path)
        label = name_parts.get("label") or cell("label")
        if label is None:
            raise SourceError(f"{table}: row {number} has no label. Fill in its column {at['label']!r}.")
        start, end = (_seconds(table, number, cell(name)) for name in ("start", "end"))
        if start is not None and end is not None and not start < end:
            raise SourceError(f"{table}: row {number} is {start:g} to {end:g} s; it must begin before it ends.")
        examples.append(Example(path, label, cell("fold"), name_parts.get("group") or cell("group"), start, end))
    return Listed(examples, [])


def _text(table: Path) -> str:
    """All of a table."""
    try:
        if not table.is_file():
            raise SourceError(f"{table}: is neither a folder nor a table. Check the name.")
        if (size := table.stat().st_size) > LONGEST:
            raise SourceError(f"{table}: has {size:,} bytes; a table of sounds has at most {LONGEST:,}.")
        return table.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{table}: is no text in UTF-8. Give a folder of classes, or a CSV table.") from None
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{table}: could not be read ({(error.strerror or 'no reason given').lower()}).") from None


def _marks(table: Path) -> list[dict[str, str]]:
    """The marks of a table that have words, as rows."""
    marks = [mark for mark in read_marks(table) if mark.words]
    beside = next((str(table.with_suffix(end).name) for end in SUFFIXES if table.with_suffix(end).is_file()), None)
    rows = []
    for mark in marks:
        file = mark.file or beside
        if file is None:
            raise SourceError(
                f"{table}: does not say of which sound its marks are. Put the sound beside it with the same name, or "
                f"give a column Begin File."
            )
        rows.append({"path": file, "label": mark.words, "start": f"{mark.start!r}", "end": f"{mark.end!r}"})
    return rows


def _columns(table: Path, columns: list[str]) -> dict[str, str]:
    """Which column is what."""
    small = {name.strip().lower(): name for name in reversed(columns)}
    at = {}
    for what, names in COLUMNS.items():
        found = next((small[name] for name in names if name in small), None)
        if found is not None:
            at[what] = found
    for what, name in (("path", "file"), ("label", "label")):
        if what not in at:
            raise SourceError(
                f"{table}: has no column {name!r}, but {short(', '.join(columns)) or 'none'}. Name its columns "
                f"file,label and perhaps fold, group, start, end."
            )
    return at


def _taken(table: Path, rows: list[dict[str, str]], where: Sequence[str], columns: list[str]) -> list[dict[str, str]]:
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals or name not in columns:
            raise SettingsError(f"where is {condition!r}; it must be COLUMN=VALUE of {', '.join(columns)}")
        rows = [row for row in rows if row[name].strip() == value.strip()]
        if not rows:
            raise SettingsError(f"where is {condition!r}; no row of {table.name} has that")
    return rows


def _seconds(table: Path, number: int, text: str | None) -> float | None:
    try:
        value = None if text is None else float(text)
    except ValueError:
        value = -1.0
    if value is not None and not 0 <= value < 1e9:
        raise SourceError(f"{table}: row {number} has {short(text)!r} for a time. Give seconds from the start.")
    return value


class _Finder:
    """Where the files of a table lie."""

    def __init__(self, table: Path, sounds: str | os.PathLike[str] | None) -> None:
        near = [table.parent, table.parent / "audio", table.parent.parent / "audio"]
        self._places = near if sounds is None else [Path(sounds)]

    def __call__(self, name: str) -> str:
        """The first place that has it; the first of all where none has, so that it is told as missing."""
        paths = [place / name for place in self._places]
        return os.fspath(next((path for path in paths if path.exists()), paths[0]))


def _refuse_alike(examples: Sequence[Example]) -> None:
    """Refuse labels that nobody could tell apart by ear."""
    seen: dict[str, str] = {}
    for label in dict.fromkeys(one.label for one in examples):
        plain = " ".join(label.casefold().replace("_", " ").split())
        if seen.setdefault(plain, label) != label:
            raise SettingsError(
                f"labels {seen[plain]!r} and {label!r} differ by case or spaces only; give one class one name"
            )
