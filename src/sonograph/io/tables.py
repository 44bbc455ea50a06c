"""Series in tables of numbers: CSV, TSV or columns in a text.

A table is only read as one when its name ends in .csv, .tsv or .txt or when it is asked for by a rate or a time
column: a text named .wav is a mistake, not a sound.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sonograph.io.containers.content import decoded, refusal
from sonograph.io.containers.metadata import Metadata, printable
from sonograph.io.decoders.memory import MemoryTrack
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.sounds.source import checked_rate

UNEVEN = 1e-3
"""Steps in time may differ by so much of a step."""

SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
"""What a column of times may say it is in, as in time [ms]."""

LATEST = 1e11
"""Seconds since 1970 of the year 5138: what is larger is in another unit."""

_TIME = re.compile(r"(?:t|time|timestamp)(?:[ _]*[\[(] *(\w+) *[\])]|[ _](\w+))?", re.IGNORECASE)
_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_NAMES = (".csv", ".tsv", ".txt")
_LONGEST = 1 << 28  # bytes of a table, which is read whole


def open_table(file: OpenFile, sample_rate: float | None, time_column: str | None) -> Opened:
    """A table as samples; its rate as given, or from its column of times."""
    if file.suffix() not in _NAMES and sample_rate is None and time_column is None:
        raise file.error("no-sound", refusal(file))
    table = _parsed(file, time_column)
    time, columns, moments = table.time, table.columns, table.moments
    start = moments[0] if moments and moments[0].tzinfo else None
    if sample_rate is None:
        if time is None:
            what = "does not say how many samples a second it has. Give sample_rate (--sample-rate), or"
            raise file.error("no-rate", f"{what} say which column holds the time (--time-column).")
        seconds = np.array([(moment - moments[0]).total_seconds() for moment in moments]) if moments else columns[time]
        sample_rate = _rate(file, seconds if moments else _in_seconds(file, seconds, table.names, time), table.rows)
    if time is not None and not moments:
        columns = np.delete(columns, time, axis=0)
    if not len(columns):
        raise file.error("no-column", "has no column besides the time. Nothing can be read from it.")
    track = MemoryTrack(np.ascontiguousarray(columns))
    told = Metadata(start=start, fields={f"column.{i}": printable(name.encode()) for i, name in enumerate(table.names)})
    return Opened(track, "table", checked_rate(sample_rate), track.n_samples, [], told)


@dataclass
class _Table:
    """What is in a table.

    names   : of the columns, or none
    time    : the index of the column of times
    columns : numbers (columns, rows), without that of times where they are dates
    moments : the times that are dates
    rows    : which row of the file each was in
    """

    names: list[str]
    time: int | None
    columns: np.ndarray
    moments: list[datetime]
    rows: list[int]


def _parsed(file: OpenFile, time_column: str | None) -> _Table:
    names: list[str] = []
    time: int | None = None
    sure = False
    numbers, moments, rows = array("d"), list[datetime](), array("q")
    width = 0
    for row, fields in _fields(file):
        if not width:
            width = len(fields)
            if not all(_is_number(text) or _date(text) for text in fields):
                names = fields
            time = _time_index(file, names, time_column)
            sure = time is None or time_column is not None or (row > 0 and names[time].lower() != "t")
            if names:
                continue
        if len(fields) != width:
            raise file.error(
                "bad-row", f"row {row} has {len(fields)} fields where {width} are expected. Mend that row."
            )
        moment = None if time is None or (rows and not moments) else _date(fields[time])
        if moment is not None and time is not None:
            moments.append(moment)
            fields = fields[:time] + fields[time + 1 :]
        elif moments:
            raise file.error("bad-row", f"row {row} has no time as the rows before it. Mend that row.")
        try:
            numbers.extend(float(text) if text else math.nan for text in fields)
        except ValueError:
            odd = next(text for text in fields if not _is_number(text))
            if _COMMA.fullmatch(odd):
                what = f"row {row} has {odd[:40]!r}, with a comma in the number"
                raise file.error("bad-row", f"{what}. Write points for commas, as sed 's/,/./g' does.") from None
            raise file.error(
                "bad-row", f"row {row} has {odd[:40]!r} where a number is expected. Mend that row."
            ) from None
        rows.append(row)
    if not rows:
        raise file.error("no-rows", "has no row of numbers. Nothing can be read from it.")
    columns = np.frombuffer(numbers, float).reshape(len(rows), -1).T if numbers else np.empty((0, len(rows)))
    if len({moment.tzinfo is None for moment in moments}) > 1:
        raise file.error("bad-row", "has times with a zone and times without. Write them all alike.")
    if not sure and not moments and time is not None and not (np.diff(columns[time]) > 0).all():
        time = None  # t is a temperature, or the comment a sentence
    return _Table(names, time, columns, moments, list(rows))


def _fields(file: OpenFile) -> Iterator[tuple[int, list[str]]]:
    """The number and the fields of each row that is not empty or a comment.

    Where no names stand above the numbers, the last comment is row 0 if it has as many fields: numpy.savetxt writes its
    header so.
    """
    if file.size > _LONGEST:
        raise file.error("too-large", f"is a table of {file.size:,} bytes; {_LONGEST:,} can be read. Save it as WAV.")
    text = decoded(file.at(0, file.size))
    if text == "\0":
        raise file.error("not-text", "is not a text in UTF-8 or UTF-16. Save it as UTF-8.")
    delimiter: str | None = None
    comment = ""
    for row, line in enumerate(io.StringIO(text, newline=None), 1):  # None: lines may end in \r alone
        if not line.strip() or line.lstrip().startswith("#"):
            comment = comment if delimiter else line.strip().lstrip("#") or comment
            continue
        is_first = delimiter is None
        delimiter = delimiter or next((d for d in ("\t", ";", ",") if d in line), " ")
        try:
            fields = _split(line, delimiter)
        except csv.Error as error:
            raise file.error("bad-row", f"row {row} has no fields that can be told ({error}). Mend that row.") from None
        if is_first and all(_is_number(text) or _date(text) for text in fields):
            with contextlib.suppress(csv.Error):
                header = _split(comment, delimiter)
                if len(header) == len(fields) and not all(_is_number(text) for text in header):
                    yield 0, header
        yield row, fields


def _split(line: str, delimiter: str) -> list[str]:
    fields = line.split() if delimiter == " " else next(csv.reader([line], delimiter=delimiter), [])
    return [text.strip() for text in fields]


def _time_index(file: OpenFile, names: list[str], wanted: str | None) -> int | None:
    lower = [name.lower() for name in names]
    if wanted is None:
        if "time" in lower:
            return lower.index("time")
        return next((i for i, name in enumerate(names) if _unit(name) is not None), None)
    if wanted.lower() not in lower:
        have = ", ".join(names) if names else "no names"
        raise file.error("no-column", f"has no column {wanted!r}; its columns are: {have}. Name one of them.")
    return lower.index(wanted.lower())


def _unit(name: str) -> str | None:
    """What a column of times is in: "" where that is not said, None where it holds none.

    >>> _unit("Time [ms]"), _unit("timestamp"), _unit("t_s"), _unit("time of day"), _unit("temperature")
    ('ms', '', 's', None, None)
    """
    found = _TIME.fullmatch(name)
    unit = (found[1] or found[2] or "").lower() if found else None
    return unit if unit in ("", *SECONDS) else None


def _in_seconds(file: OpenFile, times: np.ndarray, names: list[str], time: int) -> np.ndarray:
    """Times as their column says; refused where they can be no seconds and nothing is said."""
    unit = _unit(names[time]) if names else None
    if not unit and (np.abs(times) > LATEST).any():
        what = f"has times as {times[0]:.15g}, too large for seconds. Name their unit in the header, as"
        raise file.error("no-rate", f"{what} time [ms], or give sample_rate (--sample-rate).")
    return times * SECONDS[unit] if unit else times


def _rate(file: OpenFile, seconds: np.ndarray, rows: list[int]) -> float:
    """Samples per second from times, refused where they are uneven."""
    if len(seconds) < 2:
        raise file.error(
            "no-rate", "has a time in only one row, which gives no sample rate. Give sample_rate (--sample-rate)."
        )
    steps = np.diff(seconds)
    step = float(np.sort(steps)[(len(steps) - 1) // 2])  # one that occurs
    bad = np.flatnonzero(~(np.abs(steps - step) <= UNEVEN * abs(step))) if step > 0 else np.array([0])
    if len(bad):
        what = (
            f"the time in row {rows[bad[0] + 1]} is {steps[bad[0]]:g} s after the one before; the others are {step:g} "
        )
        raise file.error("uneven", f"{what}s apart. Resample it evenly, or give sample_rate (--sample-rate).")
    rate = (len(seconds) - 1) / float(seconds[-1] - seconds[0])
    return float(round(rate)) if round(rate) and abs(rate / round(rate) - 1) < 1e-6 else rate


def _is_number(text: str) -> bool:
    try:
        float(text or "nan")
    except ValueError:
        return False
    return True


def _date(text: str) -> datetime | None:
    if _is_number(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
