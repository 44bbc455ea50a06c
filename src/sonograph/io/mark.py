"""A mark, and where it was read: its table and its row there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sonograph.errors import SettingsError

FILES = ("begin file", "begin path", "file", "filename", "file name", "path")
"""Columns that name the file that a mark is of, in small letters."""
OFFSET = "File Offset (s)"
"""Raven's column of the start within that file, where a table goes over several."""


@dataclass(frozen=True)
class Mark:
    """A stretch of a sound, of some frequencies or of all, and what it is called.

    start, end : seconds from the start of the sound
    words : what it is called; "" for nothing
    low, high : Hz; None where it has no such limit
    extra : what the other columns of its table say, by their names
    row : where it was read, if it was; no part of what it says
    """

    start: float
    end: float
    words: str = ""
    low: float | None = None
    high: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    row: Row | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and self.start <= self.end):
            raise SettingsError(f"a mark is {self.start:g} to {self.end:g} s; it must begin before it ends")
        for name, value in (("low", self.low), ("high", self.high)):
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise SettingsError(f"{name} of a mark is {value:g} Hz; it must be 0 or more, or None for no limit")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise SettingsError(f"a mark is {self.low:g} to {self.high:g} Hz; its low must not be above its high")

    @property
    def file(self) -> str:
        """The file that it is of, as its table names it; "" where that does not."""
        return next((text for name, text in self.extra.items() if name.strip().lower() in FILES and text.strip()), "")


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it was read.

    path, data : where it lay, and all that it held
    form : "audacity" or "raven"
    encoding : of its text
    lines, ends : its lines, and what each ends with
    owners : the first line of the mark that each line belongs to; None for those that are no mark
    """

    path: Any
    data: bytes
    form: str
    encoding: str
    lines: tuple[str, ...]
    ends: tuple[str, ...]
    owners: tuple[int | None, ...]

    @property
    def end(self) -> str:
        """What its lines end with."""
        return next(filter(None, self.ends), "\n")


@dataclass(frozen=True, eq=False)
class Row:
    """Where a mark was read: its table, its first line, what it said then, and how far the table's times lie after."""

    table: Table
    line: int
    original: Mark
    shift: float = 0.0
