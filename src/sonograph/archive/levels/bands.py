"""Power of minutes in bands: decidecades, or bands that a table names. Made of their density; no sound is read.

A band of the density has its power spread evenly over its width, and one that an edge cuts gives each side its share.
All edges of decidecades above 435 Hz are edges of millidecades, and below that a bin of 1 Hz is shared as a bank of
octaves shares it: so decidecades are those of the spectrum itself.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sonograph import units
from sonograph.archive.levels.decibels import decibels
from sonograph.atomic import name_of
from sonograph.checks import short
from sonograph.errors import SettingsError, TextError
from sonograph.filterbanks.proportional import octaves
from sonograph.io.plain_text import text_of
from sonograph.settings import OctaveBank
from sonograph.settings.octaves import band_names

if TYPE_CHECKING:
    from sonograph.archive.levels.minutes import Minutes

DECIDECADES = "decidecades"
LOWEST = 10.0
"""Hz, in the first decidecade: frames of a second do not part what lies lower."""
COLUMNS = ("name", "low", "high")


class Band(NamedTuple):
    """A band and what it is called: from `low` to `high`, Hz."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class BandMinutes:
    """Minutes in bands.

    bands : what they are
    times : (minutes,) int64, when each begins, s since 1970 UTC
    power : (minutes, bands) float64, mean square, unit²; NaN where no frame counts
    effort : (minutes,) float64, seconds of samples
    frames : (minutes,) int64, how many were averaged
    unit : of the samples
    """

    bands: tuple[Band, ...]
    times: np.ndarray
    power: np.ndarray
    effort: np.ndarray
    frames: np.ndarray
    unit: str

    @property
    def levels(self) -> np.ndarray:
        """Decibels (minutes, bands), of the reference that `level_unit` says; silence reads -370."""
        return decibels(self.power, units.reference_power(self.unit, "spectrum"))

    @property
    def level_unit(self) -> str:
        """The unit of `levels`: "dB re 1 µPa", "dBFS" …"""
        return units.level_unit(self.unit, "spectrum", units.reference_power(self.unit, "spectrum"))

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        return f"<BandMinutes: {len(self)} of {len(self.bands)} bands, {self.unit}>"


def decidecades(sample_rate: float, *, low: float = LOWEST) -> tuple[Band, ...]:
    """The decidecades of a sample rate: from the one that holds `low` to the last that ends below half of it.

    One-third octaves to the base of 10 (IEC 61260-1, ISO 18405), named by their nominal frequencies.

    Raises
    ------
    SettingsError
        No such band.

    Examples
    --------
    >>> [(band.name, round(band.low, 2), round(band.high, 2)) for band in decidecades(2000.0, low=630)]
    [('630Hz', 562.34, 707.95), ('800Hz', 707.95, 891.25)]
    """
    bank = OctaveBank(low=low)
    _, edges = octaves(bank, sample_rate)
    names = band_names(bank, len(edges))
    return tuple(
        Band(name.removeprefix("band_"), float(a), float(b)) for name, (a, b) in zip(names, edges, strict=True)
    )


def read_bands(path: str | os.PathLike[str]) -> tuple[Band, ...]:
    """The bands of a CSV with columns name, low and high, Hz.

    Raises
    ------
    SourceError
        It cannot be read.
    TextError
        A column or a number that is not there; the same name twice; a band that does not go up.
    """
    text = text_of(path)
    head = text.partition("\n")[0]
    rows = csv.DictReader(StringIO(text), delimiter="\t" if "\t" in head else ";" if ";" in head else ",")
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if missing := [name for name in COLUMNS if name not in columns]:
        raise TextError(f"{name_of(path)}: has no column {missing[0]}. A table of bands begins: name,low,high.")
    found: list[Band] = []
    for number, row in enumerate(rows, 2):
        where = f"{name_of(path)}: line {number}"
        name = (row[columns["name"]] or "").strip()
        try:
            low, high = (float(row[columns[one]] or "") for one in ("low", "high"))
        except ValueError:
            raise TextError(f"{where} has no two numbers of hertz; a row reads: ships,50,300") from None
        try:
            found = [*found, *checked_bands([Band(name, low, high)])]
            checked_bands(found)
        except SettingsError as error:
            raise TextError(f"{where}: {error}") from None
    if not found:
        raise TextError(f"{name_of(path)}: holds no band. A row reads: ships,50,300")
    return tuple(found)


def checked_bands(bands: Sequence[Band | tuple[str, float, float]]) -> tuple[Band, ...]:
    """Bands as they may be: each goes up, and no two have one name.

    Raises
    ------
    SettingsError
        They are not so.
    """
    found: list[Band] = []
    for one in bands:
        try:
            name, low, high = one
            band = Band(str(name), float(low), float(high))
        except (TypeError, ValueError):
            raise SettingsError(f"bands hold {short(one)}; each must be a name, low and high in hertz") from None
        if not (math.isfinite(band.high) and 0 <= band.low < band.high):
            raise SettingsError(f"band {band.name!r} is {band.low:g} to {band.high:g} Hz; it must go up from 0 or more")
        if not band.name or any(band.name == other.name for other in found):
            raise SettingsError(f"a band is called {band.name!r}; each must have a name of its own")
        found.append(band)
    return tuple(found)


def in_bands(minutes: Minutes, bands: str | Sequence[Band | tuple[str, float, float]] = DECIDECADES) -> BandMinutes:
    """Minutes in bands: their power in each, from their density.

    Parameters
    ----------
    minutes
        Standard minutes.
    bands
        "decidecades", or bands: a name, low and high in hertz. `read_bands` reads them of a table.

    Raises
    ------
    SettingsError
        A band beyond half the sample rate; bands that are none.
    """
    if isinstance(bands, str):
        if bands != DECIDECADES:
            raise SettingsError(f'bands is {bands!r}; it must be "decidecades", or bands: read_bands("bands.csv")')
        found = decidecades(minutes.sample_rate)
    else:
        found = checked_bands(bands)
    widths = overlaps(minutes.edges, found, minutes.sample_rate)
    power = np.stack([minutes.density[:, first : first + len(part)] @ part for first, part in widths], axis=1)
    return BandMinutes(found, minutes.times, power, minutes.effort, minutes.frames, minutes.unit)


def overlaps(edges: np.ndarray, bands: Sequence[Band], sample_rate: float) -> list[tuple[int, np.ndarray]]:
    """For each band the first band of `edges` (n, 2) that it meets, and hertz of it and of those behind it.

    Raises
    ------
    SettingsError
        A band reaches beyond half the sample rate.
    """
    found = []
    for band in bands:
        if band.high > sample_rate / 2 * (1 + 1e-12):
            raise SettingsError(
                f"band {band.name!r} ends at {band.high:g} Hz; with sample_rate {sample_rate:g} it must end at "
                f"{sample_rate / 2:g} Hz or below"
            )
        low = -math.inf if band.low == 0 else band.low  # the lowest bin reaches half a hertz below 0
        shared = edges.clip(low, band.high)
        meets = np.flatnonzero(shared[:, 1] > shared[:, 0])
        first, stop = int(meets[0]), int(meets[-1]) + 1
        found.append((first, shared[first:stop, 1] - shared[first:stop, 0]))
    return found
