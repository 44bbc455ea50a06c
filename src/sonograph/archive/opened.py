"""An archive to read from: the arrays of its products, with units, over any stretch of time."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.archive import stores
from sonograph.archive.minute_levels import Minutes
from sonograph.archive.minutes_product import MinutesProduct
from sonograph.archive.plans import read_about
from sonograph.archive.products import Product, SoundFacts, product_of
from sonograph.archive.segments import SECOND
from sonograph.archive.times import ns_of
from sonograph.atomic import name_of
from sonograph.checks import short
from sonograph.errors import SettingsError, SourceError
from sonograph.settings.arguments import answered

if TYPE_CHECKING:
    from collections.abc import Mapping


class Held:
    """A product of one timeline, as it is stored.

    product : its settings
    path : of its Zarr group
    sound : rate, channels and unit of the timeline
    first_row, n_rows : which rows there are, in the product's own numbering
    """

    def __init__(self, path: Path, product: Product, facts: Mapping[str, Any], n_channels: int) -> None:
        self.path, self.product = path, product
        self.first_row, self.n_rows = int(facts["first_row"]), int(facts["n_rows"])
        self.sound = SoundFacts(facts["sample_rate"], n_channels, facts["unit"], 0)
        self.recorder = str(facts["recorder"])
        self.arrays = product.arrays(self.sound)
        """Its arrays by name: dtype, shape of a row, unit."""

    @property
    def rows(self) -> range:
        """The rows that there are."""
        return range(self.first_row, self.first_row + self.n_rows)

    def coordinates(self) -> dict[str, np.ndarray]:
        """What the axes of a row are."""
        return stores.coordinates(self.path, self.product, self.sound)

    def read(self, rows: range, names: list[str] | None = None) -> dict[str, np.ndarray]:
        """Rows of arrays; those that were never computed, or are none, are what an array is filled with.

        Raises
        ------
        SourceError
            A shard is damaged.
        """
        found = {}
        for name in self.arrays if names is None else names:
            fact = self.arrays[name]
            first, stop = (-(-(row - self.first_row) // fact.every) for row in (rows.start, rows.stop))
            values = np.full((stop - first, *fact.shape), fact.fill, fact.dtype)
            inside = range(max(0, first), min(stop, -(-self.n_rows // fact.every)))
            if inside:
                try:
                    values[inside.start - first : inside.stop - first] = stores.read(
                        self.path, name, inside.start, inside.stop
                    )
                except (ValueError, OSError) as error:
                    raise SourceError(
                        f"{name_of(self.path / name)}: is damaged. Repair it: archive verify --repair."
                    ) from error
            found[name] = values
        return found

    def rows_of(self, start: datetime | None, end: datetime | None) -> range:
        """The cells from the one that `start` lies in to the one before `end`; all by default."""
        cell = self.product.cell * SECOND
        first = self.rows.start if start is None else _ns("start", start) // cell
        stop = self.rows.stop if end is None else -(-_ns("end", end) // cell)
        return range(first, max(first, stop))


class Archive:
    """An archive to read from; `archive.open` gives it. What has not been computed yet reads as missing.

    folder : where it is
    names : of its timelines
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.about = read_about(folder)
        self.products = [product_of(one) for one in self.about["products"]]
        self._timelines = {one["name"]: one for one in self.about["timelines"]}

    @property
    def names(self) -> list[str]:
        """Its timelines: recorder, sample rate, and channels where there are several."""
        return list(self._timelines)

    def held(self, product: str | Product = "minutes", timeline: str | None = None) -> Held:
        """A product of one timeline.

        product : its name, or its settings where there are several of a name
        timeline : which; needed where there are several

        Raises
        ------
        SettingsError
            There is none of that name; there are several, and none is named.
        SourceError
            It has not been computed.
        """
        name = self._timeline(timeline)
        fits = [one for one in self.products if product in (one.name, one)]
        if not fits:
            raise SettingsError(f"product is {short(product)}; the archive has {', '.join(self._called())}")
        if len(fits) > 1:
            raise SettingsError(f"the archive has {len(fits)} products {fits[0].name}; give its settings")
        path = self.folder / name / fits[0].name / fits[0].digest
        try:
            facts = dict(stores.load().open_group(path, mode="r").attrs)
        except (OSError, ValueError, KeyError):
            raise SourceError(
                f"{name_of(path)}: is not there. Compute it: archive run {name_of(self.folder)}."
            ) from None
        return Held(path, fits[0], facts, self._timelines[name]["n_channels"])

    def minutes(
        self, start: datetime | None = None, end: datetime | None = None, *, timeline: str | None = None
    ) -> Minutes:
        """The standard minutes of one timeline: from the one that `start` lies in to the one before `end`.

        Raises
        ------
        SettingsError
            A time without zone; several timelines, and none is named; the archive has no minutes.
        SourceError
            They have not been computed, or are damaged.
        """
        held = self.held("minutes", timeline)
        rows = held.rows_of(start, end)
        return MinutesProduct.of_arrays(
            rows, held.read(rows), held.coordinates(), held.sound.sample_rate, held.sound.unit
        )

    def _timeline(self, name: str | None) -> str:
        if name is None:
            if len(self._timelines) != 1:
                raise SettingsError(f"the archive has timelines {', '.join(self.names)}; name one: timeline=…")
            return self.names[0]
        if name not in self._timelines:
            raise SettingsError(f"timeline is {short(name)}; it must be one of {', '.join(self.names)}")
        return name

    def _called(self) -> list[str]:
        return sorted({one.name for one in self.products})

    def __repr__(self) -> str:
        return f"<Archive {name_of(self.folder)}: {', '.join(self._called())} of {', '.join(self.names)}>"


@answered
def open(path: str | os.PathLike[str]) -> Archive:  # as sonograph.open
    """An archive, to read from.

    Raises
    ------
    SourceError
        There is none; it is damaged.
    """
    return Archive(path)


def _ns(name: str, moment: datetime) -> int:
    if moment.tzinfo is None:
        raise SettingsError(f"{name} is {moment.isoformat()}, which has no zone; give one: tzinfo=timezone.utc")
    return ns_of(moment)
