"""The minutes of an archive, for whatever is made of them: refused where some of them have not been computed yet."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.reading import opened
from sonograph.archive.runs.computed import check_computed
from sonograph.archive.runs.plans import Plan
from sonograph.archive.segments.moments import ns_of
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.periods import period_of
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.archive.timelines.timeline import Timeline

MINUTES = "minutes"


class Kept:
    """The minutes of one timeline of an archive.

    name : of the timeline
    span : when the first minute begins that holds sound, and when the last one ends, s since 1970 UTC
    sound : the timeline, with the calibration that holds now
    history : what became of the archive's calibration
    """

    def __init__(self, path: str | os.PathLike[str], timeline: str | None = None) -> None:
        self._archive = opened.open(path)
        names = self._archive.names
        if timeline is None and len(names) > 1:
            raise SettingsError(f"the archive has timelines {', '.join(names)}; name one of them: timeline")
        self._held = self._archive.held(MINUTES, timeline)
        self.name = names[0] if timeline is None else timeline
        self._plan = Plan.open(path)
        self._number = self._plan.names.index(self.name)
        self._timeline = self._plan.timelines[self._number]
        self.sound: Timeline = self._calibrated()
        self.history = tuple(f"{one['at']}: {one['what']}" for one in self._archive.about["history"])
        first = self.sound.parts[0].start if self.sound.parts else 0
        began = self.sound.clock.utc_ns_at(first) // (60 * SECOND) * 60
        self.span = began, self._held.rows.stop * 60

    def _calibrated(self) -> Timeline:
        corrected = self._archive.about["corrected"]
        if corrected is None:
            return self._timeline
        periods = [period_of(one) for one in corrected]
        return self._plan.catalogue.timelines(start=self._timeline.start, calibrations=periods)[self._number]

    def minutes(self, start: datetime, end: datetime) -> Minutes:
        """Those from one time to another."""
        return self._archive.minutes(start, end, timeline=self.name)

    def stretch(self, start: datetime | None = None, end: datetime | None = None) -> tuple[int, int]:
        """What of its span lies between two times, s since 1970 UTC."""
        first, stop = self.span
        first = first if start is None else max(first, ns_of(start) // (60 * SECOND) * 60)
        stop = stop if end is None else min(stop, -(-ns_of(end) // (60 * SECOND)) * 60)
        return first, max(first + 60, stop)

    def check_computed(self, start: datetime | None = None, end: datetime | None = None) -> dict[str, str]:
        """Refuse minutes that are not computed of what there is now, as they read as if nothing had been recorded.

        Returns
        -------
        Why, of each file between these times that could not be read: what it holds is missing.

        Raises
        ------
        SourceError
            Some between these times are not.
        """
        first, stop = (None if one is None else ns_of(one) for one in (start, end))
        number = next(i for i, one in enumerate(self._plan.products) if one == self._held.product)
        return check_computed(self._plan, self._number, number, first, stop)
