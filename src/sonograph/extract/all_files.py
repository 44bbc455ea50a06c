"""All files, in as many processes as asked for, and the table that they become."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sonograph.analysis.summaries import Summary
from sonograph.engines import n_threads, rounding
from sonograph.extract.choice import Choice
from sonograph.extract.part import make
from sonograph.extract.report import Column, FileReport, as_words, of_lost, of_words
from sonograph.extract.sound import settings_words
from sonograph.extract.table import Table, alike
from sonograph.extract.wanted import Wanted
from sonograph.io.object_urls import is_only_here
from sonograph.io.opening import Opening
from sonograph.jobs.identity import digest
from sonograph.jobs.ledger import Ledger
from sonograph.jobs.lock import alone
from sonograph.jobs.places import Here, Place, Processes, place_of
from sonograph.jobs.processes import at_once
from sonograph.jobs.run import run
from sonograph.jobs.task import Task
from sonograph.jobs.workfolder import WorkFolder
from sonograph.settings import Settings
from sonograph.tables.formats import write

AT_ONCE = 32
"""Files in a part: a second of work or so, of which little is lost when a run is interrupted."""

AT_LEAST = 16
"""Parts, where there are so many files: processes have something to share."""

PRELOADED = ("sonograph.extract.part", "sonograph.features.stages", "sonograph.engines.compiled.program")
"""What each process needs and takes long to load."""

PER_SECOND = 100_000
"""Bytes of a file for which a process may go on a second longer without a sign of life: of some settings there is none
until the whole sound is done."""


@dataclass(frozen=True)
class Report:
    """How a run ended.

    files   : what became of each file, in order
    kept    : how many had been done by a run before
    n_rows, n_files : in the table: its rows, and the files that have some
    foreign : what was in the folder of parts and is not of Sonograph, so that the folder is left
    """

    files: list[FileReport] = field(default_factory=list)
    kept: int = 0
    n_rows: int = 0
    n_files: int = 0
    foreign: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[FileReport]:
        """The files with something wrong."""
        return [report for report in self.files if report.fault]


def extract(
    files: list[str],
    settings: Settings | Choice | Summary,
    out: str,
    *,
    summary: bool = False,
    opening: Opening | None = None,
    processes: int | str | None = None,
    overwrite: bool = False,
    tell: Callable[[list[FileReport], bool], None] = lambda reports, kept: None,
    shown: Callable[[str], str] = str,
) -> Report:
    """Features of files into a table.

    Parameters
    ----------
    files
        Paths, in the order that their rows shall have.
    settings
        Of the features, or which of them by name; or a Summary, of whose log-mel of each file there is one row.
    out
        A .csv, .jsonl, .npz, .parquet or .zarr.
    summary
        One row a file instead of one a frame.
    opening
        How files are opened.
    processes
        How many; None: one for each core, where the files are 32 MB or more. Several use a thread each.
        Or the address of a Dask scheduler.
    overwrite
        Whether a table that is there is replaced.
    tell
        Called with what became of some files, as they end, and whether that was known from a run before.
    shown
        What a file is called in the table.

    Raises
    ------
    OutputError
        The output cannot be written, or another run is writing it.
    """
    count = at_once(processes, files, n_threads(None), len(files))
    threads = n_threads(None) if count == 1 else 1
    summary = summary or isinstance(settings, Summary)
    wanted = Wanted(settings, summary, opening or Opening(), threads, rounding())
    keys = {file: wanted.key(file) for file in files}
    with alone(parts_of(out), out) as folder:
        ledger = Ledger(folder)
        done = _kept(ledger, set(keys.values()))
        kept = [file for file in files if keys[file] in done]
        if kept:
            tell([done[keys[file]][1] for file in kept], True)
        left = [(file, key) for file, key in keys.items() if key not in done]
        tasks = _tasks(left, folder, wanted)
        count = min(count, max(1, len(tasks)))
        here: Place = Processes(count, preload=PRELOADED)  # one, too: for its guard
        if any(map(is_only_here, files)):
            here = Here()
        place = place_of(processes, count, PRELOADED) if isinstance(processes, str) else here
        _compute(tasks, ledger, place, done, tell)
        reports = alike([_called(done[keys[file]][1], file) for file in files])
        table = _table(reports, [done[keys[file]][0] for file in files], folder, wanted, shown)
        if table.names:
            write(table, out, overwrite=overwrite)
        foreign = folder.finish()
    return Report(reports, len(kept), table.n_rows, len(table.files), foreign)


def parts_of(out: str) -> Path:
    """The folder in which the parts of an output are kept until it is whole."""
    return Path(f"{out}.parts")


def _kept(ledger: Ledger, keys: set[str]) -> dict[str, tuple[str, FileReport]]:
    """What runs before left of these files: for each key its part and its report. Other parts are removed."""
    found: dict[str, tuple[str, FileReport]] = {}
    layouts: dict[tuple[Column, ...], tuple[Column, ...]] = {}
    parts = ledger.whole()
    for part, words in parts.items():
        for report in of_words(words, layouts):
            if report.key in keys and not report.passing:
                found[report.key] = part, report
    ledger.folder.sweep({part for part, _ in found.values()})
    return found


def _tasks(left: list[tuple[str, str]], folder: WorkFolder, wanted: Wanted) -> list[Task]:
    """Files in parts of a few, each a task."""
    size = max(1, min(AT_ONCE, len(left) // AT_LEAST))
    tasks = []
    for first in range(0, len(left), size):
        items = tuple(left[first : first + size])
        name = digest([key for _, key in items], digits=24)
        tasks.append(Task(name, make, items, (folder, wanted), tuple(_seconds(file) for file, _ in items)))
    return tasks


def _seconds(file: str) -> float:
    with contextlib.suppress(OSError, ValueError):
        return Path(file).stat().st_size / PER_SECOND
    return 0.0


def _compute(
    tasks: list[Task],
    ledger: Ledger,
    place: Place,
    done: dict[str, tuple[str, FileReport]],
    tell: Callable[[list[FileReport], bool], None],
) -> None:
    """Do what is left, and note each part once it is there."""
    with contextlib.closing(run(tasks, place)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            if outcome.lost:
                part = ""
                reports = [replace(of_lost(file, outcome), key=key) for file, key in outcome.task.items]
            else:
                part, reports = outcome.result
                ledger.mark(part, as_words(reports))
            for report in reports:
                done[report.key] = part, report
            tell(reports, False)


def _called(report: FileReport, file: str) -> FileReport:
    """The report of a file by the name that it was given now."""
    return report if report.file == file else replace(report, file=file)


def _table(
    reports: list[FileReport], parts: list[str], folder: WorkFolder, wanted: Wanted, shown: Callable[[str], str]
) -> Table:
    files = [(part, report) for part, report in zip(parts, reports, strict=True) if report.n_rows]
    settings = settings_words(wanted.settings, files[0][1].sample_rate) if files else None
    return Table(files, folder, summary=wanted.summary, settings=settings, shown=shown)
