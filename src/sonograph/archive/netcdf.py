"""A day of minutes as netCDF, in the form of the SoundCoop template for hybrid millidecades, version 1.0."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sonograph import __version__
from sonograph.archive.minute_levels import Minutes, minutes, span
from sonograph.archive.minute_spectra import FRAMES
from sonograph.archive.segments import SECOND
from sonograph.archive.times import moment_at
from sonograph.atomic import name_of, written
from sonograph.errors import MissingExtra, SettingsError, TextError
from sonograph.io.plain_text import text_of
from sonograph.sounds.source import Source
from sonograph.texts import toml_values

DAY = 86_400
ROWS = 1440
FILLED = (
    "Conventions", "conventions", "history", "date_created", "time_coverage_start", "time_coverage_end",
    "time_coverage_duration", "time_coverage_resolution", "SamplingRate",
)  # fmt: skip
"""Globals that the sound tells."""
NOT_EVALUATED, COMPROMISED, NO_DATA = 2, 3, 4


def day_files(
    source: Source,
    folder: str | os.PathLike[str],
    *,
    prefix: str = "",
    attributes: str | os.PathLike[str] | None = None,
    channel: int | None = None,
) -> list[Path]:
    """Write the minutes of a sound as netCDF, one file for each day of UTC that holds sound: PREFIXYYYYMMDD.nc.

    Each has 1440 rows: `psd` (time, frequency) float32 dB, `effort` in seconds, `quality_flag` int8 (2 not evaluated, 3
    partial, damaged or clipped, 4 no data). One day is held at a time.

    Parameters
    ----------
    source, channel
        As of `minutes`.
    folder
        Where to; it must be there. Files of the same names are replaced.
    prefix
        What names begin with.
    attributes
        A TOML file of global attributes: title, institution, creator_name … What is known from the sound (times,
        rate, Conventions, history) is filled in, and refused there.

    Raises
    ------
    SettingsError
        As `minutes`.
    TextError
        Attributes that are none.
    MissingExtra
        h5netcdf is not installed.
    OutputError
        A file cannot be written.

    Examples
    --------
    >>> paths = day_files(timeline, "days", prefix="A1_", attributes="site.toml")  # doctest: +SKIP
    """
    load()
    values, written = read_attributes(attributes), []
    first, stop = span(source)
    for day in range(first // DAY * DAY, stop, DAY):
        began = moment_at(day * SECOND)
        found = minutes(source, start=began, end=began + timedelta(days=1), channel=channel)
        if found.effort.any():
            path = Path(folder) / f"{prefix}{began:%Y%m%d}.nc"
            write_day(path, found, values)
            written.append(path)
    return written


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


def read_attributes(path: str | os.PathLike[str] | None) -> dict[str, Any]:
    """Global attributes of a TOML file: names with a text or a number.

    Raises
    ------
    SourceError
        It cannot be read.
    TextError
        It is no TOML; a value is of another kind; a name is one that the sound tells.
    """
    if path is None:
        return {}
    try:
        values = toml_values(text_of(path))
    except TextError as error:
        raise TextError(f"{name_of(path)}: {error}") from None
    for name, value in values.items():
        if name in FILLED:
            raise TextError(f"{name_of(path)}: {name} is filled in from the sound; leave it out")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TextError(f"{name_of(path)}: {name} is {type(value).__name__}; it must be a text or a number")
    return values


def write_day(path: str | os.PathLike[str], found: Minutes, attributes: dict[str, Any]) -> None:
    """Write the minutes of one day of UTC, 1440 rows whatever is there; whole or not at all."""
    h5netcdf = load()
    if not len(found) or found.times[0] // DAY != found.times[-1] // DAY:
        raise SettingsError("a file holds the minutes of one day of UTC; give start and end of one, or use day_files")
    day = int(found.times[0]) // DAY * DAY
    rows = (found.times - day) // 60
    psd = np.full((ROWS, len(found.frequencies)), np.nan, np.float32)
    psd[rows] = found.levels
    effort, quality = np.zeros(ROWS, np.float32), np.full(psd.shape, NO_DATA, np.int8)
    effort[rows], quality[rows] = found.effort, quality_of(found)[:, None]
    times, frequencies = day + 60 * np.arange(ROWS, dtype=np.int64), found.frequencies.astype(np.float32)
    with written(path) as part, h5netcdf.File(part, "w") as file:
        file.dimensions = {"time": ROWS, "frequency": len(frequencies)}
        for name, (axes, values, more) in _variables(found, times, frequencies, psd, effort, quality).items():
            packed = {"compression": "gzip", "compression_opts": 3, "fletcher32": True} if len(axes) == 2 else {}
            variable = file.create_variable(name, axes, data=values, **packed)
            variable.attrs.update(more)
        file.attrs.update(attributes | _globals(found))


def quality_of(found: Minutes) -> np.ndarray:
    """The quality flag of each minute (minutes,) int8."""
    partial = (found.frames < FRAMES) | (found.clipped > 0) | (found.effort < 60)
    flags = np.where(found.frames == 0, NO_DATA, np.where(partial, COMPROMISED, NOT_EVALUATED))
    return flags.astype(np.int8)


def _variables(
    found: Minutes, times: np.ndarray, frequencies: np.ndarray, psd: np.ndarray, effort: np.ndarray,
    quality: np.ndarray,
) -> dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, Any]]]:  # fmt: skip
    if found.unit == "µPa":
        known = {
            "long_name": "Single-sided mean-square sound pressure spectral density re 1 micropascal^2/Hz",
            "standard_name": "sound_intensity_in_water", "comment": "ISO 18405 3.1.3.13",
        }  # fmt: skip
    else:
        known = {"long_name": f"Single-sided mean-square spectral density, {found.level_unit}"}
    return {
        "time": (("time",), times, {
            "long_name": "Time beginning each 1-minute temporal bin", "standard_name": "time",
            "units": "seconds since 1970-01-01T00:00:00Z", "calendar": "standard", "actual_range": times[[0, -1]],
            "coverage_content_type": "coordinate",
        }),
        "frequency": (("frequency",), frequencies, {
            "long_name": "Centre of each hybrid millidecade band", "standard_name": "sound_frequency", "units": "Hz",
            "actual_range": frequencies[[0, -1]], "coverage_content_type": "coordinate",
        }),
        "psd": (("time", "frequency"), psd, {
            **known, "units": found.level_unit, "coverage_content_type": "physicalMeasurement",
        }),
        "effort": (("time",), effort, {
            "long_name": "Duration of input data available for each 1-minute bin", "units": "seconds",
            "coverage_content_type": "qualityInformation",
        }),
        "quality_flag": (("time", "frequency"), quality, {
            "long_name": "Data quality flag", "standard_name": "quality_flag",
            "comment": "1 = Good, 2 = Not evaluated/Unknown, 3 = Compromised/Questionable, 4 = Unusable/Bad",
            "flag_values": np.array([1, 2, 3, 4], np.int8), "coverage_content_type": "qualityInformation",
            "flag_meanings": "good not_evaluated compromised unusable",
        }),
    }  # fmt: skip


def _globals(found: Minutes) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {
        "Conventions": "CF-1.8, ACDD-1.3",
        "date_created": now,
        "history": f"{now}: sonograph {__version__} archive.minutes: Hann, 1 s, half overlap, mean of the density over "
                   f"frames without a gap",
        "time_coverage_resolution": "PT60S",
        "SamplingRate": found.sample_rate,
    }  # fmt: skip
    there = found.times[found.effort > 0]
    if len(there):
        first, end = int(there[0]), int(there[-1]) + 60
        told["time_coverage_start"] = f"{moment_at(first * SECOND):%Y-%m-%dT%H:%M:%SZ}"
        told["time_coverage_end"] = f"{moment_at(end * SECOND):%Y-%m-%dT%H:%M:%SZ}"
        told["time_coverage_duration"] = f"PT{(end - first) // 60}M"
    return told
