"""The samples of a box, of its frequencies alone: their mean square, and when their energy has passed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from sonograph.analysis.bands import band_pass
from sonograph.sounds.derived import is_complex
from sonograph.sounds.source import Source

AT_ONCE = 1 << 18
"""Samples, and numbers of frames, that are looked at at a time."""
MOMENTS = 1 << 20
"""Moments at which the energy of a box is known: its samples, or so many of equal length where it has more."""


def energy_of(
    source: Source, samples: range, band: tuple[float, float], between: Callable[[], None]
) -> tuple[np.ndarray, float, float]:
    """Energy of the band at each moment of a box; its mean square; and the share of samples that are missing."""
    made = band_pass(band, source.sample_rate, two_sided=is_complex(source))
    reach, size = 0 if made is None else made.reach, -(-len(samples) // MOMENTS)
    parts, lost = [], 0
    for block in _blocks(samples, max(size, max(AT_ONCE, 4 * reach) // max(1, size) * size)):
        between()
        wide = source.read(range(block.start - reach, block.stop + reach))
        wide = wide.astype(np.result_type(wide, np.float64))
        inside = wide[0, reach : reach + len(block)]
        lost += int((~np.isfinite(inside)).sum())
        wide = np.nan_to_num(wide, nan=0.0, posinf=0.0, neginf=0.0)
        inside_band = wide[0] if made is None else made(wide)[0]
        parts.append(np.add.reduceat(np.abs(inside_band) ** 2, np.arange(0, len(block), size)))
    energy = np.concatenate(parts)
    there = len(samples) - lost
    return energy, float(energy.sum()) / there if there else math.nan, lost / len(samples)


def _blocks(samples: range, size: int) -> Iterator[range]:
    for first in range(samples.start, samples.stop, size):
        yield range(first, min(first + size, samples.stop))


def share_of(energy: np.ndarray, share: float) -> float | None:
    """How far along, in steps, a share of all energy has passed; None where there is none."""
    passed = np.cumsum(energy)
    if not len(passed) or not passed[-1] > 0:
        return None
    wanted = share * passed[-1]
    at = int(np.searchsorted(passed, wanted))
    before = passed[at - 1] if at else 0.0
    return at + float((wanted - before) / (passed[at] - before))
