"""A product of one timeline, as it is stored: rows of its arrays, with the calibration that holds now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.archive.products.product import ArrayFacts, Product, SoundFacts
from sonograph.archive.segments.moments import ns_of, zoned
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.stores import arrays as stores
from sonograph.archive.stores.files import Files, each
from sonograph.errors import SourceError


def held_of(files: Files, product: Product, timeline: Mapping[str, Any]) -> Held:
    """A product of one timeline by its settings, of reductions too.

    timeline : what the plan says of it

    Raises
    ------
    SourceError
        It has not been computed.
    """
    label = f"{timeline['name']}/{product.name}/{product.digest}"
    try:
        facts = stores.attributes(files, label)
    except SourceError:
        raise
    except (OSError, ValueError, KeyError):
        raise SourceError(f"{files.called(label)}: is not there. Compute it: archive run {files.called()}.") from None
    return Held(files, label, product, facts, timeline)


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
        first = self.rows.start if start is None else ns_of(zoned("start", start)) // cell
        stop = self.rows.stop if end is None else -(-ns_of(zoned("end", end)) // cell)
        return range(first, max(first, stop))


def factors(listed: Sequence[Sequence[Any]], cells: range, cell: int) -> np.ndarray:
    """What samples of each cell of so many seconds are to be multiplied by."""
    starts = np.array([from_ns // SECOND // cell for from_ns, _ in listed], np.int64)
    values = np.array([factor for _, factor in listed])
    numbers = np.searchsorted(starts, np.arange(cells.start, cells.stop), side="right") - 1
    return values[np.maximum(numbers, 0)]
