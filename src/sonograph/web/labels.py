"""Marks of recordings in files: read for the page, and written where that was allowed.

Each recording has a file of its own in the folder of labels, called as it is; a table of hits that was named besides is
looked through for those of each recording. What is written goes beside its file and is renamed, never over what
somebody else wrote meanwhile, and never over a file that cannot be understood.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.io.mark import Mark
from sonograph.io.marks import marks_of
from sonograph.jobs.identity import digest
from sonograph.web.hit_tables import HitTable, table_of
from sonograph.web.mark_tables import MarkTable, mark_from, plain
from sonograph.web.recordings import Recording, Recordings

ENDINGS = (".selections.txt", ".Table.1.selections.txt", ".txt")
"""Of files of labels, behind a recording's name; where none is there, the last is made, a label track."""

Table = MarkTable | HitTable


class ReadOnly(SettingsError):
    """Writing was not allowed."""


class Stale(OutputError):
    """A file that somebody else has written to."""


class Labels:
    """The marks of one viewer's recordings.

    folder : where files of labels lie, and may be written; None: nothing is written
    hits : a table of marks or hits of any of the recordings
    """

    def __init__(self, recordings: Recordings, folder: Path | None = None, hits: Path | None = None) -> None:
        self._recordings, self._folder = recordings, folder
        self._hits = None if hits is None else table_of(hits)
        self._tables: dict[Path, Table] = {}
        self._lock = threading.RLock()

    @property
    def writable(self) -> bool:
        """Whether marks may be written."""
        return self._folder is not None

    def check(self) -> None:
        """Refuse a folder that cannot be written to, and a table that cannot be read, before anything is shown.

        Raises
        ------
        OutputError
            The folder.
        SourceError
            The table; with the first line that is wrong.
        """
        if self._folder is not None:
            from sonograph.atomic import check_output

            check_output(self._folder / "labels.txt")
        if self._hits is not None:
            if not self._hits.path.exists():
                raise SourceError(f"{self._hits.name}: does not exist. Check the name.")
            files = {_file_name(entry.mark.file) for entry in self._hits.entries()}
            if files and not files & {"", *(_file_name(one.path or "") for one in self._recordings)}:
                raise SourceError(
                    f"{self._hits.name}: has no mark of any of these recordings. View those that it is of."
                )

    def read(self, recording: Recording) -> tuple[dict[str, Any], str]:
        """The marks of a recording and the files that they are in; and what names them as they are now.

        Raises
        ------
        SourceError
            A file that cannot be understood; with the first line that is wrong.
        """
        with self._lock:
            tables = self._of(recording)
            marks = [
                plain(entry, table.name, recording.path)
                for table in tables
                for entry in table.entries()
                if marks_of([entry.mark], recording.path)
            ]
            return {"marks": marks, "files": [table.name for table in tables if table.path.exists()]}, _tag(tables)

    def write(self, recording: Recording, marks: Any, tag: str | None) -> str:
        """Put marks in place of those that are there; what names them then.

        tag : what named those that the page knows

        Raises
        ------
        ReadOnly
            Writing was not allowed.
        Stale
            They are no longer as the page knows them.
        SettingsError, SourceError, OutputError
            What is no mark, a file that cannot be understood, or cannot be written.
        """
        if self._folder is None:
            raise ReadOnly("marks may not be written here; begin with --labels FOLDER")
        if not isinstance(marks, list):
            raise SettingsError("marks are no list")
        wanted = [mark_from(one) for one in marks]
        with self._lock:
            tables = self._of(recording)
            for table in tables:
                table.entries()  # one that is damaged is never written over
            if tag != _tag(tables):
                raise Stale("the marks of this recording were changed since they were read; read them again")
            for table, mine in zip(tables, self._sorted(tables, wanted), strict=True):
                if mine or table.path.exists():
                    table.path.parent.mkdir(parents=True, exist_ok=True)
                    table.write(recording.path, mine)
            return _tag(self._of(recording))

    def _sorted(
        self, tables: Sequence[Table], wanted: Sequence[tuple[str | None, str | None, Mark]]
    ) -> list[list[tuple[str | None, Mark]]]:
        """Which marks go into which table: those that it has, and into the first one those that are new."""
        found: list[list[tuple[str | None, Mark]]] = [[] for _ in tables]
        homes = {entry.id: i for i, table in enumerate(tables) for entry in table.entries()}
        for id, _, mark in wanted:
            found[homes.get(id or "", 0)].append((id, mark))
        return found

    def _of(self, recording: Recording) -> list[Table]:
        """The tables that have marks of a recording: first its own, be it there or not."""
        tables: list[Table] = []
        if self._folder is not None and recording.path is not None:
            names = self._names(recording)
            paths = [self._folder / f"{name}{ending}" for ending in ENDINGS for name in names]
            paths = [path for path in paths if not self._is_sound(path)]
            tracks = [path for path in paths if not path.name.endswith(ENDINGS[0])]
            tables = [self._table(path) for path in [path for path in paths if path.is_file()] or tracks[:1]]
        if self._hits is not None and all(table.path.resolve() != self._hits.path.resolve() for table in tables):
            tables.append(self._hits)
        return tables

    def _names(self, recording: Recording) -> list[str]:
        """What its file of labels is called: as the recording, without its ending where no other is called so."""
        place = Path(recording.place)
        stem = place.with_suffix("").as_posix()
        return [stem, place.as_posix()] if self._stems[stem] == 1 else [place.as_posix()]

    def _is_sound(self, path: Path) -> bool:
        """Whether it is one of the recordings: a table of numbers may be called as a file of labels is."""
        return path.resolve() in self._sounds

    @cached_property
    def _sounds(self) -> set[Path]:
        return {Path(one.path).resolve() for one in self._recordings if one.path is not None}

    @cached_property
    def _stems(self) -> Counter[str]:
        return Counter(Path(one.place).with_suffix("").as_posix() for one in self._recordings if one.place)

    def _table(self, path: Path) -> Table:
        return self._tables.setdefault(path, MarkTable(path))


def _file_name(path: str) -> str:
    return path.strip().replace("\\", "/").rsplit("/", 1)[-1].casefold()


def _tag(tables: Sequence[Table]) -> str:
    return f'"{digest("marks", [[str(table.path), table.data] for table in tables])}"'
