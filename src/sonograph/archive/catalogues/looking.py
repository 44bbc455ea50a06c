"""The headers of many files: read here, or in processes that a file may end without ending the scan."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sonograph.archive.catalogues import headers
from sonograph.archive.catalogues.beside import Near
from sonograph.archive.segments.segment import Segment
from sonograph.io.object_urls import is_only_here, is_url
from sonograph.io.status import Unreadable, shown
from sonograph.io.threads import in_threads
from sonograph.jobs.guard import alive
from sonograph.jobs.places import Here, Place, Processes
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Outcome, Task

AT_ONCE = 64
"""Files of a task."""
TOGETHER, IN_A_TASK = 64, 512
"""Objects in buckets that are looked at together, and those of a task."""


class Looked(NamedTuple):
    """A file to be looked at: its path, what is known of it before it is opened, and whether it is a clip."""

    path: str
    near: Near
    whole: bool = False


def segments(files: Sequence[Looked], workers: int) -> Iterator[tuple[str, list[Segment]]]:
    """The segments of each of some files, as they are found; of one that ends a process, a row that says so.

    workers : processes; 0: none
    """
    if any(is_only_here(one.path) for one in files):
        workers = 0
    place: Place = Processes(workers, preload=("sonograph.archive.catalogues.headers",)) if workers else Here()
    here = [one for one in files if not is_url(one.path)]
    there = [one for one in files if is_url(one.path)]
    tasks = itertools.chain(_tasks(here, look, AT_ONCE), _tasks(there, look_together, IN_A_TASK))
    for outcome in do(tasks, place):
        if outcome.error is not None:
            raise outcome.error
        for number, one in enumerate(outcome.task.items):
            yield one.path, [_lost(one, outcome)] if outcome.lost else outcome.result[number]


def _tasks(files: Sequence[Looked], work: Callable[..., Any], at_once: int) -> Iterator[Task]:
    for first in range(0, len(files), at_once):
        yield Task(f"{work.__name__} {first}", work, tuple(files[first : first + at_once]))


def look_together(items: Iterator[Looked]) -> list[list[Segment]]:
    """The segments of objects in buckets, many at once, as each waits for the network.

    Which of them ended the process nobody knows then; halves are tried until it is found.
    """
    found = []
    for rows in in_threads(_segments_of, list(items), TOGETHER):
        alive()
        found.append(rows)
    return found


def _segments_of(one: Looked) -> list[Segment]:
    return [headers.whole_of(one.path, one.near)] if one.whole else headers.segments_of(one.path, one.near)


def look(items: Iterator[Looked]) -> list[list[Segment]]:
    """The segments of files."""
    found = []
    for one in items:
        alive()
        found.append(_segments_of(one))
    return found


def _lost(one: Looked, outcome: Outcome) -> Segment:
    words = f"{shown(one.path)}: looking at it {outcome.lost.replace('its process', 'the process')}. Leave it out."
    return headers.at_fault(one.path, Unreadable(words, outcome.reason), one.near)
