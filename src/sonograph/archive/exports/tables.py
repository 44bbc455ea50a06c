"""Days of minutes as CSV and Parquet, in the two forms that PAMscapes reads: wide, and long.

Wide is a row a minute: UTC, a column for each band (HMD_25, TOL_63, BB_50-300) and seconds of effort. Long is a
row for each minute and band: UTC, type, frequency, value. Minutes without sound have no row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph import units
from sonograph.archive.levels.bands import DECIDECADES
from sonograph.archive.levels.day import Day
from sonograph.archive.levels.decibels import decibels
from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.levels.summary import MILLIDECADES, Bands, power_in
from sonograph.archive.reading.day_by_day import KeepsMinutes, days
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.atomic import written
from sonograph.checks import one_of
from sonograph.settings.octaves import NOMINAL
from sonograph.sounds.source import Source
from sonograph.tables import parquet

if TYPE_CHECKING:
    from sonograph.archive.reading.opened import Archive

FORMS = ("csv", "parquet")
DECIMALS = 3


@dataclass(frozen=True, eq=False)
class Columns:
    """Levels of minutes by columns.

    kind : what PAMscapes calls the type: HMD, TOL or BB
    frequencies : as they stand in names and in long rows
    levels : (minutes, columns) dB
    unit : of the levels
    edges : (columns, 2) Hz
    """

    kind: str
    frequencies: tuple[str, ...]
    levels: np.ndarray
    unit: str
    edges: np.ndarray

    @property
    def names(self) -> list[str]:
        """Of the columns of a wide table."""
        return [f"{self.kind}_{one}" for one in self.frequencies]


def columns_of(minutes: Minutes, bands: Bands = MILLIDECADES) -> Columns:
    """Levels of minutes in bands, with the names that PAMscapes has for them."""
    named, power, scaling = power_in(minutes, bands)
    reference = units.reference_power(minutes.unit, scaling)
    edges = np.array([(band.low, band.high) for band in named])
    if bands == MILLIDECADES:
        kind, labels = "HMD", tuple(f"{round(one)}" for one in minutes.frequencies)
    elif bands == DECIDECADES:
        kind, labels = "TOL", tuple(_nominal(band.low, band.high) for band in named)
    else:
        kind, labels = "BB", tuple(f"{band.low:g}-{band.high:g}" for band in named)
    return Columns(kind, labels, decibels(power, reference), units.level_unit(minutes.unit, scaling, reference), edges)


def _nominal(low: float, high: float) -> str:
    """The nominal frequency of a decidecade, Hz in full: 31.5, 1000."""
    decade, step = divmod(round(10 * np.log10(np.sqrt(low * high))), 10)
    return f"{NOMINAL[step] * 10.0**decade:.10g}"


def day_tables(
    source: Source | KeepsMinutes | Archive,
    folder: str | os.PathLike[str],
    *,
    to: str = "csv",
    prefix: str = "",
    bands: Bands = MILLIDECADES,
    long: bool = False,
    start: datetime | None = None,
    end: datetime | None = None,
    channel: int | None = None,
) -> list[Path]:
    """Write levels of minutes as tables that PAMscapes reads, one for each day of UTC that holds sound.

    PREFIXcolumns.json beside them says what the levels are re, and from where to where each band reaches.

    Parameters
    ----------
    source, start, end, channel
        As of `minutes`; or an archive, whose minutes are computed already.
    folder, prefix
        Where to, and what names begin with: PREFIXYYYYMMDD.csv or .parquet. Files of the same names are replaced.
    to
        "csv" or "parquet".
    bands
        "millidecades" (spectral density), "decidecades", "broadband", or bands: a name, low and high in hertz.
    long
        A row for each minute and band (UTC, type, frequency, value), in place of a column for each band.

    Raises
    ------
    SettingsError
        As `minutes`; a band beyond half the sample rate.
    MissingExtra
        pyarrow is not there, for Parquet.
    OutputError
        A file cannot be written.
    """
    one_of("to", to, FORMS)
    if to == "parquet":
        parquet.load()
    paths, told = [], None
    for day in days(source, start=start, end=end, channel=channel):
        found = columns_of(day.minutes, bands)
        paths.append(Path(folder) / f"{prefix}{day.name}.{to}")
        with written(paths[-1]) as part:
            (_csv if to == "csv" else _parquet)(part, day, found, long)
        told = told or found
    if told is not None:
        path = Path(folder) / f"{prefix}columns.json"
        with written(path) as part:
            part.write_text(json.dumps(_about(told), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def _about(found: Columns) -> dict[str, Any]:
    each = zip(found.names, found.edges.tolist(), strict=True)
    return {
        "unit": found.unit,
        "columns": [{"name": name, "low_hz": low, "high_hz": high} for name, (low, high) in each],
    }


def _stamps(minutes: Minutes) -> list[str]:
    return [f"{moment_at(int(time) * SECOND):%Y-%m-%dT%H:%M:%SZ}" for time in minutes.times]


def _csv(path: Path, day: Day, found: Columns, long: bool) -> None:
    there, stamps = np.flatnonzero(day.minutes.effort > 0), _stamps(day.minutes)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        if not long:
            out.write(",".join(["UTC", *found.names, "effortSeconds"]) + "\n")
        else:
            out.write("UTC,type,frequency,value\n")
        for i in there:
            values = _words(found.levels[i])
            if long:
                pairs = zip(found.frequencies, values, strict=True)
                out.writelines(f"{stamps[i]},{found.kind},{at},{value}\n" for at, value in pairs)
            else:
                out.write(",".join([stamps[i], *values, f"{day.minutes.effort[i]:.10g}"]) + "\n")


def _words(levels: np.ndarray) -> Iterator[str]:
    return ("" if text == "nan" else text for text in np.char.mod(f"%.{DECIMALS}f", levels))


def _parquet(path: Path, day: Day, found: Columns, long: bool) -> None:
    arrow = parquet.load()
    there = np.flatnonzero(day.minutes.effort > 0)
    levels, times = found.levels[there].astype(np.float32), day.minutes.times[there] * 1000
    utc = arrow.timestamp("ms", tz="UTC")
    if long:
        many = len(found.frequencies)
        table = arrow.table({
            "UTC": arrow.array(np.repeat(times, many), utc),
            "type": arrow.array([found.kind] * (len(there) * many)).dictionary_encode(),
            "frequency": _frequencies(arrow, found.frequencies, len(there)),
            "value": levels.ravel(),
        })  # fmt: skip
    else:
        names = [arrow.field("UTC", utc)]
        for name, (low, high) in zip(found.names, found.edges.tolist(), strict=True):
            facts = {"unit": found.unit, "low_hz": f"{low:.10g}", "high_hz": f"{high:.10g}"}
            names.append(arrow.field(name, arrow.float32(), metadata=facts))
        held: Sequence[Any] = [arrow.array(times, utc), *(arrow.array(one) for one in levels.T)]
        more = {"effortSeconds": day.minutes.effort, "peak": day.minutes.peak, "frames": day.minutes.frames,
                "clipped": day.minutes.clipped}  # fmt: skip
        names += [arrow.field(name, arrow.from_numpy_dtype(values.dtype)) for name, values in more.items()]
        columns = [*held, *(arrow.array(values[there]) for values in more.values())]
        table = arrow.Table.from_arrays(columns, schema=arrow.schema(names))
    about = {"unit": found.unit, "sample_rate": day.minutes.sample_rate, "sample_unit": day.minutes.unit}
    table = table.replace_schema_metadata({"sonograph": json.dumps(about)})
    arrow.parquet.write_table(table, path, compression="zstd")


def _frequencies(arrow: Any, frequencies: tuple[str, ...], times: int) -> Any:
    """As numbers where they are ones."""
    if all("-" not in one for one in frequencies):
        return arrow.array(np.tile(np.array(frequencies, float), times))
    return arrow.array(list(frequencies) * times).dictionary_encode()
