"""The work of one task: from a timeline of a few samples to shards on the disk. It knows no plan and no ledger.

So it may be done anywhere, twice, or not at all; what is done, the coordinator says alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sonograph.archive.products.product import Product, SoundFacts, computed
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.files import files_of
from sonograph.archive.timelines.clip_set import ClipSet
from sonograph.archive.timelines.timeline import Part, Timeline
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
        return self._of([part for part in self.timeline.parts if part.path not in paths])

    def only(self, path: str) -> Work:
        """The same with one file alone."""
        return self._of([part for part in self.timeline.parts if part.path == path])

    def _of(self, parts: list[Part]) -> Work:
        few = self.timeline.part(range(self.timeline.n_samples))
        few.parts = tuple(parts)
        few._prepare()
        return replace(self, timeline=few)

    @property
    def paths(self) -> list[str]:
        """The files, in the order of time."""
        return list(dict.fromkeys(part.path for part in self.timeline.parts))


class Written(NamedTuple):
    """What came of a task.

    files : of each of its pieces, bytes and CRC of the files that it has
    faults : what was found wrong with clips, by their names
    """

    files: list[dict[str, list[int]]]
    faults: dict[str, str]


def write(items: Iterator[Work]) -> list[Written]:
    """Compute and write the shards of tasks.

    Raises
    ------
    SourceError
        A file cannot be read, or is no longer what it was.
    OutputError
        The disk is full, or the like.
    """
    found = []
    for work in items:
        files = write_pieces(work.pieces, _computed(work), SoundFacts.of(work.timeline))
        work.timeline.close()
        found.append(Written(files, work.timeline.faults if isinstance(work.timeline, ClipSet) else {}))
    return found


def write_pieces(
    pieces: Sequence[Piece], computed: Sequence[dict[str, np.ndarray]], sound: SoundFacts
) -> list[dict[str, list[int]]]:
    """Write shards; of each the bytes and the CRC of its files."""
    files = []
    for one, values in zip(pieces, computed, strict=True):
        alive()
        facts, at = one.product.arrays(sound), files_of(one.archive)
        files.append(stores.write(at, one.label, facts, one.number, one.per_shard, values))
    return files


def _computed(work: Work) -> list[dict[str, np.ndarray]]:
    return computed(work.timeline, [(one.product, one.rows) for one in work.pieces])


def look(items: Iterator[str], work: Work) -> None:
    """Read all samples of files, and compute clips, to see which of them end the process that does."""
    for path in items:
        few = work.only(path)
        if isinstance(few.timeline, ClipSet):
            _computed(few)
            continue
        for part in few.timeline.parts:
            for first in range(part.start, part.stop, AT_ONCE):
                few.timeline.read(range(first, min(first + AT_ONCE, part.stop)))
                alive()
        few.timeline.close()
