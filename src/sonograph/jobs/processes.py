"""Whether to start processes, and how: light enough to be asked before anything heavy is loaded."""

from __future__ import annotations

import contextlib
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

WORTH = 32 << 20
"""Bytes of files from which on more processes are started: each needs half a second to begin."""

PRELOADED = ["sonograph.extract.part", "sonograph.features.chain", "sonograph.engines.compiled.build"]


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
    """Where processes come from: a server without threads that has imported all there is, so that its forks begin at
    once; fresh interpreters where there are no forks.
    """
    found = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    found.set_forkserver_preload(PRELOADED)
    return found


def begin() -> None:
    """Start the server now, so that it imports while we do."""
    if "forkserver" in get_all_start_methods():
        from multiprocessing.forkserver import ensure_running

        context()
        ensure_running()
