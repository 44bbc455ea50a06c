"""Many requests under way at once, in threads, for what waits and does not compute."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Made = TypeVar("Made")


def in_threads(work: Callable[[Item], Made], items: Iterable[Item], at_once: int) -> Iterator[Made]:
    """What `work` gives for each, so many at a time, in their order; few more are taken than are asked for."""
    from concurrent.futures import ThreadPoolExecutor  # loads much that few need

    waiting: deque[Future[Made]] = deque()
    pool = ThreadPoolExecutor(at_once, "sonograph-objects")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
