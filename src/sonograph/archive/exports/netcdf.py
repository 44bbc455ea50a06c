"""Days of minutes as netCDF, in the forms that pbp and SoundCoop's template for hybrid millidecades have."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sonograph.archive.levels.netcdf.attributes import Paths, read_attributes
from sonograph.archive.levels.netcdf.profiles import PROFILES
from sonograph.archive.levels.netcdf.quality import read_quality
from sonograph.archive.levels.netcdf.writing import load, write_day
from sonograph.archive.reading.day_by_day import KeepsMinutes, days
from sonograph.checks import one_of
from sonograph.sounds.source import Source

if TYPE_CHECKING:
    from sonograph.archive.reading.opened import Archive


def day_files(
    source: Source | KeepsMinutes | Archive,
    folder: str | os.PathLike[str],
    *,
    prefix: str = "",
    profile: str = "pbp",
    attributes: Paths = None,
    quality: str | os.PathLike[str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    channel: int | None = None,
) -> list[Path]:
    """Write the minutes of a sound as netCDF, one file for each day of UTC that holds sound: PREFIXYYYYMMDD.nc.

    Each has 1440 rows: `psd` (time, frequency) in dB, `effort` in seconds, `quality_flag` int8 (2 not evaluated, 3
    partial, damaged or clipped, 4 no data), `sensitivity` where one held all day. One day is held at a time.

    Parameters
    ----------
    source, start, end, channel
        As of `minutes`; or an archive, whose minutes are computed already.
    folder
        Where to; it must be there. Files of the same names are replaced.
    prefix
        What names begin with.
    profile
        "pbp": float32, from 0 Hz on. "soundcoop": float64, from 0.1 Hz on, and `cal_frequency`. Files of both do not
        lie on one axis of frequencies.
    attributes
        Files of attributes in TOML or YAML, those of pbp too: title, institution, creator_name …, and a table for each
        variable. What is known from the sound (times, rate, Conventions) is filled in.
    quality
        A CSV of start, end, freqMin, freqMax and quality: what somebody judged. Without one nothing is 1, good.

    Raises
    ------
    SettingsError
        As `minutes`; attributes that say µPa of a sound that is in something else.
    TextError
        Attributes or a table of quality that are none.
    MissingExtra
        h5netcdf is not installed.
    OutputError
        A file cannot be written.

    Examples
    --------
    >>> paths = day_files(timeline, "days", prefix="A1_", attributes="site.toml")  # doctest: +SKIP
    """
    one_of("profile", profile, PROFILES)
    load()
    values = read_attributes(attributes)
    judged = () if quality is None else read_quality(quality)
    paths = []
    for day in days(source, start=start, end=end, channel=channel):
        paths.append(Path(folder) / f"{prefix}{day.name}.nc")
        write_day(paths[-1], day, values, judged, profile)
    return paths
