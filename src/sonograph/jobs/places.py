"""Where tasks are done: here, in processes of this machine, or on a cluster."""

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
    """In so many processes at a time, each with the limits of a guard. One that ends is replaced by another.

    count   : processes
    guard   : by default so much memory that all of them do not use up the machine's
    preload : modules that the work needs, where they are not loaded already

    Where the system starts no process, the work is done in this one, without a guard.
    """

    def __init__(self, count: int, guard: Guard | None = None, preload: tuple[str, ...] = ()) -> None:
        self.count = max(1, count)
        self.guard = Guard.of_machine(self.count) if guard is None else guard
        self.preload = preload

    def outcomes(self, waiting: deque[Task]) -> Iterator[Outcome]:
        """As `Place.outcomes`."""
        workers: list[Worker] = []
        try:
            while True:
                workers = [worker for worker in workers if worker.is_alive]
                while waiting and (worker := self._free(workers)) is not None:
                    worker.give(waiting.popleft())
                if waiting and not workers:
                    yield from Here().outcomes(waiting)
                if not any(worker.task for worker in workers):
                    return
                yield from first_news(workers)
        finally:
            for worker in workers:
                worker.end()

    def _free(self, workers: list[Worker]) -> Worker | None:
        """One that has nothing to do, started if need be; None where all have, or no more can be started."""
        for worker in workers:
            if worker.task is None:
                return worker
        if len(workers) == self.count:
            return None
        try:
            worker = Worker(self.guard, self.preload)
        except OSError:
            return None
        workers.append(worker)  # before it is started, so that it is ended whatever strikes
        try:
            worker.start()
        except OSError:
            workers.pop().end()
            return None
        return worker


def place_of(asked: int | str | None, count: int, preload: tuple[str, ...] = ()) -> Place:
    """Where tasks are done that so many processes shall do, or the Dask scheduler whose address was asked for.

    Raises
    ------
    MissingExtra
        A scheduler was asked for, and Dask is not installed.
    """
    if isinstance(asked, str):
        from sonograph.jobs.cluster import Cluster

        return Cluster(asked, preload=preload)
    return Here() if count <= 1 else Processes(count, preload=preload)
