"""The one that hands out the tasks of an archive and marks what is done; no other writes marks.

A run that is killed at any moment has lost what was under way; the next goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from sonograph.archive.products.product import SoundFacts
from sonograph.archive.runs.narrowed import NOTHING, Inputs, narrowed
from sonograph.archive.runs.parts import Part, ledger_of
from sonograph.archive.runs.plans import LEDGER, Plan, make_stores
from sonograph.archive.runs.reducing import Bases, Reducing, reduce, stale
from sonograph.archive.runs.second_try import once_more
from sonograph.archive.runs.shards import Shard
from sonograph.archive.runs.work import Piece, Work, Written, write
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.marks import DONE, EMPTY, FAILED, Mark
from sonograph.archive.timelines.clip_set import ClipSet, short_name
from sonograph.errors import SourceError
from sonograph.jobs.identity import digest
from sonograph.jobs.places import Place
from sonograph.jobs.run import run as do
from sonograph.jobs.task import Outcome, Task

AT_ONCE = 1000
"""Marks of shards without sound that are written together."""
PRELOADED = ("sonograph.archive.runs.work",)
"""What the processes of tasks have read before the first."""


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
        self._undone = set[tuple[str, int]]()
        self._sound = [dict[str, int]() for _ in plan.timelines]  # samples that were computed, of each product
        self._whole = part is None
        self._n_tasks = len(self.tasks) + (plan.n_reductions if self._whole else 0)

    def run(self) -> Ran:
        """Do what is not done."""
        if self._whole:  # parts would all make them at once; the plan did
            make_stores(self.plan)
        for outcome in do(self._tasks(), self.place):
            self._take(outcome)
        self._put_empty()
        for one in once_more(self._lost, self.place):
            self.ran.failed |= one.faults
            if one.outcome.lost:
                self._refuse(
                    one.work.pieces, _not_done(one.work.pieces, f"{one.outcome.lost}, also without any of its files")
                )
            else:
                self._take(one.outcome, {_called(one.work, path): words for path, words in one.faults.items()})
        if self._whole:
            self._reduce()
        self.marks.compact(self.plan.counts)
        self._say()
        return self.ran

    def work_of(self, number: int) -> Work | None:
        """What is to be done of a task; None where nothing is. Shards without sound are marked at once."""
        t, block = self.plan.task(number)
        shards = self.plan.shards[t]
        pieces, ranges = [], []
        for shard in shards.of_block(block):
            piece = self._piece(t, shard)
            if piece is not None:
                pieces.append(piece)
                ranges.append(shards.samples(shard))
        if not pieces:
            return None
        whole = range(min(one.start for one in ranges), max(one.stop for one in ranges))
        return Work(narrowed(self.plan.timelines[t], whole), tuple(pieces))

    def _piece(self, t: int, shard: Shard) -> Piece | None:
        """What is to be done of a shard; None where nothing is."""
        shards, product = self.plan.shards[t], self.plan.products[shard.product]
        rows, label = shards.there(shard), self.plan.label(t, shard.product)
        key = self.inputs[t].name(product, rows, shards.samples(shard))
        if self._key(label, shard.number) == key:
            self.ran.kept += 1
        elif key == NOTHING:
            self._is_empty(t, shard, label)
        else:
            held = self.plan.timelines[t].effort(shards.own(shard))
            return Piece(
                product, self.plan.folder, label, shard.number, key, held, rows, shards.per_shard[shard.product]
            )
        return None

    def _reduce(self) -> None:
        """Do the reductions that are not done, of all that is."""
        bases, faults = Bases(self.plan, self.marks, self._undone), dict[str, dict[str, str]]()
        about = self.plan.about()["timelines"]

        def tasks() -> Iterator[Task]:
            for t, shard in self.plan.reductions():
                piece = self._piece(t, shard)
                found = None if piece is None else bases.faults(t, shard)
                if piece is None or found is None:
                    self._passed += 1
                    continue
                faults[piece.key] = found
                work = Reducing(about[t], SoundFacts.of(self.plan.timelines[t]), (piece,))
                yield Task(piece.key, reduce, (work,))

        for outcome in do(tasks(), self.place):
            self._take(outcome, faults[outcome.task.name])
        self._put_empty()

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
        work = outcome.task.items[0]
        if outcome.lost and isinstance(work, Work):
            self._lost.append(outcome)
            return
        if outcome.lost:
            self._refuse(work.pieces, _not_done(work.pieces, outcome.lost))
        elif isinstance(outcome.error, SourceError):
            self._refuse(work.pieces, str(outcome.error))
        elif outcome.error is not None:
            raise outcome.error
        else:
            self._mark(work, outcome.result[0], faults or {})
        self._passed += 1
        self._say()

    def _refuse(self, pieces: tuple[Piece, ...], words: str) -> None:
        self.ran.refused.append(words)
        self._undone |= {(one.label, one.number) for one in pieces}

    def _mark(self, work: Work | Reducing, written: Written, lost: dict[str, str]) -> None:
        marks, faults = [], lost | written.faults
        self.ran.failed |= written.faults
        for one, there in zip(work.pieces, written.files, strict=True):
            status = FAILED if faults else DONE if there or one.samples else EMPTY
            marks.append(Mark(one.label, one.number, one.key, status, one.samples, there, faults))
        self.marks.mark([*(stale(self.plan, self.marks, marks) if self._whole else ()), *marks])
        self.ran.empty += sum(one.status == EMPTY for one in marks)
        self.ran.done += sum(one.status != EMPTY for one in marks)
        if isinstance(work, Work):
            self._count(work)

    def _count(self, work: Work) -> None:
        """Each sample once, however many products were computed of it."""
        t, _ = self.plan.labels[work.pieces[0].label]
        counts = self._sound[t]
        before = max(counts.values(), default=0)
        for one in work.pieces:
            counts[one.label] = counts.get(one.label, 0) + one.samples
        self.ran.seconds += (max(counts.values()) - before) / work.timeline.sample_rate

    def _say(self) -> None:
        if self.tell is not None:
            self.tell(min(self._passed, self._n_tasks), self._n_tasks, self.ran.seconds)


def _called(work: Work, path: str) -> str:
    """What a file is called in a mark, wherever it lies."""
    return short_name(path) if isinstance(work.timeline, ClipSet) else PurePath(path).name


def _not_done(pieces: tuple[Piece, ...], why: str) -> str:
    return f"{pieces[0].label}, shard {pieces[0].number}: {why}. It is not done; run again."
