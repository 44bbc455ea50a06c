"""A timeline: the segments of one recorder as one sound, with its gaps.

Samples are those of the files, bit for bit, however they were cut into files. What no file holds is missing (NaN), as
long as it lasted.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.archive.segments.packed import Packed
from sonograph.archive.segments.segment import Segment
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.joining import Joined, Lost, Overlap
from sonograph.errors import SettingsError, SourceError
from sonograph.io.filesource import FileSource
from sonograph.io.object_urls import is_url
from sonograph.io.opening import Opening
from sonograph.io.status import shown
from sonograph.limits import Limits
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.source import Source, zeros_outside
from sonograph.units import all_hertz

if TYPE_CHECKING:
    from sonograph.archive.timelines.files_ahead import FilesAhead

OPEN = 8
"""Files that a timeline keeps open, those that were read last."""
_AS_IT_IS = Opening(limits=Limits(samples=None), calibration=False, start=datetime(1970, 1, 1, tzinfo=UTC))
"""How its files are opened: what they mean is known already."""


@dataclass(frozen=True)
class Part:
    """Samples of one file on a timeline.

    start, n_samples : where on the timeline, and how many
    path : of the file
    first : which of its samples is the first
    size, mtime_ns : of the file when it was looked at, bytes and ns since 1970
    scale : what its samples are multiplied by; None for nothing
    """

    start: int
    n_samples: int
    path: str
    first: int
    size: int
    mtime_ns: int
    scale: float | None = None

    @property
    def stop(self) -> int:
        """Where it ends on the timeline."""
        return self.start + self.n_samples

    @property
    def identity(self) -> tuple[Any, ...]:
        """What rows that are made of it depend on, wherever it lies."""
        return _identity(self.start, self.n_samples, self.path, self.first, self.size, self.mtime_ns, self.scale)


def _identity(start: int, n_samples: int, path: str, *others: Any) -> tuple[Any, ...]:
    return start, n_samples, os.path.basename(path), *others  # noqa: PTH119  # as there may be a million


class Timeline(Source):
    """The segments of one recorder, of one rate and number of channels, as one Source.

    Made by `sonograph.timeline`, or by `timelines` of a catalogue. It opens files as they are read, and refuses one
    that is no longer what it was when it was looked at.

    sample_rate, n_samples, n_channels, unit, calibration : as of any Source
    responses : where the response changes: the first sample of each, and the calibration from there on; () for never
    start : when sample 0 was taken, in UTC
    clock : from samples to UTC, and back
    recorder : which one took it
    parts : what of which file lies where, in order
    runs : ranges of samples that follow each other without a gap
    segments : what it was made of, in the order of time
    overlaps, lost, drifts : what was found when they were joined
    """

    sample_rate: float = 0.0
    n_samples: int = 0
    n_channels: int = 0
    unit: str = "FS"
    start: datetime | None = None
    calibration: Calibration | None = None
    responses: tuple[tuple[int, Calibration], ...] = ()

    def __init__(
        self, parts: Sequence[Part], clock: Clock, *, sample_rate: float, n_samples: int, n_channels: int,
        unit: str = "FS", dtype: str = "float32", calibration: Calibration | None = None,
        responses: tuple[tuple[int, Calibration], ...] = (), recorder: str = "", joined: Joined | None = None,
        segments: Sequence[Segment] = (),
    ) -> None:  # fmt: skip
        self.parts: Sequence[Part] = parts if isinstance(parts, Packed) else tuple(parts)
        self.clock, self.recorder = clock, recorder
        self.sample_rate, self.n_samples, self.n_channels = sample_rate, n_samples, n_channels
        self.unit, self.dtype, self.calibration, self.responses = unit, np.dtype(dtype), calibration, responses
        self.start = clock.time_at(0)
        joined = joined or Joined()
        self.runs: Sequence[range] = joined.runs
        self.segments = segments
        self.overlaps: tuple[Overlap, ...] = tuple(joined.overlaps)
        self.lost: tuple[Lost, ...] = tuple(joined.lost)
        self.drifts = tuple(joined.drifts)
        self._prepare()

    def _prepare(self) -> None:
        parts = self.parts if isinstance(self.parts, Packed) else Packed(Part, self.parts)
        self._starts, lengths = parts.column("start"), parts.column("n_samples")
        self._stops = stops = self._starts + lengths
        if (self._starts[1:] < stops[:-1]).any():
            raise SettingsError("parts lie over each other; they must be in order, each behind the one before")
        self._before = np.concatenate([[0], np.cumsum(stops - self._starts)])
        self._lock = threading.Lock()
        self._open: OrderedDict[str, FileSource] = OrderedDict()
        self._ahead: FilesAhead | None = None  # where files lie in buckets

    def identities(self) -> Iterator[tuple[Any, ...]]:
        """What each part is, as `Part.identity` has it."""
        if not isinstance(self.parts, Packed):
            return (one.identity for one in self.parts)
        return (_identity(*row) for row in self.parts.columns(*(one.name for one in fields(Part))))

    @property
    def duration(self) -> float:
        """Seconds, gaps included."""
        return self.n_samples / self.sample_rate

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the parts begin, and where they end: samples of the timeline, each (parts,)."""
        return self._starts, self._stops

    @property
    def gaps(self) -> list[range]:
        """The samples that no file holds, between the first and the last that one does."""
        starts, stops = self._starts[1:], self._stops[:-1]
        found = starts > stops
        return [range(a, b) for a, b in zip(stops[found].tolist(), starts[found].tolist(), strict=True)]

    def effort(self, samples: range | None = None) -> int:
        """How many samples of a range the files hold, each of all channels; of all by default.

        By their headers: what is damaged inside a file reads as NaN, and is known when it is read.
        """
        if samples is None:
            samples = range(self.n_samples)
        return max(0, self._held(samples.stop) - self._held(samples.start)) if samples else 0

    def _held(self, sample: int) -> int:
        """How many samples before one the files hold."""
        number = int(np.searchsorted(self._starts, sample, side="right")) - 1
        if number < 0:
            return 0
        return int(self._before[number] + min(sample, self._stops[number]) - self._starts[number])

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range (channels, n): NaN where they are missing, 0 outside the timeline.

        Raises
        ------
        SourceError
            A file cannot be read, or is no longer what it was.
        """
        return zeros_outside(samples, self.n_samples, self._inside)

    def _inside(self, samples: range) -> np.ndarray:
        number = max(0, bisect_right(self._starts, samples.start) - 1)
        here = self.parts[number] if self.parts else None
        if here is not None and samples and here.start <= samples.start and samples.stop <= here.stop:
            return self._of(here, samples)
        values = np.full((self.n_channels, len(samples)), np.nan, self.dtype)
        last = bisect_left(self._starts, samples.stop)
        for part in self.parts[number:last]:
            inside = range(max(part.start, samples.start), min(part.stop, samples.stop))
            if inside:
                values[:, inside.start - samples.start : inside.stop - samples.start] = self._of(part, inside)
        return values

    def _of(self, part: Part, samples: range) -> np.ndarray:
        """Samples of the timeline that lie in one part."""
        source = self._source(part)
        first = part.first + samples.start - part.start
        block = source.read(range(first, first + len(samples))).astype(self.dtype, copy=False)
        if source.has_changed:
            raise changed(part, "while it was read")
        return block if part.scale is None else block * self.dtype.type(part.scale)

    def _source(self, part: Part) -> FileSource:
        with self._lock:
            source = self._open.get(part.path)
            if source is not None:
                self._open.move_to_end(part.path)
                return source
        source = self._opened(part)
        if (source.size, source.modified_ns) != (part.size, part.mtime_ns):
            raise changed(part, "since it was looked at")
        if source.n_channels != self.n_channels:
            raise SourceError(f"{shown(part.path)}: has {source.n_channels} channels where {self.n_channels} were. "
                              f"Scan again.")  # fmt: skip
        with self._lock:
            source = self._open.setdefault(part.path, source)
            while len(self._open) > OPEN:
                self._open.popitem(last=False)  # who reads it still holds it; it closes when nobody does
        return source

    def _opened(self, part: Part) -> FileSource:
        """The file of a part; where it lies in a bucket, the next ones are on their way from now on."""
        if not is_url(part.path):
            return _open_file(part.path)
        from sonograph.archive.timelines.files_ahead import FILES, FilesAhead

        with self._lock:
            ahead = self._ahead = self._ahead or FilesAhead(_open_file)
        source = ahead.take(part.path)
        number = bisect_right(self._starts, part.start)
        following = {one.path: one for one in reversed(self.parts[number : number + FILES]) if one.path != part.path}
        ahead.look([(one.path, one.size, one.first) for one in reversed(following.values()) if is_url(one.path)])
        return source

    def part(self, samples: range) -> Timeline:
        """The same timeline, numbered as it is, that knows only the files which a range needs: small to send.

        What lies outside the range reads as missing.
        """
        first = max(0, int(np.searchsorted(self._starts, samples.start, side="right")) - 1)
        last = int(np.searchsorted(self._starts, samples.stop))
        there = self.parts[first:last]
        if there and there[0].stop <= samples.start:
            there = there[1:]
        if len(there) < len(self.parts):
            there = tuple(there)
        few = Timeline.__new__(Timeline)
        few.__dict__.update(self.__getstate__() | {"parts": there, "segments": (), "overlaps": (), "lost": ()})
        few._prepare()
        return few

    def close(self) -> None:
        """Let go of the files; they are opened again when they are read."""
        with self._lock:
            self._open.clear()
            if self._ahead is not None:
                self._ahead.close()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def _repr_html_(self) -> str:
        """The player that a notebook shows of it."""
        from sonograph.sounds.player import html_of

        return html_of(self)

    def __repr__(self) -> str:
        channels = "" if self.n_channels == 1 else f"{self.n_channels} channels, "
        there = self.effort() / self.n_samples if self.n_samples else 0.0
        name = f" of {shown(self.recorder)}" if self.recorder else ""
        return (
            f"<Timeline{name}: {channels}{self.duration:,.6g} s at {all_hertz(self.sample_rate)} from "
            f"{self.start:%Y-%m-%d %H:%M:%S} UTC, {there:.1%} of it recorded>"
        )


def _open_file(path: str) -> FileSource:
    return FileSource(path, _AS_IT_IS)


class Changed(SourceError):
    """A file is no longer what it was when it was looked at."""


def changed(part: Part, when: str) -> Changed:
    """That it changed, and when that was seen."""
    return Changed(f"{shown(part.path)}: changed {when}. Scan again, so that old and new are not mixed.")
