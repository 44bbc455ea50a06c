"""Costs that were measured, and how long an archive takes with them: arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

HOUR = 3600


@dataclass(frozen=True)
class Costs:
    """What an hour of sound and a task cost.

    read, written : bytes an hour of sound
    core_seconds : of a core, an hour of sound
    objects, marks, mark_bytes : a task's files and lines of the ledger; bytes of all its lines
    task_seconds : of the one scheduler and the one coordinator, a task
    hours : of sound, a task
    """

    read: float
    written: float
    core_seconds: float
    objects: float
    marks: float
    mark_bytes: float
    task_seconds: float
    hours: int


@dataclass(frozen=True)
class Case:
    """So many bytes of recordings, workers of one core, and bytes a second that the store gives all of them."""

    bytes: float
    workers: int
    store: float


@dataclass(frozen=True)
class Foreseen:
    """What a case comes to.

    hours_of_sound, tasks, objects, marks, mark_bytes, written : in all
    reading : bytes a second that keep all workers busy
    scheduler, store : shares of what scheduler and store can do that this needs; above 1, workers wait for them
    hours : of the run
    pace : who sets it: "workers", "scheduler" or "store"
    """

    hours_of_sound: float
    tasks: int
    objects: float
    marks: float
    mark_bytes: float
    written: float
    reading: float
    scheduler: float
    store: float
    hours: float
    pace: str


def foreseen(case: Case, costs: Costs) -> Foreseen:
    """How long a case takes, where reading, computing and handing out go on at once and the slowest sets the pace."""
    sound = case.bytes / costs.read
    tasks = ceil(sound / costs.hours)
    computing = sound * costs.core_seconds / case.workers
    waits = {
        "workers": computing,
        "scheduler": tasks * costs.task_seconds,
        "store": case.bytes / case.store,
    }
    pace = max(waits, key=lambda one: waits[one])
    return Foreseen(
        hours_of_sound=sound, tasks=tasks, objects=tasks * costs.objects, marks=tasks * costs.marks,
        mark_bytes=tasks * costs.mark_bytes, written=sound * costs.written, reading=case.bytes / computing,
        scheduler=waits["scheduler"] / computing, store=waits["store"] / computing, hours=waits[pace] / HOUR, pace=pace,
    )  # fmt: skip
