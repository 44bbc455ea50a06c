"""An archive to read from: the arrays of its products, with units, over any stretch of time."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.archive.catalogues.segments import SECOND
from sonograph.archive.catalogues.times import ns_of
from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.products.cells import Cells
from sonograph.archive.products.minutes import MinutesProduct
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts, product_of
from sonograph.archive.runs.corrections import factors
from sonograph.archive.runs.plans import read_about
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.files import Files, each, files_of
from sonograph.checks import short
from sonograph.errors import SettingsError, SourceError
from sonograph.settings.arguments import answered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sonograph.archive.products.overview_source import ArchivedSound


class Held:
    """A product of one timeline, as it is stored.

    product : its settings
    files, label : those of the archive, and the folder of its Zarr group in them
    sound : rate, channels and unit of the timeline
    first_row, n_rows : which rows there are, in the product's own numbering
    """

    def __init__(
        self, files: Files, label: str, product: Product, facts: Mapping[str, Any], about: Mapping[str, Any]
    ) -> None:
        self.files, self.label, self.product, self._corrections = files, label, product, about["corrections"]
        self.first_row, self.n_rows = int(facts["first_row"]), int(facts["n_rows"])
        self.sound = SoundFacts(facts["sample_rate"], about["n_channels"], about["unit"], 0)
        self.recorder = str(facts["recorder"])
        self._opened: dict[str, Any] = {}
        self.arrays = product.arrays(self.sound)
        """Its arrays by name: dtype, shape of a row, unit."""

    @property
    def path(self) -> Path | str:
        """Where its Zarr group is: the path or the address."""
        at = self.files.at
        return at / self.label if isinstance(at, Path) else f"{at}/{self.label}"

    @property
    def rows(self) -> range:
        """The rows that there are."""
        return range(self.first_row, self.first_row + self.n_rows)

    def coordinates(self) -> dict[str, np.ndarray]:
        """What the axes of a row are."""
        return stores.coordinates(self.files, self.label, self.product, self.sound)

    def read(self, rows: range, names: list[str] | None = None) -> dict[str, np.ndarray]:
        """Rows of arrays; those that were never computed, or are none, are what an array is filled with.

        Raises
        ------
        SourceError
            A shard is damaged.
        """
        wanted = list(self.arrays if names is None else names)
        found = each(lambda name: self._values(name, rows), wanted, self.files.at_once)
        return dict(zip(wanted, found, strict=True))

    def _values(self, name: str, rows: range) -> np.ndarray:
        fact = self.arrays[name]
        first, stop = (-(-(row - self.first_row) // fact.every) for row in (rows.start, rows.stop))
        values = np.full((stop - first, *fact.shape), fact.fill, fact.dtype)
        inside = range(max(0, first), min(stop, -(-self.n_rows // fact.every)))
        if inside:
            try:
                array = self._opened.get(name)
                if array is None:
                    array = self._opened.setdefault(name, stores.opened(self.files, self.label, name))
                values[inside.start - first : inside.stop - first] = array[inside.start : inside.stop]
            except SourceError:
                raise
            except (ValueError, OSError) as error:
                raise SourceError(
                    f"{self.files.called(f'{self.label}/{name}')}: is damaged. Repair it: archive verify --repair."
                ) from error
        return self._corrected(values, fact, rows)

    def _corrected(self, values: np.ndarray, fact: ArrayFacts, rows: range) -> np.ndarray:
        """Rows with the calibration that holds now, float64 where it was corrected."""
        if not self._corrections or not fact.power:
            return values
        found = factors(self._corrections, rows, self.product.cell) ** fact.power
        return values * found.reshape(-1, *(1 for _ in fact.shape))

    def rows_of(self, start: datetime | None, end: datetime | None) -> range:
        """The cells from the one that `start` lies in to the one before `end`; all by default."""
        cell = self.product.cell * SECOND
        first = self.rows.start if start is None else _ns("start", start) // cell
        stop = self.rows.stop if end is None else -(-_ns("end", end) // cell)
        return range(first, max(first, stop))


class Archive:
    """An archive to read from; `archive.open` gives it. What has not been computed yet reads as missing.

    folder, files : where it is, and what is in it
    names : of its timelines
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.files = files_of(folder)
        self.folder, self.about = self.files.at, read_about(self.files)
        self.products = [product_of(one) for one in self.about["products"]]
        self._timelines = {one["name"]: one for one in self.about["timelines"]}
        self._sounds: dict[str, ArchivedSound] | None = None

    @property
    def history(self) -> list[dict[str, str]]:
        """What was changed of its calibration, and when."""
        return list(self.about["history"])

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
        name = self.named(timeline)
        fits = [one for one in self.products if product in (one.name, one)]
        if not fits:
            raise SettingsError(f"product is {short(product)}; the archive has {', '.join(self._called())}")
        if len(fits) > 1:
            raise SettingsError(f"the archive has {len(fits)} products {fits[0].name}; give its settings")
        return self.held_of(fits[0], name)

    def held_of(self, product: Product, timeline: str) -> Held:
        """The same by settings alone, of reductions too.

        Raises
        ------
        SourceError
            It has not been computed.
        """
        label = f"{timeline}/{product.name}/{product.digest}"
        try:
            facts = stores.attributes(self.files, label)
        except SourceError:
            raise
        except (OSError, ValueError, KeyError):
            raise SourceError(
                f"{self.files.called(label)}: is not there. Compute it: archive run {self.files.called()}."
            ) from None
        return Held(self.files, label, product, facts, self._timelines[timeline])

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

    def cells(
        self, product: str | Product, start: datetime | None = None, end: datetime | None = None, *,
        timeline: str | None = None,
    ) -> Cells:  # fmt: skip
        """A product on cells of UTC: from the cell that `start` lies in to the one before `end`; all by default.

        Parameters
        ----------
        product
            "minutes", "ltsa" or "features"; its settings where there are several of a name.
        start, end
            With their zones.
        timeline
            Which; needed where there are several.

        Raises
        ------
        SettingsError
            A time without zone; a product that lies on frames, or that there is none of.
        SourceError
            It has not been computed, or is damaged.
        """
        held = self.held(product, timeline)
        if held.product.grid != "cells":
            raise SettingsError(
                f"{held.product.name} lies on frames, not on cells of UTC; use tile, or held({held.product.name!r})"
            )
        rows = held.rows_of(start, end)
        times = np.arange(rows.start, rows.stop, dtype=np.int64) * held.product.cell
        about = {"recorder": held.recorder, "sample_rate": held.sound.sample_rate, "unit": held.sound.unit}
        return Cells.of(times, held.product.cell, held.read(rows), held.arrays, held.coordinates(), about)

    def sounds(self) -> list[ArchivedSound]:
        """Its timelines as sounds, each from the archive's origin on, with the overviews that are stored of them.

        Raises
        ------
        SourceError
            The catalogue is damaged.
        SettingsError
            It is one of clips, which have no time.
        """
        from sonograph.archive.clip.set import ClipSet
        from sonograph.archive.products.overview_source import ArchivedSound, Overview
        from sonograph.archive.runs.plans import Plan

        plan, found = Plan.open(self.folder), []
        for t, timeline in enumerate(plan.timelines):
            if isinstance(timeline, ClipSet):
                raise SettingsError(f"{self.files.called()} is made of clips, which have no time; look at their files")
            overviews = [
                Overview(plan, t, one, self._held_if_there) for one in plan.asked if isinstance(one, OverviewProduct)
            ]
            found.append(ArchivedSound(timeline, plan.names[t], overviews))
        return found

    def _held_if_there(self, product: Product, timeline: str) -> Held | None:
        try:
            return self.held_of(product, timeline)
        except SourceError:
            return None

    def tile(
        self, level: int, column: int, *, plane: str = "max", channel: int = 0, timeline: str | None = None
    ) -> np.ndarray:
        """A tile of the overview, as the viewer shows it: codes (columns, rows), 0 where there is no data.

        A code is (level + 256) · 128, in decibels. Stored columns are read as they lie; finer ones, and those that were
        not computed yet, are computed from the sound.

        Parameters
        ----------
        level, column
            2^level frames are a column of the tile, and 256 columns a tile, numbered from 0.
        plane
            "max", "mean", or "salient": the mean, with maxima that noise gives in under 1 % of cells.
        channel
            Which, from 0.
        timeline
            Which; needed where there are several.

        Raises
        ------
        SettingsError
            There is no such tile; the archive has no overview; several timelines, and none is named.
        SourceError
            The sound cannot be read there, or a shard is damaged.
        """
        name = self.named(timeline)
        if self._sounds is None:
            self._sounds = {sound.name: sound for sound in self.sounds()}
        overviews = self._sounds[name].overviews
        if not overviews:
            raise SettingsError("the archive has no overview; plan one: archive plan --products overview")
        return overviews[0].tile(level, column, plane, channel)

    def named(self, name: str | None) -> str:
        """The name of a timeline; that of the only one by default.

        Raises
        ------
        SettingsError
            There are several, and none is named; there is none of that name.
        """
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
        return f"<Archive {self.files.called()}: {', '.join(self._called())} of {', '.join(self.names)}>"


@answered
def open(path: str | os.PathLike[str]) -> Archive:  # as sonograph.open
    """An archive, to read from: its folder, or its address in a bucket, as s3://bucket/site.archive.

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
