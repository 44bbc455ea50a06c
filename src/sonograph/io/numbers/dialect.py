"""How a table is written: what stands between its numbers, what is its decimal mark, and where the numbers begin."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sonograph.io.numbers import clock

MISSING = frozenset(("", "na", "n/a", "#n/a", "#na", "null", "none", "nil", "-", "--", "nan", "-nan", "+nan"))
"""What stands where a number is missing, in small letters."""

COMMENTS = ("#", "%", "!", "//")
"""How a line begins that is none of the table."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|[-+]?inf(?:inity)?|1\.#\w+", re.IGNORECASE)
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_DELIMITERS = ("\t", ";", ",", "|", " ")


@dataclass(frozen=True)
class Dialect:
    """How rows are written.

    delimiter : what stands between fields; " " for any white space
    decimal : "." or ","
    width : fields of a row
    dated : which of them hold dates or times of day
    first : the index of the first row among the lines
    beside : fields at the beginning of rows that are empty, and hold settings in the first rows
    """

    delimiter: str
    decimal: str
    width: int = 0
    dated: tuple[int, ...] = ()
    first: int = 0
    beside: int = 0

    def split(self, line: str) -> list[str]:
        """The fields of a line.

        Raises
        ------
        csv.Error
            Quotes that do not end where they should, a field of more than 128 KiB.
        """
        if self.delimiter == " ":
            return line.split()
        if '"' not in line:
            return [text.strip() for text in line.split(self.delimiter)]
        return [text.strip() for text in next(csv.reader([line], delimiter=self.delimiter, skipinitialspace=True), [])]

    def point(self, text: str) -> str:
        """A number with a point for its decimal mark; a point where that is a comma makes it none."""
        if self.decimal == "." or self.delimiter == ",":
            return text if self.decimal == "." else text.replace(",", ".")
        return text.replace(".", "?").replace(",", ".")

    def is_number(self, text: str) -> bool:
        """Whether a field holds a number.

        >>> Dialect(";", ",").is_number("-1,5e3"), Dialect(",", ".").is_number("CH1")
        (True, False)
        """
        return _NUMBER.fullmatch(self.point(text)) is not None


def is_comment(line: str) -> bool:
    """Whether a line is none of the table.

    >>> is_comment("# by hand"), is_comment("1,2")
    (True, False)
    """
    return line.lstrip().startswith(COMMENTS)


def separator(line: str) -> str:
    """What a line as sep=; says, for a spreadsheet; "" where it is none.

    >>> separator("sep=;"), separator("time;x")
    (';', '')
    """
    found = _SEPARATOR.fullmatch(line)
    return found[1] if found else ""


def dialect_of(lines: list[str]) -> Dialect | None:
    """The dialect in which most of the lines are rows of numbers of one width, or None where none is.

    Of those that fit alike the one counts whose rows are as wide as the line of names above them, then the widest.
    """
    fixed = separator(lines[0]) if lines else ""
    delimiters = (fixed,) if fixed else _DELIMITERS
    quoted = any('"' in line for line in lines)
    best: tuple[tuple[int, bool, int], Dialect] | None = None
    for delimiter in delimiters:
        for decimal in ".,":
            if delimiter == decimal == "," and not quoted:
                continue
            found = _fitted(lines, Dialect(delimiter, decimal))
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


def _fitted(lines: list[str], dialect: Dialect) -> tuple[tuple[int, bool, int], Dialect] | None:
    """How well a dialect fits (rows, whether the names do too, fields of a row), and where its rows are."""
    rows = [(i, fields) for i, fields in _split(lines, dialect) if _is_row(dialect, fields)]
    if not rows:
        return None
    widths: dict[int, int] = {}
    for _, fields in rows:
        widths[len(fields)] = widths.get(len(fields), 0) + 1
    width = max(widths, key=lambda w: (widths[w], w))
    first = next(i for i, fields in rows if len(fields) == width)
    dated = tuple(
        c
        for c in range(width)
        if any(
            not dialect.is_number(fields[c]) and clock.is_moment(fields[c])
            for _, fields in rows
            if len(fields) == width
        )
    )
    above = next((line for line in reversed(lines[:first]) if line.strip()), "")
    names = _fields(dialect, above.lstrip("#%!/ ") if is_comment(above) else above)
    named = bool(above) and len(names) == width
    if dialect.decimal == "," and width == 1 and (not named or "," in above):
        return None  # a comma that is the only mark stands between columns, unless one name is above
    beside = _empty_before([fields for _, fields in rows if len(fields) == width])
    while beside and first and _ends_in_numbers(_fields(dialect, lines[first - 1]), beside, width, dialect):
        first -= 1
    return (widths[width], named, width), Dialect(dialect.delimiter, dialect.decimal, width, dated, first, beside)


def _empty_before(rows: list[list[str]]) -> int:
    """How many fields are empty at the beginning of all rows."""
    return min(next((i for i, text in enumerate(row) if text), 0) for row in rows)


def _ends_in_numbers(fields: list[str], first: int, width: int, dialect: Dialect) -> bool:
    """Whether a line has numbers where the rows below it have theirs, and words before."""
    return len(fields) == width and _is_row(dialect, fields[first:])


def _split(lines: list[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    for i, line in enumerate(lines):
        if line.strip() and not is_comment(line):
            yield i, _fields(dialect, line)


def _fields(dialect: Dialect, line: str) -> list[str]:
    try:
        return dialect.split(line)
    except csv.Error:
        return []


def _is_row(dialect: Dialect, fields: list[str]) -> bool:
    numbers = sum(dialect.is_number(text) for text in fields)
    others = sum(text.lower() in MISSING for text in fields)
    if numbers + others == len(fields):
        return numbers > 0
    moments = sum(not dialect.is_number(text) and clock.is_moment(text) for text in fields)
    return numbers + moments > 0 and numbers + others + moments == len(fields)
