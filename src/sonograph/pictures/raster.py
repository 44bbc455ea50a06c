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
from sonograph.pictures import frequency, grid
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
    axis     : the scale on which they are equally high
    level    : what was computed, of n_rows for each frame
    unit     : what the levels are in, their reference named
    label    : what a colour bar says
    missing  : frames that are no data in some channel, of n_frames
    """

    levels: np.ndarray
    span: range
    bounds: np.ndarray
    axis: str
    sample_rate: float
    start: datetime | None
    level: LevelSettings
    n_rows: int
    unit: str
    label: str
    missing: int
    n_frames: int

    def shown(self, channel: int) -> np.ndarray:
        """The levels that set the scale."""
        return self.levels[channel]

    @property
    def seconds(self) -> tuple[float, float]:
        """From when to when, seconds from the start of the recording."""
        return self.span.start / self.sample_rate, self.span.stop / self.sample_rate


@dataclass(frozen=True)
class Pixels:
    """How many pixels, and what they cover.

    samples     : the part of the sound that the columns share
    axis        : the scale on which the rows are equally high
    frequencies : from which to which, Hz; None: all
    mean        : a pixel is the mean of what it covers, not the maximum
    """

    width: int
    height: int
    samples: range
    axis: str = "linear"
    frequencies: tuple[float, float] | None = None
    mean: bool = False

    def bounds(self, sound: Source | Spectrogram, centres: np.ndarray) -> np.ndarray:
        """Where the pixel rows begin and end, Hz."""
        low, high = frequency.limits(self.axis, centres, sound.sample_rate / 2, self.frequencies)
        return frequency.bounds(self.axis, low, high, self.height)

    def rows(self, centres: np.ndarray, bounds: np.ndarray) -> Cells:
        """Which rows of a spectrogram each pixel row gathers."""
        forward = frequency.SCALES[self.axis].forward
        return grid.rows(forward(centres), forward(bounds), between=self.axis != "linear")


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
    of, level = power_and_level(StftSettings() if settings is None else settings)
    refuse_too_short(of, sound.n_samples)
    plan = Plan(of, sound, sound.read(range(0)).dtype, engine)
    frames = frames_in(of, frames_of(of, sound.n_samples), pixels.samples)
    columns = grid.columns(of, frames, pixels.samples, pixels.width)
    centres = plan.label(sound, range(0), plan.empty(0)).frequencies
    bounds = pixels.bounds(sound, centres)
    rows = pixels.rows(centres, bounds)
    sink = _Sink(plan, sound, columns, rows, mean=pixels.mean)
    for part in plan.runs(sound, frames):
        sink.add(part)
    levels, unit, label = _levels(sink.power(), sound, level)
    return Raster(
        levels=_expanded(levels, columns, rows),
        span=pixels.samples,
        bounds=bounds,
        axis=pixels.axis,
        sample_rate=sound.sample_rate,
        start=sound.start,
        level=level,
        n_rows=len(centres),
        unit=unit,
        label=label,
        missing=sink.missing,
        n_frames=len(frames),
    )


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
    centres = sound.frequencies
    bounds = pixels.bounds(sound, centres)
    columns, rows = grid.columns(of, frames, pixels.samples, pixels.width), pixels.rows(centres, bounds)
    is_level = sound.quantity == "level"
    if sound.quantity in ("transform", "magnitude"):
        values = values.real**2 + values.imag**2
    elif is_level and pixels.mean:
        values, is_level = 10 ** (values / 10) * (sound.reference or 1.0), False
    cells = _gathered(values, columns.edges - frames.start, rows.edges, mean=pixels.mean)
    levels, unit, label = (cells, sound.value_unit, sound.label) if is_level else _levels(cells, sound, settings)
    return Raster(
        levels=_expanded(levels, columns, rows),
        span=pixels.samples,
        bounds=bounds,
        axis=pixels.axis,
        sample_rate=sound.sample_rate,
        start=sound.start,
        level=settings,
        n_rows=len(centres),
        unit=unit,
        label=label,
        missing=missing,
        n_frames=len(frames),
    )


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
    """(channels, rows, columns) of pixels, of the levels (channels, columns, rows) of cells.

    A row between two bins lies between them in decibels too, so it is never louder than the louder one.
    """
    cells = np.swapaxes(cells, 1, 2)
    part = rows.part[:, None].astype(cells.dtype)
    pixels = cells[:, rows.shown]
    if part.any():
        pixels = pixels + part * (cells[:, rows.other] - pixels)
    return pixels[:, :, columns.shown]


def _levels(power: np.ndarray, sound: Source | Spectrogram, level: LevelSettings) -> tuple[np.ndarray, str, str]:
    """Levels of a power, their unit, and what a colour bar says of them."""
    reference = resolve_reference(level.reference, sound.unit, level.of)
    zero = reference
    if zero is None:
        loudest = float(np.nanmax(power)) if np.isfinite(power).any() else 0.0
        zero = loudest if loudest > 0 else 1.0
    scaling = stft_of(level).scaling
    unit = units.level_unit(sound.unit, scaling, reference)
    name = "Spectral density level" if scaling == "density" else "Level"
    return 10 * np.log10(np.maximum(power / zero, 10 ** (level.floor / 10))), unit, f"{name} ({unit})"


def power_and_level(settings: Settings) -> tuple[StftSettings | BandSettings, LevelSettings]:
    """What to compute, a power, and the level to make of it."""
    if isinstance(settings, LevelSettings):
        return settings.of, settings
    of = _power(settings)
    return of, LevelSettings(of=of, floor=FLOOR)


def _power(settings: Settings) -> StftSettings | BandSettings:
    """The same settings, their quantity a power."""
    if isinstance(settings, StftSettings):
        return dataclasses.replace(settings, quantity="power")
    if not isinstance(settings, BandSettings):
        raise SettingsError(f"the settings are of kind {settings.kind!r}; a picture in decibels is of a power")
    if settings.of.quantity != "power":
        raise SettingsError(f"the bands are sums of {settings.of.quantity}; a picture in decibels needs sums of power")
    return settings
