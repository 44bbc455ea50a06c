"""The clips of an archive as rows: file, label, how it was, and its features; some at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from sonograph.archive.catalogues.catalogue import Clips
from sonograph.archive.clip.features import STATUSES, ClipFeatures
from sonograph.archive.reading import opened
from sonograph.archive.runs.computed import check_computed
from sonograph.archive.runs.plans import Plan
from sonograph.archive.segments.clip import Clip
from sonograph.atomic import name_of
from sonograph.errors import SettingsError


class ClipRows:
    """Clips of one rate that an archive holds.

    name : of the set
    held : where its arrays are
    product : what was computed
    clips : a Clip for each row
    paths : where the file of each is
    """

    def __init__(
        self, path: str | os.PathLike[str], timeline: str | None = None, product: str | ClipFeatures = ClipFeatures.name
    ) -> None:
        self._plan = plan = Plan.open(path)
        if not isinstance(plan.catalogue, Clips):
            raise SettingsError(f"{name_of(path)} is an archive of recordings; this is for one of clips")
        archive = opened.open(path)
        self.name = archive.named(timeline)
        self.held = archive.held(product, self.name)
        assert isinstance(self.held.product, ClipFeatures)  # noqa: S101  # there are no others of clips
        self.product = self.held.product
        self._number = plan.names.index(self.name)
        listed = list(plan.catalogue.groups().values())[self._number]
        self.clips = [one for one in listed if isinstance(one, Clip)]
        self.paths = [plan.catalogue.path_of(one) for one in listed]

    def __len__(self) -> int:
        return len(self.clips)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The labels, sorted."""
        return tuple(sorted({one.label for one in self.clips if one.label}))

    @cached_property
    def labels(self) -> np.ndarray:
        """(rows,) int64: the number of each clip's label in `classes`, -1 for none."""
        number = {label: i for i, label in enumerate(self.classes)}
        return np.array([number.get(one.label, -1) for one in self.clips], np.int64)

    @property
    def names(self) -> list[str]:
        """What the columns of the features are called."""
        return list(self.held.arrays["features"].attributes["features"])

    @property
    def units(self) -> list[str]:
        """What each column is in; "" for plain numbers."""
        return list(self.held.arrays["features"].attributes["units_of_features"])

    @property
    def at_once(self) -> int:
        """Rows of a shard."""
        return self._plan.shards[self._number].per_shard[0]

    def about(self) -> dict[str, Any]:
        """What was computed, and where it lies in the archive, as JSON can hold it."""
        label = self._plan.label(self._number, self._plan.products.index(self.product))
        return {"product": self.product.to_dict(), "array": f"{label}/features", "classes": list(self.classes),
                "sample_rate": self.held.sound.sample_rate, "unit": self.held.sound.unit}  # fmt: skip

    def read(self, rows: range) -> dict[str, np.ndarray]:
        """The arrays of some rows."""
        return self.held.read(rows)

    def blocks(self) -> Iterator[tuple[range, dict[str, np.ndarray]]]:
        """All rows, a shard at a time."""
        for first in range(0, len(self), self.at_once):
            rows = range(first, min(first + self.at_once, len(self)))
            yield rows, self.read(rows)

    def check_computed(self) -> dict[str, str]:
        """Refuse clips that are not computed of the files that the catalogue has now.

        Returns
        -------
        What was wrong with clips, by their names.

        Raises
        ------
        SourceError
            Some are not computed.
        """
        return check_computed(self._plan, self._number, self._plan.products.index(self.product))


def status_words(numbers: np.ndarray) -> list[str]:
    """What the numbers of `status` mean; "missing" of a clip that was not computed."""
    return [STATUSES[number] or "missing" for number in numbers]
