"""From folders of recordings to a catalogue, by their headers alone; a second look reads only what changed."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Union

from sonograph.archive.catalogues.beside import Beside, Near
from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.catalogues.duplicates import without_copies
from sonograph.archive.catalogues.findings import KINDS, Finding
from sonograph.archive.catalogues.looking import Looked, segments
from sonograph.archive.catalogues.recorders import told_apart
from sonograph.archive.catalogues.times import decide
from sonograph.archive.catalogues.timetable import Timetable, read_times, zoned
from sonograph.archive.segments.moments import ns_of
from sonograph.archive.segments.segment import Segment
from sonograph.archive.timelines.clock import ClockCheck
from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.io.folders import sound_files
from sonograph.io.objects import Object
from sonograph.io.opened_files import state_of
from sonograph.io.starts import checked_zone, moment_of

Path = Union[str, os.PathLike[str]]  # noqa: UP007  # read at run time


def scan(
    sources: Path | Iterable[Path],
    *,
    times: Path | Timetable | None = None,
    zone: tzinfo | str | None = None,
    join: float | None = None,
    clock_check: Sequence[tuple[Any, Any]] | ClockCheck | None = None,
    catalogue: Path | Catalogue | None = None,
    workers: int = 0,
    tell: Callable[[int, int], None] | None = None,
) -> Catalogue:
    """Look at the headers of recordings, and say what there is of which time.

    Parameters
    ----------
    sources
        Sound files, and folders of them at any depth; or URLs of both in buckets.
    times
        A CSV with columns `file` and `start`, which counts for more than what files say themselves.
    zone
        Of times that have none: a name as "Europe/Berlin", an offset as "+02:00", or "UTC". None is ever assumed.
    join
        Seconds by which a file may begin later or earlier than the one before ends, and still continue it; by default
        as exact as its time is: 1 s for names.
    clock_check
        One or two pairs of times: what the recorder's clock said, and what was true then.
    catalogue
        An earlier one, or where it is: files that did not change since are not looked at again.
    workers
        Processes that read headers, each with limits, so that a file which ends or hangs one is a row that says so.
        0: in this process, where it ends all.
    tell
        Called with how many files are done and how many there are.

    Returns
    -------
    Catalogue
        Files that are broken, or tell no time, are rows with a status and a reason.

    Raises
    ------
    SettingsError
        Times without a zone, and none is given; a check that cannot be.
    SourceError
        A folder that cannot be read, or holds no sound; a table or a catalogue that cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import signals, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for minute in (0, 1, 5):
    ...         write(f"{folder}/A_20240501_04{minute:02}00.wav", signals.tone(440.0, 60.0, sample_rate=8000.0))
    ...     [timeline] = scan(folder, zone="UTC").timelines()
    ...     timeline.effort() / timeline.n_samples, timeline.gaps
    (0.5, [range(960000, 2400000)])
    """
    listed = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    names = [os.fspath(source) for source in listed]
    given_zone = None if zone is None else checked_zone(zone)
    check = _checked(clock_check, given_zone)
    if join is not None:
        check_join(join)
    table = read_times(times, given_zone) if isinstance(times, str | os.PathLike) else times
    before = Catalogue.open(catalogue) if isinstance(catalogue, str | os.PathLike) else catalogue
    listing: dict[str, Object] = {}
    files = sound_files(names, listing)
    read, found = _looked_at(files, before, Beside(listing), workers, tell)
    decided = decide(found, table, given_zone)
    used, copies = without_copies(decided.segments)
    used, recorders = told_apart(used)
    if check is not None:
        used = [one if one.utc_ns is None else replace(one, utc_ns=check.true_ns(one.utc_ns)) for one in used]
    used.sort(key=lambda one: (one.recorder, one.utc_ns is None, one.utc_ns or 0, one.file, one.first_sample))
    findings = sorted([*decided.findings, *copies, *recorders], key=_order)
    return Catalogue(
        tuple(used), tuple(findings), tuple(names), os.getcwd(), join, check,  # noqa: PTH109
        "" if given_zone is None else str(given_zone), read,
    )  # fmt: skip


def check_join(join: float, name: str = "join") -> None:
    """Refuse seconds by which no file continues another."""
    if not 0 <= join < 3600:
        raise SettingsError(f"{name} is {short(join)}; it must be 0 to 3600 s")


def _order(finding: Finding) -> int:
    return KINDS.index(finding.kind)


def _looked_at(
    files: Sequence[str],
    before: Catalogue | None,
    beside: Beside,
    workers: int,
    tell: Callable[[int, int], None] | None,
) -> tuple[int, list[Segment]]:
    """How many files were read, and the segments of all."""
    known: dict[str, list[Segment]] = defaultdict(list)
    for one in before.segments if before is not None else ():
        known[one.file].append(one)
    new, done = list[Looked](), 0
    found = {file: list[Segment]() for file in files}

    def take(file: str, rows: list[Segment]) -> None:
        nonlocal done
        found[file] = rows
        done += 1
        if tell is not None:
            tell(done, len(found))

    for file in found:
        near, kept = beside.of(file), known.get(file)
        if kept is not None and kept[0].beside == near.beside and is_same(file, kept[0], near):
            take(file, kept)
        else:
            new.append(Looked(file, near))
    for file, rows in segments(new, workers):
        take(file, rows)
    return len(new), [one for rows in found.values() for one in rows]


def is_same(file: str, one: Segment, near: Near) -> bool:
    """Whether a file is what it was when it was looked at."""
    if one.status == "failed" and one.reason not in ("no-sound", "empty-file"):
        return False  # which may have been the moment's fault
    try:
        return (near.state or state_of(file)) == (one.size, one.mtime_ns)
    except (OSError, ValueError):
        return False


def _checked(given: Sequence[tuple[Any, Any]] | ClockCheck | None, zone: tzinfo | None) -> ClockCheck | None:
    """What was given as a check of the clock."""
    if given is None or isinstance(given, ClockCheck):
        return given
    pairs = []
    for pair in given:
        moments = [moment_of(one) for one in pair]
        if len(moments) != 2 or None in moments:
            raise SettingsError(
                f"clock_check has {short(pair)}; it must be two times, what the recorder said and what was true, as "
                f"2024-05-01T00:00:00Z"
            )
        pairs.append([ns_of(zoned(one, zone, "clock_check")) for one in moments if isinstance(one, datetime)])
    recorded, true = zip(*pairs, strict=True) if pairs else ((), ())
    return ClockCheck(tuple(recorded), tuple(true))
