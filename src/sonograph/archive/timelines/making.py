"""From segments to a Timeline: what of which file lies where, and what its numbers are in the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sonograph.archive.segments.moments import stamp
from sonograph.archive.segments.packed import Packed
from sonograph.archive.segments.segment import Segment, calibration_in
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.joining import Joined
from sonograph.archive.timelines.periods import ALWAYS_NS, Period, periods_of
from sonograph.archive.timelines.timeline import Part, Timeline
from sonograph.errors import SettingsError
from sonograph.io.status import shown
from sonograph.sounds.calibration import Calibration


def timeline_of(
    segments: Sequence[Segment], joined: Joined, path_of: Callable[[str], str], periods: Sequence[Period] = ()
) -> Timeline:
    """Segments that were joined as a Timeline. path_of : where a file of theirs is; periods : of calibration.

    Raises
    ------
    SettingsError
        They are in different units; no period holds at a time of them.
    """
    assert joined.clock is not None  # noqa: S101  # there is a segment
    first = segments[0]
    packed = segments if isinstance(segments, Packed) else Packed(Segment, segments)
    placed, listed = joined.placed, packed.picked(joined.placed.column("segment"))
    meant = _Meant(listed)
    columns = [
        placed.seen("start"), placed.seen("n_samples"), listed.seen("file", path_of), placed.seen("first"),
        listed.seen("size"), listed.seen("mtime_ns"),
    ]  # fmt: skip
    if periods:
        inside = _In(joined.clock, periods_of(first.recorder, periods), first)
        parts = Packed(Part)
        for number, whole in enumerate(Packed.of(Part, [*columns, [None] * len(placed)])):
            for part, found in inside.cut(whole):
                parts.append(replace(part, scale=meant.by(number, part.start, found)))
    else:
        parts = Packed.of(Part, [*columns, meant.all(placed.column("start"))])
    return Timeline(
        parts, joined.clock, sample_rate=first.sample_rate, n_samples=joined.n_samples, n_channels=first.n_channels,
        unit=meant.unit, dtype=meant.dtype, calibration=meant.calibration,
        responses=tuple(meant.changes) if len(meant.changes) > 1 else (),
        recorder=first.recorder, joined=joined, segments=segments,
    )  # fmt: skip


class _Meant:
    """What the numbers of segments are in the world, found segment by segment.

    unit, dtype, calibration : of all, of all, and of the first
    changes : where the response becomes another one, and the calibration from there on
    """

    def __init__(self, listed: Packed[Segment]) -> None:
        self._listed, self.unit = listed, ""
        self._is_first, self._of_unit = True, 0
        self.dtype = "float64" if any(one == "float64" for (one,) in listed.columns("dtype")) else "float32"
        self.calibration: Calibration | None = None
        self.changes: list[tuple[int, Calibration]] = []

    def all(self, starts: np.ndarray) -> list[float | None]:
        """What the samples of each are multiplied by, by its own calibration; starts : where it lies."""
        scales: list[float | None] = []
        before, scale = None, None
        for number, told in enumerate(self._listed.columns("calibration", "unit")):
            if told != before:
                before, scale = told, self.by(number, int(starts[number]), calibration_in(told[0]))
            scales.append(scale)
        return scales

    def by(self, number: int, start: int, found: Calibration | None) -> float | None:
        """The same of some of a segment from a sample on, by a calibration.

        Raises
        ------
        SettingsError
            It is in another unit than those before.
        """
        if self._is_first:
            self.calibration, self._is_first = found, False
        one = self._listed[number]
        its_unit = one.unit if found is None else found.unit
        if self.unit not in ("", its_unit):
            of_unit = self._listed[self._of_unit]
            raise SettingsError(
                f"unit is {self.unit} in {shown(of_unit.file)} and {its_unit} in {shown(one.file)}; a timeline has "
                f"one: calibrate all of its files, or none"
            )
        if not self.unit:
            self.unit, self._of_unit = its_unit, number
        if found is not None and (not self.changes or found.response != self.changes[-1][1].response):
            self.changes.append((start, found))
        return None if found is None else found.scale


class _In:
    """Periods of calibration on a clock, by which parts are cut at the first sample that was taken then or after it."""

    def __init__(self, clock: Clock, periods: Sequence[Period], first: Segment) -> None:
        self._clock, self._recorder = clock, first.recorder
        self._periods = [
            (clock.sample_at(max(one.start_ns, -(1 << 61))) if one.start_ns > 0 else -1,
             clock.sample_at(one.end_ns) if one.end_ns < ALWAYS_NS else 1 << 62, one.calibration)
            for one in periods
        ]  # fmt: skip

    def cut(self, part: Part) -> list[tuple[Part, Calibration]]:
        """The pieces of a part, and the calibration of each.

        Raises
        ------
        SettingsError
            No period holds for some of it.
        """
        found, at = [], part.start
        for start, stop, calibration in self._periods:
            if start <= at < stop and at < part.stop:
                count = min(stop, part.stop) - at
                piece = replace(part, start=at, n_samples=count, first=part.first + at - part.start)
                found.append((piece, calibration))
                at += count
        if at < part.stop:
            raise SettingsError(
                f"no period of calibration holds for {shown(self._recorder) or 'this recorder'} at "
                f"{stamp(self._clock.utc_ns_at(at))}, when {shown(part.path)} was recorded; give one"
            )
        return found
