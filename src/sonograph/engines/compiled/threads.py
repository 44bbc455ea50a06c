"""How many threads a call is worth, and sharing its jobs among them."""

from __future__ import annotations

import contextvars
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sonograph.engines.work import n_threads

if TYPE_CHECKING:
    from concurrent.futures import Future

_WORTH_THREADS = 1 << 22
"""Samples transformed, below which starting threads costs more than it saves."""


Given = TypeVar("Given")
Made = TypeVar("Made")


def count(asked: int | None, samples_transformed: int) -> int:
    """Threads for a call: one for a small one, else as `n_threads` says."""
    return 1 if samples_transformed < _WORTH_THREADS else n_threads(asked)


def run(job: Callable[..., None], jobs: Sequence[tuple[int, ...]], n_threads: int) -> None:
    """Run every job. Threads live for one call, so nothing is left over for a fork to lose."""
    if n_threads <= 1 or len(jobs) <= 1:
        for arguments in jobs:
            job(*arguments)
        return
    waiting = deque(jobs)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while waiting:
                try:
                    arguments = waiting.popleft()
                except IndexError:
                    return
                job(*arguments)
        except BaseException as error:
            waiting.clear()
            errors.append(error)

    helpers = [threading.Thread(target=work, daemon=True) for _ in range(min(n_threads, len(waiting)) - 1)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if errors:
        raise errors[0]


def in_order(job: Callable[[Given], Made], jobs: Iterable[Given], n_threads: int) -> Iterator[Made]:
    """What a job makes of each, in order, while those that come next are made in other threads.

    Not more than two a thread are begun, so that no more is held. Threads live for one call.
    """
    if n_threads <= 1:
        yield from map(job, jobs)
        return
    from concurrent.futures import ThreadPoolExecutor  # loads much

    left = iter(jobs)
    ahead: deque[tuple[Given, Future[Made]]] = deque()
    with ThreadPoolExecutor(n_threads - 1) as helpers:
        try:
            while True:
                for one in itertools.islice(left, 2 * n_threads - len(ahead)):
                    ahead.append((one, helpers.submit(contextvars.copy_context().run, job, one)))
                if not ahead:
                    return
                while not ahead[0][1].done() and _do_one(job, ahead):
                    pass
                yield ahead.popleft()[1].result()
        finally:
            helpers.shutdown(wait=False, cancel_futures=True)


def _do_one(job: Callable[[Given], Made], ahead: deque[tuple[Given, Future[Made]]]) -> bool:
    """Do the first that no helper has begun, here; whether there was one."""
    from concurrent.futures import Future

    for i, (one, coming) in enumerate(ahead):
        if coming.cancel():
            done: Future[Any] = Future()
            done.set_result(job(one))
            ahead[i] = one, done
            return True
    return False
