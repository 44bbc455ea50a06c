"""A day of minutes into a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sonograph.archive.levels.day import DAY, Day
from sonograph.archive.levels.netcdf.attributes import Attributes, Paths, read_attributes
from sonograph.archive.levels.netcdf.profiles import globals_of, variables
from sonograph.archive.levels.netcdf.quality import Judged, quality_of
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.atomic import written
from sonograph.errors import MissingExtra, SettingsError

if TYPE_CHECKING:
    from sonograph.archive.levels.minutes import Minutes


def load() -> Any:
    """The package h5netcdf.

    Raises
    ------
    MissingExtra
        It is not installed.
    """
    try:
        import h5netcdf
    except ImportError:
        raise MissingExtra("netCDF needs h5netcdf: pip install '.[netcdf]'") from None
    return h5netcdf


def write_minutes(path: str | os.PathLike[str], found: Minutes, attributes: Paths) -> None:
    """Write minutes of one day of UTC as a file of its own."""
    if not len(found) or found.times[0] // DAY != found.times[-1] // DAY:
        raise SettingsError("a file holds the minutes of one day of UTC; give start and end of one, or use day_files")
    day = Day(moment_at(int(found.times[0]) // DAY * DAY * SECOND), found, None)
    write_day(path, day, read_attributes(attributes), (), "pbp")


def write_day(
    path: str | os.PathLike[str], day: Day, attributes: Attributes, judged: tuple[Judged, ...], profile: str
) -> None:
    """Write the minutes of one day of UTC, whole or not at all."""
    h5netcdf = load()
    attributes.check_unit(day.minutes.unit)
    told = attributes.resolved(globals_of(day, profile))
    held = variables(day, quality_of(day.minutes, judged), profile, attributes)
    with written(path) as part, h5netcdf.File(part, "w") as file:
        file.dimensions = {one.dims[0]: len(one.values) for name, one in held.items() if one.dims == (name,)}
        for name, one in held.items():
            packed = {"compression": "gzip", "compression_opts": 3, "fletcher32": True} if len(one.dims) == 2 else {}
            variable = file.create_variable(name, one.dims, data=one.values, **packed)
            variable.attrs.update(one.attributes)
        file.attrs.update(told)
