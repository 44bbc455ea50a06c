"""The overview of a timeline for those who look at it: stored columns as they lie, all others computed, the same bits.

Levels up to 6 come of the sound, 7 to 20 of the archive where their shards are done, and others of the codes of the
level below. What was not computed yet, or depends on files that are others now, is computed from the sound.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from sonograph.archive.products.frame_values import FrameValues
from sonograph.archive.products.overview import Levels, OverviewProduct
from sonograph.archive.products.product import Product
from sonograph.archive.runs.narrowed import Inputs
from sonograph.archive.runs.plans import LEDGER, Plan
from sonograph.archive.stores.held import Held
from sonograph.archive.timelines.timeline import Timeline
from sonograph.errors import SettingsError
from sonograph.pixels import pyramid
from sonograph.pixels.pyramid import EXACT
from sonograph.pixels.shown import shown


class Stored:
    """Levels of an overview that an archive holds of a timeline.

    plan, timeline, product : the plan, and the numbers of both in it
    held : the arrays; None where nothing has been computed
    """

    def __init__(self, plan: Plan, timeline: int, product: int, held: Held | None) -> None:
        self._plan, self._where, self._held = plan, (timeline, product), held
        settings = plan.products[product]
        assert isinstance(settings, Levels)  # noqa: S101  # whoever calls has looked
        self.levels = settings.levels

    @cached_property
    def _done(self) -> np.ndarray:
        """Of each shard whether it is done, of the files as they were scanned."""
        (t, p), marks = self._where, self._plan.files.marks(LEDGER)
        shards, inputs, label = self._plan.shards[t], Inputs(self._plan.timelines[t]), self._plan.label(*self._where)
        found = np.zeros(shards.counts[p], bool)
        for number in range(len(found)):
            if key := marks.key(label, number):
                shard = shards.shard(p, number)
                found[number] = key == inputs.name(self._plan.products[p], shards.there(shard), shards.samples(shard))
        return found

    def _rows(self, level: int, columns: range) -> range:
        rise = level - self.levels[0]
        return range(columns.start << rise, columns.stop << rise)

    def has(self, level: int, columns: range) -> bool:
        """Whether columns of a level are stored."""
        if level not in self.levels or self._held is None or not columns:
            return False
        t, p = self._where
        holding = self._plan.shards[t].holding(p, self._rows(level, columns))
        return bool(self._done[holding.start : holding.stop].all())

    def read(self, channel: int, level: int, columns: range, planes: list[str]) -> list[np.ndarray]:
        """Codes (columns, rows) of planes, as they lie, where `has` says so."""
        assert self._held is not None  # noqa: S101  # or has would not
        found = self._held.read(self._rows(level, columns), [f"{plane}/{level}" for plane in planes])
        return [np.ascontiguousarray(values[:, channel]) for values in found.values()]


class Overview:
    """The overview of one timeline of an archive.

    plan, timeline : the plan, and the number of the timeline in it
    product : the overview
    held : gives what the archive holds of a product of a timeline, None for nothing
    """

    def __init__(
        self, plan: Plan, timeline: int, product: OverviewProduct, held: Callable[[Product, str], Held | None]
    ) -> None:
        self.timeline: Timeline = plan.timelines[timeline]
        self.settings, self.n_frames = product.settings, product.n_frames(self.timeline)
        self._stored = [
            Stored(plan, timeline, plan.products.index(one), held(one, plan.names[timeline]))
            for one in (*product.reductions(), product)
        ]

    def _holding(self, level: int, columns: range) -> Stored | None:
        return next((one for one in self._stored if one.has(level, columns)), None)

    def has(self, level: int, columns: range) -> bool:
        """Whether columns of a level are stored."""
        return self._holding(level, columns) is not None

    def stored(self, channel: int, level: int, columns: range) -> tuple[np.ndarray, np.ndarray] | None:
        """Codes (columns, rows) of the largest and of the mean, as they lie; None where they are not all stored."""
        holding = self._holding(level, columns)
        if holding is None:
            return None
        largest, mean = holding.read(channel, level, columns, ["max", "mean"])
        return largest, mean

    def codes(self, channel: int, level: int, columns: range) -> tuple[np.ndarray, np.ndarray]:
        """The same, wherever they come from."""
        found = self.stored(channel, level, columns)
        if found is not None:
            return found
        if level <= EXACT:
            return self._computed(channel, level, columns)
        below = range(2 * columns.start, min(2 * columns.stop, pyramid.n_cells(self.n_frames, level - 1)))
        largest, mean = self.codes(channel, level - 1, below)
        held = pyramid.sizes(self.n_frames, level - 1, below)
        return pyramid.max_above(largest), pyramid.mean_above(mean, held)

    def tile(self, level: int, column: int, plane: str, channel: int) -> np.ndarray:
        """Codes (columns, rows) of a tile of a plane: columns from `column` · 256 on, all rows.

        Raises
        ------
        SettingsError
            There is no such tile.
        """
        n_columns = pyramid.n_cells(self.n_frames, level) if 0 <= level < 64 else 0
        columns = range(column * pyramid.WIDE, min((column + 1) * pyramid.WIDE, n_columns))
        if plane not in pyramid.PLANES or not columns or column < 0 or not 0 <= channel < self.timeline.n_channels:
            raise SettingsError(
                f"there is no tile {column} of level {level}, plane {plane!r}, channel {channel}: level {level} has "
                f"{-(-n_columns // pyramid.WIDE):,} tiles, {self.timeline.n_channels} channels and planes "
                f"{', '.join(pyramid.PLANES)}"
            )
        if plane != "salient" and (holding := self._holding(level, columns)) is not None:
            return holding.read(channel, level, columns, [plane])[0]
        largest, mean = self.codes(channel, level, columns)
        if plane != "salient":
            return largest if plane == "max" else mean
        frames = pyramid.sizes(self.n_frames, level, columns)
        return pyramid.salient(largest, mean, frames, np.ones(largest.shape[1], np.int64))

    def _computed(self, channel: int, level: int, columns: range) -> tuple[np.ndarray, np.ndarray]:
        of, reference, floor = shown(self.settings, self.timeline.unit)
        values = FrameValues(self.timeline, of)
        n_rows, parts = values.n_rows, [(np.zeros((0, values.n_rows), np.uint16),) * 2]
        step = max(1, values.at_once >> level)
        for first in range(columns.start, columns.stop, step):
            last = min(first + step, columns.stop)
            frames = range(first << level, min(last << level, self.n_frames))
            if self.timeline.effort(values.samples_of(frames)):
                parts.append(pyramid.coded(values.of(frames)[channel], level, reference, floor))
            else:
                nothing = np.zeros((last - first, n_rows), np.uint16)
                parts.append((nothing, nothing))
        largest, mean = (np.concatenate([part[i] for part in parts]) for i in range(2))
        return largest, mean


class ArchivedSound(Timeline):
    """A timeline of an archive, which knows the overviews that are stored of it.

    name : of the timeline in the archive
    overviews : those that the archive holds
    """

    def __init__(self, timeline: Timeline, name: str, overviews: list[Overview]) -> None:
        self.__dict__.update(timeline.__dict__)
        self.name, self.overviews = name, overviews

    def overview(self, settings: object) -> Overview | None:
        """The one of some settings, if the archive holds it."""
        return next((one for one in self.overviews if one.settings == settings), None)
