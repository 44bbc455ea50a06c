"""The overview of a timeline: the viewer's pyramid from level 7 on, the same planes, codes and numbers of frames.

Its codes are those that `sonograph view` computes of the timeline under the same settings, bit for bit, so that tiles
are served of them as they lie. Of high levels a shard of some hours would hold but a few columns: these lie in shards
of weeks, `OverviewLevels`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Self

import numpy as np

from sonograph import units
from sonograph.archive.products.frame_values import FrameValues, axes_of, check_frames_alone, samples_of_frames
from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts
from sonograph.archive.products.reduction import Read, Reduction
from sonograph.archive.timelines.timeline import Timeline
from sonograph.frames import frames_of, split
from sonograph.pixels import pyramid
from sonograph.pixels.codes import A_DECIBEL, NO_DATA, ZERO
from sonograph.pixels.pyramid import EXACT
from sonograph.pixels.shown import shown
from sonograph.settings import Settings, StftSettings, from_dict, stft_of
from sonograph.spectrograms import describe

HIGH = 12
"""The first level that lies in shards of weeks alone; one of some hours would hold few columns of it."""
USUAL = StftSettings(window_length=1024, hop=512)
MOST_COLUMNS, MOST_BYTES = 1 << 14, 1 << 25
"""Columns of the lowest level of `OverviewLevels` that a shard holds at most, and bytes of them in a plane."""


@dataclass(frozen=True)
class Levels(Product):
    """The largest and the mean level of columns of frames, on several levels of zoom, in codes of 16 bits.

    settings : of a power over frequency, or its level
    levels : those that are stored; a row is a column of the first
    """

    levels: ClassVar[range]
    grid: ClassVar[str] = "frames"
    settings: Settings = USUAL

    @property
    def align(self) -> int:
        """Columns of the lowest level that are one of the highest."""
        return 1 << (self.levels[-1] - self.levels[0])

    def step(self, sound: SoundFacts) -> int:
        """Samples of a column of the lowest level."""
        return stft_of(self.settings).hop << self.levels[0]

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """`max/7`, `mean/7`, `max/8` … (columns, channels, rows): (level + 256) · 128, rounded, and 0 for no data."""
        of, reference, _ = shown(self.settings, sound.unit)
        n_rows = describe(of, sound.sample_rate, sound.unit, sound.n_channels).n_rows
        found = {}
        for level in self.levels:
            every = 1 << (level - self.levels[0])
            for plane in ("max", "mean"):
                found[f"{plane}/{level}"] = ArrayFacts(
                    "uint16", NO_DATA, (sound.n_channels, n_rows), ("channel", "frequency"), every=every,
                    attributes={
                        "code_unit": units.level_unit(sound.unit, of.scaling, reference),
                        "code_step": 1 / A_DECIBEL, "code_zero": ZERO, "frames": 1 << level, "level": level,
                    },
                )  # fmt: skip
        return found

    def coordinates(self, sound: SoundFacts) -> dict[str, np.ndarray]:
        """The frequencies of the rows, Hz, and the numbers of the channels."""
        return axes_of(shown(self.settings, sound.unit).of, sound)

    def check(self, sound: SoundFacts) -> None:
        """Refuse what a viewer cannot show, and settings that a part of a sound does not suffice for."""
        of = shown(self.settings, sound.unit).of
        check_frames_alone(of, sound)
        describe(of, sound.sample_rate, sound.unit, sound.n_channels)

    def rows(self, timeline: Timeline) -> range:
        """Columns of the lowest level, to whole columns of the highest."""
        n = self.n_frames(timeline)
        return range(-(-pyramid.n_cells(n, self.levels[0]) // self.align) * self.align)

    def n_frames(self, sound: Timeline | SoundFacts) -> int:
        """Frames of a sound."""
        return len(frames_of(shown(self.settings, sound.unit).of, sound.n_samples))

    def samples(self, timeline: Timeline, rows: range) -> range:
        """The samples that the frames of some columns look at."""
        of, lowest = shown(self.settings, timeline.unit).of, self.levels[0]
        return samples_of_frames(of, range(rows.start << lowest, rows.stop << lowest))

    def to_dict(self) -> dict[str, Any]:
        """As `Product.to_dict`."""
        return {"name": self.name, "settings": self.settings.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """As `Product.from_dict`."""
        return cls(from_dict(values["settings"])) if "settings" in values else cls()


@dataclass(frozen=True)
class OverviewProduct(Levels):
    """The largest and the mean level of columns of 128 frames, of 256, of 512 …: see `Levels`."""

    name: ClassVar[str] = "overview"
    version: ClassVar[int] = 2
    levels: ClassVar[range] = range(EXACT, HIGH)

    def reductions(self) -> tuple[Reduction, ...]:
        """The high levels."""
        return (OverviewLevels(self.settings),)

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """As `Product.walk`."""
        of, reference, floor = shown(self.settings, timeline.unit)
        values = FrameValues(timeline, of)
        n_frames, shape = len(values.frames), (timeline.n_channels, values.n_rows)
        largest, mean = (np.zeros((len(rows), *shape), np.uint16) for _ in range(2))
        columns = range(rows.start, min(rows.stop, pyramid.n_cells(n_frames, EXACT)))
        for part in split(columns, max(1, values.at_once >> EXACT)) if columns else ():
            frames = range(part.start << EXACT, min(part.stop << EXACT, n_frames))
            samples = values.samples_of(frames)
            if not timeline.effort(samples):
                continue
            yield samples
            power, here = values.of(frames), slice(part.start - rows.start, part.stop - rows.start)
            for channel, one in enumerate(power):
                largest[here, channel], mean[here, channel] = pyramid.coded(one, EXACT, reference, floor)
        return _above(self.levels, largest, mean, rows.start, n_frames)


@dataclass(frozen=True)
class OverviewLevels(Levels, Reduction):
    """High levels of an overview, in shards that are long enough for a tile of most of them: see `Levels`."""

    name: ClassVar[str] = "overview_levels"
    levels: ClassVar[range] = range(HIGH, 21)

    @property
    def base(self) -> OverviewProduct:
        """The overview."""
        return OverviewProduct(self.settings)

    def base_rows(self, rows: range) -> range:
        """As `Reduction.base_rows`."""
        rise = self.levels[0] - EXACT
        return range(rows.start << rise, rows.stop << rise)

    def rows_above(self, base_rows: range) -> range:
        """As `Reduction.rows_above`."""
        rise = self.levels[0] - EXACT
        return range(base_rows.start >> rise, -(-base_rows.stop >> rise))

    def shard_rows(self, sound: SoundFacts, samples: Fraction) -> int:
        """A power of two, whatever a task of the overview holds."""
        lowest = self.arrays(sound)[f"max/{self.levels[0]}"]
        fit = MOST_BYTES // (np.dtype(lowest.dtype).itemsize * int(np.prod(lowest.shape)))
        return max(self.align, min(MOST_COLUMNS, 1 << (max(1, fit).bit_length() - 1)))

    def reduce(self, read: Read, rows: range, sound: SoundFacts) -> dict[str, np.ndarray]:
        """As `Reduction.reduce`."""
        below = self.levels[0] - 1
        largest, mean = read(self.base_rows(rows), [f"max/{below}", f"mean/{below}"]).values()
        found = _above(range(below, self.levels.stop), largest, mean, 2 * rows.start, self.n_frames(sound))
        return {name: found[name] for name in self.arrays(sound)}


def _above(levels: range, largest: np.ndarray, mean: np.ndarray, first: int, n_frames: int) -> dict[str, np.ndarray]:
    """All planes of levels, from those of the lowest from column `first` on; some may lie behind the last frame."""
    found = {f"max/{levels[0]}": largest, f"mean/{levels[0]}": mean}
    for level in levels[1:]:
        there = min(len(largest), max(0, pyramid.n_cells(n_frames, level - 1) - first))
        above = [np.zeros((len(largest) // 2, *largest.shape[1:]), np.uint16) for _ in range(2)]
        if there:
            held = pyramid.sizes(n_frames, level - 1, range(first, first + there))
            flat = there, -1
            for plane, made in zip(above, (
                pyramid.max_above(largest[:there].reshape(flat)),
                pyramid.mean_above(mean[:there].reshape(flat), held),
            ), strict=True):  # fmt: skip
                plane[: len(made)] = made.reshape(-1, *largest.shape[1:])
        (largest, mean), first = above, first // 2
        found |= {f"max/{level}": largest, f"mean/{level}": mean}
    return found
