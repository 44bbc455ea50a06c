"""Series in tables of numbers: CSV, TSV, columns in a text, exports of instruments.

A table is only read as one when its name is that of a table or when it is asked for by a rate or a time column: a text
named .wav is a mistake, not a sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from sonograph.io.containers.content import refusal
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.io.numbers import clock, rate, sample_lists
from sonograph.io.numbers.dialect import Dialect, dialect_of, is_comment, separator
from sonograph.io.numbers.encoding import as_utf8, words
from sonograph.io.numbers.header import SECONDS, Header, header_of
from sonograph.io.numbers.number_rows import BadRowError, Rows, is_thousands, number, read_rows
from sonograph.io.numbers.series import Series, opened_series
from sonograph.io.starts import FIRST_ROW
from sonograph.io.status import Fault
from sonograph.units import known_unit

NAMES = (".csv", ".tsv", ".txt", ".tab", ".dat", ".asc", ".ascii", ".prn", ".lvm", ".tspair", ".slist")
"""How tables are called, in small letters."""

LATEST = 1e11
"""Seconds since 1970 of the year 5138: what is larger is in another unit."""

_LONGEST = 1 << 28  # bytes of a table, which is read whole
_PEEK, _MOST_LINES = 1 << 17, 500  # of which the dialect is told
_BEGUN = re.compile(r"[-+\d.,eE:/TZ\"' ]*|n|na|nan|i|in|inf", re.IGNORECASE)  # what a number or a time may begin with
_LOOK = 2000  # rows at each end whose times' digits are looked at


def open_table(file: OpenFile, sample_rate: float | None, time_column: str | None) -> Opened:
    """A table as samples; its rate as given, from its column of times, or from the lines above."""
    seismic = sample_lists.is_one(file.at(0, 64))
    if file.suffix() not in NAMES and not seismic and sample_rate is None and time_column is None:
        raise file.error("no-sound", refusal(file))
    if file.size > _LONGEST:
        raise file.error("too-large", f"is a table of {file.size:,} bytes; {_LONGEST:,} can be read. Save it as WAV.")
    data = file.at(0, file.size)
    zeros = len(data) - len(data.rstrip(b"\0"))
    text = as_utf8(data)
    if seismic:
        return opened_series(file, sample_lists.series_of(file, text), sample_rate)
    table = _table(file, text)
    series = _series(file, table, time_column, has_rate=sample_rate is not None)
    if zeros > 3:
        what = f"ends in {zeros:,} zero bytes, as when a recorder loses power. They were left out."
        series.faults.append(Fault("warn", "zeros", what))
    if series.sample_rate is None and sample_rate is None:
        what = "does not say how many samples a second it has. Give sample_rate (--sample-rate), or"
        raise file.error("no-rate", f"{what} say which column holds the time (--time-column{_hint(table)}).")
    return opened_series(file, series, sample_rate)


def _hint(table: _Table) -> str:
    """The column that looks like a time, for the sentence that asks for it."""
    columns = table.rows.values.T
    if len(columns) < 2 or len(columns[0]) < 3:
        return ""
    steps = np.diff(columns[0])
    return " 1, which rises evenly" if steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-2) else ""


@dataclass
class _Table:
    """A table as it was read: its dialect, what stands above its numbers, its rows, its text, and what is wrong."""

    dialect: Dialect
    header: Header
    rows: Rows
    body: bytes
    faults: list[Fault]


def _table(file: OpenFile, text: bytes) -> _Table:
    head = text[:_PEEK]
    lines = words(head).split("\n")
    lines = lines[: -1 if len(lines) > 1 else None][:_MOST_LINES]  # the last may be cut
    dialect = dialect_of(lines)
    if dialect is None:
        raise file.error(*_no_rows(file, lines, head))
    header = header_of(_above(lines, dialect), dialect)
    if "db scale" in " ".join(header.entries.values()).lower():
        raise file.error("decibels", "holds levels in dB, which have no sign. Export samples on a linear scale.")
    before = sum(len(line) + 1 for line in head.split(b"\n")[: dialect.first])
    body, line = text[before:], dialect.first + 1
    if dialect.beside:  # words there are settings, not numbers
        letters = rf"(?m)^(?:[^\n{re.escape(dialect.delimiter)}]*{re.escape(dialect.delimiter)}){{{dialect.beside}}}"
        body = re.sub(letters.encode(), dialect.delimiter.encode() * dialect.beside, body)
    body, faults = _whole(body, dialect)
    try:
        rows = read_rows(body, line, dialect)
    except BadRowError as error:
        if not error.comma or dialect.decimal == ",":
            raise file.error("bad-row", f"row {error.line} {error.what}") from None
        try:  # whole numbers came first, and then some with a comma
            dialect = replace(dialect, decimal=",")
            rows = read_rows(body, line, dialect)
        except BadRowError as second:
            raise file.error("bad-row", f"row {second.line} {second.what}") from None
    if not len(rows.values):
        raise file.error("no-rows", "has no row of numbers. Nothing can be read from it.")
    return _Table(dialect, header, rows, body, faults)


def _above(lines: list[str], dialect: Dialect) -> list[str]:
    """What stands above the rows, and in the fields beside the first of them."""
    above = lines[: dialect.first]
    if dialect.beside:
        rows = (dialect.split(line)[: dialect.beside] for line in lines[dialect.first :])
        above = above + [dialect.delimiter.join(row) for row in rows if any(row)]
    return above


def _no_rows(file: OpenFile, lines: list[str], head: bytes) -> tuple[str, str]:
    """Why no row of numbers is there: a reason and a sentence."""
    sentence = refusal(file)
    if "holds text" not in sentence and "too few" not in sentence:  # HTML and the like
        return "no-sound", sentence
    longest = max(range(len(lines)), key=lambda i: len(lines[i])) if lines else 0
    if len(head) == _PEEK and (len(lines) < 3 or len(lines[longest]) > _PEEK // 2):
        return "bad-row", f"row {len(lines) + 1} has no fields that can be told (it is too long). Mend that row."
    full = [line.strip() for line in lines if line.strip() and not is_comment(line) and not separator(line)]
    if len(full) < 2:
        return "no-rows", "has no row of numbers. Nothing can be read from it."
    odd = next((text for line in full for text in re.split(r"[;\t ]", line) if is_thousands(text)), "")
    if odd:
        return "bad-row", f"has {odd[:40]!r}, a number with points and commas. Write it without thousands."
    return (
        "no-rows",
        f"has no row of numbers in its first {len(lines)} lines; it begins with {full[0][:40]!r}. "
        "Export the numbers alone.",
    )


def _whole(body: bytes, dialect: Dialect) -> tuple[bytes, list[Fault]]:
    """The rows without a last one that was cut, and what there is to say of it.

    Programs end a line where they write it; a last line without its end may be cut inside its last number.
    """
    if body.endswith(b"\n") or b"\n" not in body:
        return body, []
    end = body.rindex(b"\n") + 1
    last, before = words(body[end:]), words(body[max(0, end - 20_000) : end]).split("\n")[:-1]
    rows = [fields for fields in map(dialect.split, before[-200:]) if len(fields) == dialect.width]
    if not last.strip() or is_comment(last) or not rows:
        return body, []
    fields = dialect.split(last)
    if len(fields) > dialect.width or not all(_BEGUN.fullmatch(text) for text in fields):
        return body, []  # what is wrong with it is said as of any row
    try:
        whole = len(fields) == dialect.width
        whole = whole and all(bool(text) or not all(row[c] for row in rows) for c, text in enumerate(fields))
        for column, text in enumerate(fields):
            if column not in dialect.dated:
                number(text, dialect, 0)
    except BadRowError:
        whole = False
    column = dialect.width - 1
    if whole and not fields[column]:
        return body, []  # a separator ends every line, this one too, and so its last number
    decimals = {_decimals(row[column], dialect) for row in rows}
    if whole and len(decimals) == 1 and 0 not in decimals and column not in dialect.dated:
        if _decimals(fields[column], dialect) in decimals:
            return body, []
        whole = False
    if whole:
        what = f"ends without the end of a line, so that its last number, {fields[-1]}, may be cut. It was used."
        return body, [Fault("warn", "row-cut", what)]
    what = f"is cut in its last row ({last.strip()[:40]!r}), which was left out."
    return body[:end], [Fault("partial", "row-cut", f"{what} Copy the file again if you have the original.")]


def _decimals(text: str, dialect: Dialect) -> int:
    """Digits behind the decimal mark, with those of the power of ten."""
    return len(text.partition(dialect.decimal)[2])


def _series(file: OpenFile, table: _Table, time_column: str | None, *, has_rate: bool) -> Series:
    header, rows, width = table.header, table.rows, table.dialect.width
    time = _time_index(file, header, width, time_column)
    sure = time is not None and (time_column is not None or header.is_sure(time))
    dated = [c for c in table.dialect.dated if c == time or _is_beside(c, time, table)]
    if time is None and table.dialect.dated:
        time = table.dialect.dated[0]
        dated = [c for c in table.dialect.dated if c in (time, time + 1)]
        sure = True
    values = np.ascontiguousarray(rows.values.T)
    others = [c for c in range(width) if c != time and c not in dated]
    odd = next((c for c in others if c in table.dialect.dated), None)
    if odd is not None:
        raise file.error("bad-row", f"column {_called(header, odd)} holds dates, not numbers. Leave it out.")
    faults, fields, start, found = list(table.faults), _fields(header), None, None
    if time is not None and not dated and not sure and not (np.diff(values[time]) > 0).all():
        time, others = None, [*range(width)]  # t is a temperature, or the comment a sentence
    if time is not None:
        try:
            if dated:
                first, found, more = _from_moments(file, table, sorted({time, *dated}), has_rate)
                faults += more
                if first is not None and first.tzinfo is None:
                    fields[FIRST_ROW] = first.isoformat()
                else:
                    start = first
            elif not has_rate:
                found = _from_numbers(file, table, time, values[time])
        except rate.UnevenError as error:
            raise file.error(error.reason, error.what) from None
    hertz = found.value if found else header.rate
    if found and found.doubt:
        faults.append(Fault("warn", "rate", found.doubt))
    if found and header.rate and abs(found.value / header.rate - 1) > rate.UNEVEN:
        what = f"says {header.rate:g} samples a second above its numbers, and its times say {found.value:g}."
        faults.append(Fault("warn", "rate", f"{what} The times were believed."))
    others = [c for c in others if not (header.is_index(c) and _counts_rows(values[c]))]
    others = [c for c in others if not np.isnan(values[c]).all()] or others[:1]
    if not others:
        raise file.error("no-column", "has no column besides the time. Nothing can be read from it.")
    if found is None and header.rate and not header.names and len(others) > 1:  # times that nothing names
        others = others[np.allclose(np.diff(values[others[0]]), 1 / header.rate, rtol=1e-2) :]
    units = {known_unit(header.units[c]) if header.units else header.unit() for c in others}
    unit = units.pop() if len(units) == 1 else ""
    if len(units) > 1:
        what = (
            f"has columns in different units ({', '.join(header.units[c] or 'none' for c in others)}), which are read"
        )
        faults.append(Fault("warn", "units", f"{what} as they are and as FS. Export them apart, or give --unit."))
    samples = values[others] if len(others) < width else values
    samples = _as_exported(header, samples)
    return Series(samples, "table", hertz, unit, start, fields, faults)


def _as_exported(header: Header, samples: np.ndarray) -> np.ndarray:
    """Two channels that an editor of sounds wrote into one column."""
    entries = " ".join([*header.entries, *header.entries.values()]).lower()
    if len(samples) == 1 and "stereo" in entries and samples.shape[1] % 2 == 0:
        if "alternate" in entries:
            return np.ascontiguousarray(samples.reshape(-1, 2).T)
        if "then right" in entries or "followed by right" in entries:
            return samples.reshape(2, -1)
    return samples


def _fields(header: Header) -> dict[str, str]:
    fields = {
        f"column.{i}": f"{name} [{unit}]" if unit else name
        for i, (name, unit) in enumerate(zip(header.names, header.units, strict=True))
    }
    return fields | {f"table.{name}": value for name, value in header.entries.items()}


def _called(header: Header, column: int) -> str:
    return repr(header.names[column]) if header.names and header.names[column] else str(column + 1)


def _is_beside(column: int, time: int | None, table: _Table) -> bool:
    """Whether a column holds the time of day to a column of dates beside it, or the date to a time of day."""
    if time is None or time not in table.dialect.dated or abs(column - time) != 1:
        return False
    pair = [_text(table.rows.dates[c][0]) for c in sorted((column, time))]
    return len(pair[1]) < 30 and clock.is_moment(" ".join(pair)) and ":" in pair[1] and ":" not in pair[0]


def _counts_rows(column: np.ndarray) -> bool:
    return len(column) > 1 and bool((np.diff(column) == 1).all())


def _time_index(file: OpenFile, header: Header, width: int, wanted: str | None) -> int | None:
    if wanted is None:
        return header.time_column()
    lower = [name.lower() for name in header.names]
    full = [f"{name} [{unit}]".lower() for name, unit in zip(header.names, header.units, strict=True)]
    for names in (lower, full):
        if wanted.lower() in names:
            return names.index(wanted.lower())
    loose = [re.sub(r"\W+", "", name) for name in full]
    if re.sub(r"\W+", "", wanted.lower()) in loose:  # Time (s), as it stands in the file
        return loose.index(re.sub(r"\W+", "", wanted.lower()))
    if wanted.isdigit() and 1 <= int(wanted) <= width:
        return int(wanted) - 1
    have = (
        ", ".join(name or str(i + 1) for i, name in enumerate(header.names))
        or f"no names: give its number, 1 to {width}"
    )
    raise file.error("no-column", f"has no column {wanted!r}; its columns are: {have}. Name one of them.")


def _from_numbers(file: OpenFile, table: _Table, time: int, times: np.ndarray) -> rate.Rate:
    """The rate of times that are numbers."""
    unit = (table.header.units[time] if table.header.units else "").lower()
    if unit not in SECONDS and (np.abs(times) > LATEST).any():
        what = f"has times as {times[0]:.15g}, too large for seconds. Name their unit in the header, as"
        raise file.error("no-rate", f"{what} time [ms], or give sample_rate (--sample-rate).")
    scale = SECONDS.get(unit, 1.0)
    digit = rate.quantum(_texts(table, time), times)
    if scale != 1.0:
        times, digit = times * scale, digit * scale
    return rate.rate_of(times, digit, table.rows.lines, table.header.rate)


def _texts(table: _Table, column: int) -> list[str]:
    """Fields of a column near both ends, as they are written."""
    lines = table.body[:_PEEK].split(b"\n")[:-1] + table.body[-_PEEK:].split(b"\n")[1:-1]
    rows = (words(line) for line in [*lines[:_LOOK], *lines[-_LOOK:]])
    fields = (table.dialect.split(row) for row in rows if row.strip() and not is_comment(row))
    return [row[column] for row in fields if len(row) == table.dialect.width]


def _from_moments(
    file: OpenFile, table: _Table, columns: list[int], has_rate: bool
) -> tuple[datetime | None, rate.Rate | None, list[Fault]]:
    """The start, perhaps without a zone, and the rate of times that are dates, and what is to be said of them."""
    texts = table.rows.dates[columns[0]]
    for column in columns[1:]:
        pairs = zip(map(_text, texts), map(_text, table.rows.dates[column]), strict=True)
        texts = [" ".join(pair) for pair in pairs]
    lines, faults = table.rows.lines, list[Fault]()
    try:
        found = clock.moments(texts)
    except clock.NoMomentError as error:
        what = (
            f"row {lines[error.index]} has {_text(texts[error.index])[:40]!r}, which is no time as the rows before it"
        )
        raise file.error("bad-row", f"{what}. Mend that row.") from None
    choices = [ns for ns in (found.ns, found.turned) if ns is not None]
    rates, last = [], None
    for ns in choices:
        try:
            rates.append((ns, rate.rate_of((ns - ns[0]) / clock.SECOND, found.quantum, lines, table.header.rate)))
        except rate.UnevenError as error:
            last = last or error
    if not rates:
        if not has_rate:
            assert last is not None  # noqa: S101  one of them failed
            if found.dated and not found.zoned and len(found.ns) > 2 and clock.is_put_forward_or_back(choices[0]):
                way = "as where clocks are put forward or back. Write the times in UTC, or each with its offset: "
                raise rate.UnevenError(last.reason, f"{last.what.partition('. ')[0]}, {way}2024-03-31T03:00+02:00.")
            raise last
        return None, None, faults
    if len(rates) > 1 and rates[0][1] != rates[1][1]:
        what = f"has dates as {_text(texts[0])[:30]!r}, not ISO 8601, and does not show whether the day comes first"
        if not has_rate:
            raise file.error(
                "no-rate", f"{what}. Write them as 2024-02-01T10:00:00, or give sample_rate (--sample-rate)."
            )
        return None, None, faults
    ns, found_rate = rates[0]
    start = _moment(int(ns[0])) if found.dated and len(rates) == 1 else None
    start = start if start is None or found.zoned else start.replace(tzinfo=None)
    if len(rates) > 1 and found.zoned:
        what = f"has dates as {_text(texts[0])[:30]!r}, not ISO 8601: it is not told whether the day comes first, so"
        faults.append(Fault("warn", "dates", f"{what} when it begins is left out. Write 2024-02-01T10:00:00Z."))
    return start, found_rate, faults


def _text(text: Any) -> str:
    return text if isinstance(text, str) else words(bytes(text))


def _moment(ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)
