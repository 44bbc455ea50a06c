"""Doing a plan: the shards that are not done yet, on many cores, each marked once it is on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable

from sonograph import __version__
from sonograph.archive.runs.coordinator import PRELOADED, Coordinator, Ran
from sonograph.archive.runs.parts import Part, joined
from sonograph.archive.runs.plans import Plan, log
from sonograph.jobs.places import Here, Place, Processes, place_of
from sonograph.settings.arguments import answered


@answered
def run(
    plan: Plan | str | os.PathLike[str],
    *,
    workers: int | str | None = None,
    part: str | None = None,
    tell: Callable[[int, int, float], None] | None = None,
) -> Ran:
    """Compute what an archive shall hold and does not yet.

    Parameters
    ----------
    plan
        A Plan, or the folder or address of an archive.
    workers
        Processes; as many as the machine has cores by default. 0: in this process, where a file that ends it ends all.
        Or the address of a Dask scheduler, whose workers see the recordings and the archive by the same paths.
    part
        "K/N": only every N-th task, beginning with the K-th, for N runs that know nothing of each other. What they did
        counts once it is joined: by `join`, or by the next run without `part`.
    tell
        Is told now and then how many tasks are done, of how many, and how many seconds of sound were computed.

    Raises
    ------
    SettingsError
        `part` is none.
    SourceError
        There is no archive, or it is damaged.
    OutputError
        Another run is at it; the disk is full, or the like. What is done stays done.
    """
    made = plan if isinstance(plan, Plan) else Plan.open(plan)
    place = place_for(workers)
    some = None if part is None else Part.of(part)
    with made.files.alone("" if some is None else some.name):
        if some is None:
            joined(made)
        log(made.files, event="begin", version=__version__, part=part)
        ran = Coordinator(made, place, tell, some).run()
        log(made.files, event="end", part=part, **ran.values())
        return ran


def place_for(workers: int | str | None) -> Place:
    """Where the tasks of an archive are done: 0: in this process; a process has a guard, also where it is the only one.

    Raises
    ------
    MissingExtra
        A scheduler was asked for, and Dask is not installed.
    """
    if isinstance(workers, str):
        return place_of(workers, 1, PRELOADED)
    count = (os.cpu_count() or 1) if workers is None else workers
    return Here() if count == 0 else Processes(count, preload=PRELOADED)
