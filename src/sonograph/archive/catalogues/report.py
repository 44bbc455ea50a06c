"""What a catalogue tells: coverage, gaps, overlaps, duty cycle, drift and changes, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.catalogues.findings import KINDS, Finding
from sonograph.archive.segments.moments import stamp
from sonograph.archive.segments.segment import SECOND, Segment
from sonograph.archive.timelines.joining import Joined
from sonograph.io.status import shown

HOUR_NS, NEAR_NS = 3600 * SECOND, 3 * SECOND
"""A clock that is put back for winter, and how exactly."""
ALIKE = 0.8
"""Of the steps between the beginnings of runs, the share that must be alike for a duty cycle."""


@dataclass(frozen=True)
class Cycle:
    """A duty cycle: so many seconds are recorded, every so many seconds."""

    recorded: float
    every: float


@dataclass(frozen=True)
class Covered:
    """What one timeline holds.

    segments, joined : what it is made of, in the order of time, and how that lies
    cycle : its duty cycle; None where it has none
    gaps : those between its runs: when each began and ended, ns since 1970 UTC
    """

    segments: Sequence[Segment]
    joined: Joined
    cycle: Cycle | None
    gaps: tuple[tuple[int, int], ...]

    @property
    def recorder(self) -> str:
        """Which one took it."""
        return self.segments[0].recorder

    @property
    def sample_rate(self) -> float:
        """Hz."""
        return self.segments[0].sample_rate

    @property
    def start_ns(self) -> int:
        """When its first sample was taken, ns since 1970 UTC."""
        return self._utc(0)

    @property
    def end_ns(self) -> int:
        """When its last sample was over."""
        return self._utc(self.joined.n_samples)

    @property
    def recorded(self) -> float:
        """Seconds of samples."""
        return sum(placed.n_samples for placed in self.joined.placed) / self.sample_rate

    @property
    def share(self) -> float:
        """How much of the time between the first sample and the last was recorded."""
        return min(1.0, self.recorded / max(1e-9, (self.end_ns - self.start_ns) / SECOND))

    @property
    def drift_ppm(self) -> float | None:
        """By how much its rate is off, parts per million, of the longest piece that shows it; None where none does."""
        firsts = [row[0] for row in self.joined.drifts]
        if not firsts or self.joined.clock is None:
            return None
        ends = (*self.joined.clock.firsts[1:], self.joined.n_samples)
        long = dict(zip(self.joined.clock.firsts, ends, strict=True))
        return max(self.joined.drifts, key=lambda row: long[row[0]] - row[0])[1]

    @property
    def odd_gaps(self) -> list[tuple[int, int]]:
        """The gaps that are none of the duty cycle's, the longest first."""
        usual = 0.0 if self.cycle is None else 1.5 * (self.cycle.every - self.cycle.recorded) * SECOND
        return sorted((gap for gap in self.gaps if gap[1] - gap[0] > usual), key=lambda gap: gap[0] - gap[1])

    def values(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        joined, first = self.joined, self.segments[0]
        return {
            "recorder": self.recorder,
            "sample_rate": self.sample_rate,
            "n_channels": first.n_channels,
            "start": stamp(self.start_ns),
            "end": stamp(self.end_ns),
            "seconds": (self.end_ns - self.start_ns) / SECOND,
            "recorded_seconds": self.recorded,
            "coverage": self.share,
            "n_samples": joined.n_samples,
            "n_segments": len(self.segments),
            "n_files": len({one.file for one in self.segments}),
            "n_runs": len(joined.runs),
            "duty_cycle": None
            if self.cycle is None
            else {"recorded_seconds": self.cycle.recorded, "every_seconds": self.cycle.every},
            "drift_ppm": self.drift_ppm,
            "gaps": [{"start": stamp(a), "end": stamp(b), "seconds": (b - a) / SECOND} for a, b in self.gaps],
            "overlaps": [
                {"file": self.segments[one.segment].file, "other": self.segments[one.other].file,
                 "start": stamp(self.segments[one.segment].utc_ns or 0), "seconds": one.n_samples / self.sample_rate}
                for one in joined.overlaps
            ],
            "lost": [
                {"file": self.segments[one.segment].file, "start": stamp(self._utc(one.sample)),
                 "seconds": one.seconds} for one in joined.lost
            ],
        }  # fmt: skip

    def findings(self) -> list[Finding]:
        """Its overlaps, and the steps in its time."""
        found = []
        for one in self.joined.overlaps:
            segment, other = self.segments[one.segment], self.segments[one.other]
            back = other.end_ns - (segment.utc_ns or 0)
            if abs(back - HOUR_NS) <= NEAR_NS:
                what = "begins an hour before the one before it ends, as a clock that is put back for winter"
                sentence = f"{shown(segment.file)}: {what}. Name the zone by its place: zone, as Europe/Berlin."
                found.append(Finding("hour-twice", sentence, segment.file, {"other": other.file}))
                continue
            seconds = one.n_samples / self.sample_rate
            what = f"{seconds:,.3g} s of it were recorded in {shown(other.file)} already, which was kept"
            more = {"other": other.file, "seconds": seconds}
            found.append(Finding("overlap", f"{shown(segment.file)}: {what}.", segment.file, more))
        for lost in self.joined.lost:
            file = self.segments[lost.segment].file
            what = f"begins {abs(lost.seconds):.3g} s {'later' if lost.seconds > 0 else 'earlier'} than a steady rate"
            why = "samples were lost before it" if lost.seconds > 0 else "the clock was put back, or samples are twice"
            more = {"seconds": lost.seconds}
            found.append(Finding("lost", f"{shown(file)}: {what} would have it: {why}.", file, more))
        return found

    def _utc(self, sample: int) -> int:
        assert self.joined.clock is not None  # noqa: S101  # there is a segment
        return self.joined.clock.utc_ns_at(sample)


@dataclass(frozen=True)
class Report:
    """What a catalogue tells.

    catalogue : of what
    covered : what each timeline holds
    findings : all that was found, in the order of `KINDS`
    """

    catalogue: Catalogue
    covered: tuple[Covered, ...]
    findings: tuple[Finding, ...]

    def values(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        sizes = {one.file: one.size for one in self.catalogue.segments}
        return {
            "sources": list(self.catalogue.sources),
            "n_files": len(sizes),
            "n_segments": len(self.catalogue),
            "bytes": sum(sizes.values()),
            "n_read": self.catalogue.read,
            "statuses": dict(self.catalogue.statuses()),
            "timelines": [one.values() for one in self.covered],
            "findings": [one.values() for one in self.findings],
            "faults": [
                {"file": one.file, "status": one.status, "reason": one.reason, "sentence": one.sentence}
                for one in self.catalogue.faults
            ],
        }


def report(catalogue: Catalogue) -> Report:
    """What a catalogue tells of its timelines.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import signals, write
    >>> from sonograph.archive import scan
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for hour in range(4):
    ...         write(f"{folder}/A_20240501_0{hour}0000.wav", signals.tone(440.0, 600.0, sample_rate=1000.0))
    ...     told = report(scan(folder, zone="UTC"))
    >>> told.covered[0].cycle
    Cycle(recorded=600.0, every=3600.0)
    """
    covered = []
    for listed, joined in catalogue.joined():
        assert joined.clock is not None  # noqa: S101  # there is a segment
        ends = [joined.clock.utc_ns_at(run.stop - 1) + round(SECOND / listed[0].sample_rate) for run in joined.runs]
        starts = [joined.clock.utc_ns_at(run.start) for run in joined.runs[1:]]
        gaps = tuple((a, b) for a, b in zip(ends, starts, strict=False) if b > a)
        covered.append(Covered(listed, joined, _cycle(joined, listed[0].sample_rate), gaps))
    found = [*catalogue.findings, *_changes(catalogue.segments)]
    for one in covered:
        found += one.findings()
    return Report(catalogue, tuple(covered), tuple(sorted(found, key=lambda one: KINDS.index(one.kind))))


def _cycle(joined: Joined, sample_rate: float) -> Cycle | None:
    """The duty cycle of runs, where most of them are as long, and begin as long after the one before."""
    if len(joined.runs) < 4:
        return None
    steps = np.diff([run.start for run in joined.runs])
    lengths = np.array([len(run) for run in joined.runs])
    every, recorded = float(np.median(steps)), float(np.median(lengths))
    alike = np.mean(np.abs(steps - every) <= 0.02 * every + 2 * sample_rate)
    as_long = np.mean(np.abs(lengths - recorded) <= 0.05 * recorded + 2 * sample_rate)
    if recorded >= 0.98 * every or min(alike, as_long) < ALIKE:
        return None
    return Cycle(recorded / sample_rate, every / sample_rate)


def _changes(segments: Sequence[Segment]) -> list[Finding]:
    """Where the rate, the gain or the channels of a recorder change, in the order of time."""
    found: list[Finding] = []
    last: dict[str, Segment] = {}
    used = [one for one in segments if one.is_used]
    for one in sorted(used, key=lambda one: (one.recorder, one.utc_ns, one.file, one.first_sample)):
        before = last.get(one.recorder)
        last[one.recorder] = one
        if before is None:
            continue
        pairs = (
            ("rate", "sample_rate", f"{before.sample_rate:g} Hz", f"{one.sample_rate:g} Hz"),
            ("channels", "n_channels", f"{before.n_channels} channels", f"{one.n_channels}"),
            ("gain", "gain", before.gain or "not told", one.gain or "not told"),
        )
        for kind, name, old, new in pairs:
            if getattr(before, name) != getattr(one, name):
                what = f"the {'sample rate' if kind == 'rate' else kind} changes from {old} to {new}"
                apart = "" if kind == "gain" else "; what follows is a timeline of its own"
                at = stamp(one.utc_ns or 0)
                more = {"from": getattr(before, name), "to": getattr(one, name), "start": at}
                found.append(Finding(kind, f"{shown(one.file)}: {what}, {at}{apart}.", one.file, more))
    return found
