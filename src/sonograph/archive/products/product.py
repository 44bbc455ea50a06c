"""What an archive holds of its sound: each product is a settings value and a function of a timeline and rows.

A product knows nothing of stores, tasks or files. Its rows are numbered once for all: cells of UTC from 1970 on, or
frames (columns) of the timeline, so that any rows can be computed anywhere, with the same bits.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import numpy as np

from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.reading_once import Shared, drained, in_step
from sonograph.archive.timelines.timeline import Timeline
from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.jobs.identity import digest

if TYPE_CHECKING:
    from sonograph.archive.products.reduction import Reduction

PRODUCTS: dict[str, type[Product]] = {}
"""The products by their names; each enters itself."""
_HOMES = (
    "clip.features", "products.features", "products.ltsa", "products.minutes", "products.overview",
    "products.spectrogram",
)  # fmt: skip
HOUR = 3600
SHARDS = 4
"""Of frames in a task, about. It reads on to the end of the last, an eighth of its own on average."""


class SoundFacts(NamedTuple):
    """What a product may know of a sound before any of it is read."""

    sample_rate: float
    n_channels: int
    unit: str
    n_samples: int

    @staticmethod
    def of(timeline: Timeline) -> SoundFacts:
        """Those of a timeline."""
        return SoundFacts(timeline.sample_rate, timeline.n_channels, timeline.unit, timeline.n_samples)


@dataclass(frozen=True)
class ArrayFacts:
    """An array of a product, a row of it for each `every` rows of the product.

    dtype : as NumPy names it
    fill : what a row reads of which nothing is known: NaN of numbers, 0 of codes and counts
    shape : of one row
    dims : what each axis of a row is called
    unit : of its values; "" for counts
    every : how many of the product's rows are one of its
    power : of the scale of the samples that its values grow with: 1 of a peak, 2 of a density, 0 of a count
    attributes : more that is written beside it
    """

    dtype: str
    fill: float
    shape: tuple[int, ...] = ()
    dims: tuple[str, ...] = ()
    unit: str = ""
    every: int = 1
    power: int = 0
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Product:
    """Something that an archive holds of each timeline.

    name : what it is called
    version : another one whenever the same settings give other bits
    grid : what a row is: "cells" of so many `seconds` of UTC, row 0 that of 1970, "frames" of the timeline, or "clips"
    corrected : whether another scale of samples changes its arrays by a factor alone, as their `power` says
    reduced : whether it is made of the stored rows of another product, as `Reduction`; nobody asks for it
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    grid: ClassVar[str] = "cells"
    corrected: ClassVar[bool] = False
    reduced: ClassVar[bool] = False

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if cls.name and not cls.reduced:
            PRODUCTS[cls.name] = cls

    @property
    def cell(self) -> int:
        """Seconds of a cell of UTC; they divide an hour."""
        return 60

    @property
    def align(self) -> int:
        """Rows are asked for in multiples of it, the last of a timeline aside: `every` of all arrays divides it."""
        return 1

    def reductions(self) -> tuple[Reduction, ...]:
        """What is made of its stored rows, once they are done, so that more of them are seen at once."""
        return ()

    def step(self, sound: SoundFacts) -> int:
        """Samples from a row to the next, of a product on frames."""
        raise NotImplementedError

    def shard_rows(self, sound: SoundFacts, samples: Fraction) -> int:
        """Rows of a shard, of a product on frames, in tasks of so many samples: a whole number of `align`."""
        return max(1, round(samples / SHARDS / self.step(sound) / self.align)) * self.align

    def arrays(self, sound: SoundFacts) -> dict[str, ArrayFacts]:
        """The arrays that it has of a sound, by name: the same however long the sound is."""
        raise NotImplementedError

    def coordinates(self, sound: SoundFacts) -> dict[str, np.ndarray]:
        """What the axes of a row are, by their names in `dims` (and `NAME_bounds`): written once."""
        return {}

    def check(self, sound: SoundFacts) -> None:
        """Refuse a sound of which it cannot be made.

        Raises
        ------
        SettingsError
            With the reason.
        """

    def rows(self, timeline: Timeline) -> range:
        """The rows of a whole timeline, from that of its first sample to that of its last."""
        if not timeline.n_samples:
            return range(0)
        first, last = (timeline.clock.utc_ns_at(one) for one in (0, timeline.n_samples - 1))
        return range(first // (self.cell * SECOND), last // (self.cell * SECOND) + 1)

    def samples(self, timeline: Timeline, rows: range) -> range:
        """The samples that rows depend on: whatever lies outside of them, `compute` gives the same.

        Of cells, a second more than their last sample, as clocks are asked for the end of them.
        """
        first, stop = (timeline.clock.sample_at(one * self.cell * SECOND) for one in (rows.start, rows.stop))
        return range(first, stop + int(timeline.sample_rate))

    def compute(self, timeline: Timeline, rows: range) -> dict[str, np.ndarray]:
        """The rows of each array (rows / every, *shape): the same bits whatever rows are asked for together."""
        return drained(self.walk(timeline, rows))

    def walk(self, timeline: Timeline, rows: range) -> Generator[range, None, dict[str, np.ndarray]]:
        """The same in steps, each of which yields the samples that it reads next; see `reading_once`."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Plain values, with its name."""
        return {"name": self.name} | {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The product of plain values.

        Raises
        ------
        SettingsError
            A name that is none of its settings.
        """
        known = [one.name for one in fields(cls)]
        for name in values:
            if name not in ("name", *known):
                raise SettingsError(f"{name} is no setting of {cls.name}; it has {', '.join(known) or 'none'}")
        return cls(**{name: value for name, value in values.items() if name != "name"})

    @property
    def digest(self) -> str:
        """A name for its settings and version."""
        return digest(self.version, self.to_dict())


def product_of(wanted: str | Mapping[str, Any] | Product) -> Product:
    """A product by its name, its plain values, or itself.

    Raises
    ------
    SettingsError
        There is none of that name.

    Examples
    --------
    >>> product_of("minutes").to_dict()
    {'name': 'minutes', 'channel': None}
    """
    for home in _HOMES:  # they enter themselves
        importlib.import_module(f"sonograph.archive.{home}")
    if isinstance(wanted, Product):
        return wanted
    values = {"name": wanted} if isinstance(wanted, str) else dict(wanted)
    name = values.get("name")
    if name not in PRODUCTS:
        raise SettingsError(f"product is {short(name)}; it must be one of {', '.join(sorted(PRODUCTS))}")
    return PRODUCTS[name].from_dict(values)


def computed(timeline: Timeline, wanted: Sequence[tuple[Product, range]]) -> list[dict[str, np.ndarray]]:
    """Rows of several products of one timeline, as `Product.compute` gives them; its sound is read once.

    Each product of clips opens their files itself.
    """
    if all(product.grid == "clips" for product, _ in wanted):
        return [product.compute(timeline, rows) for product, rows in wanted]
    shared = Shared(timeline)
    return in_step(shared, [product.walk(shared, rows) for product, rows in wanted])
