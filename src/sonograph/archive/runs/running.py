"""Doing a plan: the shards that are not done yet, on many cores, each marked once it is on the disk.

Only this coordinator writes marks. A run that is killed at any moment has lost what was under way; the next goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from sonograph import __version__
from sonograph.archive.clip.set import ClipSet, short_name
from sonograph.archive.products.product import SoundFacts
from sonograph.archive.runs.parts import Part, joined, ledger_of
from sonograph.archive.runs.plans import LEDGER, Plan, log, make_stores
from sonograph.archive.runs.second_try import once_more
from sonograph.archive.runs.shards import Shard
from sonograph.archive.runs.work import Piece, Work, Written, write
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.marks import DONE, EMPTY, FAILED, Mark
from sonograph.archive.timelines.narrowed import NOTHING, Inputs, narrowed
from sonograph.errors import SourceError
from sonograph.jobs.identity import digest
from sonograph.jobs.places import Here, Place, Processes, place_of
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Outcome, Task
from sonograph.settings.arguments import answered

AT_ONCE = 1000
"""Marks of shards without sound that are written together."""
PRELOADED = ("sonograph.archive.runs.work",)


@dataclass
class Ran:
    """What a run did.

    done, empty : shards that were computed, and those in which there is no sound
    kept : shards that were done before
    failed : files that could not be read, and why; what they hold is missing
    refused : what kept shards from being done: files that are gone or have changed
    seconds : of sound, in the shards that were computed
    """

    done: int = 0
    empty: int = 0
    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def values(self) -> dict[str, Any]:
        """Its fields by name, as JSON can hold them."""
        return asdict(self)


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


class Coordinator:
    """The one that writes marks; made with the lock held."""

    def __init__(
        self, plan: Plan, place: Place, tell: Callable[[int, int, float], None] | None = None, part: Part | None = None
    ) -> None:
        self.plan, self.place, self.tell = plan, place, tell
        self.tasks = range(plan.n_tasks) if part is None else part.tasks(plan.n_tasks)
        self.marks = before = plan.files.marks(LEDGER)
        if part is not None:
            self.marks = plan.files.marks(ledger_of(part))
        self.before = before
        self.inputs = [Inputs(one) for one in plan.timelines]
        self.ran = Ran()
        self._empty: list[Mark] = []
        self._passed = 0
        self._lost: list[Outcome] = []

    def run(self) -> Ran:
        """Do what is not done."""
        if self.marks is self.before:  # parts would all make them at once; the plan did
            make_stores(self.plan)
        for outcome in do(self._tasks(), self.place):
            self._take(outcome)
        self._put_empty()
        for one in once_more(self._lost, self.place):
            self.ran.failed |= one.faults
            if one.outcome.lost:
                self.ran.refused.append(_lost_for_good(one.work, one.outcome.lost))
            else:
                self._take(one.outcome, {_called(one.work, path): words for path, words in one.faults.items()})
        self.marks.compact(self.plan.counts)
        self._say()
        return self.ran

    def work_of(self, number: int) -> Work | None:
        """What is to be done of a task; None where nothing is. Shards without sound are marked at once."""
        t, block = self.plan.task(number)
        shards, inputs = self.plan.shards[t], self.inputs[t]
        pieces, ranges = [], []
        for shard in shards.of_block(block):
            samples, rows = shards.samples(shard), shards.there(shard)
            product = self.plan.products[shard.product]
            key = inputs.name(product, rows, samples)
            label = self.plan.label(t, shard.product)
            if self._key(label, shard.number) == key:
                self.ran.kept += 1
            elif key == NOTHING:
                self._is_empty(t, shard, label)
            else:
                held = self.plan.timelines[t].effort(shards.own(shard))
                per_shard, at = shards.per_shard[shard.product], self.plan.folder
                pieces.append(Piece(product, at, label, shard.number, key, held, rows, per_shard))
                ranges.append(samples)
        if not pieces:
            return None
        whole = range(min(one.start for one in ranges), max(one.stop for one in ranges))
        return Work(narrowed(self.plan.timelines[t], whole), tuple(pieces))

    def _tasks(self) -> Iterator[Task]:
        for number in self.tasks:
            work = self.work_of(number)
            if work is None:
                self._passed += 1
                if self._passed % AT_ONCE == 0:
                    self._say()
                continue
            yield Task(digest([one.key for one in work.pieces]), write, (work,))

    def _key(self, label: str, shard: int) -> str:
        """Of a shard's mark: of this part, else of the archive."""
        return self.marks.key(label, shard) or self.before.key(label, shard)

    def _is_empty(self, t: int, shard: Shard, label: str) -> None:
        if self._key(label, shard.number):  # there was sound, before a file was taken away
            product = self.plan.products[shard.product]
            facts = product.arrays(SoundFacts.of(self.plan.timelines[t]))
            stores.remove(self.plan.files, label, facts, shard.number)
        self._empty.append(Mark(label, shard.number, NOTHING, EMPTY))
        self.ran.empty += 1
        if len(self._empty) == AT_ONCE:
            self._put_empty()

    def _put_empty(self) -> None:
        if self._empty:
            self.marks.mark(self._empty)
            self._empty = []

    def _take(self, outcome: Outcome, faults: dict[str, str] | None = None) -> None:
        """Mark what came of a task."""
        if outcome.lost:
            self._lost.append(outcome)
            return
        if isinstance(outcome.error, SourceError):
            self.ran.refused.append(str(outcome.error))
        elif outcome.error is not None:
            raise outcome.error
        else:
            self._mark(outcome.task.items[0], outcome.result[0], faults or {})
        self._passed += 1
        self._say()

    def _mark(self, work: Work, written: Written, lost: dict[str, str]) -> None:
        marks, faults = [], lost | written.faults
        self.ran.failed |= written.faults
        for one, there in zip(work.pieces, written.files, strict=True):
            status = FAILED if faults else DONE if there or one.samples else EMPTY
            marks.append(Mark(one.label, one.number, one.key, status, one.samples, there, faults))
        self.marks.mark(marks)
        self.ran.empty += sum(one.status == EMPTY for one in marks)
        self.ran.done += sum(one.status != EMPTY for one in marks)
        self.ran.seconds += max(one.samples for one in work.pieces) / work.timeline.sample_rate

    def _say(self) -> None:
        if self.tell is not None:
            self.tell(min(self._passed, len(self.tasks)), len(self.tasks), self.ran.seconds)


def _called(work: Work, path: str) -> str:
    """What a file is called in a mark, wherever it lies."""
    return short_name(path) if isinstance(work.timeline, ClipSet) else PurePath(path).name


def _lost_for_good(work: Work, lost: str) -> str:
    one = work.pieces[0]
    return f"{one.label}, shard {one.number}: {lost}, also without any of its files. It is not done; run again."
