"""Minutes day by day of UTC: of a sound, or of whatever keeps minutes; one day is held at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from sonograph.archive.levels.day import DAY, Day
from sonograph.archive.levels.minutes import Minutes, minutes, span
from sonograph.archive.segments.moments import moment_at, ns_of
from sonograph.archive.segments.segment import SECOND
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.derived import responses_of
from sonograph.sounds.source import Source

if TYPE_CHECKING:
    from sonograph.archive.reading.opened import Archive


@runtime_checkable
class KeepsMinutes(Protocol):
    """What minutes are read from that were computed before.

    span : when the first begins and when the last one ends, s since 1970 UTC
    sound : the timeline that they are of, for its calibration
    history : what became of them, a line each
    """

    @property
    def span(self) -> tuple[int, int]: ...  # noqa: D102
    @property
    def sound(self) -> Source | None: ...  # noqa: D102
    @property
    def history(self) -> tuple[str, ...]: ...  # noqa: D102

    def minutes(self, start: datetime, end: datetime) -> Minutes:
        """Those from one time to another."""
        ...


def days(
    source: Source | KeepsMinutes | Archive, *, start: datetime | None = None, end: datetime | None = None,
    channel: int | None = None,
) -> Iterator[Day]:  # fmt: skip
    """The days that hold sound, one after the other, of a sound or of an archive, whose minutes are computed already.

    Parameters
    ----------
    source, start, end, channel
        As of `minutes`; an archive, or whatever keeps minutes, is read in place of sound.

    Raises
    ------
    SettingsError
        As `minutes`; an archive of several timelines.
    SourceError
        Some of an archive are not computed yet.

    Examples
    --------
    >>> site = sg.archive.open("site.archive")  # doctest: +SKIP
    >>> months = sg.archive.summarise(day.minutes for day in sg.archive.days(site))  # doctest: +SKIP
    """
    kept = source if isinstance(source, KeepsMinutes) else _of_archive(source, start, end)
    first, stop = span(source) if kept is None else kept.span  # type: ignore[arg-type]
    first = first if start is None else max(first, ns_of(start) // SECOND)
    stop = stop if end is None else min(stop, -(-ns_of(end) // SECOND))
    for day in range(first // DAY * DAY, stop, DAY):
        began, ended = (moment_at(max(first, day) * SECOND), moment_at(min(stop, day + DAY) * SECOND))
        if kept is not None:
            found = kept.minutes(began, ended)
        else:  # a Source
            found = minutes(source, start=began, end=ended, channel=channel)  # type: ignore[arg-type]
        if found.effort.any():
            sound: Any = source if kept is None else kept.sound
            sensitivity = None if sound is None else sensitivity_of(sound, found)
            yield Day(moment_at(day * SECOND), found, sensitivity, () if kept is None else kept.history)


def _of_archive(source: Any, start: datetime | None, end: datetime | None) -> KeepsMinutes | None:
    """The minutes of an archive, all of them computed; None of a sound."""
    if not hasattr(source, "held"):
        return None
    from sonograph.archive.reading.kept import Kept

    kept = Kept(source.folder)
    kept.check_computed(start, end)
    return kept


def sensitivity_of(source: Source, found: Minutes) -> np.ndarray | None:
    """The end-to-end sensitivity (bands,) that held all through minutes, dB re 1 FS for each of the unit."""
    scales = {source.calibration.scale} if source.calibration is not None else set()
    response = None if source.calibration is None else source.calibration.response
    clock, parts = getattr(source, "clock", None), getattr(source, "parts", None)
    if clock is not None:
        first, stop = (clock.sample_at(int(one) * SECOND) for one in (found.times[0], found.times[-1] + 60))
        if parts is not None:
            scales = {part.scale for part in parts if part.start < stop and part.stop > first}
        changes = [(at, one.response) for at, one in responses_of(source)]
        if changes:
            before = [one for at, one in changes if at <= first][-1:]
            meanwhile = {*before, *(one for at, one in changes if first < at < stop)}
            response = meanwhile.pop() if len(meanwhile) == 1 else None
    if len(scales) != 1 or response is None or (scale := scales.pop()) is None or scale == 1:
        return None  # numbers that are in the unit themselves: what was before them, nobody knows
    flat = -20 * np.log10(scale)
    heard = Calibration(1.0, found.unit, response).response_at(found.frequencies) if response else 0.0
    return np.full(len(found.frequencies), flat) + heard
