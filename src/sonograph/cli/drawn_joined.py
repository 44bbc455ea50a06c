"""`sonograph draw … --joined`: consecutive files, and folders of them, as one sound on one axis of time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sonograph.cli import streams
from sonograph.cli.exits import talk
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.cli.faults import Faults
    from sonograph.io.opening import Opening
    from sonograph.pictures.parts import Named

IDLE = ("labels", "start_time", "unit", "sample_rate", "time_column", "raw")
"""Options that are of one file."""
TOLD = ("clock-unset", "clock-changed", "no-time", "hour-twice", "overlap", "lost", "duplicate")
FEW = 5
"""What is said of the files, and how often of each kind."""


def check(arguments: argparse.Namespace) -> None:
    """Refuse what does not go with files that are joined."""
    from sonograph.cli import drawn_folder

    for name in IDLE:
        if getattr(arguments, name):
            flag = f"--{name.replace('_', '-')}"
            raise SettingsError(f"--joined is given with {flag}, which is of one file; leave out one or the other")
    if drawn_folder.is_folder(arguments.output):
        raise SettingsError("--joined makes one picture of all files; name a picture: -o picture.png")
    if streams.STANDARD in arguments.files:
        raise SettingsError("- is given with --joined, and a file that is joined needs a name that tells its time")


def opened(files: list[str], opening: Opening, faults: Faults, *, quiet: bool) -> Named:
    """The files as one sound, taken as is asked for; what is wrong with some of them is said.

    Raises
    ------
    SettingsError
        They are of several recorders, rates or numbers of channels; the zone of their times is not known.
    SourceError
        None of them can be used.
    LimitError
        More channels, samples or seconds than are allowed.
    """
    from dataclasses import replace

    from sonograph import archive
    from sonograph.archive.catalogues.consecutive import only
    from sonograph.archive.catalogues.report import report
    from sonograph.archive.segments.segment import calibration_text
    from sonograph.io.status import Unreadable
    from sonograph.pictures.parts import Named

    catalogue = archive.scan(files, zone=opening.zone)
    given: Any = opening.calibration
    if given is not None:
        cell = calibration_text(given or None)
        catalogue = replace(
            catalogue, segments=tuple(replace(one, calibration=cell, unit="FS") for one in catalogue.segments)
        )
    timeline = only(catalogue)
    name = _name(files, len({part.path for part in timeline.parts}))
    opening.limits.check(name, channels=timeline.n_channels)
    opening.limits.check_sound(name, timeline.n_samples, timeline.n_channels, timeline.sample_rate)
    for one in catalogue.faults:
        faults.tell(one.file, Unreadable(one.sentence, one.reason))
    counts: dict[str, int] = {}
    for finding in report(catalogue).findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
        if finding.kind in TOLD and counts[finding.kind] <= FEW and not quiet:
            faults.bar.clear()
            talk(finding.sentence)
    return Named(opening.taken(timeline), name)


def _name(files: list[str], count: int) -> str:
    """What a picture calls them."""
    if len(files) == 1 and Path(files[0]).is_dir():
        return f"{Path(files[0]).resolve().name}, {count:,} files"
    return Path(files[0]).name + (f" and {count - 1:,} more" if count > 1 else "")
