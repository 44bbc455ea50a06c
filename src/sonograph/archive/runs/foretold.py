"""What a plan will cost: coverage, tasks, bytes, memory, and time where a few minutes are measured."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from sonograph.archive.products.product import ArrayFacts, SoundFacts
from sonograph.archive.runs.narrowed import Inputs, narrowed
from sonograph.archive.runs.plans import LEDGER, Plan, make_stores
from sonograph.archive.runs.work import Piece, Work, write
from sonograph.archive.segments.moments import stamp
from sonograph.archive.stores.files import LocalFiles
from sonograph.archive.timelines.clip_set import ClipSet
from sonograph.archive.timelines.timeline import Timeline
from sonograph.errors import SourceError
from sonograph.io.status import shown
from sonograph.jobs.places import Processes
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Outcome, Task
from sonograph.settings.arguments import answered

BASE = 150_000_000
"""Bytes that a process holds before it computes anything, about."""
READ = 8 * (1 << 22) * 6
"""Bytes of samples and frames that are held at once, at most."""
MEASURED = 3
"""Shards that are computed to measure speed."""


@dataclass(frozen=True)
class Covered:
    """What a timeline has: from when to when, seconds of sound and of time; or how many clips there are."""

    name: str
    start: str
    end: str
    seconds: float
    span: float
    clips: int = 0


@dataclass(frozen=True)
class Foretold:
    """What a plan will cost.

    tasks, todo : how many there are, and how many have sound and are not done
    hours, clips : of a task
    bytes : of all arrays, before they are packed
    memory : of a process, about
    work : seconds of one core for what is to do, reductions aside; None where it was not measured, or could not be
    unmeasured : shards that were to be measured and could not be, and why
    """

    timelines: list[Covered]
    products: list[str]
    tasks: int
    todo: int
    hours: int
    clips: int
    bytes: int
    memory: int
    work: float | None
    unmeasured: list[str]

    def values(self) -> dict[str, Any]:
        """Its fields by name, as JSON can hold them."""
        return asdict(self)


@answered
def foretell(plan: Plan, *, measure: bool = False) -> Foretold:
    """What a plan will cost.

    measure : compute a few shards across the deployment, kept nowhere, to tell the time; in a process with limits,
        that a file may end

    Raises
    ------
    OutputError
        No room to measure in; the disk is full, or the like.
    """
    marks, covered, size, most, left, todo = plan.files.marks(LEDGER), [], 0, 0, 0.0, 0
    faults: list[str] = []
    for t, timeline in enumerate(plan.timelines):
        shards, sound, inputs = plan.shards[t], SoundFacts.of(timeline), Inputs(timeline)
        covered.append(_covered(plan.names[t], timeline))
        of_row = [sum(_bytes(fact) for fact in one.arrays(sound).values()) for one in plan.products]
        rows = dict.fromkeys(range(len(plan.products)), 0)
        speed = _speed(plan, t, inputs, faults) if measure else 0.0
        for block in range(shards.n_blocks):
            waits = 0
            for shard in shards.of_block(block):
                if inputs.holds(shards.own(shard)):
                    rows[shard.product] += len(shards.there(shard))
                    key = inputs.name(plan.products[shard.product], shards.there(shard), shards.samples(shard))
                    if marks.key(plan.label(t, shard.product), shard.number) != key:
                        waits = max(waits, timeline.effort(shards.own(shard)))
            todo += waits > 0
            left += waits * speed if waits else 0.0
        for shard in shards.reductions():
            if inputs.holds(shards.own(shard)):
                rows[shard.product] += len(shards.there(shard))
                key = inputs.name(plan.products[shard.product], shards.there(shard), shards.samples(shard))
                todo += marks.key(plan.label(t, shard.product), shard.number) != key
        size += round(sum(rows[p] * of_row[p] for p in rows))
        of_shard = [of_row[p] * shards.per_shard[p] for p in rows]
        reduced = [size for size, one in zip(of_shard, plan.products, strict=True) if one.reduced]
        most = max(most, round(sum(of_shard) - sum(reduced)), *map(round, reduced))
    names = list(dict.fromkeys(one.name for one in plan.asked))
    return Foretold(
        covered, names, plan.n_tasks + plan.n_reductions, todo, plan.hours, plan.clips, size, BASE + READ + 3 * most,
        left if measure and not np.isnan(left) else None, faults,
    )  # fmt: skip


def _covered(name: str, timeline: Timeline) -> Covered:
    rate, seconds = timeline.sample_rate, timeline.effort() / timeline.sample_rate
    if isinstance(timeline, ClipSet):
        return Covered(name, "", "", seconds, seconds, timeline.n_samples)
    first = timeline.parts[0].start
    start, end = (stamp(timeline.clock.utc_ns_at(one)) for one in (first, timeline.n_samples))
    return Covered(name, start, end, seconds, (timeline.n_samples - first) / rate)


def _bytes(fact: ArrayFacts) -> float:
    return np.dtype(fact.dtype).itemsize * int(np.prod(fact.shape, dtype=np.int64)) / fact.every


def _speed(plan: Plan, t: int, inputs: Inputs, faults: list[str]) -> float:
    """Seconds of one core for a sample: of a few shards across the timeline, the median; NaN where none could be."""
    shards = plan.shards[t]
    blocks = [n for n in range(shards.n_blocks) if any(inputs.holds(shards.own(one)) for one in shards.of_block(n))]
    found: list[float] = []
    with tempfile.TemporaryDirectory(prefix="sonograph-") as room:
        make_stores(plan, LocalFiles(room))
        few = dict.fromkeys(blocks[round(i * (len(blocks) - 1) / MEASURED)] for i in range(MEASURED + 1))
        works = tuple(_work_of(plan, t, inputs, block, room) for block in few)
        for outcome in do([Task("speed", timed, works)], Processes(1, preload=("sonograph.archive.runs.work",))):
            if outcome.error is not None:
                raise outcome.error
            took = [_lost(outcome)] if outcome.lost else outcome.result
            faults += [one for one in took if isinstance(one, str)]
            known = [one for one in took if not isinstance(one, str)]
            found += known[1:] or known  # the first has made ready what the others find
    return float(np.median(found)) if found else float("nan")


def _work_of(plan: Plan, t: int, inputs: Inputs, block: int, room: str) -> Work:
    """What a run would do of a block, written into another folder."""
    shards, timeline = plan.shards[t], plan.timelines[t]
    listed = [one for one in shards.of_block(block) if inputs.holds(shards.own(one))]
    ranges = [shards.samples(one) for one in listed]
    pieces = tuple(
        Piece(plan.products[one.product], room, plan.label(t, one.product), one.number, "",
              timeline.effort(shards.own(one)), shards.there(one), shards.per_shard[one.product])
        for one in listed
    )  # fmt: skip
    return Work(narrowed(timeline, range(min(one.start for one in ranges), max(one.stop for one in ranges))), pieces)


def timed(items: Iterator[Work]) -> list[float | str]:
    """Seconds of the processor for a sample, of each task; of one whose files cannot be read, why."""
    found: list[float | str] = []
    for work in items:
        began = time.process_time()
        try:
            write(iter([work]))
        except SourceError as error:
            found.append(str(error))
        else:
            found.append((time.process_time() - began) / max(1, work.pieces[0].samples))
    return found


def _lost(outcome: Outcome) -> str:
    paths = outcome.task.items[0].paths
    more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
    return f"{shown(PurePath(paths[0]).name)}{more}: computing them {outcome.lost}; the time was measured without them."
