"""One scale for all panels: what says which levels it spans, and what has no common scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures.settings import PictureSettings

if TYPE_CHECKING:
    from sonograph.pictures.kinds.kind import Content
    from sonograph.pictures.parts import Panel


def ranges_of(panels: Sequence[Panel], look: PictureSettings) -> dict[type[Content], tuple[float, float]]:
    """The range of each kind of panel that is shown.

    Raises
    ------
    SettingsError
        Panels of a kind that have no common scale.
    """
    by_kind: dict[type[Content], list[Panel]] = {}
    for panel in panels:
        by_kind.setdefault(type(panel.content), []).append(panel)
    for several in reversed(by_kind.values()):  # what stands lowest tells best why: its label names the reference
        _refuse_mixed_units(several)
    return {kind: kind.range_of(several, look) for kind, several in by_kind.items()}


def _refuse_mixed_units(panels: Iterable[Panel]) -> None:
    """Panels that share a scale share a unit."""
    units = {panel.content.scale_unit: panel.part.named.name for panel in panels}
    units.pop(None, None)
    if len(units) > 1:
        (first, a), (second, b) = list(units.items())[:2]
        raise SettingsError(f"{a} is in {first}, {b} in {second}; they have no common scale: draw them apart")


def chosen_range(shown: Sequence[np.ndarray], floor: float, look: PictureSettings) -> tuple[float, float] | None:
    """The range that a look asks for, in levels or in percentiles of those above the floor; None: it asks for none."""
    if look.range is not None:
        return look.range
    if look.percentiles is not None and shown:
        there = np.concatenate([p[p > floor] for p in shown])  # silence, and what is missing, count for nothing
        low, high = np.percentile(there, look.percentiles) if there.size else (0.0, 0.0)
        if low < high:
            return float(low), float(high)
    return None


def loudest_of(shown: Iterable[np.ndarray], floor: float) -> float:
    """The loudest of all levels; the floor where there are none."""
    return max((float(np.nanmax(levels)) for levels in shown if not np.isnan(levels).all()), default=floor)
