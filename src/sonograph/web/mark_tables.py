"""A table of marks that is looked at and changed on the page: each mark has a name that stays while the server runs.

A label track has no columns, so there a verdict is the end of a label: "wren [confirmed]".
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sonograph.errors import SettingsError
from sonograph.io.mark import FILES, OFFSET, Mark
from sonograph.io.marks import marks_of, read_marks, write_marks
from sonograph.io.status import shown

VERDICT = "Verdict"
VERDICTS = ("confirmed", "refused")
NUMBERS = itertools.count(1)
_WORDS = re.compile(rf"(?:(.+) )?\[({'|'.join(VERDICTS)})\]", re.DOTALL)


class Entry(NamedTuple):
    """A mark of a table and its name, which is the same as long as this server runs."""

    id: str
    mark: Mark

    @property
    def verdict(self) -> str | None:
        """What a person said of it."""
        return next((text for name, text in self.mark.extra.items() if name.lower() == "verdict" and text), None)


class MarkTable:
    """Audacity's labels or a selection table of Raven; one that is not there yet is empty."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, shown(path.name)
        self._data: bytes | None = None
        self._entries: list[Entry] = []

    @property
    def data(self) -> bytes:
        """All that it holds; nothing where it is not there."""
        return self.path.read_bytes() if self.path.exists() else b""

    def entries(self) -> list[Entry]:
        """All its marks, in its order.

        Raises
        ------
        SourceError
            It is no table of marks; with the first line that is wrong.
        """
        data = self.data
        if data != self._data:
            self._data, self._entries = data, [Entry(f"m{next(NUMBERS)}", mark) for mark in self._read()]
        return self._entries

    def write(self, sound: Any, wanted: Sequence[tuple[str | None, Mark]]) -> None:
        """Put marks in place of those of a sound; those of others stay.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        entries = self.entries()
        mine = {entry.id for entry in entries if marks_of([entry.mark], sound)}
        known = {entry.id: entry for entry in entries}
        is_of_several = any(entry.mark.file for entry in entries)
        kept = {entry.id: entry.mark for entry in entries if entry.id not in mine}
        fresh: list[Mark] = []
        for id, mark in wanted:
            if id in mine and id not in kept:
                kept[id] = _changed(known[id].mark, mark, sound)
            else:
                fresh.append(_of_file(mark, sound) if is_of_several else mark)
        rows = [(id, mark) for id, mark in kept.items() if mark.row is not None]
        rows.sort(key=lambda pair: pair[1].row.line if pair[1].row else 0)
        form = None if entries else ("raven" if self.path.name.lower().endswith(".selections.txt") else "audacity")
        marks = [*(mark for _, mark in rows), *fresh]
        if (form or _form(entries[0].mark)) == "audacity":
            marks = [_as_label(mark) for mark in marks]
        write_marks(self.path, marks, form, overwrite=True)
        self._data = self.data
        names = [*(id for id, _ in rows), *(f"m{next(NUMBERS)}" for _ in fresh)]
        self._entries = [Entry(name, mark) for name, mark in zip(names, self._read(), strict=True)]

    def _read(self) -> list[Mark]:
        marks = read_marks(self.path) if self.path.exists() else ()
        return [_of_label(mark) if _form(mark) == "audacity" else mark for mark in marks]


def _form(mark: Mark) -> str:
    return mark.row.table.form if mark.row else "raven"


def _of_label(mark: Mark) -> Mark:
    """A label as a mark with its verdict."""
    found = _WORDS.fullmatch(mark.words)
    return mark if found is None else replace(mark, words=found[1] or "", extra={**mark.extra, VERDICT: found[2]})


def _as_label(mark: Mark) -> Mark:
    """A mark as a label, its verdict at the end of its words."""
    verdict = mark.extra.get(VERDICT)
    words = " ".join(filter(None, (mark.words, f"[{verdict}]" if verdict else "")))
    return replace(mark, words=words, extra={name: text for name, text in mark.extra.items() if name != VERDICT})


def _changed(old: Mark, new: Mark, sound: Any) -> Mark:
    """A mark of a table with what the page says of it now; its other columns as they were."""
    (here,) = marks_of([old], sound)
    extra = {name: text for name, text in old.extra.items() if name.lower() != "verdict"}
    name = next((name for name in old.extra if name.lower() == "verdict"), VERDICT)
    verdict = new.extra.get(VERDICT, "")
    if verdict or name in old.extra:
        extra[name] = verdict
    return replace(
        here, start=new.start, end=new.end, words=new.words, low=new.low, high=new.high, extra={**old.extra, **extra}
    )


def _of_file(mark: Mark, sound: Any) -> Mark:
    """A new mark in a table over several files, which has to name its own."""
    file = {"Begin File": shown(Path(str(sound)).name), OFFSET: f"{mark.start:.9f}"}
    return replace(mark, extra={**file, **mark.extra}) if not mark.file else mark


def mark_from(values: Any) -> tuple[str | None, str | None, Mark]:
    """The name, the file and the mark that the page sent.

    Raises
    ------
    SettingsError
        What is no mark.
    """
    if not isinstance(values, dict):
        raise SettingsError("a mark is no JSON object; it has start, end, low, high and text")
    numbers: dict[str, Any] = {}
    for name in ("start", "end", "low", "high"):
        value = values.get(name)
        if value is None and name in ("low", "high"):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise SettingsError(f"{name} of a mark is {str(value)[:20]!r}; it must be a number")
        numbers[name] = float(value)
    text, verdict = values.get("text") or "", values.get("verdict") or ""
    if not isinstance(text, str) or len(text) > 10_000:
        raise SettingsError("the text of a mark must be words, 10,000 letters at most")
    if verdict not in ("", *VERDICTS):
        raise SettingsError(f"the verdict of a mark is {str(verdict)[:20]!r}; it must be {' or '.join(VERDICTS)}")
    id, file = (one if isinstance(one := values.get(name), str) else None for name in ("id", "file"))
    return id, file, Mark(words=text, extra={VERDICT: verdict} if verdict else {}, **numbers)


def plain(entry: Entry, file: str, sound: Any) -> dict[str, Any]:
    """A mark for the page."""
    (mark,) = marks_of([entry.mark], sound)
    values: dict[str, Any] = {"id": entry.id, "file": file, "start": mark.start, "end": mark.end}
    values |= {"low": mark.low, "high": mark.high, "text": mark.words, "verdict": entry.verdict}
    known = {*FILES, "verdict"}
    return {
        **values,
        "columns": {name: text for name, text in mark.extra.items() if name.lower() not in known and text},
    }
