"""The headers of many files: read here, or in processes that a file may end without ending the scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sonograph.archive import headers
from sonograph.archive.segments import Segment
from sonograph.io.status import Unreadable, shown
from sonograph.jobs.guard import alive
from sonograph.jobs.places import Here, Place, Processes
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Outcome, Task

AT_ONCE = 64
"""Files of a task."""


class Looked(NamedTuple):
    """A file to be looked at: its path, what lies beside it, and the path of a SoundTrap's log."""

    path: str
    beside: str
    log: str | None


def segments(files: Sequence[Looked], workers: int) -> Iterator[tuple[str, list[Segment]]]:
    """The segments of each of some files, as they are found; of one that ends a process, a row that says so.

    workers : processes; 0: none
    """
    place: Place = Processes(workers, preload=("sonograph.archive.headers",)) if workers else Here()
    firsts = range(0, len(files), AT_ONCE)
    for outcome in do((Task(str(i), look, tuple(files[i : i + AT_ONCE])) for i in firsts), place):
        if outcome.error is not None:
            raise outcome.error
        for number, one in enumerate(outcome.task.items):
            yield one.path, [_lost(one, outcome)] if outcome.lost else outcome.result[number]


def look(items: Iterator[Looked]) -> list[list[Segment]]:
    """The segments of files."""
    found = []
    for one in items:
        alive()
        found.append(headers.segments_of(*one))
    return found


def _lost(one: Looked, outcome: Outcome) -> Segment:
    words = f"{shown(one.path)}: looking at it {outcome.lost.replace('its process', 'the process')}. Leave it out."
    return headers.at_fault(one.path, Unreadable(words, outcome.reason), one.beside)
