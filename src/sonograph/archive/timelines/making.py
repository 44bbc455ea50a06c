"""From segments to a Timeline: what of which file lies where, and what its numbers are in the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from sonograph.archive.catalogues.packed import Packed
from sonograph.archive.catalogues.segments import Segment, calibration_in
from sonograph.archive.catalogues.times import stamp
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.joining import Joined
from sonograph.archive.timelines.periods import ALWAYS_NS, Period, periods_of
from sonograph.archive.timelines.timeline import Part, Timeline
from sonograph.errors import SettingsError
from sonograph.io.status import shown
from sonograph.sounds.calibration import Calibration


def timeline_of(
    segments: Sequence[Segment], joined: Joined, path_of: Callable[[Segment], str], periods: Sequence[Period] = ()
) -> Timeline:
    """Segments that were joined as a Timeline. path_of : where the file of one is; periods : of calibration.

    Raises
    ------
    SettingsError
        They are in different units; no period holds at a time of them.
    """
    assert joined.clock is not None  # noqa: S101  # there is a segment
    first, known = segments[0], cache(calibration_in)
    unit, dtype = "", "float32"
    calibration: Calibration | None = None
    changes: list[tuple[int, Calibration]] = []
    parts = Packed(Part)
    inside = _In(joined.clock, periods_of(first.recorder, periods), first) if periods else None
    of_unit = first
    listed = segments if isinstance(segments, Packed) else Packed(Segment, segments)
    for placed, one in zip(joined.placed, listed.picked(joined.placed.column("segment")), strict=True):
        whole = Part(placed.start, placed.n_samples, path_of(one), placed.first, one.size, one.mtime_ns)
        if one.dtype == "float64":
            dtype = "float64"
        for part, found in [(whole, known(one.calibration))] if inside is None else inside.cut(whole):
            if not parts:
                calibration = found
            its_unit = one.unit if found is None else found.unit
            if unit not in ("", its_unit):
                raise SettingsError(
                    f"unit is {unit} in {shown(of_unit.file)} and {its_unit} in {shown(one.file)}; a timeline has one: "
                    f"calibrate all of its files, or none"
                )
            if not unit:
                unit, of_unit = its_unit, one
            if found is not None and (not changes or found.response != changes[-1][1].response):
                changes.append((part.start, found))
            parts.append(part if found is None else replace(part, scale=found.scale))
    return Timeline(
        parts, joined.clock, sample_rate=first.sample_rate, n_samples=joined.n_samples, n_channels=first.n_channels,
        unit=unit, dtype=dtype, calibration=calibration, responses=tuple(changes) if len(changes) > 1 else (),
        recorder=first.recorder, joined=joined, segments=segments,
    )  # fmt: skip


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
