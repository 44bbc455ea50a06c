"""Levels of days or months as a table: a row for each stretch of time and band, as CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sonograph.archive.levels.summary import LevelSummary
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.tables import parquet

ENDINGS = (".csv", ".jsonl", ".parquet")


def columns(percents: Sequence[float], summaries: Sequence[LevelSummary], *, whole: bool = False) -> dict[str, str]:
    """The columns of the table, and what each says, with its unit.

    >>> columns([5], [])["p5"]
    'level below which 5 % of the minutes lie (L95), dB'
    """
    unit = summaries[0].level_unit if summaries else "dB"
    exposure = summaries[0].sel_unit if summaries else "dB"
    found = {
        "start": "UTC", "end": "UTC", "minutes": "minutes that count", "effort_s": "seconds of sound that count",
        "recorded_s": "seconds of sound, those too of minutes without a whole frame",
        "coverage": "share of the stretch that counts", "band": "its name", "low_hz": "Hz", "high_hz": "Hz",
        "mean_db": f"level of the mean power, weighted by frames, {unit}",
    }  # fmt: skip
    for one in percents:
        found[percentile_name(one)] = f"level below which {one:g} % of the minutes lie (L{100 - one:g}), {unit}"
    found["sel_db"] = f"sound exposure level of what was recorded, {exposure}"
    if whole:
        found["sel_whole_db"] = f"sound exposure level if all of the stretch were as loud, {exposure}"
    return found


def percentile_name(percent: float) -> str:
    """The column of a percentile.

    >>> percentile_name(5), percentile_name(99.5)
    ('p5', 'p99.5')
    """
    return f"p{percent:g}"


def rows(summaries: Sequence[LevelSummary], percents: Sequence[float], *, whole: bool = False) -> list[dict[str, Any]]:
    """A row for each stretch and band; what is not known is None."""
    found = []
    for one in summaries:
        start, end = (f"{moment_at(time * SECOND):%Y-%m-%dT%H:%M:%SZ}" for time in (one.start, one.end))
        levels, lines, sel, more = one.mean_levels, one.percentiles(percents), one.sel, one.sel_of_whole
        for i, band in enumerate(one.bands):
            row = {
                "start": start, "end": end, "minutes": one.minutes, "effort_s": one.effort, "recorded_s": one.recorded,
                "coverage": one.coverage, "band": band.name, "low_hz": band.low, "high_hz": band.high,
                "mean_db": _known(levels[i]),
            }  # fmt: skip
            row |= {percentile_name(p): _known(line[i]) for p, line in zip(percents, lines, strict=True)}
            row["sel_db"] = _known(sel[i])
            if whole:
                row["sel_whole_db"] = _known(more[i])
            found.append(row)
    return found


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def check(path: str | os.PathLike[str]) -> None:
    """Refuse a name that no table has.

    Raises
    ------
    SettingsError
        Another ending.
    MissingExtra
        It is Parquet, and pyarrow is not there.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise SettingsError(f"the output is {os.fspath(path)!r}; it must end in {', '.join(ENDINGS)}")
    if ending == ".parquet":
        parquet.load()


def write(
    path: str | os.PathLike[str], summaries: Sequence[LevelSummary], percents: Sequence[float], *, whole: bool = False
) -> None:
    """Write the table, whole or not at all. In CSV levels have three decimals, and what is not known is empty.

    Raises
    ------
    SettingsError, MissingExtra
        As `check`.
    OutputError
        It cannot be written.
    """
    check(path)
    ending, listed = Path(path).suffix.lower(), rows(summaries, percents, whole=whole)
    words = columns(percents, summaries, whole=whole)
    with written(path) as part:
        if ending == ".parquet":
            _write_parquet(part, listed, words)
            return
        with part.open("w", encoding="utf-8", newline="") as out:
            if ending == ".jsonl":
                out.writelines(json.dumps(row) + "\n" for row in listed)
                return
            table = csv.writer(out, lineterminator="\n")
            table.writerow(words)
            table.writerows([_cell(name, row[name]) for name in words] for row in listed)


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.3f}" if name.endswith("_db") or name[0] == "p" else f"{value:.10g}"
    return value


def _write_parquet(path: Path, listed: list[dict[str, Any]], words: dict[str, str]) -> None:
    arrow = parquet.load()
    kinds = {"band": arrow.string(), "minutes": arrow.int64(), "start": arrow.timestamp("ms", tz="UTC")}
    kinds["end"] = kinds["start"]
    fields = [arrow.field(name, kinds.get(name, arrow.float64()), metadata={"long_name": said})
              for name, said in words.items()]  # fmt: skip
    held = []
    for one in fields:
        values = [row[one.name] for row in listed]
        column = arrow.array(values, arrow.string() if one.name in ("start", "end") else one.type)
        held.append(column.cast(one.type) if one.name in ("start", "end") else column)
    arrow.parquet.write_table(arrow.Table.from_arrays(held, schema=arrow.schema(fields)), path, compression="zstd")
