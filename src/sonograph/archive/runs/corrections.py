"""A calibration that is corrected afterwards: where only the scale is another, what is stored is multiplied.

Nothing is computed again, as a scale is one factor for all of a row. Where a row would hear two, or the response is
another, there is no such factor.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from sonograph.archive.products.product import Product
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.timeline import Timeline


class Correction(NamedTuple):
    """From when on samples are to be multiplied by a factor, ns since 1970 UTC, on the beginning of a row."""

    from_ns: int
    factor: float


def corrections(
    before: Sequence[Timeline], after: Sequence[Timeline], products: Iterable[Product]
) -> list[list[Correction]] | None:
    """What makes rows of timelines those of the same with other calibrations; None where no factor does."""
    if not all(one.corrected for one in products):
        return None
    cell = max(one.cell for one in products) * SECOND
    found = [_of(a, b, cell) for a, b in zip(before, after, strict=True)]
    return None if None in found else found  # type: ignore[return-value]


def _of(before: Timeline, after: Timeline, cell: int) -> list[Correction] | None:
    if _responses(before) != _responses(after):
        return None
    found: list[Correction] = []
    stop = 0
    for start, end, factor in _pieces(before, after):
        if not found or factor != found[-1].factor:
            first, last = (before.clock.utc_ns_at(one) // cell for one in (start, max(0, stop - 1)))
            if found and first == last:
                return None
            found.append(Correction(first * cell, factor))
        stop = end
    return found


def _pieces(before: Timeline, after: Timeline) -> Iterator[tuple[int, int, float]]:
    """Samples that files hold, cut where either calibration changes, and the factor there."""
    edges = sorted({edge for one in (before, after) for part in one.parts for edge in (part.start, part.stop)})
    scales = [{}, {}]  # type: list[dict[int, float]]
    for held, one in zip(scales, (before, after), strict=True):
        starts = np.array([part.start for part in one.parts], np.int64)
        for edge in edges:
            part = one.parts[max(0, int(np.searchsorted(starts, edge, side="right")) - 1)]
            if part.start <= edge < part.stop:
                held[edge] = 1.0 if part.scale is None else part.scale
    for start, stop in itertools.pairwise(edges):
        if start in scales[0]:
            yield start, stop, scales[1][start] / scales[0][start]


def _responses(timeline: Timeline) -> list[tuple[int, Any]]:
    """From which sample on which response holds; one that is none is left out at the beginning."""
    listed = timeline.responses or ((0, timeline.calibration),)
    found: list[tuple[int, Any]] = [(0, ())]
    for number, (first, calibration) in enumerate(listed):
        response = () if calibration is None else calibration.response
        if response != found[-1][1]:
            found.append((first if number else 0, response))
    return found
