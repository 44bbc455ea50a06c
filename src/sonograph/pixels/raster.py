"""The pixels of a spectrogram: a sound of any length as an array as large as its picture.

A pixel shows the loudest of the frames and bins that it covers, in power, before any drawing library sees them: so a
click of one frame keeps its level in a picture of a day. `sink` makes them from a sound, `gather` from a spectrogram.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from sonograph import naming, units
from sonograph.errors import SettingsError
from sonograph.naming import plural
from sonograph.pixels import grid, scale
from sonograph.pixels.grid import Cells
from sonograph.settings import (
    SLOW,
    BandSettings,
    ConstantQSettings,
    LevelSettings,
    Settings,
    StftSettings,
    stages,
    stft_of,
)
from sonograph.settings.levels import FLOORS
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows, Spectrogram
from sonograph.units import resolved_reference

FLOOR = FLOORS[0]
"""What silence reads where the settings do not say: in metres or volts a sound may well lie below -200 dB."""
NO_FLOOR = float("-inf")
"""Of what is no level."""
HERTZ = ("bin", "band")
"""Rows that have a frequency."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Raster:
    """The pixels of a spectrogram.

    levels   : (channels, rows, columns) dB, or the values of features; lowest frequency and earliest time first; NaN
               where there is no data
    span     : the samples that the columns share evenly
    bounds   : (rows + 1,) where the pixel rows begin and end: Hz, or the numbers of rows that have no frequency
    axis     : the scale on which they are equally high; "rows" where they have no frequency
    settings : what was computed, of n_rows for each frame; `rows` says what a row is, `names` what each is called
    unit     : what the levels are in, their reference named
    label    : what a colour bar says
    is_level : whether they are decibels; silence then reads `floor`
    mean     : whether a pixel is the mean of what it covers (unless a peak is salient), not the loudest
    missing  : frames that are no data in some channel, of n_frames
    in_part  : others that are no data in some rows, as at the ends of wavelets
    centre   : of complex samples, what was tuned to, Hz, from where frequencies are counted; 0: not known
    """

    levels: np.ndarray
    span: range
    bounds: np.ndarray
    axis: str
    sample_rate: float
    start: datetime | None
    settings: Settings
    rows: str
    n_rows: int
    names: tuple[str, ...]
    unit: str
    label: str
    is_level: bool
    mean: bool
    floor: float
    missing: int
    n_frames: int
    in_part: int = 0
    centre: float = 0.0

    def shown(self, channel: int) -> np.ndarray:
        """The levels that set the scale: all but c0, the loudness of a frame, beside which others are nothing."""
        return self.levels[channel][~self.of_c0] if self.has_c0 else self.levels[channel]

    @property
    def has_c0(self) -> bool:
        """Whether c0 lies among other coefficients, and so apart from their colours."""
        return self.names[:1] == ("c0",) and len(self.names) > 1

    @property
    def of_c0(self) -> np.ndarray:
        """Which pixel rows show it."""
        return np.asarray((self.bounds[1:] + self.bounds[:-1]) / 2 < 0.5)

    @property
    def seconds(self) -> tuple[float, float]:
        """From when to when, seconds from the start of the recording."""
        return self.span.start / self.sample_rate, self.span.stop / self.sample_rate


@dataclass(frozen=True)
class Pixels:
    """How many pixels, and what they cover.

    samples     : the part of the sound that the columns share
    axis        : the scale on which the rows are equally high; None: linear, for bands the one that suits them, and
                  log for a series that is too slow for a sound, whose days and years lie far below its highest
    frequencies : from which to which, Hz; None: all
    mean        : a pixel is the mean of what it covers, not the maximum
    vscale      : what is shown of a power: its "level", the "power" itself, or its root, the "magnitude"
    salient     : a pixel is the mean, and the maximum where noise would hardly have given it
    """

    width: int
    height: int
    samples: range
    axis: str | None = None
    frequencies: tuple[float, float] | None = None
    mean: bool = False
    vscale: str = "level"
    salient: bool = False

    def rows(self, like: Rows) -> tuple[Cells, np.ndarray, str]:
        """Which of the rows each pixel row gathers, where pixel rows begin and end, and on which axis."""
        if like.rows not in HERTZ:
            for name, value in (("axis", self.axis), ("frequencies", self.frequencies)):
                if value is not None:
                    raise SettingsError(
                        f"{name} is given, but the rows are {plural(like.rows)}, which have no frequency"
                    )
            bounds = np.linspace(0, like.n_rows, self.height + 1)
            return grid.rows(np.arange(like.n_rows) + 0.5, bounds), bounds - 0.5, "rows"
        centres = like.frequencies
        of_notes = any(isinstance(stage, ConstantQSettings) for stage in stages(like.settings))
        of_octaves = any(isinstance(stage, BandSettings) and stage.splits_bins for stage in stages(like.settings))
        evenest = "musical" if of_notes else "linear" if like.rows == "bin" else scale.evenest(centres)
        slow = like.rows == "bin" and like.lowest >= 0 and like.sample_rate < SLOW
        # millidecades too, though they begin in steps of 1 Hz
        axis = self.axis or ("log" if of_octaves or slow else evenest)
        places = like.edges if like.rows == "band" else centres
        low, high = scale.limits(axis, places, like.highest, self.frequencies, like.lowest)
        if like.rows == "band" or like.is_part:
            low, high = scale.within_bands(low, high, like.edges)
        bounds = scale.bounds(axis, low, high, self.height)
        forward = scale.SCALES[axis].forward
        between = axis != "linear" and like.rows == "bin"
        return grid.rows(forward(centres), forward(bounds), between=between), bounds, axis


def expanded(cells: np.ndarray, columns: Cells, rows: Cells) -> np.ndarray:
    """(channels, rows, columns) of pixels, of the levels (channels, columns, rows) of cells.

    A row between two bins lies between them in decibels too, so it is never louder than the louder one.
    """
    cells = np.swapaxes(cells, 1, 2)
    part = rows.part[:, None].astype(cells.dtype)
    pixels = cells[:, rows.shown]
    if part.any():
        pixels = pixels + part * (cells[:, rows.other] - pixels)
    return pixels[:, :, columns.shown]


class Decibels(NamedTuple):
    """How a power is shown.

    settings  : what is shown
    reference : the power that reads 0 dB; None: the loudest
    floor     : what silence reads
    """

    settings: Settings
    reference: float | None
    floor: float


def decibels_of(settings: Settings, unit: str) -> Decibels:
    """How a power that these settings give is shown, of samples in `unit`."""
    if is_of_power(settings):
        _, level = power_and_level(settings)
        return Decibels(level, resolved_reference(level.reference, unit, level.power_kind), level.floor)
    return Decibels(settings, units.reference_power(unit, settings.power_kind), FLOOR)


def levels_of(
    power: np.ndarray, sound: Source | Spectrogram, shown: Decibels, vscale: str = "level"
) -> tuple[np.ndarray, str, str]:
    """Levels of a power, or itself or its root, their unit, and what a colour bar says of them."""
    if vscale != "level":
        below = shown.settings.of if isinstance(shown.settings, LevelSettings) else shown.settings
        values, unit = power if vscale == "power" else np.sqrt(power), sound.unit
        return values, naming.value_unit(below, vscale, unit, None), naming.label(below, vscale, unit, None)
    zero = shown.reference
    if zero is None:
        loudest = float(np.nanmax(power)) if np.isfinite(power).any() else 0.0
        zero = loudest if loudest > 0 else 1.0
    scaling = shown.settings.power_kind
    levels = 10 * np.log10(np.maximum(power / zero, 10 ** (shown.floor / 10)))
    named = sound.unit, scaling, shown.reference, stft_of(shown.settings).weighting
    return levels, units.level_unit(*named), units.level_label(*named)


def power_and_level(settings: Settings) -> tuple[Settings, LevelSettings]:
    """What to compute, a power, and the level to make of it."""
    if isinstance(settings, LevelSettings):
        return settings.of, settings
    of = _power(settings)
    return of, LevelSettings(of=of, floor=FLOOR)


def is_of_power(settings: Settings) -> bool:
    """Whether a picture of it is one of decibels over hertz; else it is one of features."""
    of = settings.of if isinstance(settings, LevelSettings) else settings
    return isinstance(of, StftSettings | BandSettings) and of.rows in HERTZ


def _power(settings: Settings) -> StftSettings | BandSettings:
    """The same settings, their quantity a power."""
    if isinstance(settings, StftSettings):
        return dataclasses.replace(settings, quantity="power")
    if not isinstance(settings, BandSettings):
        raise SettingsError(f"the settings are of kind {settings.kind!r}; a picture in decibels is of a power")
    if settings.of.quantity != "power":
        raise SettingsError(f"the bands are sums of {settings.of.quantity}; a picture in decibels needs sums of power")
    return settings
