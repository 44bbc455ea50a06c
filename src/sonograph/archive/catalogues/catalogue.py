"""A catalogue: the segments of a folder, or of many, and what was found when they were looked at.

One of clips, sound files that stand for themselves, each with its label, is a catalogue too, so that a file that is
opened may be of either.
"""

from __future__ import annotations

import os
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sonograph.archive.catalogues import stored
from sonograph.archive.catalogues.findings import Finding
from sonograph.archive.segments.clip import Clip
from sonograph.archive.segments.moments import ns_of, zoned
from sonograph.archive.segments.packed import Packed
from sonograph.archive.segments.segment import SECOND, Segment, is_used
from sonograph.archive.timelines.clip_set import ClipSet, clip_set_of
from sonograph.archive.timelines.clock import ClockCheck
from sonograph.archive.timelines.joining import Joined, join
from sonograph.archive.timelines.making import timeline_of
from sonograph.archive.timelines.periods import Period, read_periods
from sonograph.archive.timelines.timeline import Timeline
from sonograph.io.object_urls import is_url


@dataclass(frozen=True)
class Catalogue:
    """What was found in folders of recordings: a row a segment. Made by `scan`, kept by `save`.

    segments : in the order of recorders and times; also those of which nothing can be used
    findings : what was told of their times, copies and recorders
    sources : what was scanned, as it was named
    folder : from where files were named
    join : seconds by which a file may begin later or earlier than the one before ends, and still continue it; None: as
        exact as its time is
    clock_check : what the recorder's clock said when the time was known
    read : how many files were looked at, as they were new or had changed
    """

    segments: Sequence[Segment]
    findings: tuple[Finding, ...] = ()
    sources: tuple[str, ...] = ()
    folder: str = ""
    join: float | None = None
    clock_check: ClockCheck | None = None
    zone: str = ""
    read: int = 0

    def __len__(self) -> int:
        """How many segments there are."""
        return len(self.segments)

    @property
    def files(self) -> list[str]:
        """The files, in the order of their paths."""
        return sorted({one.file for one in self.segments})

    @property
    def faults(self) -> list[Segment]:
        """The segments whose file is at fault: partial, empty, refused or failed."""
        return [one for one in self.segments if one.status in ("partial", "empty", "refused", "failed")]

    def statuses(self) -> Counter[str]:
        """How many files there are of each status."""
        return Counter({one.file: one.status for one in self.segments}.values())

    def rows(self) -> list[dict[str, Any]]:
        """The segments as rows of a table, as JSON can hold them."""
        return [one.row() for one in self.segments]

    def path_of(self, segment: Segment) -> str:
        """Where the file of a segment is."""
        return self._path(segment.file)

    def _path(self, file: str) -> str:
        return file if is_url(file) else os.path.join(self.folder, file)  # noqa: PTH118  # keeps bytes that are no text

    @property
    def packed(self) -> Packed[Segment]:
        """The segments by columns."""
        if isinstance(self.segments, Packed):
            return self.segments
        return Packed(type(self.segments[0]) if self.segments else Segment, self.segments)

    def groups(self) -> dict[tuple[str, float, int], Sequence[Segment]]:
        """The segments that can be used by recorder, sample rate and number of channels, each in the order of time."""
        found: dict[tuple[str, float, int], array[int]] = defaultdict(lambda: array("q"))
        last: dict[tuple[str, float, int], int] = {}
        moved: set[tuple[str, float, int]] = set()
        segments = self.packed
        used = segments.columns("recorder", "sample_rate", "n_channels", "n_samples", "utc_ns", "same_as")
        for number, (recorder, rate, channels, n_samples, utc_ns, same_as) in enumerate(used):
            if is_used(n_samples, utc_ns, same_as):
                key = recorder, rate, channels
                found[key].append(number)
                if key in last and utc_ns <= last[key]:
                    moved.add(key)
                last[key] = utc_ns

        def order(number: int) -> tuple[int | None, str, int]:
            one = segments[number]
            return one.utc_ns, one.file, one.first_sample

        for key in moved:  # as a catalogue is in order, seldom
            found[key] = array("q", sorted(found[key], key=order))
        return {key: segments.picked(found[key]) for key in sorted(found)}

    def timelines(
        self, *, start: datetime | None = None, calibrations: str | os.PathLike[str] | Sequence[Period] = ()
    ) -> list[Timeline]:
        """Timelines: one for each recorder, sample rate and number of channels.

        Parameters
        ----------
        start
            When sample 0 is, with its zone; for each its first segment's time by default. What was never recorded is
            missing.
        calibrations
            Periods of calibration, or the TOML that has them, in place of what the files and those beside them say. The
            scale changes at the sample; a frame over a change of the response is missing.

        Raises
        ------
        SettingsError
            A segment from before `start`; files of one timeline in different units; a time that no period holds.
        TextError
            A TOML of periods that cannot be used.
        """
        periods = read_periods(calibrations) if isinstance(calibrations, str | os.PathLike) else calibrations
        return [
            timeline_of(listed, joined, self._path, periods)
            for listed, joined in self.joined(None if start is None else ns_of(zoned("start", start)))
        ]

    def joined(self, start_ns: int | None = None) -> Iterator[tuple[Sequence[Segment], Joined]]:
        """The segments of each timeline, and how they lie on it, one by one."""
        join_ns = None if self.join is None else round(self.join * SECOND)
        pace = Fraction(1) if self.clock_check is None else self.clock_check.pace
        for listed in self.groups().values():
            yield listed, join(listed, start_ns=start_ns, join_ns=join_ns, pace=pace)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as a file, whole or not at all: Parquet, or JSON lines where the name ends so or pyarrow is missing.

        Raises
        ------
        OutputError
            Something else is there under that name; it cannot be written.
        """
        stored.write(path, self.segments, self.about())

    def about(self) -> dict[str, Any]:
        """What it says of itself beside its rows, as JSON can hold it."""
        check = self.clock_check
        return {
            "n_rows": len(self.segments),
            "sources": list(self.sources),
            "folder": self.folder,
            "join": self.join,
            "zone": self.zone,
            "clock_check": None if check is None else [list(check.said_ns), list(check.utc_ns)],
            "findings": [one.values() for one in self.findings],
        }

    @staticmethod
    def open(path: str | os.PathLike[str]) -> Catalogue:
        """One that was saved.

        Raises
        ------
        SourceError
            It is not there, is no catalogue, or is damaged.
        MissingExtra
            It is Parquet, and pyarrow is not there.
        """
        segments, facts = stored.read(path)
        check = facts["clock_check"]
        kind = Clips if facts.get("clips") else Catalogue
        return kind(
            segments,
            tuple(map(_finding, facts["findings"])),
            tuple(facts["sources"]),
            facts["folder"],
            facts["join"],
            None if check is None else ClockCheck(*map(tuple, check)),
            facts["zone"],
        )


@dataclass(frozen=True)
class Clips(Catalogue):
    """What sound files there are, and what they are called. Made by `archive.clips`, kept by `save`.

    A row is a file. Rows keep their numbers when others come: what is new comes behind.

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
        return [clip_set_of(listed, self._path) for listed in self.groups().values()]


def _finding(values: Mapping[str, Any]) -> Finding:
    more = {name: value for name, value in values.items() if name not in ("kind", "file", "sentence")}
    return Finding(values["kind"], values["sentence"], values["file"], more)
