"""From segments to a Timeline: what of which file lies where, and what its numbers are in the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sonograph.archive.clock import Clock
from sonograph.archive.joining import Joined
from sonograph.archive.periods import ALWAYS_NS, Period, periods_of
from sonograph.archive.segments import Segment, calibration_in
from sonograph.archive.timeline import Part, Timeline
from sonograph.archive.times import stamp
from sonograph.errors import SettingsError
from sonograph.io.status import shown
from sonograph.sounds.calibration import Calibration


def timeline_of(
    segments: Sequence[Segment], joined: Joined, paths: Sequence[str], periods: Sequence[Period] = ()
) -> Timeline:
    """Segments that were joined as a Timeline. paths : where the file of each is; periods : of calibration.

    Raises
    ------
    SettingsError
        They are in different units; no period holds at a time of them.
    """
    assert joined.clock is not None  # noqa: S101  # there is a segment
    first = segments[0]
    used = [segments[placed.segment] for placed in joined.placed]
    known = {cell: calibration_in(cell) for cell in {one.calibration for one in used}}
    pieces = [
        (Part(placed.start, placed.n_samples, paths[placed.segment], placed.first, one.size, one.mtime_ns),
         known[one.calibration])
        for placed, one in zip(joined.placed, used, strict=True)
    ]  # fmt: skip
    if periods:
        pieces = _in_periods(pieces, joined.clock, periods_of(first.recorder, periods), first)
        unit = pieces[0][1].unit  # type: ignore[union-attr]
    else:
        unit = _unit(used, known)
    changes: list[tuple[int, Calibration]] = []
    for part, calibration in pieces:
        if calibration is not None and (not changes or calibration.response != changes[-1][1].response):
            changes.append((part.start, calibration))
    return Timeline(
        [part if found is None else replace(part, scale=found.scale) for part, found in pieces], joined.clock,
        sample_rate=first.sample_rate, n_samples=joined.n_samples, n_channels=first.n_channels, unit=unit,
        dtype="float64" if any(one.dtype == "float64" for one in used) else "float32",
        calibration=pieces[0][1], responses=tuple(changes) if len(changes) > 1 else (), recorder=first.recorder,
        joined=joined, segments=segments,
    )  # fmt: skip


def _unit(used: Sequence[Segment], known: dict[str, Calibration | None]) -> str:
    units: dict[str, Segment] = {}
    for one in used:
        calibration = known[one.calibration]
        units.setdefault(one.unit if calibration is None else calibration.unit, one)
    if len(units) > 1:
        (unit, one), (other, two) = list(units.items())[:2]
        raise SettingsError(
            f"unit is {unit} in {shown(one.file)} and {other} in {shown(two.file)}; a timeline has one: calibrate all "
            f"of its files, or none"
        )
    return next(iter(units))


def _in_periods(
    pieces: Sequence[tuple[Part, Calibration | None]], clock: Clock, periods: Sequence[Period], first: Segment
) -> list[tuple[Part, Calibration | None]]:
    """Parts cut where the calibration changes, at the first sample that was taken then or after it."""
    starts = [clock.sample_at(max(one.start_ns, -(1 << 61))) if one.start_ns > 0 else -1 for one in periods]
    stops = [clock.sample_at(one.end_ns) if one.end_ns < ALWAYS_NS else 1 << 62 for one in periods]
    found: list[tuple[Part, Calibration | None]] = []
    for part, _ in pieces:
        at = part.start
        for start, stop, period in zip(starts, stops, periods, strict=True):
            if start <= at < stop and at < part.stop:
                count = min(stop, part.stop) - at
                cut = replace(part, start=at, n_samples=count, first=part.first + at - part.start)
                found.append((cut, period.calibration))
                at += count
        if at < part.stop:
            raise SettingsError(
                f"no period of calibration holds for {shown(first.recorder) or 'this recorder'} at "
                f"{stamp(clock.utc_ns_at(at))}, when {shown(part.path)} was recorded; give one"
            )
    return found
