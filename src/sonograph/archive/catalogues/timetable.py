"""A table that says when files began: `--times`. What it says counts for more than what a file says itself."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import StringIO
from typing import Any

from sonograph.errors import SettingsError, TextError
from sonograph.io.plain_text import text_of
from sonograph.io.starts import ZONES, in_zone, moment_of
from sonograph.io.status import shown

FILES, STARTS = ("file", "filename", "name", "path"), ("start", "time", "utc", "datetime", "timestamp")
"""What the columns may be called."""


@dataclass(frozen=True)
class Timetable:
    """When files began, by what they are called: a path, or a name that is enough where it is only there once."""

    moments: Mapping[str, datetime]

    def of(self, path: str) -> datetime | None:
        """When a file began; None where the table does not say."""
        return self.moments.get(path) or self.moments.get(os.path.basename(path))  # noqa: PTH119  # as it was named


def read_times(path: Any, zone: tzinfo | None = None) -> Timetable:
    """A CSV or TSV with a column `file` and a column `start`: a time with its zone, or without one in `zone`.

    Raises
    ------
    TextError
        It cannot be read, or has a row that says no time.
    SettingsError
        A time without a zone, where none is given; one that comes twice or not at all there.
    """
    text = text_of(path)
    head = text.partition("\n")[0]
    rows = csv.DictReader(StringIO(text), delimiter="\t" if "\t" in head else ";" if ";" in head else ",")
    names = {name.strip().lower(): name for name in rows.fieldnames or ()}
    file, start = (next((names[name] for name in given if name in names), None) for given in (FILES, STARTS))
    if file is None or start is None:
        raise TextError(f"{shown(path)}: has no columns file and start. Write them into its first line.")
    moments: dict[str, datetime] = {}
    for number, row in enumerate(rows, 2):
        name, text_of_start = (row[file] or "").strip(), (row[start] or "").strip()
        moment = moment_of(text_of_start)
        if not name or moment is None:
            raise TextError(
                f"{shown(path)}: line {number} is {name!r}, {text_of_start!r}; a start reads 2024-05-01T04:30:00Z."
            )
        moments[name] = zoned(moment, zone, f"{shown(path)}: line {number}")
    return Timetable(moments)


def zoned(moment: datetime, zone: tzinfo | None, where: str) -> datetime:
    """A time with its zone.

    Raises
    ------
    SettingsError
        It has none, and none is given; or clocks were changed then.
    """
    if moment.tzinfo is not None:
        return moment
    if zone is None:
        raise SettingsError(f"{where} tells {moment.isoformat(' ')} without a zone; give zone: {ZONES}")
    try:
        return in_zone(moment, zone)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None
