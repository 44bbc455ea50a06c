"""A task on a worker of a cluster: in a child process that is kept for the next, and guarded as on one machine."""

from __future__ import annotations

import contextlib
import importlib.metadata
import multiprocessing
import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sonograph.errors import OutputError
from sonograph.jobs.guard import SHARE, Guard
from sonograph.jobs.task import Outcome, Task
from sonograph.jobs.worker import Worker, first_news

_idle: dict[tuple[Guard, tuple[str, ...]], list[Worker]] = {}
_lock = threading.Lock()


def do(task: Task, guard: Guard | None, preload: tuple[str, ...], version: str) -> Outcome | str:
    """What came of a task, or why this worker does none."""
    here = importlib.metadata.version("sonograph")
    if here != version:
        return another_version(_worker().address, here, version)
    guard = guard or _guard_of_worker()
    with _child(guard, preload) as worker:
        worker.give(task)
        while True:
            for outcome in first_news([worker]):
                return outcome


def another_version(worker: str, has: str, needs: str) -> str:
    """Why a worker does nothing."""
    return f"{worker}: the worker needs Sonograph {needs} and has {has}. Install it there, or let that worker go."


def packed(task: Task) -> Task:
    """The same work in a form that only the child unpacks, in the folder in which it was asked for.

    Dask itself unpacks what is submitted in its own event loop, where work that opens a folder would end the worker.
    """
    items = tuple(range(len(task.items)))
    return Task(task.name, _unpacked, items, (str(Path.cwd()), pickle.dumps(task)), task.seconds)


def _unpacked(numbers: Iterator[int], folder: str, data: bytes) -> Any:
    try:
        os.chdir(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: a worker does not see the folder ({error.strerror}). Files must lie where all workers see them "
            f"by the same path."
        ) from None
    task: Task = pickle.loads(data)  # noqa: S301  what the coordinator packed
    return task.function((task.items[number] for number in numbers), *task.arguments)


@contextlib.contextmanager
def _child(guard: Guard, preload: tuple[str, ...]) -> Iterator[Worker]:
    """A child process with nothing to do; it is kept afterwards if it lives."""
    with _lock:
        kept = _idle.setdefault((guard, preload), [])
        worker = kept.pop() if kept else None
        if worker is None:
            with _may_have_children(), _memory_as_elsewhere():
                worker = Worker(guard, preload)
                try:
                    worker.start()
                except BaseException:
                    worker.end()
                    raise
    try:
        yield worker
    except BaseException:
        worker.end()
        raise
    if worker.is_alive:
        with _lock:
            kept.append(worker)


@contextlib.contextmanager
def _may_have_children() -> Iterator[None]:
    """Dask's nanny starts workers as daemons, to which multiprocessing allows no children; ours end with the worker."""
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    daemon = config.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            config["daemon"] = daemon


@contextlib.contextmanager
def _memory_as_elsewhere() -> Iterator[None]:
    """Dask lets workers hand memory back at each chance; a child that computes would spend half its time on that."""
    name = "MALLOC_TRIM_THRESHOLD_"
    before = os.environ.pop(name, None)
    try:
        yield
    finally:
        if before is not None:
            os.environ[name] = before


def _guard_of_worker() -> Guard:
    """So much memory that the threads of this worker together keep to its limit."""
    worker = _worker()
    threads = worker.state.nthreads
    limit = worker.memory_manager.memory_limit
    if not limit:
        return Guard.of_machine(threads)
    return Guard(max(1 << 28, int(SHARE * limit) // threads))


def _worker() -> Any:
    from distributed import get_worker

    return get_worker()
