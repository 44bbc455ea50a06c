"""Marks over a picture: what somebody heard, when, and perhaps at which frequencies. Audacity labels, Raven tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sonograph.errors import SettingsError, SourceError
from sonograph.io.door import OpenFile
from sonograph.io.status import read_error

RAVEN = ("Begin Time (s)", "End Time (s)")
RAVEN_WORDS = ("Annotation", "Species", "Label", "Call", "Type", "Notes", "Comments")
LONGEST = 10_000_000
"""Bytes; a table of marks that is longer is something else."""


@dataclass(frozen=True)
class Mark:
    """A stretch of a sound, seconds from its start; of some frequencies, Hz, or of all; and what it is called."""

    start: float
    end: float
    words: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and self.start <= self.end):
            raise SettingsError(f"a mark is {self.start:g} to {self.end:g} s; it must begin before it ends")


def read_marks(path: Any) -> tuple[Mark, ...]:
    """The marks of an Audacity label track or a Raven selection table.

    Raises
    ------
    SourceError
        The file cannot be read, or is neither; with the first line that is wrong.
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
    lines = data.decode("utf-8-sig", "replace").splitlines()
    rows = [line.split("\t") if line else [] for line in lines]
    marks = _raven(name, rows) if rows and all(column in rows[0] for column in RAVEN) else _audacity(name, rows)
    return tuple(marks)


def _audacity(name: str, rows: list[list[str]]) -> list[Mark]:
    """Start, end and words; a line that begins with a backslash gives the frequencies of the one before."""
    marks: list[Mark] = []
    for i, row in enumerate(rows, 1):
        if not row:
            continue
        if row[0] == "\\" and marks and len(row) >= 3:
            low, high = _numbers(name, i, row[1:3])
            last = marks.pop()
            # Audacity writes a negative frequency where none was chosen
            marks.append(Mark(last.start, last.end, last.words, low if low >= 0 else None, high if high >= 0 else None))
        else:
            start, end = _numbers(name, i, row[:2])
            marks.append(_mark(name, i, start, end, row[2] if len(row) > 2 else ""))
    return marks


def _raven(name: str, rows: list[list[str]]) -> list[Mark]:
    """One mark for each selection, however many views it is listed in."""
    at = {column: i for i, column in enumerate(rows[0])}
    words_at = next((at[column] for column in RAVEN_WORDS if column in at), None)
    marks: dict[Mark, None] = {}
    for i, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) < len(rows[0]):
            row = [*row, *[""] * (len(rows[0]) - len(row))]
        start, end = _numbers(name, i, [row[at[column]] for column in RAVEN])
        low, high = None, None
        if "Low Freq (Hz)" in at and "High Freq (Hz)" in at:
            low, high = _numbers(name, i, [row[at["Low Freq (Hz)"]], row[at["High Freq (Hz)"]]])
        words = row[words_at] if words_at is not None else ""
        marks[_mark(name, i, start, end, words, low, high)] = None
    return list(marks)


def _mark(name: str, line: int, *values: Any) -> Mark:
    try:
        return Mark(*values)
    except SettingsError as error:
        raise SourceError(f"{name}: {error} (line {line}).") from None


def _numbers(name: str, line: int, texts: list[str]) -> tuple[float, float]:
    try:
        first, second = (float(text) for text in texts)
    except ValueError:
        raise SourceError(
            f"{name}: holds no two numbers where a mark should be (line {line}). Give Audacity labels, of start, end "
            f"and words with tabs between, or a Raven selection table."
        ) from None
    return first, second
