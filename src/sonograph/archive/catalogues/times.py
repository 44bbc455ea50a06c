"""When each segment was taken: what says so, in what order it is believed, and where two of them disagree.

A table, then headers and what lies beside a file, then its name. A time without a zone is read in the one that is
given, or not at all: none is ever assumed.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from sonograph.archive.catalogues.findings import Finding
from sonograph.archive.catalogues.nametimes import NameTime, times_in
from sonograph.archive.catalogues.timetable import Timetable
from sonograph.archive.segments.moments import ns_of
from sonograph.archive.segments.segment import SECOND, Segment
from sonograph.errors import SettingsError
from sonograph.io.starts import in_zone, moment_of
from sonograph.io.status import shown

ORDER = ("table", "toml", "harp", "bext", "ixml", "guano", "audiomoth", "tag", "soundtrap", "name")
"""What is believed, the first before all others."""
WORDS = {
    "table": "the table of times", "toml": "the TOML beside it", "harp": "its harp chunk", "bext": "its bext chunk",
    "ixml": "its iXML chunk", "guano": "its GUANO", "audiomoth": "its AudioMoth comment", "tag": "its tag of a date",
    "soundtrap": "the SoundTrap's log beside it", "name": "its name",
}  # fmt: skip
"""What says a time, in words."""
APART_NS = 2 * SECOND
"""Two that say times further apart than this are told."""


@dataclass
class Decided:
    """Segments with their times, and what was found on the way."""

    segments: list[Segment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def decide(segments: Iterable[Segment], table: Timetable | None, zone: tzinfo | None) -> Decided:
    """Give each segment its time.

    Raises
    ------
    SettingsError
        Times without a zone, and none is given.
    """
    by_file: dict[str, list[Segment]] = defaultdict(list)
    for one in segments:
        by_file[one.file].append(one)
    decided, unzoned = Decided(), []
    names = _names(by_file, decided.findings)
    for file, parts in by_file.items():
        by_origin = _by_origin(parts[0], names.get(file), table)
        recorder = shown(parts[0].facts().get("device", "") or (names[file].beside if file in names else ""))
        parts = [replace(one, recorder=recorder) for one in parts]
        try:
            moments = _zoned(by_origin, zone)
        except SettingsError as error:
            decided.findings.append(Finding("clock-changed", f"{shown(file)}: {error}.", file))
            decided.segments += [_untimed(one, "clock-changed") for one in parts]
            continue
        if not moments:
            local = next(((origin, by_origin[origin]) for origin in ORDER if origin in by_origin), None)
            if local is not None and parts[0].n_samples:
                unzoned.append((file, *local))
            decided.segments += [_untimed(one, "no-time") for one in parts]
            if local is None and parts[0].n_samples:
                what = "tells no time, in its header or its name, so it is on no timeline. Give a table: --times"
                decided.findings.append(Finding("no-time", f"{shown(file)}: {what}.", file))
            continue
        decided.findings += _apart(file, moments)
        origin, (moment, resolution_ns) = next((one, moments[one]) for one in ORDER if one in moments)
        decided.segments += _placed(parts, origin, moment, resolution_ns, decided.findings)
    if unzoned:
        raise SettingsError(_without_zone(unzoned))
    decided.findings += _out_of_order(decided.segments)
    return decided


def _names(by_file: dict[str, list[Segment]], findings: list[Finding]) -> dict[str, NameTime]:
    """What the names of the files tell, folder by folder."""
    folders: dict[str, dict[str, str]] = defaultdict(dict)
    for file, parts in by_file.items():
        if parts[0].n_samples:
            folders[os.path.dirname(file)][os.path.basename(file)] = file  # noqa: PTH119, PTH120  # as it was named
    names: dict[str, NameTime] = {}
    for folder, files in folders.items():
        found, left = times_in(list(files))
        found = _without_counters(found)
        names |= {files[name]: moment for name, moment in found.items()}
        if left and found:
            what = f"{len(found):,} of the names in {shown(folder) or '.'} tell a time and {len(left):,} do not"
            findings.append(Finding("names", f"{what}, as {shown(left[0])}.", files[left[0]]))
    return names


def _without_counters(found: dict[str, NameTime]) -> dict[str, NameTime]:
    """Names with what stands beside their times; where that is another in most of them, it is a number that counts."""
    if len({one.beside for one in found.values()}) <= max(3, len(found) / 2):
        return found
    return {name: replace(one, beside=re.sub(r"\d+", "#", one.beside)) for name, one in found.items()}


def _out_of_order(segments: list[Segment]) -> list[Finding]:
    """Files of one recorder in one folder that come earlier by time than by name."""
    latest: dict[tuple[str, str], tuple[int, str]] = {}
    found: dict[tuple[str, str], Finding] = {}
    for one in segments:
        if one.utc_ns is None or one.first_sample:
            continue
        key = (os.path.dirname(one.file), one.recorder)  # noqa: PTH120  # as it was named
        utc_ns, before = latest.get(key, (one.utc_ns, one.file))
        if one.utc_ns < utc_ns and key not in found:
            what = f"began before {shown(os.path.basename(before))}, which stands before it by name"  # noqa: PTH119
            sentence = f"{shown(one.file)}: {what}. Times were believed, not the order of names."
            found[key] = Finding("order", sentence, one.file, {"before": before})
        if one.utc_ns >= utc_ns:
            latest[key] = one.utc_ns, one.file
    return list(found.values())


def _by_origin(segment: Segment, name: NameTime | None, table: Timetable | None) -> dict[str, tuple[datetime, int]]:
    """All that says when a file began, by origin, with how exact each is."""
    found: dict[str, tuple[datetime, int]] = {}
    if table is not None and (listed := table.of(segment.file)) is not None:
        found["table"] = listed, 1000 if listed.microsecond else SECOND
    for origin, text in segment.facts().get("times", {}).items():
        if (moment := moment_of(text)) is not None:
            digits = len(text.partition(".")[2].split("+")[0].split("-")[0].rstrip("Z"))
            found[origin] = moment, 10 ** (9 - min(9, digits))
    if name is not None:
        found["name"] = name.moment, name.resolution_ns
    return found


def _zoned(by_origin: dict[str, tuple[datetime, int]], zone: tzinfo | None) -> dict[str, tuple[datetime, int]]:
    """Those that have a zone, or are given one."""
    zoned = {}
    for origin, (moment, resolution_ns) in by_origin.items():
        if moment.tzinfo is not None:
            zoned[origin] = moment, resolution_ns
        elif zone is not None:
            zoned[origin] = in_zone(moment, zone), resolution_ns
    return zoned


def _placed(
    parts: list[Segment], origin: str, moment: datetime, resolution_ns: int, findings: list[Finding]
) -> list[Segment]:
    file = parts[0].file
    if origin != "table" and _is_unset(moment):
        what = f"its time by {WORDS[origin]} is {moment:%Y-%m-%d %H:%M:%S}, as of a clock that was not set"
        findings.append(Finding("clock-unset", f"{shown(file)}: {what}. Give its time in a table: --times.", file))
        return [_untimed(one, "clock-unset") for one in parts]
    return [
        replace(
            one, utc_ns=ns_of(moment) + one.after_ns, origin=origin, resolution_ns=resolution_ns, same_as="",
            reason="header" if one.reason in OURS else one.reason,
        )
        for one in parts
    ]  # fmt: skip


OURS = ("no-time", "clock-unset", "clock-changed")
"""Reasons that times give, and that go when a file has one."""


def _untimed(one: Segment, reason: str) -> Segment:
    usual = one.reason in ("header", *OURS)
    return replace(one, utc_ns=None, origin="", same_as="", reason=reason if usual and one.n_samples else one.reason)


def _is_unset(moment: datetime) -> bool:
    """Whether a clock says what clocks say that were never set: the years and days that they begin with."""
    day = (moment.year, moment.month)
    return moment.year in (1904, 1970) or day in ((1980, 1), (2000, 1)) or day in ((1969, 12), (1999, 12))


def _apart(file: str, moments: dict[str, tuple[datetime, int]]) -> list[Finding]:
    """What says that another time than is believed, by more than `APART_NS`."""
    listed = [origin for origin in ORDER if origin in moments]
    found = []
    for other in listed[1:]:
        seconds = (moments[other][0] - moments[listed[0]][0]).total_seconds()
        if abs(seconds) * SECOND > APART_NS:
            way = "later" if seconds > 0 else "earlier"
            what = f"{WORDS[other]} says a time {abs(seconds):,.6g} s {way} than {WORDS[listed[0]]}, which was believed"
            more = {"origin": listed[0], "other": other, "seconds": seconds}
            found.append(Finding("origins-apart", f"{shown(file)}: {what}.", file, more))
    return found


def _without_zone(unzoned: list[tuple[str, str, tuple[datetime, int]]]) -> str:
    file, origin, (moment, _) = unzoned[0]
    more = len(unzoned) - 1
    others = f", as {more:,} {'others do' if more > 1 else 'other does'}" if more else ""
    return (
        f"the zone is not known: {shown(file)} tells {moment.isoformat(' ', 'seconds')} ({WORDS[origin]}){others}, and "
        f'not of which zone; give zone="UTC" where the recorder was set to it, else its place or its offset, as '
        f'zone="Europe/Berlin" or zone="+02:00"'
    )
