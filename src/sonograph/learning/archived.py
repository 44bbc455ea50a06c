"""Features of clips out of an archive in a shuffled order that reads whole blocks: of these, then of rows in a buffer.

An epoch is an order of all blocks, by its seed and number. Workers and ranks take every N-th block of it; each reads a
few blocks at a time and mixes their rows. So every clip comes once, to one worker, and the order is the same each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from sonograph.archive.clip.features import STATUSES
from sonograph.archive.reading.clip_rows import ClipRows
from sonograph.archive.stores.packing import chunk_rows
from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.io.status import shown

BLOCK = 1 << 22
"""Bytes of a block of rows, about: whole chunks, as they are unpacked together."""
BUFFER = 8
"""Blocks whose rows are mixed."""


class ArchivedClips:
    """Clips of an archive in the order of an epoch.

    Parameters
    ----------
    path
        Of an archive of clips.
    timeline, product
        As `Archive.held` takes them, where there are several.
    shuffle
        Whether in another order each epoch; otherwise in that of the rows.
    seed
        Of the orders.
    buffer
        Blocks of some megabytes whose rows are mixed.
    fill
        What stands for frames behind the end of a clip that is shorter than others.

    Attributes
    ----------
    rows : files, labels and arrays
    classes : the labels, sorted
    left_out : clips that have no numbers, as their files could not be read

    Raises
    ------
    SettingsError
        No archive of clips; clips of several lengths, and no `fill`.
    SourceError
        Some are not computed.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, timeline: str | None = None, product: Any = "clip_features",
        shuffle: bool = True, seed: int = 0, buffer: int = BUFFER, fill: float | None = None,
    ) -> None:  # fmt: skip
        self.rows = rows = ClipRows(path, timeline, product)
        rows.check_computed()
        self.shuffle, self.seed, self.fill = shuffle, whole("seed", seed, 0), fill
        self.buffer = whole("buffer", buffer, 1)
        self.classes, self.labels = rows.classes, rows.labels
        known = rows.held.read(range(len(rows)), ["status", "frames"])
        usable = [STATUSES.index(word) for word in ("ok", "warn", "unread", "partial")]
        self._frames = known["frames"]
        self._has = np.isin(known["status"], usable) & (known["frames"] > 0)
        self.left_out = [rows.paths[i] for i in np.flatnonzero(~self._has)]
        fact = rows.held.arrays["features"]
        if fill is None and len(fact.shape) == 3 and (short := self._has & (known["frames"] < fact.shape[2])).any():
            one = int(np.flatnonzero(short)[0])
            raise SettingsError(
                f"{shown(rows.paths[one])} has {known['frames'][one]} frames, and others up to {fact.shape[2]}; say "
                f"what stands behind its end, as fill=0.0"
            )
        chunk = chunk_rows(fact, rows.at_once)
        row_bytes = int(np.prod(fact.shape, dtype=np.int64)) * np.dtype(fact.dtype).itemsize
        self.block = chunk * max(1, BLOCK // (chunk * row_bytes))

    def __len__(self) -> int:
        return int(self._has.sum())

    def order(self, epoch: int = 0, part: int = 0, parts: int = 1) -> Iterator[list[range]]:
        """The blocks that a part of an epoch reads, so many at a time as are mixed."""
        blocks = [range(i, min(i + self.block, len(self.rows))) for i in range(0, len(self.rows), self.block)]
        numbers = np.arange(len(blocks))
        if self.shuffle:
            np.random.default_rng([self.seed, epoch]).shuffle(numbers)
        own = numbers[part::parts]
        for first in range(0, len(own), self.buffer):
            yield [blocks[i] for i in own[first : first + self.buffer]]

    def read(self, epoch: int = 0, part: int = 0, parts: int = 1) -> Iterator[tuple[int, np.ndarray]]:
        """Row and features of each clip of a part, float32."""
        for blocks in self.order(epoch, part, parts):
            places = ((row, block, i) for block, wanted in enumerate(blocks) for i, row in enumerate(wanted))
            listed = [one for one in places if self._has[one[0]]]
            if self.shuffle:
                np.random.default_rng([self.seed, epoch, blocks[0].start]).shuffle(listed)
            held = [self.rows.held.read(wanted, ["features"])["features"] for wanted in blocks]
            for row, block, i in listed:
                values = held[block][i]
                if self.fill is not None:
                    values = self._filled(values, row)
                yield int(row), values

    def _filled(self, values: np.ndarray, row: int) -> np.ndarray:
        if values.ndim < 3:
            return values
        n_frames = int(self._frames[row])
        if n_frames < values.shape[-1]:
            values = values.copy()
            values[..., n_frames:] = self.fill
        return values
