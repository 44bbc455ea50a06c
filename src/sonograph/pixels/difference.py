"""The level of one sound less that of another, pixel by pixel, both from their starts."""

from __future__ import annotations

import dataclasses

import numpy as np

from sonograph.errors import SettingsError
from sonograph.naming import plural
from sonograph.pixels.raster import Raster


def common_span(a: range, rate_a: float, b: range, rate_b: float) -> tuple[range, range]:
    """As much of both as the shorter one lasts.

    >>> common_span(range(100, 500), 10.0, range(600), 20.0)
    (range(100, 400), range(0, 600))
    """
    seconds = min(len(a) / rate_a, len(b) / rate_b)
    return tuple(range(s.start, s.start + max(1, round(seconds * rate))) for s, rate in ((a, rate_a), (b, rate_b)))  # type: ignore[return-value]


def difference(first: Raster, second: Raster, below: float) -> tuple[Raster, float]:
    """First less second, dB, and the level below which both count as equally silent.

    What lies more than `below` dB under the louder of the two is raised to there: the difference of two silences
    is nothing.

    Raises
    ------
    SettingsError
        They are no levels, in different units, or of different numbers of channels.
    """
    if not first.is_level:
        raise SettingsError(f'the rows are {plural(first.rows)}, not levels; view="difference" is of levels, in dB')
    if first.label != second.label:
        raise SettingsError(f"the levels are in {first.unit} and {second.unit}; they have no difference in dB")
    if len(first.levels) != len(second.levels):
        raise SettingsError(
            f"the sounds have {len(first.levels)} and {len(second.levels)} channels; choose one: channel=0"
        )
    loudest = [float(np.nanmax(r.levels)) for r in (first, second) if not np.isnan(r.levels).all()]
    least = max(loudest, default=0.0) - below
    levels = np.maximum(first.levels, least) - np.maximum(second.levels, least)
    return dataclasses.replace(first, levels=levels, unit="dB", label="Level difference (dB)"), least
