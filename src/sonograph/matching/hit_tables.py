"""Hits into files: Audacity labels, Raven selection tables, CSV, JSON lines."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.atomic import check_output, written
from sonograph.errors import SettingsError
from sonograph.io.mark import Mark
from sonograph.io.marks import write_marks
from sonograph.tables.cells import cell

if TYPE_CHECKING:
    from sonograph.matching.hits import Hits

COLUMNS = (
    "file", "channel", "start", "end", "low", "high", "name", "score",
    "per_hour", "per_hour_low", "per_hour_high", "hours", "extrapolated",
)  # fmt: skip
"""What the row of a hit says, in the order of tables; `more` follows."""
FORMS = (".txt", ".selections.txt", ".csv", ".jsonl")
"""Endings of tables: Audacity's, Raven's, and those that anything reads."""


def form_of(path: str | os.PathLike[str]) -> str:
    """Which of `FORMS` a name ends in.

    Raises
    ------
    SettingsError
        None of them.

    >>> form_of("hits.txt"), form_of("Hits.Selections.TXT"), form_of("a.selections.b.txt")
    ('.txt', '.selections.txt', '.txt')
    """
    name = Path(path).name.lower()
    for form in sorted(FORMS, key=len, reverse=True):
        if name.endswith(form):
            return form
    raise SettingsError(f"the output is {os.fspath(path)!r}; it must end in {', '.join(FORMS)}")


def check_table(
    path: str | os.PathLike[str], n_files: int, *, overwrite: bool = True, keep: Sequence[Any] = ()
) -> None:
    """Refuse a table that could not be written, before any work is done.

    Raises
    ------
    SettingsError
        Another ending than `FORMS`; Audacity labels of several files.
    OutputError
        As `sonograph.atomic.check_output`.
    """
    if form_of(path) == ".txt" and n_files > 1:
        raise SettingsError(
            f"the output is {os.fspath(path)!r}, Audacity labels, which are of one file, and there are {n_files}; "
            f"end it in .selections.txt (Raven), .csv or .jsonl"
        )
    check_output(path, overwrite=overwrite, keep=tuple(keep))


def write_hits(path: str | os.PathLike[str], hits: Hits, *, overwrite: bool = True) -> None:
    """Write hits as a table, as `Hits.write` says."""
    n_files = len({sound.file for sound in hits.sounds} | {hit.file for hit in hits})
    check_table(path, n_files, overwrite=overwrite)
    form = form_of(path)
    if form == ".txt":
        write_marks(path, hits.to_marks(), "audacity", overwrite=overwrite)
    elif form == ".selections.txt":
        write_marks(path, _in_a_row(hits), "raven", overwrite=overwrite)
    else:
        text = _csv(hits) if form == ".csv" else "".join(json.dumps(row) + "\n" for row in hits.to_dicts())
        with written(path, overwrite=overwrite) as part:
            part.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")


def _in_a_row(hits: Hits) -> list[Mark]:
    """Marks as Raven counts them over several files: from the start of the first, with the offset in its own beside.

    Raven wants a number for each limit.
    """
    begins: dict[str, float] = {}
    length = 0.0
    for sound in hits.sounds:
        if sound.file not in begins:
            begins[sound.file] = length
            length += sound.seconds
    tops = {sound.file: sound.top for sound in hits.sounds}
    marks = []
    for hit, mark in zip(hits, hits.to_marks(), strict=True):
        at = begins.get(hit.file, 0.0)
        high = tops.get(hit.file) if mark.high is None else mark.high
        low = 0.0 if mark.low is None and high is not None else mark.low
        start, end = round(mark.start + at, 6), round(mark.end + at, 6)
        marks.append(replace(mark, start=start, end=end, low=low, high=high))
    return marks


def _csv(hits: Hits) -> str:
    names = list(dict.fromkeys([*COLUMNS, *(name for hit in hits for name in hit.more)]))
    lines = [",".join(cell(name) for name in names)]
    for row in hits.to_dicts():
        lines.append(",".join(_cell(row.get(name)) for name in names))
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell(value) if isinstance(value, str) else repr(value)
