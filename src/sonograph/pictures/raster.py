"""From frames to pixels: a sound of any length becomes an array as large as its picture, in bounded memory.

A pixel shows the loudest of the frames and bins that it covers, in power, before any drawing library sees them: so a
click of one frame keeps its level in a picture of a day. The engine gathers frames as it makes them; none is kept.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sonograph import units
from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import frames_of, refuse_too_short
from sonograph.levels import resolve_reference
from sonograph.pictures import grid
from sonograph.pictures.grid import Cells
from sonograph.pictures.span import frames_in
from sonograph.settings import BandSettings, LevelSettings, Settings, StftSettings, stft_of
from sonograph.sources import Source
from sonograph.spectrograms import Spectrogram
from sonograph.transform import Plan

FLOOR = -200.0
"""What silence reads, dB, where the settings do not say."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Raster:
    """The pixels of a spectrogram.

    levels   : (channels, rows, columns) dB, lowest frequency and earliest time first; NaN where there is no data
    span     : the samples that the columns share evenly
    bounds   : (rows + 1,) where the pixel rows begin and end, Hz
    settings : what was computed
    unit     : what the levels are in, their reference named
    label    : what a colour bar says
    floor    : what silence reads, dB
    missing  : frames that are no data in some channel, of n_frames
    """

    levels: np.ndarray
    span: range
    bounds: np.ndarray
    sample_rate: float
    start: datetime | None
    settings: StftSettings | BandSettings
    unit: str
    label: str
    floor: float
    missing: int
    n_frames: int

    @property
    def seconds(self) -> tuple[float, float]:
        """From when to when, seconds from the start of the recording."""
        return self.span.start / self.sample_rate, self.span.stop / self.sample_rate


@dataclass(frozen=True)
class Pixels:
    """How many pixels, and what they cover.

    samples : the part of the sound that the columns share
    bounds  : (rows + 1,) where the pixel rows begin and end, Hz
    mean    : a pixel is the mean of what it covers, not the maximum
    """

    width: int
    samples: range
    bounds: np.ndarray
    mean: bool = False

    @property
    def height(self) -> int:
        """Rows of pixels."""
        return len(self.bounds) - 1


def raster(
    sound: Source | Spectrogram, settings: Settings | None, pixels: Pixels, engine: Engine | None = None
) -> Raster:
    """The pixels of a sound, or of a spectrogram.

    Parameters
    ----------
    sound
        A Source of any length, or a Spectrogram.
    settings
        What to compute of a Source; the level of a power is taken with its own reference.
    pixels
        How many, and what they cover.

    Raises
    ------
    SettingsError
        Settings that this sound cannot have; a spectrogram of no frames.
    """
    if isinstance(sound, Spectrogram):
        return _of_spectrogram(sound, pixels)
    of, level = _power_and_level(StftSettings() if settings is None else settings)
    refuse_too_short(of, sound.n_samples)
    plan = Plan(of, sound, sound.read(range(0)).dtype, engine)
    frames = frames_in(of, frames_of(of, sound.n_samples), pixels.samples)
    columns = grid.columns(of, frames, pixels.samples, pixels.width)
    rows = grid.rows(_centres(of, sound.sample_rate), pixels.bounds)
    sink = _Sink(plan, sound, columns, rows, mean=pixels.mean)
    for part in plan.runs(sound, frames):
        sink.add(part)
    power = _expanded(sink.power(), columns, rows)
    return _labelled(power, sound, level, pixels, sink.missing, len(frames))


class _Sink:
    """Pixels being filled, part by part of the frames."""

    def __init__(self, plan: Plan, source: Source, columns: Cells, rows: Cells, *, mean: bool) -> None:
        self.plan, self.source, self.columns = plan, source, columns.edges
        # an engine gathers all rows: what lies outside the picture goes to a first and a last cell, and is dropped
        self.rows = np.unique(np.concatenate([[0], rows.edges, [plan.work.n_rows]]))
        self.first_row = int(np.searchsorted(self.rows, rows.edges[0]))
        self.n_rows = len(rows.edges) - 1
        shape = (plan.n_channels, len(self.columns) - 1, len(self.rows) - 1)
        self.out = np.zeros(shape) if mean else np.full(shape, np.nan, plan.samples_dtype)
        self.counts = np.zeros(shape[:2], np.int64) if mean else None
        self.missing = 0

    def add(self, part: range) -> None:
        """Gather the frames of `part`."""
        samples = self.plan.read(self.source, part)
        self.missing += _missing_frames(samples, self.plan.stft, len(part))
        first = int(np.searchsorted(self.columns, part.start, side="right")) - 1
        last = int(np.searchsorted(self.columns, part.stop, side="left"))
        edges = self.columns[first : last + 1].clip(part.start, part.stop) - part.start
        for channel in range(len(samples)):
            one = slice(channel, channel + 1)
            self.plan.engine.reduce(
                samples[one],
                self.plan.work,
                edges,
                self.rows,
                self.out[one, first:last],
                None if self.counts is None else self.counts[one, first:last],
            )

    def power(self) -> np.ndarray:
        """(channels, columns, rows) of the power of each cell."""
        cells = self.out[..., self.first_row : self.first_row + self.n_rows]
        if self.counts is None:
            return cells
        with np.errstate(invalid="ignore", divide="ignore"):
            return cells / self.counts[..., None]


def _missing_frames(samples: np.ndarray, stft: StftSettings, n_frames: int) -> int:
    """How many of the frames hold a sample that is not finite, in some channel."""
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(samples.sum()):
            return 0
    bad = np.concatenate([[0], np.cumsum(~np.isfinite(samples).all(axis=0))])
    starts = np.arange(n_frames) * stft.hop
    return int(np.count_nonzero(bad[starts + stft.window_length] - bad[starts]))


def _of_spectrogram(sound: Spectrogram, pixels: Pixels) -> Raster:
    """The pixels of a spectrogram that is already there."""
    settings = sound.settings if isinstance(sound.settings, LevelSettings) else LevelSettings(of=_power(sound.settings))
    of = settings.of
    frames = frames_in(of, sound.frames, pixels.samples)
    first = frames.start - sound.frames.start
    values = np.swapaxes(sound.values, -1, -2)[..., first : first + len(frames), :]
    values = values.reshape(sound.n_channels, *values.shape[-2:])
    missing = int(np.isnan(values).all(axis=-1).any(axis=0).sum())
    columns = grid.columns(of, frames, pixels.samples, pixels.width)
    rows = grid.rows(sound.frequencies, pixels.bounds)
    is_level = sound.quantity == "level"
    if sound.quantity in ("transform", "magnitude"):
        values = values.real**2 + values.imag**2
    elif is_level and pixels.mean:
        values, is_level = 10 ** (values / 10) * (sound.reference or 1.0), False
    cells = _gathered(values, columns.edges - frames.start, rows.edges, mean=pixels.mean)
    cells = _expanded(cells, columns, rows)
    if is_level:
        raster = _labelled(cells, sound, settings, pixels, missing, len(frames))
        return dataclasses.replace(raster, levels=cells, unit=sound.value_unit, label=sound.label)
    return _labelled(cells, sound, settings, pixels, missing, len(frames))


def _gathered(values: np.ndarray, columns: np.ndarray, rows: np.ndarray, *, mean: bool) -> np.ndarray:
    """(channels, columns, rows) of values (channels, frames, rows)."""
    values = values[..., rows[0] : rows[-1]]
    rows = rows[:-1] - rows[0]
    if not mean:
        return np.fmax.reduceat(np.fmax.reduceat(values, columns[:-1], axis=1), rows, axis=2)
    here = ~np.isnan(values)
    total, count = (
        np.add.reduceat(np.add.reduceat(a, columns[:-1], axis=1), rows, axis=2)
        for a in (np.where(here, values, 0.0), here.astype(float))
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / count


def _expanded(cells: np.ndarray, columns: Cells, rows: Cells) -> np.ndarray:
    """(channels, rows, columns) of pixels, of cells (channels, columns, rows)."""
    return np.swapaxes(cells, 1, 2)[:, rows.shown][:, :, columns.shown]


def _labelled(
    power: np.ndarray, sound: Source | Spectrogram, level: LevelSettings, pixels: Pixels, missing: int, n_frames: int
) -> Raster:
    """Power as levels, with what a picture says of them."""
    of = level.of
    reference = resolve_reference(level.reference, sound.unit, of)
    zero = reference
    if zero is None:
        loudest = float(np.nanmax(power)) if np.isfinite(power).any() else 0.0
        zero = loudest if loudest > 0 else 1.0
    scaling = stft_of(of).scaling
    unit = units.level_unit(sound.unit, scaling, reference)
    name = "Spectral density level" if scaling == "density" else "Level"
    return Raster(
        levels=10 * np.log10(np.maximum(power / zero, 10 ** (level.floor / 10))),
        span=pixels.samples,
        bounds=pixels.bounds,
        sample_rate=sound.sample_rate,
        start=sound.start,
        settings=of,
        unit=unit,
        label=f"{name} ({unit})",
        floor=level.floor,
        missing=missing,
        n_frames=n_frames,
    )


def _power_and_level(settings: Settings) -> tuple[StftSettings | BandSettings, LevelSettings]:
    """What to compute, a power, and the level to make of it."""
    if isinstance(settings, LevelSettings):
        return settings.of, settings
    of = _power(settings)
    return of, LevelSettings(of=of, floor=FLOOR)


def _power(settings: StftSettings | BandSettings) -> StftSettings | BandSettings:
    """The same settings, their quantity a power."""
    if isinstance(settings, StftSettings):
        return dataclasses.replace(settings, quantity="power")
    if settings.of.quantity != "power":
        raise SettingsError(f"the bands are sums of {settings.of.quantity}; a picture in decibels needs sums of power")
    return settings


def _centres(settings: StftSettings | BandSettings, sample_rate: float) -> np.ndarray:
    """Middle of each row, Hz."""
    if isinstance(settings, BandSettings):
        return np.array([band.centre for band in settings.bands])
    return np.arange(settings.n_bins) * sample_rate / settings.n_fft
