"""A tile before it is exact: columns that are, and for the others some frames from the middle of each.

Loud things that last less than a column may be missing until the exact one is there, so a preview says that it is one.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import NamedTuple

import numpy as np

from sonograph.frames import split
from sonograph.pixels.pyramid import EXACT
from sonograph.web.forward import Forward
from sonograph.web.stamps import goes_anywhere
from sonograph.web.strips import Place, Strip, Strips, joined
from sonograph.web.work import Plan, Workers

LOOKED_AT = 2
"""2^2 frames of each column are looked at."""
COLUMNS_AT_ONCE = 8


class Preview:
    """Previews of the strips of one layer."""

    def __init__(self, strips: Strips, forward: Forward, workers: Workers) -> None:
        self._strips, self._forward, self._workers = strips, forward, workers
        self._anywhere = goes_anywhere(strips.power.source)

    def strip(self, place: Place, cancelled: threading.Event | None = None) -> Strip:
        """What can be shown of a strip from level 8 on.

        Raises
        ------
        Cancelled
            `cancelled` was set before it was there.
        """
        known = self._known(place)
        sampled = self._sampled(place, cancelled)
        if known is None:
            return sampled._replace(complete=0.0)
        there = known.there[:, None]
        largest, mean = np.where(there, known.largest, sampled.largest), np.where(there, known.mean, sampled.mean)
        return Strip(largest, mean, min(float(known.there.mean()), 0.999))

    def _sampled(self, place: Place, cancelled: threading.Event | None) -> Strip:
        name = f"preview.{self._strips.name(place)}"
        arrays = self._strips.store.get(name)
        if arrays is not None:
            return Strip(arrays[0], arrays[1])
        strip: Strip = self._workers.result(("preview", id(self), place), partial(self._plan, place), cancelled)
        self._strips.store.put(name, (strip.largest, strip.mean), stays=False)
        return strip

    def _known(self, place: Place) -> _Known | None:
        """The exact columns of a strip, made of those that are there below it."""
        strip = self._strips.kept(place) if self._strips.has(place) else None
        if strip is not None:
            return _Known(strip.largest, strip.mean, np.ones(len(strip.mean), bool))
        if place.level <= EXACT or not self._forward.any_below(place.level, place.column):
            return None
        below = self._strips.below(place)
        parts = [self._known(one) for one in below]
        if not any(parts):
            return None
        filled = [part or self._nothing(one) for part, one in zip(parts, below, strict=True)]
        strip = self._strips.above(place, [Strip(part.largest, part.mean) for part in filled])
        there = np.concatenate([part.there for part in filled])
        there = np.append(there, np.ones(len(there) % 2, bool))
        return _Known(strip.largest, strip.mean, there[0::2] & there[1::2])

    def _nothing(self, place: Place) -> _Known:
        n_columns = len(self._strips.columns(place.level, place.column))
        codes = np.zeros((n_columns, self._strips.power.n_rows), np.uint16)
        return _Known(codes, codes, np.zeros(n_columns, bool))

    def _plan(self, place: Place) -> Plan:
        if not self._anywhere:  # each column would be waited for as long as for all before it
            nothing = self._nothing(place)
            return [lambda: Strip(nothing.largest, nothing.mean)], joined
        columns = self._strips.columns(place.level, place.column)
        return [partial(self._some, place, part) for part in split(columns, COLUMNS_AT_ONCE)], joined

    def _some(self, place: Place, columns: range) -> Strip:
        return joined([self._strips.part(place.channel, LOOKED_AT, self._middle(place.level, c)) for c in columns])

    def _middle(self, level: int, column: int) -> range:
        """Frames in the middle of a column."""
        first, stop = column << level, min((column + 1) << level, self._strips.n_frames)
        count = min(1 << LOOKED_AT, stop - first)
        begin = first + (stop - first - count) // 2
        return range(begin, begin + count)


class _Known(NamedTuple):
    """Codes (columns, rows), and which of the columns are exact."""

    largest: np.ndarray
    mean: np.ndarray
    there: np.ndarray
