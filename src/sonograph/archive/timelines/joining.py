"""Where the samples of segments lie on one timeline, in integers.

Each run of files that follow each other begins where its first time says, at the nominal rate from the timeline's
origin on; inside a run samples join exactly, whatever the times of its files say. So a file that comes later never
moves one that was there before.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sonograph.archive.segments.moments import stamp
from sonograph.archive.segments.packed import Packed
from sonograph.archive.segments.segment import SECOND, Segment, duration_ns
from sonograph.archive.timelines import steady
from sonograph.archive.timelines.clock import Clock, rate_of
from sonograph.errors import SettingsError
from sonograph.io.status import shown

LEAST_NS = SECOND // 10
"""A file that begins so little later or earlier than the one before ends continues it, however many digits tell it."""
UNSTEADY = 50e-6
"""Of a file's length: how much later or earlier the next may begin because a crystal is not exact."""


@dataclass(frozen=True)
class Placed:
    """Samples of a segment on the timeline.

    start, n_samples : where, and how many
    segment : the number of the segment
    first : the first of the file's samples
    """

    start: int
    n_samples: int
    segment: int
    first: int


@dataclass(frozen=True)
class Overlap:
    """Samples that were left out, because an earlier file has the same time.

    segment, other : numbers of the segments; those of `other` were kept
    n_samples : how many
    """

    segment: int
    other: int
    n_samples: int


@dataclass(frozen=True)
class Lost:
    """A step in the time inside a run that no steady rate explains.

    segment : the number of the segment that begins later, or earlier, than it should
    sample : of the timeline
    seconds : about how much; below 0 where the clock was put back
    """

    segment: int
    sample: int
    seconds: float


@dataclass
class Joined:
    """Segments on one timeline.

    runs : where samples follow each other without a gap, as ranges of the timeline's samples
    drifts : of the pieces whose rate is not the nominal one: (first sample, parts per million, least, most)
    """

    placed: Packed[Placed] = field(default_factory=lambda: Packed(Placed))
    runs: Packed[range] = field(default_factory=lambda: Packed(range, names=("start", "stop")))
    overlaps: list[Overlap] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    drifts: list[tuple[int, float, float, float]] = field(default_factory=list)
    clock: Clock | None = None
    n_samples: int = 0


def join(
    segments: Sequence[Segment],
    *,
    start_ns: int | None = None,
    join_ns: int | None = None,
    pace: Fraction = Fraction(1),
) -> Joined:
    """Lay segments of one recorder, rate and number of channels on a timeline; they are in order of their times.

    start_ns : when sample 0 is; the first segment's time by default
    join_ns : by how much a file may begin later or earlier than the one before ends, and still continue it
    pace : true seconds in each second of the recorder's clock

    Raises
    ------
    SettingsError
        A segment before `start_ns`.
    """
    segments = segments if isinstance(segments, Packed) else Packed(Segment, segments)
    true = rate_of(segments[0].sample_rate) / pace
    origin = (segments[0].utc_ns or 0) if start_ns is None else start_ns
    joined = Joined()
    begins = array("q")  # of each run, the number of its first in `placed`
    last: _Facts | None = None
    for number, one in enumerate(map(_Facts._make, segments.columns(*_Facts._fields))):
        utc_ns = one.utc_ns or 0
        if utc_ns < origin:
            raise SettingsError(
                f"start is {stamp(origin)}; {shown(one.file)} began before it, at {stamp(utc_ns)}: let the timeline "
                f"start earlier, or leave the file out"
            )
        end = joined.n_samples
        if last is not None and _continues(last, one, join_ns):
            placed = Placed(end, one.n_samples, number, one.first_sample)
        else:
            wanted, cut = _at(utc_ns - origin, true), 0
            if last is not None and wanted < end:
                cut = end - wanted if utc_ns < last.end_ns else 0
                wanted = end
            if cut:
                other = joined.placed[-1].segment
                joined.overlaps.append(Overlap(number, other, min(cut, one.n_samples)))
            if cut >= one.n_samples:
                continue
            placed = Placed(wanted, one.n_samples - cut, number, one.first_sample + cut)
            begins.append(len(joined.placed))
        joined.placed.append(placed)
        joined.n_samples = placed.start + placed.n_samples
        last = one
    _finish(joined, begins, segments, true)
    return joined


class _Facts(NamedTuple):
    """What of a segment tells where it lies."""

    file: str
    first_sample: int
    n_samples: int
    utc_ns: int | None
    sample_rate: float
    told: str
    resolution_ns: int

    @property
    def duration_ns(self) -> int:
        """As `Segment.duration_ns`."""
        return duration_ns(self.n_samples, self.sample_rate)

    @property
    def end_ns(self) -> int:
        """As `Segment.end_ns`."""
        return (self.utc_ns or 0) + self.duration_ns


def _continues(last: _Facts, one: _Facts, join_ns: int | None) -> bool:
    """Whether a segment goes on where the one before ended."""
    apart = (one.utc_ns or 0) - last.end_ns
    if last.file == one.file:
        if one.first_sample < last.first_sample + last.n_samples:
            return False
        listed = '"harp"' in last.told  # its times are to the millisecond; parts of other files lie around gaps
        allowed = 2_000_000 + UNSTEADY * last.duration_ns if listed else 0
        return abs(apart) <= allowed and one.first_sample == last.first_sample + last.n_samples
    if join_ns is not None:
        return abs(apart) <= join_ns
    return abs(apart) <= max(last.resolution_ns, one.resolution_ns, LEAST_NS) + UNSTEADY * last.duration_ns


def _at(passed_ns: int, rate: Fraction) -> int:
    """The sample nearest to a time after the first."""
    return (2 * passed_ns * rate.numerator + SECOND * rate.denominator) // (2 * SECOND * rate.denominator)


def _finish(joined: Joined, begins: Sequence[int], segments: Packed[Segment], true: Fraction) -> None:
    """The runs, their clocks, and the steps in them."""
    firsts, utcs = array("q"), array("q")
    rates: list[Fraction] = []
    plain = rate_of(true)  # one for all, as there may be a million rows
    placed, numbers = joined.placed, joined.placed.column("segment")
    starts, lengths, cuts = (placed.column(name) for name in ("start", "n_samples", "first"))
    utc_ns, resolution = (segments.column(name)[numbers] for name in ("utc_ns", "resolution_ns"))
    cuts = cuts - segments.column("first_sample")[numbers]  # samples that overlapped
    for begin, stop in itertools.pairwise([*begins, len(placed)]):
        joined.runs.append(range(int(starts[begin]), int(starts[stop - 1] + lengths[stop - 1])))
        start_ns = int(utc_ns[begin]) + round(int(cuts[begin]) * SECOND / true)
        if stop == begin + 1:
            firsts.append(int(starts[begin]))
            utcs.append(start_ns)
            rates.append(plain)
            continue
        first, count = int(starts[begin]), stop - begin
        passed = (one - first for one in starts[begin:stop].data)
        at = np.fromiter((one * true.denominator / true.numerator for one in passed), float, count)
        late = np.fromiter(((one - start_ns) / SECOND for one in utc_ns[begin:stop].data), float, count) - at
        late[0] = 0.0
        band = int(resolution[begin:stop].max()) / SECOND
        for piece in steady.pieces(at, late, band):
            lying = placed[begin + piece.first]
            seconds = float(at[piece.first]) + piece.offset + piece.drift * float(at[piece.first])
            firsts.append(lying.start)
            utcs.append(start_ns + round(seconds * SECOND))
            rates.append(plain if not piece.drift else rate_of(true / (1 + Fraction(piece.drift))))
            if piece.first:
                joined.lost.append(Lost(lying.segment, lying.start, piece.step))
            if piece.drift:
                ppm = tuple(-1e6 * value for value in (piece.drift, piece.high, piece.low))
                joined.drifts.append((lying.start, *ppm))  # type: ignore[arg-type]
    joined.clock = Clock(firsts, utcs, tuple(rates)) if firsts else None
