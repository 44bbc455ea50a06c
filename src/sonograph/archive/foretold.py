"""What a plan will cost: coverage, tasks, bytes, memory, and time where a few minutes are measured."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sonograph.archive.files import LocalFiles
from sonograph.archive.narrowed import Inputs, narrowed
from sonograph.archive.plans import LEDGER, Plan
from sonograph.archive.products import ArrayFacts, SoundFacts
from sonograph.archive.times import stamp
from sonograph.archive.work import Piece, Work, write
from sonograph.settings.arguments import answered

BASE = 150_000_000
"""Bytes that a process holds before it computes anything, about."""
READ = 8 * (1 << 22) * 6
"""Bytes of samples and frames that are held at once, at most."""
MEASURED = 3
"""Shards that are computed to measure speed."""


@dataclass(frozen=True)
class Covered:
    """What a timeline has: from when to when, seconds of sound and of time."""

    name: str
    start: str
    end: str
    seconds: float
    span: float


@dataclass(frozen=True)
class Foretold:
    """What a plan will cost.

    tasks, todo : how many there are, and how many have sound and are not done
    hours : of a task
    bytes : of all arrays, before they are packed
    memory : of a process, about
    work : seconds of one core for what is to do; None where it was not measured
    """

    timelines: list[Covered]
    products: list[str]
    tasks: int
    todo: int
    hours: int
    bytes: int
    memory: int
    work: float | None

    def values(self) -> dict[str, Any]:
        """Its fields by name, as JSON can hold them."""
        return asdict(self)


@answered
def foretell(plan: Plan, *, measure: bool = False) -> Foretold:
    """What a plan will cost.

    measure : compute a few shards across the deployment, kept nowhere, to tell the time

    Raises
    ------
    SourceError
        A file that is measured cannot be read.
    """
    marks, covered, size, most, left, todo = plan.files.marks(LEDGER), [], 0, 0, 0.0, 0
    for t, timeline in enumerate(plan.timelines):
        shards, sound, inputs = plan.shards[t], SoundFacts.of(timeline), Inputs(timeline)
        first = timeline.parts[0].start
        rate = timeline.sample_rate
        covered.append(Covered(plan.names[t], stamp(timeline.clock.utc_ns_at(first)),
                               stamp(timeline.clock.utc_ns_at(timeline.n_samples)), timeline.effort() / rate,
                               (timeline.n_samples - first) / rate))  # fmt: skip
        of_row = [sum(_bytes(fact) for fact in one.arrays(sound).values()) for one in plan.products]
        rows = dict.fromkeys(range(len(plan.products)), 0)
        speed = _speed(plan, t, inputs) if measure else 0.0
        for block in range(shards.n_blocks):
            waits = 0
            for shard in shards.of_block(block):
                if inputs.holds(shards.own(shard)):
                    rows[shard.product] += len(shards.there(shard))
                    key = inputs.name(plan.products[shard.product], shards.there(shard), shards.samples(shard))
                    if marks.key(plan.label(t, shard.product), shard.number) != key:
                        waits = max(waits, timeline.effort(shards.own(shard)))
            todo += waits > 0
            left += waits * speed
        size += round(sum(rows[p] * of_row[p] for p in rows))
        most = max(most, round(sum(of_row[p] * shards.per_shard[p] for p in rows)))
    names = list(dict.fromkeys(one.name for one in plan.products))
    return Foretold(
        covered, names, plan.n_tasks, todo, plan.hours, size, BASE + READ + 3 * most, left if measure else None
    )


def _bytes(fact: ArrayFacts) -> float:
    return np.dtype(fact.dtype).itemsize * int(np.prod(fact.shape, dtype=np.int64)) / fact.every


def _speed(plan: Plan, t: int, inputs: Inputs) -> float:
    """Seconds of one core for a sample: of a few shards across the timeline, the median."""
    import tempfile

    from sonograph.archive.plans import make_stores

    shards, timeline = plan.shards[t], plan.timelines[t]
    blocks = [n for n in range(shards.n_blocks) if any(inputs.holds(shards.own(one)) for one in shards.of_block(n))]
    found = []
    with tempfile.TemporaryDirectory(prefix="sonograph-") as room:
        make_stores(plan, LocalFiles(room))
        for block in dict.fromkeys(blocks[round(i * (len(blocks) - 1) / MEASURED)] for i in range(MEASURED + 1)):
            listed = [one for one in shards.of_block(block) if inputs.holds(shards.own(one))]
            ranges = [shards.samples(one) for one in listed]
            pieces = tuple(
                Piece(plan.products[one.product], room, plan.label(t, one.product), one.number, "", 0,
                      shards.there(one), shards.per_shard[one.product])
                for one in listed
            )  # fmt: skip
            whole = range(min(one.start for one in ranges), max(one.stop for one in ranges))
            began = time.process_time()
            write(iter([Work(narrowed(timeline, whole), pieces)]))
            found.append((time.process_time() - began) / max(1, timeline.effort(shards.own(listed[0]))))
    return float(np.median(found[1:] or found))
