"""All tasks, and what came of each as it ends; an item that kills its process is found, and costs no other."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator, Iterable, Iterator

from sonograph.jobs.places import Place
from sonograph.jobs.task import Outcome, Task


def run(tasks: Iterable[Task], place: Place) -> Generator[Outcome, None, None]:
    """What came of each task, in the order in which they end.

    Where a process ends with its task, the item at which it was is done once more in a process of its own, and the
    other items again without it. An item whose process ends once more is an `Outcome` of its own, with `lost`; so is
    one that took too long, which is not tried again. All items of all tasks are in exactly one outcome.
    An iterator of tasks is asked for each when a place is free for it.

    Examples
    --------
    >>> from sonograph.jobs.places import Here
    >>> [outcome.result for outcome in run([Task("a", sorted, (2, 1)), Task("b", sum, (1, 2))], Here())]
    [[1, 2], 3]
    """
    waiting = _Waiting(tasks) if isinstance(tasks, Iterator) else deque(tasks)
    for outcome in place.outcomes(waiting):
        if not outcome.lost or _is_settled(outcome):
            yield outcome
            continue
        suspects, others = _suspects(outcome)
        if outcome.reason == "time":
            for suspect in suspects:
                yield Outcome(suspect, lost=outcome.lost, reason=outcome.reason, at=0)
        else:
            waiting.extendleft(suspects)
        waiting.extendleft(others)


class _Waiting(deque[Task]):
    """Tasks that are made when they are wanted, as there may be a million; what comes back goes in front."""

    def __init__(self, tasks: Iterator[Task]) -> None:
        super().__init__()
        self._more = tasks

    def __bool__(self) -> bool:
        if not len(self):
            self.extend(itertools.islice(self._more, 1))
        return len(self) > 0

    def popleft(self) -> Task:
        """The next; IndexError where there is none."""
        bool(self)
        return super().popleft()


def _is_settled(outcome: Outcome) -> bool:
    """Whether no other item can be to blame."""
    return len(outcome.task.items) <= 1


def _suspects(outcome: Outcome) -> tuple[list[Task], list[Task]]:
    """The item at which a process ended, alone, and the others; where it was at none of them, each half."""
    task, at = outcome.task, outcome.at
    n = len(task.items)
    if at is None:
        return [], [task.of(range(n // 2)), task.of(range(n // 2, n))]
    return [task.of([at])], [task.of([i for i in range(n) if i != at])]
