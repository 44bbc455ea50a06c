"""Askers that leave, and what is done for them, which ends then. `receive` tells it; polling may never hear of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")


class Left(Exception):  # it is no error
    """The asker has left."""


async def left(receive: Any) -> None:
    """Ends when the asker of a request has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def worked(receive: Any, pool: Executor, work: Callable[[threading.Event], T]) -> T:
    """What `work` gives, done by a thread; its event is set when the asker leaves, and nobody waits for it then.

    Raises
    ------
    Left
        The asker has left.
    """
    cancelled = threading.Event()
    done = asyncio.get_running_loop().run_in_executor(pool, work, cancelled)
    leaving = asyncio.ensure_future(left(receive))
    try:
        await asyncio.wait((done, leaving), return_when=asyncio.FIRST_COMPLETED)
        if done.done():
            return done.result()
        raise Left
    finally:
        leaving.cancel()
        if not done.done():
            cancelled.set()
            done.cancel()
            done.add_done_callback(_retrieved)


def _retrieved(done: asyncio.Future[Any]) -> None:
    """An error that nobody is there for is heard, so that nothing is printed of it."""
    if not done.cancelled():
        done.exception()
