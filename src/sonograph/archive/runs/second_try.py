"""Tasks whose process ended: again, and then without those of their files that end a process by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sonograph.archive.runs.work import Work, look, write
from sonograph.jobs.places import Place
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Outcome, Task

TRIES = 4
"""Of a task whose process ends, before all of its files are left out: a machine may have its moments."""


@dataclass
class Lost:
    """A task whose process ended.

    work : of the task, with all of its files
    outcome : how it ended, last
    faults : files that are left out, by path: how each ended a process that only looked at it
    """

    work: Work
    outcome: Outcome
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> Work:
        """Without what is left out."""
        return self.work.without(set(self.faults))


def once_more(lost: list[Outcome], place: Place) -> Iterator[Lost]:
    """Each of some tasks with what came of it in the end; all of them together, so that no place stands idle."""
    waiting = {str(number): Lost(one.task.items[0], one) for number, one in enumerate(lost)}
    for tried in range(TRIES + 1):
        if tried == TRIES:  # none of its files alone, but all together
            for one in waiting.values():
                one.faults = dict.fromkeys(one.work.paths, one.outcome.lost) | one.faults
        slow = {
            name for name, one in waiting.items() if not tried and one.outcome.reason == "time"
        }  # it would be again
        tasks = (Task(name, write, (one.left,)) for name, one in [*waiting.items()] if name not in slow)
        for outcome in do(tasks, place):
            one = waiting[outcome.task.name]
            one.outcome = outcome
            if not outcome.lost or tried == TRIES:
                yield waiting.pop(outcome.task.name)
        looks = ((name, one.left) for name, one in waiting.items())
        for outcome in do((Task(name, look, tuple(few.paths), (few,)) for name, few in looks), place):
            if outcome.lost:
                waiting[outcome.task.name].faults |= dict.fromkeys(outcome.task.items, outcome.lost)
