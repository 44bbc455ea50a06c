"""All parts, in as many processes as asked for, and the table that they become."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path

from sonograph.engines import n_threads
from sonograph.extract.part import FileReport, Job, kept, make
from sonograph.extract.table import Table
from sonograph.io.examine import record
from sonograph.io.opening import Opening
from sonograph.io.status import Status
from sonograph.jobs.lock import alone
from sonograph.jobs.processes import context, several
from sonograph.jobs.workfolder import WorkFolder
from sonograph.named.features import Choice
from sonograph.settings import Settings
from sonograph.tables.formats import write

AT_ONCE = 32
"""Files in a part: a second of work or so, of which little is lost when a run is interrupted."""


@dataclass
class Report:
    """How a run ended.

    by_job : what became of the files of each part, in order
    kept   : how many had been done by a run before
    n_rows, n_files : in the table: its rows, and the files that have some
    foreign : what was in the folder of parts and is not of Sonograph, so that the folder is left
    """

    by_job: dict[Job, list[FileReport]] = field(default_factory=dict)
    kept: int = 0
    n_rows: int = 0
    n_files: int = 0
    foreign: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[FileReport]:
        """What became of each file, in order."""
        return [said for reports in self.by_job.values() for said in reports]

    @property
    def faults(self) -> list[FileReport]:
        """The files with something wrong."""
        return [report for report in self.files if report.fault]


def extract(
    files: list[str],
    settings: Settings | Choice,
    out: str,
    *,
    summary: bool = False,
    opening: Opening | None = None,
    processes: int | None = None,
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
        Of the features, or which of them by name.
    out
        A .csv, .jsonl, .npz, .parquet or .zarr.
    summary
        One row a file instead of one a frame.
    opening
        How files are opened.
    processes
        How many, each on one thread; None: one for each core, where the files are 32 MB or more.
    overwrite
        Whether a table that is there is replaced.
    tell
        Called with what became of the files of each part, and whether it had been there.
    shown
        What a file is called in the table.

    Raises
    ------
    OutputError
        The output cannot be written, or another run is writing it.
    """
    size = max(1, min(AT_ONCE, len(files) // 16))  # of the files alone, so that parts are found again
    how = opening or Opening()
    jobs = [Job(tuple(files[i : i + size]), settings, summary, how) for i in range(0, len(files), size)]
    with alone(parts_of(out), out) as folder:
        report = _extract(jobs, folder, processes, tell)
        there = set(folder.names())  # a part of which every file ended its process is not
        parts = [(job.name, said) for job, said in report.by_job.items() if job.name in there]
        table = Table(parts, folder, summary, shown)
        report.n_rows, report.n_files = table.n_rows, len(table.files)
        if table.names:
            write(table, out, overwrite=overwrite)
        report.foreign = folder.finish()
    return report


def parts_of(out: str) -> Path:
    """The folder in which the parts of an output are kept until it is whole."""
    return Path(f"{out}.parts")


def _extract(
    jobs: list[Job], folder: WorkFolder, processes: int | None, tell: Callable[[list[FileReport], bool], None]
) -> Report:
    """All parts, those that were kept and those that are made now."""
    report, done = Report(), {}
    waiting = []
    for job in jobs:
        before = kept(job, folder)
        if before is None:
            waiting.append(job)
        else:
            done[job] = before
            report.kept += len(before)
            tell(before, True)
    files = [file for job in waiting for file in job.files]
    at_once = min(processes or n_threads(None), len(waiting)) if several(processes, files) else 1
    for job, reports in _computed(waiting, folder, at_once):
        done[job] = reports
        tell(reports, False)
    report.by_job = {job: done[job] for job in jobs}
    return report


def _computed(jobs: list[Job], folder: WorkFolder, processes: int) -> Iterator[tuple[Job, list[FileReport]]]:
    """Each job and what came of it, in the order in which they end."""
    if processes <= 1:
        for job in jobs:
            yield job, make(job, folder)
        return
    left = dict.fromkeys(jobs)
    try:
        with _pool(processes) as pool:
            running: dict[Future[list[FileReport]], Job] = {pool.submit(make, job, folder): job for job in jobs}
            try:
                while running:
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        job = running.pop(future)
                        reports = future.result()
                        del left[job]
                        yield job, reports
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except BrokenProcessPool:
        for job in left:
            yield job, _alone(job, folder)


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=context(), initializer=_leave_interrupts_to_parent)


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _alone(job: Job, folder: WorkFolder) -> list[FileReport]:
    """A job when some file killed a process: each file in a process of its own, so that only that one is lost."""
    good = []
    lost = {}
    for file in job.files:
        try:
            with _pool(1) as pool:
                pool.submit(make, replace(job, files=(file,)), folder).result()
            good.append(file)
        except BrokenProcessPool:
            lost[file] = _lost(file)
    rest = replace(job, files=tuple(good))
    whole = {said.file: said for said in make(rest, folder)} if good else {}
    if good:
        folder.rename(rest.name, job.name)
    return [lost.get(file) or whole[file] for file in job.files]


def _lost(file: str) -> FileReport:
    words = f"{file}: reading it ended the process. Convert it, or leave it out."
    return FileReport(file, words, record=record(file, Status("failed", "crash", words)))
