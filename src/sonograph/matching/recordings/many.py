"""Many files in several processes, in their order; a file that ends its process costs only itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from sonograph.engines import n_threads
from sonograph.io.opening import Opening
from sonograph.jobs.places import place_of
from sonograph.jobs.processes import at_once
from sonograph.jobs.run import run
from sonograph.jobs.task import Task
from sonograph.matching.recordings.indexed_sound import Taken, lost, take_files
from sonograph.matching.recordings.landmark_settings import LandmarkSettings

TOGETHER = 8 << 20
"""Bytes of files that a process takes at a time …"""

MOST_TOGETHER = 64
"""… and how many files, at most."""


def take_many(
    files: Sequence[str],
    settings: LandmarkSettings,
    opening: Opening,
    processes: int | str | None,
) -> Iterator[Taken]:
    """What came of each file, in their order.

    processes : how many; None: one for each core, where the files are 32 MB or more; or a Dask scheduler's address
    """
    groups = _groups(files)
    count = at_once(processes, list(files), n_threads(None), len(groups))
    if count <= 1:
        groups = [(file,) for file in files]
    place = place_of(processes, count)
    tasks = [Task(f"{number}", take_files, group, (settings, opening)) for number, group in enumerate(groups)]
    done: dict[str, Taken] = {}
    given = 0
    for outcome in run(tasks, place):
        if outcome.error is not None:
            raise outcome.error
        results = [lost(file, outcome.lost) for file in outcome.task.items] if outcome.lost else outcome.result
        done |= dict(zip(outcome.task.items, results, strict=True))
        while given < len(files) and files[given] in done:
            yield done.pop(files[given])
            given += 1


def _groups(files: Sequence[str]) -> list[tuple[str, ...]]:
    """Files in their order, as many together as make a second of work or so."""
    groups: list[list[str]] = []
    total = 0
    for file in files:
        size = _size(file)
        if not groups or total + size > TOGETHER or len(groups[-1]) >= MOST_TOGETHER:
            groups.append([])
            total = 0
        groups[-1].append(file)
        total += size
    return [tuple(group) for group in groups]


def _size(file: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        return Path(os.fsdecode(file)).stat().st_size
    return 0
