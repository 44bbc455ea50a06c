"""Marks into the lines that they came from, and into new ones.

A line whose mark says what it said is the same line; in one whose mark was changed, only the cells that say otherwise
now are others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sonograph.errors import SettingsError
from sonograph.io.mark import OFFSET, Mark, Table
from sonograph.io.mark_tables import BEGIN, END, HIGH, LOW, WORDS, cells_of, words_column

FRESH = ("Selection", "View", "Channel", BEGIN, END, LOW, HIGH)
"""The columns of a new Raven table."""


def bytes_of(marks: Sequence[Mark], form: str, table: Table | None) -> bytes:
    """Marks as a table in a form; in the one that some were read from, where that is of this form.

    Raises
    ------
    SettingsError
        A cell that holds a tab or a line end.
    """
    if table is None or table.form != form:
        head = () if form == "audacity" else ("\t".join(FRESH),)
        table = Table(None, b"", form, "utf-8", head, ("\n",), (None,))
    lines = _Audacity() if form == "audacity" else _Raven(table.lines[0])
    stay: dict[int, Mark] = {}
    follow: list[Mark] = []
    for mark in marks:
        if mark.row is not None and mark.row.table is table and mark.row.line not in stay:
            stay[mark.row.line] = mark
        else:
            follow.append(mark)
    lines.look_at(marks)
    out: list[tuple[str, str]] = []
    for number, (line, owner, end) in enumerate(zip(table.lines, table.owners, table.ends, strict=False)):
        if owner is None:
            kept = [lines.head if form == "raven" and number == 0 else line]
        else:
            kept = lines.changed(line, stay[owner], first=number == owner) if owner in stay else []
        out += [(text, end or (table.end if i + 1 < len(kept) else "")) for i, text in enumerate(kept)]
    for mark in follow:
        if out and not out[-1][1]:
            out[-1] = (out[-1][0], table.end)
        out += [(text, table.end) for text in lines.fresh(mark)]
    text = "".join(text + end for text, end in out)
    try:
        return text.encode(table.encoding)
    except UnicodeEncodeError:  # letters that an old encoding does not have
        return text.encode("utf-8")


class _Audacity:
    """Start, end and words; a line that begins with a backslash gives the frequencies of the one before."""

    head = ""

    def __init__(self) -> None:
        self._has_line: set[int] = set()

    def look_at(self, marks: Sequence[Mark]) -> None:
        """Which of all marks have a line of frequencies already."""
        for mark in marks:
            if mark.row is not None and mark.row.table.form == "audacity":
                owners = mark.row.table.owners
                if mark.row.line in owners[mark.row.line + 1 : mark.row.line + 2]:
                    self._has_line.add(id(mark.row))

    def changed(self, line: str, mark: Mark, *, first: bool) -> list[str]:
        """The lines for a line of a mark, as it is now."""
        original = mark.row.original if mark.row else mark
        cells = line.split("\t", 2)
        same_frequencies = (mark.low, mark.high) == (original.low, original.high)
        if not first:
            return [line] if same_frequencies else self._frequencies(mark)
        shift = mark.row.shift if mark.row else 0.0
        for i, (now, before) in enumerate(((mark.start, original.start), (mark.end, original.end))):
            if now + shift != before:
                cells[i] = _number_as(now + shift, cells[i])
        if mark.words != original.words:
            cells[2:] = [_cell("words", mark.words)]
        more = [] if same_frequencies or id(mark.row) in self._has_line else self._frequencies(mark)
        return ["\t".join(cells), *more]

    def fresh(self, mark: Mark) -> list[str]:
        """The lines of a mark that has none here."""
        times = f"{_number(mark.start, 6)}\t{_number(mark.end, 6)}"
        return [f"{times}\t{_cell('words', mark.words)}", *self._frequencies(mark)]

    def _frequencies(self, mark: Mark) -> list[str]:
        if mark.low is None and mark.high is None:
            return []
        low, high = (-1.0 if value is None else value for value in (mark.low, mark.high))
        return [f"\\\t{_number(low, 6)}\t{_number(high, 6)}"]


class _Raven:
    """A column for each thing that is said of a mark."""

    def __init__(self, head: str) -> None:
        self.head = head
        self.columns = cells_of(head)
        self._widened, self._last = False, 0

    def look_at(self, marks: Sequence[Mark]) -> None:
        """Add the columns that all marks need and the table lacks; and go on with its numbers."""
        needed: dict[str, None] = {}
        for mark in marks:
            for name, text in mark.extra.items():
                if text:
                    needed[_cell("a column", name)] = None
            for name, value in ((LOW, mark.low), (HIGH, mark.high)):
                if value is not None:
                    needed[name] = None
            if mark.words and words_column(self.columns) is None:
                needed[WORDS[0]] = None
            number = (mark.row.original if mark.row else mark).extra.get("Selection", "")
            self._last = max(self._last, int(number) if number.isascii() and number.isdigit() else 0)
        more = [name for name in needed if name not in self.columns]
        self._widened = bool(more)
        self.head = "\t".join([self.head, *more])
        self.columns += more

    def changed(self, line: str, mark: Mark, *, first: bool) -> list[str]:
        """The line for a line of a mark, as it is now."""
        original, shift = (mark.row.original, mark.row.shift) if mark.row else (mark, 0.0)
        now, before = self._texts(replace(mark, start=mark.start + shift, end=mark.end + shift)), self._texts(original)
        moved = mark.start + shift != original.start
        cells = line.split("\t")
        if self._widened:
            cells += [""] * (len(self.columns) - len(cells))
        for name in dict.fromkeys([*now, *before]):
            value, old = now.get(name, ""), before.get(name, "")
            if name == OFFSET and moved and value == old and value:
                value = mark.start if shift else float(value.replace(",", ".")) + mark.start - original.start
            if value != old:
                at = self.columns.index(name)
                cells += [""] * (at + 1 - len(cells))
                cells[at] = _number_as(value, cells[at]) if isinstance(value, float) else _cell(name, value)
        return ["\t".join(cells)]

    def fresh(self, mark: Mark) -> list[str]:
        """The line of a mark that has none here."""
        self._last += 1
        texts = {"View": "Spectrogram 1", "Channel": "1", **self._texts(mark), "Selection": str(self._last)}
        cells = [texts.get(name, "") for name in self.columns]
        return ["\t".join(_number(c, 9) if isinstance(c, float) else _cell("a cell", c) for c in cells)]

    def _texts(self, mark: Mark) -> dict[str, Any]:
        """What each column holds: numbers, or text."""
        frequencies = {
            name: "" if value is None else float(value) for name, value in ((LOW, mark.low), (HIGH, mark.high))
        }
        texts = {**mark.extra, BEGIN: float(mark.start), END: float(mark.end), **frequencies}
        if (at := words_column(self.columns)) is not None:
            texts[self.columns[at]] = mark.words
        return {name: value for name, value in texts.items() if name in self.columns}


def _number(value: float, digits: int) -> str:
    """With so many digits, or as many more as it takes to be the same number again."""
    text = f"{value:.{digits}f}"
    return text if float(text) == value or not math.isfinite(value) else f"{Decimal(repr(float(value))):f}"


def _number_as(value: float, before: str) -> str:
    """A number in place of another: with its digits at least, and its comma."""
    text = before.strip().replace(",", ".")
    written = _number(value, len(text.partition(".")[2]) if re.fullmatch(r"-?\d+\.\d+", text) else 6 if not text else 0)
    return written.replace(".", ",") if "," in before else written


def _cell(name: str, text: str) -> str:
    if re.search(r"[\t\r\n]", text):
        raise SettingsError(f"{name} is {text[:60]!r}; it must hold neither tabs nor line ends, which end a cell")
    return text
