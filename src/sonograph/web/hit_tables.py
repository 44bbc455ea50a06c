"""A table of hits that is looked through on the page: a verdict is written to each, and nothing else.

`detect`, `pulses` and `classify` write them, in CSV or JSON lines; they say more of a hit than a mark can hold.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sonograph.atomic import written
from sonograph.errors import SettingsError, SourceError
from sonograph.io.mark import Mark
from sonograph.io.marks import marks_of
from sonograph.io.status import shown
from sonograph.web.mark_tables import NUMBERS, VERDICT, Entry, MarkTable


class HitTable:
    """Hits as `detect`, `pulses` and `classify` write them, in CSV or JSON lines."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, shown(path.name)
        self._data: bytes | None = None
        self._entries: list[Entry] = []
        self._rows: list[dict[str, Any]] = []

    @property
    def data(self) -> bytes:
        """All that it holds."""
        return self.path.read_bytes() if self.path.exists() else b""

    def entries(self) -> list[Entry]:
        """Its hits as marks.

        Raises
        ------
        SourceError
            It is no table of hits; with the first line that is wrong.
        """
        data = self.data
        if data != self._data:
            self._rows = self._parsed(data)
            marks = [self._mark(row, i) for i, row in enumerate(self._rows)]
            self._data, self._entries = data, [Entry(f"h{next(NUMBERS)}", mark) for mark in marks]
        return self._entries

    def write(self, sound: Any, wanted: Sequence[tuple[str | None, Mark]]) -> None:
        """Write the verdicts; whatever else is changed is refused, as a hit is what a detector said.

        Raises
        ------
        SettingsError
            A hit that was moved, renamed, added or taken away.
        OutputError
            It cannot be written.
        """
        entries = self.entries()
        mine = {entry.id: i for i, entry in enumerate(entries) if marks_of([entry.mark], sound)}
        given = dict(wanted)
        if set(given) != set(mine) or any(_box(entries[i].mark) != _box(given[id]) for id, i in mine.items()):
            raise SettingsError(
                f"{self.name}: is a table of hits, to which only verdicts are written. Leave its boxes and words as "
                f"they are, and mark what is missing as a mark of its own."
            )
        verdicts = {i: given[id].extra.get(VERDICT, "") for id, i in mine.items()}
        rows = [self._with(row, verdicts.get(i)) for i, row in enumerate(self._rows)]
        if rows == self._rows:
            return
        data = self._text(rows).encode("utf-8", "surrogateescape")
        with written(self.path) as part:
            part.write_bytes(data)
        names = [entry.id for entry in entries]
        self._data, self._rows = data, rows
        self._entries = [Entry(name, self._mark(row, i)) for i, (name, row) in enumerate(zip(names, rows, strict=True))]

    def _parsed(self, data: bytes) -> list[dict[str, Any]]:
        text = data.decode("utf-8-sig", "surrogateescape")
        if self.path.suffix.lower() == ".csv":
            reader = csv.DictReader(io.StringIO(text, newline=""))
            rows: list[dict[str, Any]] = [{str(k): v for k, v in row.items() if k is not None} for row in reader]
            return rows
        rows = []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                row = json.loads(line) if line.strip() else {}
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise SourceError(f"{self.name}: holds no JSON object (line {number}). Give a table of hits.")
            if row:
                rows.append(row)
        return rows

    def _mark(self, row: dict[str, Any], i: int) -> Mark:
        names = {name.lower(): name for name in row}

        def value(*known: str) -> Any:
            return next((row[names[one]] for one in known if one in names and row[names[one]] not in (None, "")), None)

        try:
            start, end = float(value("start", "begin")), float(value("end", "stop"))
            low, high = (None if (v := value(one)) is None else float(v) for one in ("low", "high"))
            extra = {str(name): "" if v is None else str(v) for name, v in row.items()}
            return Mark(start, end, str(value("name", "label", "class", "words") or ""), low, high, extra)
        except (TypeError, ValueError) as error:
            why = str(error) if isinstance(error, SettingsError) else "has no two numbers, start and end"
            line = i + (2 if self.path.suffix.lower() == ".csv" else 1)
            raise SourceError(f"{self.name}: {why} (line {line}). Give a table of hits, or of marks.") from None

    def _with(self, row: dict[str, Any], verdict: str | None) -> dict[str, Any]:
        name = next((name for name in row if name.lower() == "verdict"), "verdict")
        if verdict is None or (row.get(name) or "") == verdict:
            return row
        return {**row, name: verdict}

    def _text(self, rows: list[dict[str, Any]]) -> str:
        if self.path.suffix.lower() != ".csv":
            return "".join(json.dumps(row) + "\n" for row in rows)
        columns = list(dict.fromkeys(name for row in rows for name in row))
        out = io.StringIO(newline="")
        writer = csv.DictWriter(
            out, columns, restval="", lineterminator="\r\n" if b"\r\n" in (self._data or b"") else "\n"
        )
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()


def table_of(path: Path) -> MarkTable | HitTable:
    """The table in a file, by its ending."""
    return HitTable(path) if path.suffix.lower() in (".csv", ".jsonl") else MarkTable(path)


def _box(mark: Mark) -> tuple[Any, ...]:
    return mark.start, mark.end, mark.low, mark.high, mark.words
