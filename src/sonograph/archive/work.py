"""The work of one task: from a timeline of a few samples to shards on the disk. It knows no plan and no ledger.

So it may be done anywhere, twice, or not at all; what is done, the coordinator says alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from sonograph.archive import stores
from sonograph.archive.files import files_of
from sonograph.archive.products import Product, SoundFacts, computed
from sonograph.archive.timeline import Timeline
from sonograph.jobs.guard import alive

AT_ONCE = 1 << 20
"""Samples that are read at once where files are only looked at."""


class Piece(NamedTuple):
    """A shard to be written.

    product : whose rows they are
    archive : the folder or the address
    label, number, key, samples : what its mark will say; the label is that of its group too
    rows : those that the timeline has
    per_shard : rows of a shard
    """

    product: Product
    archive: Path | str
    label: str
    number: int
    key: str
    samples: int
    rows: range
    per_shard: int


@dataclass(frozen=True)
class Work:
    """What a task is: shards, and a timeline of the samples that they depend on."""

    timeline: Timeline
    pieces: tuple[Piece, ...]

    def without(self, paths: set[str]) -> Work:
        """The same with some files left out: what they hold is missing."""
        few = self.timeline.part(range(self.timeline.n_samples))
        few.parts = tuple(part for part in few.parts if part.path not in paths)
        few._prepare()
        return replace(self, timeline=few)

    @property
    def paths(self) -> list[str]:
        """The files, in the order of time."""
        return list(dict.fromkeys(part.path for part in self.timeline.parts))


def write(items: Iterator[Work]) -> list[list[dict[str, list[int]]]]:
    """Compute and write the shards of tasks: of each, bytes and CRC of the files of each of its pieces.

    Raises
    ------
    SourceError
        A file cannot be read, or is no longer what it was.
    OutputError
        The disk is full, or the like.
    """
    found = []
    for work in items:
        arrays = computed(work.timeline, [(one.product, one.rows) for one in work.pieces])
        sound, files = SoundFacts.of(work.timeline), []
        for one, values in zip(work.pieces, arrays, strict=True):
            alive()
            facts, at = one.product.arrays(sound), files_of(one.archive)
            files.append(stores.write(at, one.label, facts, one.number, one.per_shard, values))
        work.timeline.close()
        found.append(files)
    return found


def look(items: Iterator[str], timeline: Timeline) -> None:
    """Read all samples of files, to see which of them end the process that does."""
    for path in items:
        few = timeline.part(range(timeline.n_samples))
        few.parts = tuple(part for part in few.parts if part.path == path)
        few._prepare()
        for part in few.parts:
            for first in range(part.start, part.stop, AT_ONCE):
                few.read(range(first, min(first + AT_ONCE, part.stop)))
                alive()
        few.close()
