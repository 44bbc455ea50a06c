"""Where tasks are done: here, or in processes of this machine. A cluster's client is one more `Place`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

from sonograph.jobs.guard import Guard
from sonograph.jobs.task import Outcome, Task
from sonograph.jobs.worker import Worker, first_news


class Place(Protocol):
    """Somewhere tasks are done."""

    def outcomes(self, waiting: deque[Task]) -> Iterator[Outcome]:
        """What came of each task, as they end.

        Tasks are taken from the left of `waiting`, to which more may be added after each outcome, until there is none
        and none is running. Whatever was started has ended when the iterator is closed.
        """
        ...


class Here:
    """In this process, one after another; a task that kills it kills all."""

    def outcomes(self, waiting: deque[Task]) -> Iterator[Outcome]:
        """As `Place.outcomes`."""
        while waiting:
            task = waiting.popleft()
            try:
                result = task.function(iter(task.items), *task.arguments)
            except Exception as error:
                yield Outcome(task, error=error)
            else:
                yield Outcome(task, result)


class Processes:
    """In so many processes at a time, each with the limits of a guard. One that ends is replaced by another."""

    def __init__(self, count: int, guard: Guard | None = None) -> None:
        self.count = max(1, count)
        self.guard = Guard.of_machine(self.count) if guard is None else guard

    def outcomes(self, waiting: deque[Task]) -> Iterator[Outcome]:
        """As `Place.outcomes`."""
        workers: list[Worker] = []
        try:
            while True:
                workers = [worker for worker in workers if worker.is_alive]
                free = [worker for worker in workers if worker.task is None]
                while waiting and (free or len(workers) < self.count):
                    if not free:
                        workers.append(Worker(self.guard))
                        free.append(workers[-1])
                    free.pop().give(waiting.popleft())
                if not any(worker.task for worker in workers):
                    return
                yield from first_news(workers)
        finally:
            for worker in workers:
                worker.end()
