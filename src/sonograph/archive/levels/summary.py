"""Levels over days and months, of minutes: means of power, percentiles of the minutes' levels, and sound exposure.

Means are weighted by the frames of each minute, so that those of an hour, a day or a month are those of all their
frames. All that is kept of a stretch of time adds: that of two halves is that of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sonograph import units
from sonograph.archive.levels.bands import DECIDECADES, Band, in_bands
from sonograph.archive.levels.counts import LevelCounts
from sonograph.archive.levels.decibels import decibels
from sonograph.archive.levels.minutes import Minutes
from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.checks import one_of
from sonograph.errors import SettingsError

VALUES = 1 << 22
"""Of density that are counted at once."""
EVERY = ("day", "month", "all")
BROADBAND, MILLIDECADES = "broadband", "millidecades"
SETS = (BROADBAND, DECIDECADES, MILLIDECADES)
Bands = str | Sequence[Band | tuple[str, float, float]]


@dataclass(frozen=True, eq=False)
class LevelSummary:
    """Levels of a stretch of time, in bands.

    start, end : of the stretch, s since 1970 UTC
    bands : what they are
    scaling : "spectrum", so that a band reads its power, or "density"
    power_sum : (bands,) of power times frames
    exposure : (bands,) of power times seconds
    frames, minutes, effort : frames, minutes and seconds of sound that count
    recorded : seconds of sound, those too of minutes without a whole frame
    counts : how many minutes had which level
    peak : the largest magnitude of a sample, in `unit`
    unit : of the samples
    """

    start: int
    end: int
    bands: tuple[Band, ...]
    scaling: str
    power_sum: np.ndarray
    exposure: np.ndarray
    frames: int
    minutes: int
    effort: float
    recorded: float
    counts: LevelCounts
    peak: float
    unit: str

    @property
    def mean(self) -> np.ndarray:
        """Mean power of all frames (bands,), unit² or unit²/Hz; NaN where there are none."""
        return self.power_sum / self.frames if self.frames else np.full(len(self.bands), np.nan)

    @property
    def mean_levels(self) -> np.ndarray:
        """The level of the mean power (bands,), in `level_unit`."""
        return decibels(self.mean, units.reference_power(self.unit, self.scaling))

    @property
    def level_unit(self) -> str:
        """The unit of levels: "dB re 1 µPa", "dB re 1 µPa²/Hz" …"""
        return units.level_unit(self.unit, self.scaling, units.reference_power(self.unit, self.scaling))

    def percentiles(self, percents: Sequence[float]) -> np.ndarray:
        """Levels (percents, bands) below which so many percent of the minutes lie, to 0.05 dB.

        The 95th percentile is exceeded in 5 % of the minutes: what acousticians also call L5.
        """
        return self.counts.percentiles(percents)

    @property
    def coverage(self) -> float:
        """The share of the stretch that counts, 0 to 1."""
        return self.effort / (self.end - self.start)

    @property
    def sel(self) -> np.ndarray:
        """Sound exposure level (bands,) of what was recorded, `effort` seconds, in `sel_unit`; NaN of nothing."""
        if not self.frames:
            return np.full(len(self.bands), np.nan)
        return decibels(self.exposure, units.reference_power(self.unit, self.scaling))

    @property
    def sel_of_whole(self) -> np.ndarray:
        """Sound exposure level (bands,) that the whole stretch would have, were it as loud as what was recorded."""
        return self.sel + 10 * np.log10((self.end - self.start) / self.effort) if self.frames else self.sel

    @property
    def sel_unit(self) -> str:
        """The unit of `sel`: "dB re 1 µPa² s" …"""
        power = units.power_unit(self.unit, "spectrum")
        reference = units.reference_power(self.unit, "spectrum")
        words = {"µPa": "1 µPa² s", "Pa": "(20 µPa)² s"}.get(self.unit, f"{reference:g} {power} s")
        return f"dB re {words}" + ("/Hz" if self.scaling == "density" else "")

    def __add__(self, other: LevelSummary) -> LevelSummary:
        if (self.bands, self.scaling, self.unit) != (other.bands, other.scaling, other.unit):
            raise SettingsError("summaries are of other bands or units; add like to like")
        return replace(
            self,
            start=min(self.start, other.start),
            end=max(self.end, other.end),
            power_sum=self.power_sum + other.power_sum,
            exposure=self.exposure + other.exposure,
            frames=self.frames + other.frames,
            minutes=self.minutes + other.minutes,
            effort=self.effort + other.effort,
            recorded=self.recorded + other.recorded,
            counts=self.counts + other.counts,
            peak=float(np.fmax(self.peak, other.peak)),
        )

    def __repr__(self) -> str:
        began = moment_at(self.start * SECOND)
        return f"<LevelSummary from {began:%Y-%m-%d %H:%M} on: {self.minutes:,} minutes, {len(self.bands)} bands>"


def summarise(
    minutes: Minutes | Iterable[Minutes], *, every: str = "month", bands: Bands = BROADBAND
) -> list[LevelSummary]:
    """Levels of each day or month of minutes, of UTC; of days without any there is none.

    Parameters
    ----------
    minutes
        Standard minutes, or pieces of them in the order of time, of which one is held at a time.
    every
        "day", "month", or "all" for the whole.
    bands
        "broadband", "decidecades", "millidecades" (their density), or bands: a name, low and high in hertz.

    Raises
    ------
    SettingsError
        A word or a band that is none; pieces of different units or rates.

    Examples
    --------
    >>> import sonograph as sg
    >>> from datetime import datetime, timezone
    >>> noise = np.random.default_rng(0).standard_normal(120 * 1000)
    >>> sound = sg.Signal(noise, 1000.0, "Pa", start=datetime(2024, 5, 1, 12, tzinfo=timezone.utc))
    >>> [day] = summarise(sg.archive.minutes(sound), every="day")
    >>> day.mean_levels.round(1).tolist(), day.effort, day.sel.round(1).tolist(), day.sel_unit
    ([94.0], 120.0, [114.8], 'dB re (20 µPa)² s')
    """
    found = Sums(every, bands)
    for piece in [minutes] if isinstance(minutes, Minutes) else minutes:
        found.add(piece)
    return found.summaries


class Sums:
    """Level summaries that minutes are added to as they come; as of `summarise`."""

    def __init__(self, every: str, bands: Bands) -> None:
        one_of("every", every, EVERY)
        self.every, self.bands = every, bands
        self._held: dict[int, LevelSummary] = {}

    def add(self, minutes: Minutes) -> None:
        """Take minutes in."""
        at_once = max(1, VALUES // max(1, len(minutes.frequencies)))
        for start, end, whole in split(minutes, self.every):
            for first in range(0, len(whole), at_once):
                one = summary_of(sliced(whole, slice(first, first + at_once)), self.bands, start, end)
                key = start if self.every != "all" else 0
                self._held[key] = self._held[key] + one if key in self._held else one

    @property
    def summaries(self) -> list[LevelSummary]:
        """Those there are, in the order in which they began."""
        return list(self._held.values())


def split(minutes: Minutes, every: str) -> Iterator[tuple[int, int, Minutes]]:
    """Minutes by days or months of UTC: from when to when each reaches, s since 1970, and those of it."""
    if not len(minutes):
        return
    if every == "all":
        yield int(minutes.times[0]), int(minutes.times[-1]) + 60, minutes
        return
    start = int(minutes.times[0])
    while start <= minutes.times[-1]:
        start, end = around(start, every)
        inside = slice(*np.searchsorted(minutes.times, (start, end)))
        if inside.stop > inside.start:
            yield start, end, sliced(minutes, inside)
        start = end


def around(second: int, every: str) -> tuple[int, int]:
    """When the day or the month of UTC began that holds a second, and when it ends."""
    began = datetime.fromtimestamp(second, UTC).replace(hour=0, minute=0, second=0)
    if every == "day":
        return int(began.timestamp()), int(began.timestamp()) + 86_400
    began = began.replace(day=1)
    ended = began.replace(year=began.year + began.month // 12, month=began.month % 12 + 1)
    return int(began.timestamp()), int(ended.timestamp())


def sliced(minutes: Minutes, part: slice) -> Minutes:
    """Some of minutes."""
    names = ("times", "density", "peak", "effort", "frames", "clipped")
    return replace(minutes, **{name: getattr(minutes, name)[part] for name in names})


def summary_of(minutes: Minutes, bands: Bands, start: int, end: int) -> LevelSummary:
    """Minutes as one stretch of time."""
    named, power, scaling = power_in(minutes, bands)
    there = minutes.frames > 0
    power, frames, effort = power[there], minutes.frames[there], minutes.effort[there]
    levels = decibels(power, units.reference_power(minutes.unit, scaling))
    peaks = minutes.peak[minutes.effort > 0]
    return LevelSummary(
        start, end, named, scaling, frames.astype(float) @ power, effort @ power, int(frames.sum()), int(there.sum()),
        float(effort.sum()), float(minutes.effort.sum()), LevelCounts.of(levels),
        float(peaks.max()) if len(peaks) else np.nan, minutes.unit,
    )  # fmt: skip


def power_in(minutes: Minutes, bands: Bands) -> tuple[tuple[Band, ...], Any, str]:
    """The bands that are meant, the power of minutes in them (minutes, bands), and how it is scaled."""
    if isinstance(bands, str):
        one_of("bands", bands, SETS)
        if bands == BROADBAND:
            return (Band(BROADBAND, 0.0, minutes.sample_rate / 2),), minutes.mean_square[:, None], "spectrum"
        if bands == MILLIDECADES:
            named = tuple(
                Band(f"{centre:.10g}", max(0.0, float(low)), float(high))
                for centre, (low, high) in zip(minutes.frequencies, minutes.edges, strict=True)
            )
            return named, minutes.density, "density"
    found = in_bands(minutes, bands)
    return found.bands, found.power, "spectrum"
