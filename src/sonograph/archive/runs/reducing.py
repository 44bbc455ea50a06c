"""The tasks of reductions: from stored rows to shards of fewer, once all that they are made of is stored.

They read the archive and no sound, and so follow the tasks that do; parts of a run leave them to the run that joins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sonograph.archive.products.product import SoundFacts
from sonograph.archive.products.reduction import Reduction
from sonograph.archive.runs.plans import Plan
from sonograph.archive.runs.shards import Shard
from sonograph.archive.runs.work import Piece, Written, write_pieces
from sonograph.archive.stores.files import files_of
from sonograph.archive.stores.held import held_of
from sonograph.archive.stores.marks import Mark, Marks


class Reducing(NamedTuple):
    """What such a task is: a shard, and the timeline whose stored rows it is made of.

    timeline, sound : what the plan says of it, and what it is
    """

    timeline: dict[str, Any]
    sound: SoundFacts
    pieces: tuple[Piece, ...]


def reduce(items: Iterator[Reducing]) -> list[Written]:
    """Compute and write the shards of reductions.

    Raises
    ------
    SourceError
        What is stored is damaged.
    OutputError
        The disk is full, or the like.
    """
    found = []
    for one in items:
        arrays = []
        for piece in one.pieces:
            product = piece.product
            assert isinstance(product, Reduction)  # noqa: S101  # a plan gives none of others
            held = held_of(files_of(piece.archive), product.base, one.timeline)
            arrays.append(product.reduce(held.read, piece.rows, one.sound))
        found.append(Written(write_pieces(one.pieces, arrays, one.sound), {}))
    return found


class Bases:
    """What became of the shards that reductions are made of.

    plan, marks : with the marks of all that is done
    undone : the shards that are not, by their labels and numbers
    """

    def __init__(self, plan: Plan, marks: Marks, undone: set[tuple[str, int]]) -> None:
        self._plan, self._marks, self._undone = plan, marks, undone
        self._faults = dict[str, dict[int, dict[str, str]]]()

    def faults(self, t: int, shard: Shard) -> dict[str, str] | None:
        """The files that could not be read of what a shard is made of, and why; None where some of that is not done."""
        product = self._plan.products[shard.product]
        assert isinstance(product, Reduction)  # noqa: S101  # a plan gives none of others
        base = self._plan.products.index(product.base)
        label = self._plan.label(t, base)
        numbers = self._plan.shards[t].holding(base, product.base_rows(shard.rows))
        if any((label, number) in self._undone for number in numbers):
            return None
        if label not in self._faults:
            self._faults[label] = {one.shard: one.faults for one in self._marks.all([label]) if one.faults}
        known = self._faults[label]
        return {name: words for number in numbers for name, words in known.get(number, {}).items()}


def stale(plan: Plan, marks: Marks, done: list[Mark]) -> Iterator[Mark]:
    """The marks that take away those of reductions, of what has been done anew since they were made."""
    for one in done:
        t, p = plan.labels[one.label]
        for reduction in plan.products[p].reductions():
            number = plan.products.index(reduction)
            label = plan.label(t, number)
            for shard in plan.shards[t].holding(number, reduction.rows_above(plan.shards[t].shard(p, one.shard).rows)):
                if marks.key(label, shard):
                    yield Mark(label, shard, "")
