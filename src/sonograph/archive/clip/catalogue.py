"""A catalogue of clips: sound files that stand for themselves, each with its label. None needs to tell a time.

A row is a file. Rows keep their numbers when others come: what is new comes behind.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.clip.set import ClipPart, ClipSet
from sonograph.archive.segments.clip import Clip
from sonograph.archive.segments.segment import Segment, calibration_in
from sonograph.archive.timelines.periods import Period
from sonograph.archive.timelines.timeline import Timeline
from sonograph.errors import SettingsError
from sonograph.io.status import shown


@dataclass(frozen=True)
class Clips(Catalogue):
    """What sound files there are, and what they are called. Made by `archive.clips`, kept by `save`.

    segments : a Clip for each file, also those that cannot be used
    """

    def about(self) -> dict[str, Any]:
        """As `Catalogue.about`."""
        return super().about() | {"clips": True}

    @property
    def labels(self) -> Counter[str]:
        """How many clips there are of each label that can be used; "" of those that have none."""
        return Counter(one.label for one in self.segments if one.is_used and isinstance(one, Clip))

    def groups(self) -> dict[tuple[str, float, int], Sequence[Segment]]:
        """The clips that can be used by sample rate and number of channels, each in the order of their rows."""
        found: dict[tuple[str, float, int], list[Segment]] = defaultdict(list)
        for one in self.segments:
            if one.is_used:
                found["clips", one.sample_rate, one.n_channels].append(one)
        return dict(sorted(found.items()))

    def timelines(
        self, *, start: datetime | None = None, calibrations: str | os.PathLike[str] | Sequence[Period] = ()
    ) -> list[Timeline]:
        """What stands for timelines: the `sets`. Clips have no times, and their calibrations are those of the files."""
        return list(self.sets())

    def sets(self) -> list[ClipSet]:
        """Its clips by sample rate and number of channels, numbered.

        Raises
        ------
        SettingsError
            Clips of one rate in different units.
        """
        return [self._set(listed) for listed in self.groups().values()]

    def _set(self, listed: Sequence[Segment]) -> ClipSet:
        known = {cell: calibration_in(cell) for cell in {one.calibration for one in listed}}
        units: dict[str, Segment] = {}
        parts = []
        for number, one in enumerate(listed):
            calibration = known[one.calibration]
            units.setdefault(one.unit if calibration is None else calibration.unit, one)
            parts.append(
                ClipPart(number, 1, self.path_of(one), 0, one.size, one.mtime_ns, None, one.n_samples, one.calibration)
            )
        if len(units) > 1:
            (unit, one), (other, two) = list(units.items())[:2]
            raise SettingsError(
                f"unit is {unit} in {shown(one.file)} and {other} in {shown(two.file)}; clips that are computed "
                f"together have one: calibrate all of them, or none"
            )
        return ClipSet.of(parts, sample_rate=listed[0].sample_rate, n_channels=listed[0].n_channels,
                          unit=next(iter(units)))  # fmt: skip
