"""How many threads a call is worth, and sharing its jobs among them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from sonograph.engines import n_threads

_WORTH_THREADS = 1 << 22
"""Samples transformed, below which starting threads costs more than it saves."""


def count(asked: int | None, samples_transformed: int) -> int:
    """Threads for a call: one for a small one, else as `n_threads` says."""
    return 1 if samples_transformed < _WORTH_THREADS else n_threads(asked)


def run(job: Callable[..., None], jobs: Sequence[tuple[int, ...]], n_threads: int) -> None:
    """Run every job. Threads live for one call, so nothing is left over for a fork to lose."""
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
