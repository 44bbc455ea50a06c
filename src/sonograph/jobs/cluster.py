"""Tasks on the workers of a Dask cluster: one more place.

A worker does each task in a child process with the same guard as on one machine (`on_worker.py`), so that an item that
ends a process costs the worker nothing and has a name. Few tasks are submitted at a time, as a scheduler that is given
all of them at once stands still for minutes; and nothing is kept on the cluster: what is done, the caller says alone.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import queue
import random
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import Any

from sonograph.errors import MissingExtra, OutputError, SonographError
from sonograph.jobs.guard import Guard
from sonograph.jobs.on_worker import another_version, do, packed
from sonograph.jobs.task import Outcome, Task

EACH = 3
"""Tasks that are submitted at once for each thread of the workers: one that runs, and what comes next."""
TRIES = 4
"""How often a task is done whose error may pass: a file system or a store that did not answer."""
PAUSE = 1.0  # s, before the first repeat; twice as long before each further one
PATIENCE = 300.0  # s, without a worker or without the scheduler
ANSWER = 10.0  # s, for a scheduler to answer at first
AGAIN = ("lost", "pending")
"""What a result is that had been found, until the scheduler has had it found once more."""
LOOK = 5.0  # s, from one look at what there is to the next


class Cluster:
    """The workers of a Dask scheduler, which come and go. Paths must mean there what they mean here.

    address  : of the scheduler: "tcp://10.0.0.1:8786"
    guard    : of each child process; by default a share of its worker's memory
    preload  : modules that the work needs
    patience : s, for how long there may be no worker

    Raises
    ------
    MissingExtra
        Dask is not installed.
    """

    def __init__(
        self, address: str, guard: Guard | None = None, preload: tuple[str, ...] = (), *, patience: float = PATIENCE
    ) -> None:
        _distributed()
        self.address, self.guard, self.preload, self.patience = address, guard, preload, patience
        self._version = importlib.metadata.version("sonograph")

    def outcomes(self, waiting: deque[Task]) -> Iterator[Outcome]:
        """As `Place.outcomes`.

        Raises
        ------
        OutputError
            No scheduler answers, or it went; there was no worker for too long; one has another version, or none.
        """
        client = self._client()
        submitted: dict[Any, tuple[Task, int]] = {}
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        later: list[tuple[float, Task, int]] = []
        away: list[Any] = []  # ended once, but a worker took what was found with it
        room, looked, seen = 0, 0.0, time.monotonic()
        try:
            self._check_versions(client)
            while waiting or submitted or later:
                now = time.monotonic()
                if now - looked >= LOOK or not room:
                    room, looked = EACH * self._threads(client), now
                    seen = now if room else seen
                    if now - seen > self.patience:
                        raise OutputError(
                            f"{self.address}: there was no worker for {self.patience:.0f} s. What is done stays done; "
                            f"start workers and run again."
                        )
                due = [one for one in later if one[0] <= now]
                later = [one for one in later if one[0] > now]
                while len(submitted) < room and (due or waiting):
                    task, tries = due.pop()[1:] if due else (waiting.popleft(), 1)
                    future = client.submit(do, packed(task), self.guard, self.preload, self._version, pure=False)
                    submitted[future] = (task, tries)
                    future.add_done_callback(ended.put)
                later += due
                come, away = [*away, *_drained(ended, 0.2 if later or away or not room else 1.0)], []
                for future in come:
                    if future.status in AGAIN:
                        away.append(future)
                        continue
                    task, tries = submitted.pop(future)
                    outcome = self._outcome(client, task, future)
                    if _may_pass(outcome) and tries < TRIES:
                        pause = PAUSE * 2 ** (tries - 1) * random.uniform(0.5, 1.5)  # noqa: S311  spreads, hides nothing
                        later.append((time.monotonic() + pause, task, tries + 1))
                    else:
                        yield outcome
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.cancel(list(submitted), force=True)
            client.close(timeout=2)

    def _client(self) -> Any:
        try:
            return _distributed().Client(self.address, timeout=ANSWER, set_as_default=False, name="sonograph")
        except (OSError, ValueError) as error:
            raise OutputError(
                f"{self.address}: no Dask scheduler answers there ({error}). Start one, or name another."
            ) from None

    def _outcome(self, client: Any, task: Task, future: Any) -> Outcome:
        from distributed.scheduler import KilledWorker

        if future.status not in ("finished", "error"):  # cancelled, as all are where the scheduler ends
            raise self._gone()
        try:
            found = future.result()
        except CancelledError:
            raise self._gone() from None
        except Exception as failed:  # also of what was finished: its worker ended, and so did those that did it again
            error = failed
        else:
            if not isinstance(found, str):
                return replace(found, task=task)
            raise OutputError(found)
        if isinstance(error, KilledWorker):
            return Outcome(task, lost="ended the worker that did it, several times", reason="crash")
        self._check_versions(client)  # a worker that cannot load the task most likely has none of Sonograph
        raise OutputError(f"{self.address}: a worker could not do a task ({type(error).__name__}: {error}).")

    def _gone(self) -> OutputError:
        return OutputError(f"{self.address}: the scheduler is gone. What is done stays done; run again.")

    def _threads(self, client: Any) -> int:
        """Of all workers."""
        try:
            return sum(client.nthreads().values())
        except (OSError, TimeoutError) as error:
            raise OutputError(
                f"{self.address}: the scheduler does not answer ({type(error).__name__}). What is done stays done; run "
                f"again."
            ) from None

    def _check_versions(self, client: Any) -> None:
        found = client.run(importlib.metadata.version, "sonograph", on_error="return")
        for worker, version in sorted(found.items()):
            if version != self._version:
                there = "none" if isinstance(version, Exception) else version
                raise OutputError(another_version(worker, there, self._version))


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise MissingExtra("a cluster needs Dask: pip install '.[cluster]'") from None
    return distributed


def _drained(ended: queue.SimpleQueue[Any], seconds: float) -> Iterator[Any]:
    """What has ended, waited for as long if need be."""
    with contextlib.suppress(queue.Empty):
        yield ended.get(timeout=seconds)
        while True:
            yield ended.get_nowait()


def _may_pass(outcome: Outcome) -> bool:
    """Whether an error may be gone next time: of the system, and not one that Sonograph has looked into."""
    return isinstance(outcome.error, OSError) and not isinstance(outcome.error, SonographError)
