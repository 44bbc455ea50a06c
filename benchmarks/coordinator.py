"""What a plan and its coordinator take of very many tasks: `python -m benchmarks.coordinator [FILES] [HOURS]`.

A catalogue of so many recordings of an hour, by a hundred recorders, that are not there: it is planned in tasks of an
hour, and a place that does nothing gives back what any would. FILES below HOURS leave the other hours empty. Each step
is a process of its own; its memory at most and its processor time are printed.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

RECORDERS = 100
RATE = 48_000
HOUR_NS = 3600 * 10**9
BEGAN_NS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 10**9


def catalogue_of(files: int, hours: int):
    """Recordings of an hour, spread over so many hours of all recorders."""
    from sonograph.archive import Catalogue, Segment

    each, of = files // RECORDERS, hours // RECORDERS
    found = []
    for recorder in range(RECORDERS):
        for number in range(each):
            hour = number * (of - 1) // max(1, each - 1)
            file = f"/recordings/site{recorder:03d}/{hour // 24:05d}/A_{hour:08d}.wav"
            found.append(Segment(
                file, 0, 3600 * RATE, BEGAN_NS + hour * HOUR_NS, "name", float(RATE), 1, size=7200 * RATE + 44,
                mtime_ns=BEGAN_NS + hour, status="ok", recorder=f"site{recorder:03d}", format="WAV, 16 bit PCM",
            ))  # fmt: skip
    return Catalogue(tuple(found), folder="/")


class Nowhere:
    """A place where each task is done at once, and nothing is written."""

    def outcomes(self, waiting):
        """As `Place.outcomes`."""
        from sonograph.archive.runs.work import Written
        from sonograph.jobs.task import Outcome

        while waiting:
            task = waiting.popleft()
            files = [{"level": [12_345_678, 3_141_592_653], "effort": [481, 271_828_182]} for _ in task.items[0].pieces]
            yield Outcome(task, [Written(files, {})])


def save(at: Path, files: int, hours: int) -> None:
    """Make the catalogue."""
    catalogue_of(files, hours).save(at / "all.parquet")


def plan(at: Path, files: int, hours: int) -> None:
    """Plan it."""
    from sonograph import archive

    made = archive.plan(at / "all.parquet", at=at / "a.archive", hours=1)
    print(f"{made.n_tasks:,} tasks of {files:,} files")


def run(at: Path, files: int, hours: int) -> None:
    """Do it, or what is left to do."""
    from sonograph import archive
    from sonograph.archive.runs.coordinator import Coordinator

    ran = Coordinator(archive.Plan.open(at / "a.archive"), Nowhere()).run()
    print(f"{ran.done:,} done, {ran.empty:,} empty, {ran.kept:,} kept")


def loaded(at: Path, files: int, hours: int) -> None:
    """What is loaded for nothing."""
    import pyarrow.parquet  # noqa: F401
    import zarr  # noqa: F401

    from sonograph.archive.runs import (
        planning,  # noqa: F401
        running,  # noqa: F401
    )


def _alone(step, *arguments) -> tuple[str, float, float, float]:
    began, clock = time.process_time(), time.perf_counter()
    step(*arguments)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return step.__doc__[:-1], time.process_time() - began, time.perf_counter() - clock, most


def measured(files: int, hours: int) -> Iterator[tuple[str, float, float, float]]:
    """What each step is, its processor time and time, s, and its memory at most, MB."""
    with tempfile.TemporaryDirectory() as room:
        for step in (loaded, save, plan, run, run):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
                yield alone.submit(_alone, step, Path(room), files, hours).result()


def main(files: int, hours: int) -> None:
    """Print a line for each step."""
    print("| step | processor s | by the clock | MB at most |\n|---|---|---|---|")
    for words, used, took, most in measured(files, hours):
        print(f"| {words} | {used:.1f} | {took:.1f} | {most:.0f} |", flush=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    main(count, int(sys.argv[2]) if len(sys.argv) > 2 else count)
