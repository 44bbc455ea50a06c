"""Tables of marks as they lie in files: lines in, marks out.

A table remembers its lines and which mark each belongs to, so that it can be written back (`mark_lines`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from sonograph.errors import SettingsError, SourceError
from sonograph.io.door import OpenFile
from sonograph.io.mark import Mark, Row, Table
from sonograph.io.status import read_error

BEGIN, END = "Begin Time (s)", "End Time (s)"
LOW, HIGH = "Low Freq (Hz)", "High Freq (Hz)"
WORDS = (
    "Annotation", "Species", "Common Name", "Label", "Call", "Type", "Call Type", "Tag", "Tags", "Class", "Notes",
    "Comments", "Comment", "Scientific Name", "Species Code",
)  # fmt: skip
"""Columns of a Raven table that say what a mark is called, the likeliest first, whatever their letters."""
LONGEST = 10_000_000
"""Bytes; a table of marks that is longer is something else."""


def read_table(path: Any) -> tuple[Mark, ...]:
    """All marks of a table, each with its row.

    Raises
    ------
    SourceError
        It cannot be read, or is no table of marks; with the first line that is wrong.
    """
    file = OpenFile(path)  # a pipe would be waited for, and a device never end
    name = Path(file.name).name
    try:
        data = file.at(0, LONGEST + 1)
    except OSError as error:
        raise file.error("read-error", read_error(0, error).what) from None
    finally:
        file.close()
    if len(data) > LONGEST or b"\0" in data:
        raise SourceError(f"{name}: is no table of marks. Give Audacity labels or a Raven selection table.")
    text, encoding = _decoded(data)
    parts = re.split(r"(\r\n|\n|\r)", text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    if not lines[-1]:
        lines, ends = lines[:-1], ends[:-1]
    form = "raven" if lines and {BEGIN, END} <= set(cells_of(lines[0])) else "audacity"
    found = (_raven if form == "raven" else _audacity)(name, lines)
    owners: list[int | None] = [None] * len(lines)
    for numbers, _ in found:
        for number in numbers:
            owners[number] = numbers[0]
    table = Table(path, data, form, encoding, tuple(lines), tuple(ends), tuple(owners))
    return tuple(replace(mark, row=Row(table, numbers[0], mark)) for numbers, mark in found)


def _audacity(name: str, lines: list[str]) -> list[tuple[list[int], Mark]]:
    """The marks of a label track, and the lines of each."""
    found: list[tuple[list[int], Mark]] = []
    for i, line in enumerate(lines):
        cells = line.split("\t", 2)
        if not line:
            continue
        if cells[0] == "\\" and found and len(cells) >= 3:
            numbers, last = found.pop()
            # Audacity writes a negative frequency where none was chosen
            low, high = (value if value >= 0 else None for value in _two(name, i, line.split("\t")[1:3]))
            found.append(([*numbers, i], _mark(name, i, last.start, last.end, last.words, low, high)))
        else:
            start, end = _two(name, i, cells[:2])
            found.append(([i], _mark(name, i, start, end, cells[2] if len(cells) > 2 else "")))
    return found


def _raven(name: str, lines: list[str]) -> list[tuple[list[int], Mark]]:
    """The marks of a selection table, and the lines of each: one for each view that it is listed in."""
    columns = cells_of(lines[0])
    words_at = words_column(columns)
    known = {BEGIN, END, LOW, HIGH} | ({columns[words_at]} if words_at is not None else set())
    found: list[tuple[list[int], Mark]] = []
    listed: dict[Any, tuple[list[int], set[str | None]]] = {}
    for i, line in enumerate(lines[1:], 1):
        if not line:
            continue
        cells = line.split("\t")
        cells += [""] * (len(columns) - len(cells))
        texts = dict(zip(reversed(columns), reversed(cells[: len(columns)]), strict=True))  # of two alike, the first
        start, end = _two(name, i, [texts[BEGIN], texts[END]])
        low, high = (_frequency(name, i, texts.get(column, "")) for column in (LOW, HIGH))
        extra = {column: texts[column] for column in columns if column not in known}
        mark = _mark(name, i, start, end, texts[columns[words_at]] if words_at is not None else "", low, high, extra)
        same = (start, end, low, high, mark.words, mark.file, extra.get("Selection"))
        view, (numbers, views) = extra.get("View"), listed.get(same, ([], {None}))
        if numbers and view not in views:
            numbers.append(i)
        else:
            numbers = [i]
            found.append((numbers, mark))
        listed[same] = numbers, {*views, view}
    return found


def words_column(columns: list[str]) -> int | None:
    """Which column says what a mark is called; None for none."""
    names = [column.lower() for column in columns]
    return next((names.index(word.lower()) for word in WORDS if word.lower() in names), None)


def cells_of(head: str) -> list[str]:
    """The names of the columns."""
    return [cell.strip() for cell in head.split("\t")]


def _decoded(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _mark(name: str, line: int, *values: Any) -> Mark:
    try:
        return Mark(*values)
    except SettingsError as error:
        raise SourceError(f"{name}: {error} (line {line + 1}).") from None


def _two(name: str, line: int, texts: list[str]) -> tuple[float, float]:
    try:
        first, second = (_value(text) for text in texts)
    except ValueError:
        raise SourceError(
            f"{name}: holds no two numbers where a mark should be (line {line + 1}). Give Audacity labels, of start, "
            f"end and words with tabs between, or a Raven selection table."
        ) from None
    return first, second


def _frequency(name: str, line: int, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return _value(text)
    except ValueError:
        raise SourceError(
            f"{name}: has {text[:40]!r} for a frequency (line {line + 1}). Give a number, or none."
        ) from None


def _value(text: str) -> float:
    """A number, with a point or, as some systems write it, a comma."""
    return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
