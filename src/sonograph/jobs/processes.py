"""Whether to start processes, and how: light enough to be asked before anything heavy is loaded."""

from __future__ import annotations

import contextlib
import sys
import threading
from importlib import import_module
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

WORTH = 32 << 20
"""Bytes of files from which on several processes are worth their beginning."""

IDLE = ("zarr_io", "zarr_pool", "asyncio_")
"""Threads with which our Zarr was written: they wait for more, and hold nothing meanwhile."""


def several(asked: int | str | None, files: list[str]) -> bool:
    """Whether more than one process is started: as was asked for, else where the files are enough work."""
    if asked is not None:
        return isinstance(asked, str) or asked > 1
    total = 0
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            total += Path(file).stat().st_size
    return total > WORTH


def at_once(asked: int | str | None, files: list[str], cores: int, most: int) -> int:
    """How many processes there are: one for each core by default, at most `most`; more than one on a cluster.

    >>> at_once(None, [], 8, 100), at_once(4, ["a.wav"], 8, 3), at_once("tcp://10.0.0.1:8786", [], 8, 1)
    (1, 3, 2)
    """
    if isinstance(asked, str):
        return max(2, most)
    return min(asked or cores, most) if several(asked, files) else 1


def context(preload: tuple[str, ...] = ()) -> Any:
    """Where processes come from: forks of this one, which have all that is loaded and begin at once.

    A fork has none of the threads, which may hold what it needs; so where there are some, and on systems whose own
    libraries do not bear it, they come from a server without threads, or are fresh interpreters. This process, or the
    server, imports the modules `preload` once for all.
    """
    methods = get_all_start_methods()
    busy = [thread for thread in threading.enumerate() if not thread.name.startswith(IDLE)]
    waits = "obstore" in sys.modules  # has threads that Python does not see
    if sys.platform == "linux" and len(busy) <= 1 and not waits and "fork" in methods:
        for name in preload:
            import_module(name)
        return get_context("fork")
    found = get_context("forkserver" if "forkserver" in methods else "spawn")
    found.set_forkserver_preload([*preload])
    return found
