"""An archive to read from: the arrays of its products, with units, over any stretch of time."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.products.cells import Cells
from sonograph.archive.products.minutes import MinutesProduct
from sonograph.archive.products.overview import OverviewProduct
from sonograph.archive.products.product import Product, product_of
from sonograph.archive.products.spectrogram import SpectrogramProduct
from sonograph.archive.runs.plans import read_about
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.stores.files import files_of
from sonograph.archive.stores.held import Held, held_of
from sonograph.checks import short
from sonograph.errors import SettingsError, SourceError
from sonograph.settings.arguments import answered

if TYPE_CHECKING:
    from sonograph.archive.reading.overview_source import ArchivedSound


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
        return held_of(self.files, fits[0], self._timelines[name])

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
        level: int | None = None, timeline: str | None = None,
    ) -> Cells:  # fmt: skip
        """A product over time: from the cell that `start` lies in to the one before `end`; all by default.

        A cell is one of UTC, a frame of a spectrogram, or a column of an overview. Levels are in decibels, whatever
        they are stored as.

        Parameters
        ----------
        product
            "minutes", "ltsa", "features", "overview" or "spectrogram"; its settings where there are several of a name.
        start, end
            With their zones.
        level
            Of an overview: 2^level frames are a column; 7 by default. Finer ones than 7 are computed from the sound.
        timeline
            Which; needed where there are several.

        Raises
        ------
        SettingsError
            A time without zone; a product of clips, or that there is none of; a level of what has none.
        SourceError
            It has not been computed, or is damaged.
        """
        held = self.held(product, timeline)
        if level is not None and not isinstance(held.product, OverviewProduct):
            raise SettingsError(f"level is {short(level)}, and {held.product.name} has none; leave it out")
        if held.product.grid != "cells":
            return self._on_frames(held, start, end, level, self.named(timeline))
        rows = held.rows_of(start, end)
        times = np.arange(rows.start, rows.stop, dtype=np.int64) * held.product.cell * SECOND
        about = {"recorder": held.recorder, "sample_rate": held.sound.sample_rate, "unit": held.sound.unit}
        return Cells.of(times, held.product.cell, held.read(rows), held.arrays, held.coordinates(), about)

    def _on_frames(
        self, held: Held, start: datetime | None, end: datetime | None, level: int | None, name: str
    ) -> Cells:  # fmt: skip
        from sonograph.archive.reading import frame_cells

        product = held.product
        if isinstance(product, OverviewProduct):
            return frame_cells.columns(self._sound(name), held, product.settings, start, end, level)
        if isinstance(product, SpectrogramProduct):
            return frame_cells.frames(self._sound(name), held, product.settings, start, end)
        raise SettingsError(f"{product.name} lies on clips, which have no time; use ClipRows")

    def _sound(self, name: str) -> ArchivedSound:
        if self._sounds is None:
            self._sounds = {sound.name: sound for sound in self.sounds()}
        return self._sounds[name]

    def sounds(self) -> list[ArchivedSound]:
        """Its timelines as sounds, each from the archive's origin on, with the overviews that are stored of them.

        Raises
        ------
        SourceError
            The catalogue is damaged.
        SettingsError
            It is one of clips, which have no time.
        """
        from sonograph.archive.reading.overview_source import ArchivedSound, Overview
        from sonograph.archive.runs.plans import Plan
        from sonograph.archive.timelines.clip_set import ClipSet

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
            return held_of(self.files, product, self._timelines[timeline])
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
        overviews = self._sound(self.named(timeline)).overviews
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
