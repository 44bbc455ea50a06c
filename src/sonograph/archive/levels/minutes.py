"""The standard minutes of a sound: hybrid millidecades, sound pressure level, peak and effort of each minute of UTC."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from sonograph import units
from sonograph.archive.levels.bands import Band, BandMinutes, in_bands
from sonograph.archive.levels.decibels import decibels
from sonograph.archive.levels.spectra import Spectra
from sonograph.archive.segments.moments import ns_of, zoned
from sonograph.archive.segments.segment import SECOND
from sonograph.archive.timelines.clock import Clock, rate_of
from sonograph.archive.timelines.reading_once import drained
from sonograph.checks import short, whole
from sonograph.errors import LimitError, SettingsError
from sonograph.filterbanks import filters_of
from sonograph.settings import BandSettings, MillidecadeBank, StftSettings
from sonograph.settings.octaves import LINEAR_BELOW
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source

MOST = 1 << 28
"""Values that are held at once: 2 GB."""


@dataclass(frozen=True, eq=False)
class Minutes:
    """Minutes of a sound, each from its first second in UTC.

    times : (minutes,) int64, when each begins, s since 1970 UTC
    density : (minutes, bands) float64, mean square for each hertz, in `density_unit`; NaN where no frame counts
    frequencies : (bands,) Hz; the last is half the sample rate where it is cut there
    edges : (bands, 2) Hz
    peak : (minutes,) float64, the largest magnitude of a sample, in `unit`
    effort : (minutes,) float64, seconds of samples
    frames : (minutes,) int64, how many were averaged; 119 of a whole minute
    clipped : (minutes,) int64, samples at full scale, where it is known
    sample_rate : Hz
    unit : of the samples: "µPa", "Pa", "FS" …
    """

    times: np.ndarray
    density: np.ndarray
    frequencies: np.ndarray
    edges: np.ndarray
    peak: np.ndarray
    effort: np.ndarray
    frames: np.ndarray
    clipped: np.ndarray
    sample_rate: float
    unit: str

    @property
    def density_unit(self) -> str:
        """The unit of `density`: "µPa²/Hz", "FS²/Hz" …"""
        return units.power_unit(self.unit, "density")

    @property
    def levels(self) -> np.ndarray:
        """Density in decibels (minutes, bands), of the reference that `level_unit` says; silence reads -370."""
        return decibels(self.density, units.reference_power(self.unit, "density"))

    @property
    def level_unit(self) -> str:
        """The unit of `levels`: "dB re 1 µPa²/Hz" …"""
        return units.level_unit(self.unit, "density", units.reference_power(self.unit, "density"))

    @property
    def mean_square(self) -> np.ndarray:
        """The power of all bands together (minutes,), unit²: an offset of the samples from 0 counts too."""
        return self.density @ np.diff(self.edges)[:, 0]

    @property
    def spl(self) -> np.ndarray:
        """The broadband level (minutes,), in `spl_unit`."""
        return decibels(self.mean_square, units.reference_power(self.unit, "spectrum"))

    @property
    def spl_unit(self) -> str:
        """The unit of `spl`: "dB re 1 µPa", "dBFS" …"""
        return units.level_unit(self.unit, "spectrum", units.reference_power(self.unit, "spectrum"))

    def bands(self, bands: str | Sequence[Band | tuple[str, float, float]] = "decidecades") -> BandMinutes:
        """Their power in bands, made of the density: decidecades, or bands of a name, low and high in hertz.

        Raises
        ------
        SettingsError
            A band beyond half the sample rate; bands that are none.

        Examples
        --------
        >>> import sonograph as sg
        >>> from datetime import datetime, timezone
        >>> noise = np.random.default_rng(0).standard_normal(60 * 2000)
        >>> sound = sg.Signal(noise, 2000.0, "Pa", start=datetime(2024, 5, 1, tzinfo=timezone.utc))
        >>> found = sg.archive.minutes(sound).bands([("ships", 50.0, 250.0), ("above", 500.0, 1000.0)])
        >>> found.levels.round(1).tolist(), found.level_unit
        ([[87.0, 91.0]], 'dB re 20 µPa')
        """
        return in_bands(self, bands)

    def to_netcdf(self, path: str | os.PathLike[str], attributes: str | os.PathLike[str] | None = None) -> Path:
        """Write a day of minutes as a file that other tools open; see `day_files`.

        Raises
        ------
        SettingsError
            The minutes are of several days.
        MissingExtra
            h5netcdf is not installed.
        OutputError
            The file cannot be written.
        """
        from sonograph.archive.levels.netcdf.writing import write_minutes

        write_minutes(path, self, attributes)
        return Path(path)

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        seconds, n_bands = self.effort.sum(), len(self.frequencies)
        return f"<Minutes: {len(self)}, {seconds:,.6g} s of sound, {n_bands} bands, {self.unit}>"


def minutes(
    source: Source, *, start: datetime | None = None, end: datetime | None = None, channel: int | None = None
) -> Minutes:
    """The standard minutes of a sound: spectral density in hybrid millidecades, mean over the frames of each minute.

    Frames have one second (n_fft is the sample rate), a Hann window and half overlap; the 119 that lie inside the
    60 · rate samples from the minute's first one are averaged as power, in float64. Frames that touch a gap are left
    out. After Martin et al. (2021), doi 10.1121/10.0003324.

    Parameters
    ----------
    source
        A sound that knows when it was taken: a timeline, or one with a `start`. Its sample rate is a whole number.
    start, end
        Which minutes: from the one that `start` lies in to the one before `end`, with their zones. All by default.
    channel
        Which channel, from 0; needed where there are several.

    Raises
    ------
    SettingsError
        No start is known; a rate that is no whole number; several channels and none named; a time without zone.
    LimitError
        More than memory should hold; ask for less at once, or use `day_files`.

    Examples
    --------
    >>> import sonograph as sg
    >>> from datetime import datetime, timezone
    >>> noise = np.random.default_rng(0).standard_normal(120 * 1000)
    >>> sound = sg.Signal(noise, 1000.0, "Pa", start=datetime(2024, 5, 1, tzinfo=timezone.utc))
    >>> found = sg.archive.minutes(sound)
    >>> found.density.shape, found.frames.tolist(), found.spl.round(1).tolist(), found.spl_unit
    ((2, 496), [119, 119], [94.0, 94.0], 'dB re 20 µPa')
    """
    return drained(walk_minutes(source, start=start, end=end, channel=channel))


def walk_minutes(
    source: Source, *, start: datetime | None = None, end: datetime | None = None, channel: int | None = None
) -> Generator[range, None, Minutes]:
    """As `minutes`, in steps, each of which yields the samples that it reads next."""
    clock, rate, number = _clock_of(source), _whole_rate(source), check_sound(source, channel)
    checked = source if hasattr(source, "clock") else checked_source(source)
    first, stop = span(source)
    first = first if start is None else _minute_of(ns_of(zoned("start", start)))
    stop = stop if end is None else -_minute_of(-ns_of(zoned("end", end)))
    times = np.arange(first, stop, 60, dtype=np.int64)
    centres, edges, bands = bands_of(rate)
    if len(times) * len(centres) > MOST:
        raise LimitError(
            f"{len(times):,} minutes of {len(centres):,} bands are more than memory should hold; give start and end, "
            f"or write them day by day: day_files"
        )
    spectra = Spectra(checked, clock, rate, number)
    density = np.empty((len(times), len(centres)))
    peak, effort = np.empty(len(times)), np.empty(len(times))
    frames, clipped = np.empty(len(times), np.int64), np.empty(len(times), np.int64)
    for i, time in enumerate(times):
        found = yield from spectra.walk(int(time))
        density[i] = bands(found.density)
        peak[i], effort[i], frames[i], clipped[i] = found.peak, found.effort, found.frames, found.clipped
    return Minutes(times, density, centres, edges, peak, effort, frames, clipped, float(rate), source.unit)


def span(source: Source) -> tuple[int, int]:
    """When the first minute of a sound begins and when its last one ends, s since 1970 UTC."""
    clock = _clock_of(source)
    if not source.n_samples:
        return 0, 0
    return _minute_of(clock.utc_ns_at(0)), _minute_of(clock.utc_ns_at(source.n_samples - 1)) + 60


@lru_cache(maxsize=8)
def bands_of(rate: int) -> tuple[np.ndarray, np.ndarray, Callable[[np.ndarray], np.ndarray]]:
    """Centres, edges, and what makes bands (bands,) of a density in bins of 1 Hz; kept, and not to be written to."""
    if rate > 2 * LINEAR_BELOW:
        stft = StftSettings(window_length=rate, hop=rate // 2, edges="inside", scaling="density")
        filters = filters_of(BandSettings(of=stft, bands=MillidecadeBank()), float(rate))
        bins = np.concatenate([np.arange(a, a + n) for a, n in zip(filters.first, np.diff(filters.start), strict=True)])
        return filters.centres, filters.edges, lambda d: np.add.reduceat(d[bins] * filters.weights, filters.start[:-1])
    centres = np.arange(rate // 2 + 1, dtype=float)  # below the first millidecade all bands have 1 Hz, as the bins
    edges = np.stack([centres - 0.5, np.minimum(centres + 0.5, rate / 2)], axis=1)
    return centres, edges, lambda d: d / np.diff(edges)[:, 0]


def _minute_of(utc_ns: int) -> int:
    return utc_ns // (60 * SECOND) * 60


def _clock_of(source: Source) -> Clock:
    clock = getattr(source, "clock", None)
    if isinstance(clock, Clock):
        return clock
    start = checked_source(source).start
    if start is None:
        raise SettingsError("source has no start, and minutes lie on UTC; give one: open(…, start=…), or a timeline")
    return Clock((0,), (ns_of(start),), (rate_of(source.sample_rate),))


class _Sound(Protocol):
    @property
    def sample_rate(self) -> float: ...
    @property
    def n_channels(self) -> int: ...


def check_sound(source: _Sound, channel: int | None) -> int:
    """Refuse a sound that has no minutes; else the number of the channel.

    Raises
    ------
    SettingsError
        As `minutes`.
    """
    _whole_rate(source)
    return _channel_of(source, channel)


def _whole_rate(source: _Sound) -> int:
    rate = source.sample_rate
    if rate != int(rate) or rate < 2:
        raise SettingsError(f"sample_rate is {rate:.10g}; minutes need a whole number of samples a second: resample it")
    return int(rate)


def _channel_of(source: _Sound, channel: int | None) -> int:
    if channel is None and source.n_channels > 1:
        raise SettingsError(f"source has {source.n_channels} channels; name one: channel=0")
    number = 0 if channel is None else whole("channel", channel, 0)
    if not number < source.n_channels:
        raise SettingsError(f"channel is {short(channel)}; it must be 0 to {source.n_channels - 1}")
    return number
