"""Each of many files by itself, in several processes, in their order; one that ends its process costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sonograph.engines import n_threads
from sonograph.jobs import processes as several
from sonograph.jobs.places import place_of
from sonograph.jobs.run import run
from sonograph.jobs.task import Task

Result = TypeVar("Result")


def at_once(files: Sequence[str], processes: int | str | None) -> int:
    """How many processes: as was asked for; None: one for each core, where the files are 32 MB or more."""
    return several.at_once(processes, list(files), n_threads(None), len(files))


def each_file(
    files: Sequence[str],
    work: Callable[[str], Result],
    lost: Callable[[str, str], Result],
    processes: int | str | None,
) -> Iterator[Result]:
    """What came of each file, in their order.

    Parameters
    ----------
    files
        Any of them more than once, too.
    work
        What is done with one: a function that can be pickled, as its result can. What it raises ends all.
    lost
        What comes of a file at which a process ended, and how that ended, in words that follow "it".
    processes
        As `at_once`, or the address of a Dask scheduler.
    """
    place = place_of(processes, at_once(files, processes))
    tasks = [Task(f"{number}", _each, (file,), (work,)) for number, file in enumerate(files)]
    done: dict[int, Result] = {}
    given = 0
    for outcome in run(tasks, place):
        if outcome.error is not None:
            raise outcome.error
        (file,) = outcome.task.items
        done[int(outcome.task.name)] = lost(file, outcome.lost) if outcome.lost else outcome.result[0]
        while given in done:
            yield done.pop(given)
            given += 1


def _each(files: Iterator[str], work: Callable[[str], Any]) -> list[Any]:
    return [work(file) for file in files]
