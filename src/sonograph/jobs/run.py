"""All tasks, and what came of each as it ends; an item that kills its process is found, and costs no other."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable

from sonograph.jobs.places import Place
from sonograph.jobs.task import Outcome, Task


def run(tasks: Iterable[Task], place: Place) -> Generator[Outcome, None, None]:
    """What came of each task, in the order in which they end.

    Where a process ends with its task, the item at which it was is done once more in a process of its own, and the
    other items again without it. An item whose process ends once more is an `Outcome` of its own, with `lost`; so is
    one that took too long, which is not tried again. All items of all tasks are in exactly one outcome.

    Examples
    --------
    >>> from sonograph.jobs.places import Here
    >>> [outcome.result for outcome in run([Task("a", sorted, (2, 1)), Task("b", sum, (1, 2))], Here())]
    [[1, 2], 3]
    """
    waiting = deque(tasks)
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
