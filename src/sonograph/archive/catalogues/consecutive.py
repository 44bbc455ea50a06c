"""Consecutive files as one sound, without a catalogue that is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.catalogues.scanning import Path, scan
from sonograph.archive.timelines.periods import Period
from sonograph.archive.timelines.timeline import Timeline
from sonograph.errors import SettingsError, SourceError
from sonograph.io.status import shown
from sonograph.settings.arguments import answered
from sonograph.units import all_hertz


@answered
def timeline(
    files: Path | Iterable[Path],
    *,
    times: Path | None = None,
    zone: tzinfo | str | None = None,
    join: float | None = None,
    start: datetime | None = None,
    calibrations: str | os.PathLike[str] | Sequence[Period] = (),
) -> Timeline:
    """Consecutive files of one recorder as one sound, with its gaps.

    Parameters
    ----------
    files
        Sound files, in any order, and folders of them.
    times
        A CSV with columns `file` and `start`, which counts for more than what files say themselves.
    zone
        Of times that have none: a name as "Europe/Berlin", an offset as "+02:00", or "UTC". None is ever assumed.
    join
        Seconds by which a file may begin later or earlier than the one before ends, and still continue it; by default
        as exact as its time is: 1 s for names.
    start
        When sample 0 is, with its zone; when the first file began by default.
    calibrations
        Periods of calibration, or the TOML that has them; by default what the files and those beside them say.

    Returns
    -------
    Timeline
        A Source: the samples of the files, bit for bit, NaN between them where none holds any. Its `clock` tells when
        each was taken.

    Raises
    ------
    SettingsError
        Files of several recorders, rates or numbers of channels; times without a zone, and none is given.
    SourceError
        None of them can be used; a folder that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from sonograph import signals, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for minute in (0, 1, 3):
    ...         write(f"{folder}/A_20240501_04{minute:02}00.wav", signals.tone(440.0, 60.0, sample_rate=8000.0))
    ...     timeline(folder, zone="UTC")
    <Timeline of A: 240 s at 8000 Hz from 2024-05-01 04:00:00 UTC, 75.0% of it recorded>
    """
    return only(scan(files, times=times, zone=zone, join=join), start, calibrations)


def only(
    catalogue: Catalogue,
    start: datetime | None = None,
    calibrations: str | os.PathLike[str] | Sequence[Period] = (),
) -> Timeline:
    """The one timeline of a catalogue.

    Raises
    ------
    SettingsError
        There are several.
    SourceError
        There is none.
    """
    found = catalogue.groups()
    if not found:
        reason = next((one.sentence for one in catalogue.segments if one.sentence), "")
        reason = reason or next((one.sentence for one in catalogue.findings), "")
        names = ", ".join(shown(os.fsdecode(one)) for one in catalogue.sources[:3])
        raise SourceError(reason or f"{names}: holds no sound that can be joined.")
    if len(found) > 1:
        (name, rate, channels), (other, rate_2, channels_2) = list(found)[:2]
        if rate != rate_2:
            what = f"rates, {all_hertz(rate)} and {all_hertz(rate_2)}"
        elif channels != channels_2:
            what = f"numbers of channels, {channels} and {channels_2}"
        else:
            what = f"recorders, {shown(name) or 'one without a name'} and {shown(other)}"
        raise SettingsError(
            f"files are of different {what}; join those of one: archive.scan(files).timelines() has {len(found)}"
        )
    [timeline] = catalogue.timelines(start=start, calibrations=calibrations)
    return timeline
