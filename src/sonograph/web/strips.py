"""The exact codes of a recording under settings, 256 columns at a time: kept, computed, or made of those below."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np

from sonograph.frames import split
from sonograph.pixels import pyramid
from sonograph.pixels.pyramid import EXACT, WIDE
from sonograph.sounds.source import Source
from sonograph.web.power import Power
from sonograph.web.store import Store
from sonograph.web.work import Plan, Workers


class Strip(NamedTuple):
    """Codes (columns, rows) of the columns of one tile, all rows of fold 0; how much of them is exact."""

    largest: np.ndarray
    mean: np.ndarray
    complete: float = 1.0


class Place(NamedTuple):
    """Which strip."""

    channel: int
    level: int
    column: int


class Beside(Protocol):
    """Strips that were computed before, and lie somewhere else."""

    def has(self, level: int, columns: range) -> bool:
        """Whether columns of a level are there."""
        ...

    def stored(self, channel: int, level: int, columns: range) -> tuple[np.ndarray, np.ndarray] | None:
        """Codes (columns, rows) of the largest and of the mean; None where they are not there."""
        ...


class Strips:
    """All strips of one layer.

    power            : of its frames
    reference, floor : the power that reads 0 dB, and what silence reads
    beside           : what an archive holds of the same, if the recording is in one
    """

    def __init__(
        self, power: Power, reference: float, floor: float, store: Store, workers: Workers, beside: Beside | None = None
    ) -> None:
        self._beside = beside
        self.power, self._reference, self._floor = power, reference, floor
        self.store, self._workers = store, workers
        self.n_frames = power.n_frames

    def n_strips(self, level: int) -> int:
        """Strips, one after the other, of a level."""
        return -(-pyramid.n_cells(self.n_frames, level) // WIDE)

    def columns(self, level: int, column: int) -> range:
        """The columns of a strip."""
        return range(column * WIDE, min((column + 1) * WIDE, pyramid.n_cells(self.n_frames, level)))

    def frames(self, level: int, column: int) -> range:
        """The frames of a strip."""
        columns = self.columns(level, column)
        return range(columns.start << level, min(columns.stop << level, self.n_frames))

    def parts(self, level: int, column: int) -> list[range]:
        """The frames of a strip in parts of whole columns, each of which takes some milliseconds."""
        return list(split(self.frames(level, column), max(self.power.at_once, 1 << level)))

    def part(self, channel: int, level: int, frames: range, source: Source | None = None) -> Strip:
        """The columns of some frames, at a level up to `EXACT`; `source` where their samples are at hand."""
        if self.power.is_missing(frames):
            nothing = np.zeros((pyramid.n_cells(len(frames), level), self.power.n_rows), np.uint16)
            return Strip(nothing, nothing)
        power = self.power.of(channel, frames, source)
        return Strip(*pyramid.coded(power, level, self._reference, self._floor))

    def has(self, place: Place) -> bool:
        """Whether a strip is kept, or lies in the archive."""
        return self.store.has(self.name(place)) or self._is_beside(place)

    def _is_beside(self, place: Place) -> bool:
        return self._beside is not None and self._beside.has(place.level, self.columns(place.level, place.column))

    def kept(self, place: Place) -> Strip | None:
        """A strip, if it is kept, or lies in the archive."""
        arrays = self.store.get(self.name(place))
        if arrays is None and self._beside is not None:
            arrays = self._beside.stored(place.channel, place.level, self.columns(place.level, place.column))
            if arrays is not None:
                self.store.put(self.name(place), arrays, stays=False)
        return None if arrays is None else Strip(arrays[0], arrays[1])

    def keep(self, place: Place, strip: Strip) -> None:
        """Keep a strip: from level `EXACT` on, on disk too."""
        self.store.put(self.name(place), (strip.largest, strip.mean), stays=place.level >= EXACT, dear=place.level)

    def exact(self, place: Place, cancelled: threading.Event | None = None) -> Strip:
        """A strip, computed where it is not kept.

        Raises
        ------
        Cancelled
            `cancelled` was set before it was there.
        """
        strip = self.kept(place)
        if strip is None:
            if place.level <= EXACT:
                computed: Strip = self._workers.result((id(self), place), partial(self._plan, place), cancelled)
                return computed
            strip = self.above(place, [self.exact(below, cancelled) for below in self.below(place)])
            self.keep(place, strip)
        return strip

    def cost(self, place: Place, most: int) -> int:
        """How many strips of level `EXACT` at most, up to one more than `most`, must be computed for a strip."""
        if self.has(place):
            return 0
        if place.level <= EXACT:
            return 1
        found = 0
        for below in self.below(place):
            found += self.cost(below, most - found)
            if found > most:
                break
        return found

    def below(self, place: Place) -> list[Place]:
        """The one or two strips that a strip is made of."""
        channel, level, column = place
        there = range(2 * column, min(2 * column + 2, self.n_strips(level - 1)))
        return [Place(channel, level - 1, one) for one in there]

    def above(self, place: Place, below: Sequence[Strip]) -> Strip:
        """A strip of the one or two that lie below it."""
        both, first = joined(below), 2 * place.column * WIDE
        held = pyramid.sizes(self.n_frames, place.level - 1, range(first, first + len(both.mean)))
        return Strip(pyramid.max_above(both.largest), pyramid.mean_above(both.mean, held))

    def _plan(self, place: Place) -> Plan:
        def join(parts: Sequence[Strip]) -> Strip:
            strip = joined(parts)
            self.keep(place, strip)
            return strip

        parts = self.parts(place.level, place.column)
        return [partial(self.part, place.channel, place.level, frames) for frames in parts], join

    def name(self, place: Place) -> str:
        """What it is called where it is kept; one that ends with the sound is another when the sound has grown."""
        channel, level, column = place
        grows = self.frames(level, column).stop > self.power.stays or len(self.columns(level, column)) < WIDE
        return f"{channel}.{level}.{column}" + (f".{self.power.recording.n_samples}" if grows else "")


def joined(strips: Sequence[Strip]) -> Strip:
    """Neighbouring columns put together."""
    return Strip(np.concatenate([one.largest for one in strips]), np.concatenate([one.mean for one in strips]))
