"""Series in tables of numbers: CSV, TSV or columns in a text.

A table is only read as one when its name ends in .csv, .tsv or .txt or when it is asked for by a rate or a time
column: a text named .wav is a mistake, not a sound.
"""

from __future__ import annotations

import csv
import math
from datetime import datetime
from typing import Any

import numpy as np

from sonograph.io.content import decoded, refusal
from sonograph.io.door import OpenFile
from sonograph.io.memory import MemoryTrack
from sonograph.io.metadata import Metadata, printable
from sonograph.io.tracks import Opened
from sonograph.sources import checked_rate

UNEVEN = 1e-3
"""Steps in time may differ by so much of a step."""

_TABLES = (".csv", ".tsv", ".txt")
_LARGEST_TABLE = 1 << 30


def open_table(file: OpenFile, sample_rate: float | None, time_column: str | None) -> Opened:
    """A table as samples; its rate as given, or from its column of times."""
    if file.suffix() not in _TABLES and sample_rate is None and time_column is None:
        raise file.error("no-sound", refusal(file))
    if file.size > _LARGEST_TABLE:
        raise file.error(
            "too-large", f"is a table of {file.size:,} bytes, more than is held in memory. Save it as WAV."
        )
    names, rows, first_row = _rows(file)
    time = _time_index(file, names, time_column)
    columns = np.array(rows, dtype=object).T if time is not None and _is_date(rows[0][time]) else None
    start = None
    if columns is not None and time is not None:
        moments = [_date(file, text, first_row + i) for i, text in enumerate(columns[time])]
        start = moments[0] if moments[0].tzinfo else None
        seconds = np.array([(moment - moments[0]).total_seconds() for moment in moments])
        numbers = _numbers(file, [[*row[:time], *row[time + 1 :]] for row in rows], first_row)
    else:
        numbers = _numbers(file, rows, first_row)
        if time is not None:
            seconds = numbers[time]
            numbers = np.delete(numbers, time, axis=0)
    if time is not None and sample_rate is None:
        sample_rate = _rate(file, seconds, first_row)
    if sample_rate is None:
        raise file.error(
            "no-rate",
            "does not say how many samples a second it has. Give sample_rate (--rate), or a column named time.",
        )
    if not len(numbers):
        raise file.error("no-column", "has no column besides the time. Nothing can be read from it.")
    track = MemoryTrack(np.ascontiguousarray(numbers))
    told = Metadata(start=start, fields={f"column.{i}": printable(name.encode()) for i, name in enumerate(names)})
    return Opened(track, "table", checked_rate(sample_rate), track.n_samples, [], told)


def _rows(file: OpenFile) -> tuple[list[str], list[list[str]], int]:
    """The column names (none where there are none), the rows, and the number of the first row."""
    text = decoded_whole(file)
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    delimiter = next((d for d in ("\t", ";", ",") if d in first), None)
    names: list[str] = []
    rows: list[list[str]] = []
    first_row = 0
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        fields = next(csv.reader([line], delimiter=delimiter)) if delimiter else line.split()
        fields = [text.strip() for text in fields]
        if not rows and not names and not all(_is_number(text) or _is_date(text) for text in fields):
            names = fields
            continue
        first_row = first_row or number
        width = len(names) or len(rows[0] if rows else fields)
        if len(fields) != width:
            raise file.error(
                "bad-row", f"row {number} has {len(fields)} fields where {width} are expected. Mend that row."
            )
        rows.append(fields)
    if not rows:
        raise file.error("no-rows", "has no row of numbers. Nothing can be read from it.")
    return names, rows, first_row


def decoded_whole(file: OpenFile) -> str:
    """The whole text."""
    text = decoded(file.at(0, file.size))
    if text == "\0":
        raise file.error("not-text", "is not a text in UTF-8 or UTF-16. Save it as UTF-8.")
    return text


def _time_index(file: OpenFile, names: list[str], wanted: str | None) -> int | None:
    lower = [name.lower() for name in names]
    if wanted is None:
        return lower.index("time") if "time" in lower else None
    if wanted.lower() not in lower:
        have = ", ".join(names) if names else "no names"
        raise file.error("no-column", f"has no column {wanted!r}; its columns are: {have}. Name one of them.")
    return lower.index(wanted.lower())


def _numbers(file: OpenFile, rows: list[list[str]], first_row: int) -> np.ndarray:
    """Rows as numbers (columns, rows); an empty field is NaN."""
    try:
        return np.array([[float(text) if text else math.nan for text in row] for row in rows], float).T
    except ValueError:
        for number, row in enumerate(rows, first_row):
            for text in row:
                if not _is_number(text):
                    raise file.error(
                        "bad-row", f"row {number} has {text!r} where a number is expected. Mend that row."
                    ) from None
        raise


def _rate(file: OpenFile, seconds: np.ndarray, first_row: int) -> float:
    """Samples per second from times, refused where they are uneven."""
    if len(seconds) < 2:
        raise file.error(
            "no-rate", "has a time in only one row, which gives no sample rate. Give sample_rate (--rate)."
        )
    steps = np.diff(seconds)
    step = float(np.sort(steps)[(len(steps) - 1) // 2])  # one that occurs
    bad = np.flatnonzero(~(np.abs(steps - step) <= UNEVEN * abs(step))) if step > 0 else np.array([0])
    if len(bad):
        row = first_row + int(bad[0]) + 1
        raise file.error(
            "uneven",
            f"the time in row {row} is {steps[bad[0]]:g} s after the one before; the others are {step:g} s "
            "apart. Resample it evenly, or give sample_rate (--rate).",
        )
    rate = (len(seconds) - 1) / float(seconds[-1] - seconds[0])
    return float(round(rate)) if round(rate) and abs(rate / round(rate) - 1) < 1e-6 else rate


def _is_number(text: str) -> bool:
    try:
        float(text or "nan")
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    if _is_number(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _date(file: OpenFile, text: Any, row: int) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise file.error("bad-row", f"row {row} has {text!r} where a time is expected. Mend that row.") from None
