"""Quality flags of minutes: what is known lowers them, and only a person's table raises them.

1 good, 2 not evaluated, 3 compromised or questionable, 4 unusable or no data (SoundCoop).
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from datetime import UTC
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sonograph.archive.levels.spectra import FRAMES
from sonograph.archive.segments.moments import ns_of
from sonograph.atomic import name_of
from sonograph.errors import TextError
from sonograph.io.plain_text import text_of
from sonograph.io.starts import moment_of

if TYPE_CHECKING:
    from sonograph.archive.levels.minutes import Minutes

GOOD, NOT_EVALUATED, COMPROMISED, NO_DATA = 1, 2, 3, 4
ALWAYS = (-(1 << 62), 1 << 62)  # ns


class Judged(NamedTuple):
    """A stretch of time and of frequencies that somebody judged.

    start_ns, end_ns : from when to before when, ns since 1970 UTC
    low, high : Hz
    quality : 1 to 4
    """

    start_ns: int
    end_ns: int
    low: float
    high: float
    quality: int


def read_quality(path: str | os.PathLike[str]) -> tuple[Judged, ...]:
    """A CSV with columns start, end, freqMin, freqMax and quality, as PAMscapes reads it; times are in UTC.

    Where times or frequencies are empty, a row is of all of them.

    Raises
    ------
    SourceError
        It cannot be read.
    TextError
        A column that is not there; a row that says no time, no frequency or no flag from 1 to 4.
    """
    text = text_of(path)
    head = text.partition("\n")[0]
    rows = csv.DictReader(StringIO(text), delimiter="\t" if "\t" in head else ";" if ";" in head else ",")
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if missing := [name for name in ("start", "end", "freqMin", "freqMax", "quality") if name.lower() not in columns]:
        raise TextError(f"{name_of(path)}: has no column {missing[0]}. It begins: start,end,freqMin,freqMax,quality.")
    found = []
    for number, row in enumerate(rows, 2):
        where = f"{name_of(path)}: line {number}"
        cells = {name: (row[column] or "").strip() for name, column in columns.items()}
        times = [_moment(cells[name], where, name) for name in ("start", "end")]
        hertz = [_number(cells[name], where, name) for name in ("freqmin", "freqmax")]
        quality = _number(cells["quality"], where, "quality")
        if quality not in (1, 2, 3, 4):
            raise TextError(f"{where}: quality is {cells['quality']!r}; it must be 1, 2, 3 or 4")
        start, end = (given if given is not None else usual for given, usual in zip(times, ALWAYS, strict=True))
        low, high = (
            given if given is not None else usual for given, usual in zip(hertz, (-math.inf, math.inf), strict=True)
        )
        if not (start < end and low < high):
            raise TextError(f"{where}: goes from {row[columns['start']]} to {row[columns['end']]}, from {low:g} to "
                            f"{high:g} Hz; both must go up")  # fmt: skip
        found.append(Judged(start, end, low, high, int(quality)))
    return tuple(found)


def _moment(text: str, where: str, name: str) -> int | None:
    if text in ("", "NA"):
        return None
    moment = moment_of(text)
    if moment is None:
        raise TextError(f"{where}: {name} is {text!r}; it must be a time of UTC, as 2024-05-01 04:30:00")
    return ns_of(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _number(text: str, where: str, name: str) -> float | None:
    if text in ("", "NA") and name != "quality":
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise TextError(f"{where}: {name} is {text!r}; it must be a number")
    return value


def quality_of(found: Minutes, judged: Sequence[Judged] = ()) -> np.ndarray:
    """The flag of each minute and band (minutes, bands) int8.

    What nobody judged is 2; a minute that is partial, damaged or clipped is at least 3, one without data 4; of several
    that hold, the worst counts.
    """
    flags = np.zeros(found.density.shape, np.int8)
    starts = found.times * 1_000_000_000
    for one in judged:
        in_time = (starts < one.end_ns) & (starts + 60_000_000_000 > one.start_ns)
        in_band = (found.edges[:, 0] < one.high) & (found.edges[:, 1] > one.low)
        part = np.ix_(in_time, in_band)
        flags[part] = np.maximum(flags[part], one.quality)
    flags[flags == 0] = NOT_EVALUATED
    partial = (found.frames < FRAMES) | (found.clipped > 0) | (found.effort < 60)
    known = np.where(found.frames == 0, NO_DATA, np.where(partial, COMPROMISED, GOOD))
    return np.maximum(flags, known[:, None]).astype(np.int8)
