"""Whether to start processes, and how: light enough to be asked before anything heavy is loaded."""

from __future__ import annotations

import contextlib
import sys
import threading
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

WORTH = 32 << 20
"""Bytes of files from which on several processes are worth their beginning."""


def several(asked: int | None, files: list[str]) -> bool:
    """Whether more than one process is started: as was asked for, else where the files are enough work."""
    if asked is not None:
        return asked > 1
    total = 0
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            total += Path(file).stat().st_size
    return total > WORTH


def context() -> Any:
    """Where processes come from: forks of this one, which have all that is loaded and begin at once.

    A fork has none of the threads, which may hold what it needs; so where there are some, and on systems whose own
    libraries do not bear it, they come from a server without threads, or are fresh interpreters.
    """
    methods = get_all_start_methods()
    if sys.platform == "linux" and threading.active_count() == 1 and "fork" in methods:
        return get_context("fork")
    return get_context("forkserver" if "forkserver" in methods else "spawn")
