"""What became of one file, as a run tells it and as its ledger keeps it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sonograph.errors import MissingExtra, SonographError
from sonograph.io.examine import record, status_of
from sonograph.io.status import Status
from sonograph.jobs.task import Outcome

OF_A_FILE = ("missing", "denied", "loop", "not-a-file", "unreadable", "read-error", "changed")
"""Reasons that lie in the disk, the system or the moment: another run may find the file otherwise."""


class Column(NamedTuple):
    """One column of numbers.

    unit      : what they are in; "" for a plain number
    frequency : of the bin or band, Hz; None where it has none
    """

    name: str
    unit: str = ""
    frequency: float | None = None


@dataclass(frozen=True)
class FileReport:
    """What became of one file.

    key      : names all that its rows depend on
    fault    : what is wrong with it, in a sentence; "" if nothing
    ours     : the fault is one of Sonograph
    passing  : another run may find it otherwise, so this does not hold for one
    record   : how it was, as `sonograph.io.examine.record` tells it
    was_rate : of the file; `sample_rate` is that of its features
    first_valid, n_valid : the frames whose numbers all come of samples of the sound alone
    n_uncounted : columns that no frame of it has a valid number for, so that a summary has none
    begin    : where its values begin in the part that holds them, in bytes
    """

    file: str
    key: str = ""
    fault: str = ""
    ours: bool = False
    passing: bool = False
    record: dict[str, Any] = field(default_factory=dict)
    sample_rate: float = 0.0
    was_rate: float = 0.0
    n_channels: int = 0
    n_frames: int = 0
    first_valid: int = 0
    n_valid: int = 0
    n_uncounted: int = 0
    first_time: float = 0.0
    step: float = 0.0
    seconds: float = 0.0
    n_rows: int = 0
    begin: int = 0
    dtype: str = "float32"
    unit: str = "FS"
    columns: tuple[Column, ...] = ()


def of_error(file: str, error: Exception) -> FileReport:
    """What became of a file whose features could not be computed."""
    if isinstance(error, MemoryError):
        words = f"{file}: needs more memory than there is. Take it in pieces, or on a larger machine."
        return FileReport(file, fault=words, passing=True, record=record(file, Status("failed", "memory", words)))
    if isinstance(error, SonographError):
        status = status_of(error)
        words = str(error) if str(error).startswith(file) else f"{file}: {error}"
        passing = isinstance(error, MissingExtra) or status.reason in OF_A_FILE
        return FileReport(file, fault=words, passing=passing, record=record(file, status))
    words = f"{file}: {type(error).__name__}: {error}"
    return FileReport(file, fault=words, ours=True, passing=True, record=record(file, Status("failed", "bug", words)))


def of_lost(file: str, outcome: Outcome) -> FileReport:
    """What became of a file that ended the process that read it."""
    if outcome.reason == "memory":
        return of_error(file, MemoryError())
    words = {
        "crash": f"{file}: reading it {outcome.lost.replace('its', 'the')}. Convert it, or leave it out.",
        "time": f"{file}: reading it {outcome.lost}, and was stopped. Convert it, or leave it out.",
    }[outcome.reason]
    return FileReport(file, fault=words, passing=True, record=record(file, Status("failed", outcome.reason, words)))


def of_status(file: str, status: Status) -> tuple[str, bool]:
    """What is wrong with a file that was read, "" if nothing, and whether another run may find it otherwise."""
    if status.word not in ("partial", "failed", "refused", "empty"):
        return "", status.reason in OF_A_FILE
    return status.sentence or f"{file}: holds no samples.", status.reason in OF_A_FILE


def as_words(reports: Iterable[FileReport]) -> list[Any]:
    """Reports as JSON can hold them: columns that several have are there once."""
    layouts: dict[tuple[Column, ...], int] = {}
    listed = []
    for report in reports:
        number = layouts.setdefault(report.columns, len(layouts))
        values = {f.name: getattr(report, f.name) for f in dataclasses.fields(report)}
        listed.append(values | {"columns": number})
    return [[[list(column) for column in columns] for columns in layouts], listed]


def of_words(words: Any, layouts: dict[tuple[Column, ...], tuple[Column, ...]]) -> list[FileReport]:
    """Reports out of JSON; `layouts` holds the columns that were met before, so that each is in memory once."""
    columns = []
    for layout in words[0]:
        found = tuple(Column(*column) for column in layout)
        columns.append(layouts.setdefault(found, found))
    return [FileReport(**values | {"columns": columns[values["columns"]]}) for values in words[1]]
