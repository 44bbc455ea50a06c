"""Rows of numbers: all at once where they are plain, field by field where they are not, or where one is wrong.

NumPy reads a block of text as numbers without looking where its lines end, which is quick; that each line holds as
many as it must is then seen from where its fields begin.
"""

from __future__ import annotations

import csv
import math
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.io.numbers.dialect import COMMENTS, MISSING, Dialect, is_comment
from sonograph.io.numbers.encoding import words

_BLOCK = 1 << 20  # bytes that are read at once
_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,]\d{3})+[.,]\d+")
_MARKS = tuple(mark.encode() for mark in COMMENTS)


class BadRowError(Exception):
    """A row that cannot be read.

    line : its number in the file, from 1
    what : what is wrong with it, and what to do
    comma : whether a comma for a point is all that is wrong
    """

    def __init__(self, line: int, what: str, *, comma: bool = False) -> None:
        super().__init__(what)
        self.line, self.what, self.comma = line, what, comma


@dataclass
class Rows:
    """What the rows of a table hold.

    values : numbers (rows, fields), NaN where one is missing and in columns of dates
    dates : the texts of columns of dates, as bytes where they are all as long
    lines : in which line of the file each row was, from 1
    """

    values: np.ndarray
    dates: dict[int, Any]
    lines: np.ndarray


def read_rows(body: bytes, line: int, dialect: Dialect) -> Rows:
    """The rows in a text that begins with line number `line` of its file.

    Raises
    ------
    BadRowError
        Too many fields or too few, or no number where one is expected.
    """
    values, numbers = [np.empty((0, dialect.width))], [np.empty(0, np.int64)]
    dates: dict[int, list[Any]] = {column: [] for column in dialect.dated}
    texts: dict[int, Any]
    for block in _blocks(body):
        found = _at_once(block, dialect)
        if found is None:
            rows, lines, texts = _one_by_one(block, line, dialect)
        else:
            rows, texts = found
            lines = np.arange(line, line + len(rows))
        values.append(rows)
        numbers.append(lines)
        for column, part in texts.items():
            dates[column].append(part)
        line += block.count(b"\n")
    return Rows(np.concatenate(values), {c: _joined(parts) for c, parts in dates.items()}, np.concatenate(numbers))


def _joined(parts: list[Any]) -> Any:
    """Texts of blocks: one array of bytes where all are as long, else a list."""
    if all(isinstance(part, np.ndarray) for part in parts) and len({part.dtype for part in parts}) == 1:
        return np.concatenate(parts)
    return [text for part in parts for text in (part.astype("U").tolist() if isinstance(part, np.ndarray) else part)]


def _blocks(body: bytes) -> Iterator[bytes]:
    """The text in parts of whole lines."""
    first = 0
    while first < len(body):
        stop = body.find(b"\n", first + _BLOCK) + 1 or len(body)
        part = body[first:stop]
        yield part if part.endswith(b"\n") else part + b"\n"
        first = stop


def _at_once(block: bytes, dialect: Dialect) -> tuple[np.ndarray, dict[int, np.ndarray]] | None:
    """The numbers of a block (rows, fields) and the texts of its dates, or None where it is not plain."""
    if any(mark in block for mark in _MARKS):
        return None
    texts: dict[int, np.ndarray] = {}
    for column in dialect.dated:
        found = _without(block, column, dialect)
        if found is None:
            return None
        block, texts[column] = found
    if dialect.decimal == "," and b"." in block:
        return None
    values = _numbers(block, dialect)
    if values is None and dialect.delimiter != " ":
        d = dialect.delimiter.encode()
        filled = b"\n" + block
        for _ in range(2):  # every other gap, then those between
            filled = filled.replace(d + d, d + b"nan" + d)
        filled = filled.replace(b"\n" + d, b"\nnan" + d).replace(d + b"\n", d + b"nan\n")[1:]
        values = None if len(filled) == len(block) else _numbers(filled, dialect)
    return None if values is None else (values, texts)


def _without(block: bytes, column: int, dialect: Dialect) -> tuple[bytes, np.ndarray] | None:
    """A block with zeros for a column of dates, and what stood there, where all of them are as long."""
    letters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(letters == 10)
    if dialect.delimiter == " ":
        blank = (letters == 32) | (letters == 9) | (letters == 10)
        firsts = np.flatnonzero(np.concatenate([[True], blank[:-1]]) & ~blank)
        stops = np.flatnonzero(blank & ~np.concatenate([[True], blank[:-1]]))
        if not _each_line_has(firsts, ends, dialect.width):
            return None
        firsts, stops = (places.reshape(len(ends), -1)[:, column] for places in (firsts, stops))
    else:
        between = np.flatnonzero(letters == ord(dialect.delimiter))
        if not _each_line_has(between, ends, dialect.width - 1):
            return None
        grid = between.reshape(len(ends), -1)
        starts = np.concatenate([[0], ends[:-1] + 1])
        firsts = starts if column == 0 else grid[:, column - 1] + 1
        stops = ends if column == dialect.width - 1 else grid[:, column]
    length = int(stops[0] - firsts[0])
    if not length or ((stops - firsts) != length).any():
        return None
    places = firsts[:, None] + np.arange(length)
    texts = np.ascontiguousarray(letters[places])
    if (texts[:, (0, -1)] <= 34).any():  # spaces and quotes around it
        return None
    rest = letters.copy()
    rest[places] = 48
    return rest.tobytes(), texts.view(f"S{length}").reshape(-1)


def _numbers(block: bytes, dialect: Dialect) -> np.ndarray | None:
    marks = '\n\t\r"' + dialect.delimiter
    table = bytes.maketrans((marks + ",").encode(), b" " * len(marks) + (b" " if dialect.delimiter == "," else b"."))
    plain = block.translate(table)
    letters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(letters == 10)
    blank = np.frombuffer(plain, np.uint8) == 32
    starts = np.flatnonzero(blank[:-1] & ~blank[1:]) + 1
    if not blank[0]:
        starts = np.concatenate([[0], starts])
    if not _each_line_has(starts, ends, dialect.width):
        return None
    spaced = dialect.delimiter != " " and (b" " in block or (b"\t" in block and dialect.delimiter != "\t"))
    if spaced and dialect.width > 1:
        between = np.flatnonzero(letters == ord(dialect.delimiter))
        if not _each_line_has(between, ends, dialect.width - 1) or not _take_turns(starts, between, dialect.width):
            return None
    if b'"' in block and block.count(b'"') % 2:
        return None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            values = np.fromstring(plain, sep=" ")
        except ValueError:
            return None
    return None if caught or len(values) != len(starts) else values.reshape(len(ends), dialect.width)


def _take_turns(starts: np.ndarray, between: np.ndarray, width: int) -> bool:
    """Whether in each line a mark lies between one field and the next."""
    fields, marks = starts.reshape(-1, width), between.reshape(-1, width - 1)
    return bool((fields[:, :-1] < marks).all() and (marks < fields[:, 1:]).all())


def _each_line_has(places: np.ndarray, ends: np.ndarray, count: int) -> bool:
    """Whether of rising places so many lie before each line's end and behind that of the line before."""
    if len(places) != len(ends) * count:
        return False
    grid = places.reshape(len(ends), count)
    return bool((grid[:, -1] < ends).all() and (grid[1:, 0] > ends[:-1]).all())


def _one_by_one(block: bytes, line: int, dialect: Dialect) -> tuple[np.ndarray, np.ndarray, dict[int, list[str]]]:
    """The numbers of a block (rows, fields), the lines they were in, and the texts of its dates."""
    fields: list[list[str]] = []
    lines: list[int] = []
    for i, text in enumerate(words(block).split("\n")[:-1], line):
        if text.strip() and not is_comment(text):
            try:
                fields.append(dialect.split(text))
            except csv.Error as error:
                raise BadRowError(i, f"has no fields that can be told ({error}). Mend that row.") from None
            lines.append(i)
            if len(fields[-1]) != dialect.width:
                what = f"has {len(fields[-1])} fields where {dialect.width} are expected. Mend that row."
                raise BadRowError(i, what)
    values, dates = np.full((len(fields), dialect.width), np.nan), dict[int, list[str]]()
    for column in range(dialect.width):
        texts = [row[column] for row in fields]
        if column in dialect.dated:
            dates[column] = texts
        else:
            values[:, column] = _column(texts, lines, dialect)
    return values, np.array(lines, np.int64), dates


def _column(texts: list[str], lines: list[int], dialect: Dialect) -> list[float]:
    try:
        return list(map(float, texts if dialect.decimal == "." else map(dialect.point, texts)))
    except ValueError:
        return [number(text, dialect, line) for text, line in zip(texts, lines, strict=True)]


def is_thousands(text: str) -> bool:
    """Whether a number has marks between its thousands and another before its decimals.

    >>> is_thousands("1.234,5"), is_thousands("1234,5")
    (True, False)
    """
    return _THOUSANDS.fullmatch(text) is not None


def number(text: str, dialect: Dialect, line: int) -> float:
    """A field as a number, NaN where it stands for none.

    Raises
    ------
    BadRowError
        It is none.
    """
    if text.lower() in MISSING:
        return math.nan
    try:
        return float(dialect.point(text))
    except ValueError:
        pass
    if text.startswith("1.#"):  # old Windows: 1.#INF, 1.#QNAN
        return math.inf if "INF" in text.upper() else math.nan
    if is_thousands(text):
        raise BadRowError(line, f"has {text[:40]!r}, a number with points and commas. Write it without thousands.")
    if _COMMA.fullmatch(text) and dialect.delimiter != ",":
        raise BadRowError(line, f"has {text[:40]!r}, with a comma where the others have a point.", comma=True)
    raise BadRowError(line, f"has {text[:40]!r} where a number is expected. Mend that row.")
