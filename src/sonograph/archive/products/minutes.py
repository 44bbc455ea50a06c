"""The standard minutes of a timeline as a product of an archive."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sonograph import units
from sonograph.archive.levels.minutes import Minutes, bands_of, check_sound, walk_minutes
from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.timeline import Timeline

MINUTE = 60


@dataclass(frozen=True)
class MinutesProduct(Product):
    """Hybrid millidecades, peak, effort, frames and clipped samples of each minute of UTC: see `archive.minutes`.

    channel : which, from 0; needed where there are several
    """

    name: ClassVar[str] = "minutes"
    corrected: ClassVar[bool] = True
    channel: int | None = None

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """Density in float32, which keeps 7 digits of it; all else as it is computed."""
        n_bands = len(self.coordinates(sound)["frequency"])
        density = units.power_unit(sound.unit, "density")
        return {
            "density": ArrayFacts("float32", np.nan, (n_bands,), ("frequency",), density, power=2),
            "peak": ArrayFacts("float64", np.nan, unit=sound.unit, power=1),
            "effort": ArrayFacts("float64", 0, unit="s"),
            "frames": ArrayFacts("int16", 0),
            "clipped": ArrayFacts("int32", 0),
        }

    def coordinates(self, sound: SoundFacts) -> dict[str, np.ndarray]:
        """Centres and edges of the bands, Hz."""
        centres, edges, _ = bands_of(int(sound.sample_rate))
        return {"frequency": centres, "frequency_bounds": edges}

    def check(self, sound: SoundFacts) -> None:
        """Refuse a rate that is no whole number, and channels of which none is named."""
        check_sound(sound, self.channel)

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """As `Product.walk`."""
        start, end = (moment_at(row * MINUTE * SECOND) for row in (rows.start, rows.stop))
        found = yield from walk_minutes(timeline, start=start, end=end, channel=self.channel)
        return {
            "density": found.density.astype(np.float32), "peak": found.peak, "effort": found.effort,
            "frames": found.frames.astype(np.int16), "clipped": found.clipped.astype(np.int32),
        }  # fmt: skip

    @staticmethod
    def of_arrays(rows: range, held: dict[str, np.ndarray], coordinates: dict[str, np.ndarray], rate: float,
                  unit: str) -> Minutes:  # fmt: skip
        """Minutes of arrays that were stored."""
        return Minutes(
            np.arange(rows.start, rows.stop, dtype=np.int64) * MINUTE, held["density"].astype(np.float64),
            coordinates["frequency"], coordinates["frequency_bounds"], held["peak"], held["effort"],
            held["frames"].astype(np.int64), held["clipped"].astype(np.int64), rate, unit,
        )  # fmt: skip
