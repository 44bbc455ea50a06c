"""The spectrum of a sound or of a part of it: the mean of its frames in power (Welch), and how they spread.

Frames come in pieces and are counted in steps of a tenth of a decibel, so a day of sound needs no more memory than
a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph import units
from sonograph.computing.run import filtered, without_filters
from sonograph.computing.spectrogram import spectrogram
from sonograph.engines import Engine
from sonograph.engines.columns import Planes
from sonograph.errors import SettingsError
from sonograph.frames import split, valid_frames
from sonograph.naming import label, value_unit
from sonograph.pixels.gather import power_of
from sonograph.pixels.raster import is_of_power, power_and_level
from sonograph.pixels.span import frames_in, shown_and_there
from sonograph.settings import LevelSettings, Settings, StftSettings, stft_of
from sonograph.sounds.derived import centre_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows, Spectrogram, describe
from sonograph.units import resolved_reference

STEP = 0.1  # dB
STEPS = 6000  # that are told apart
LOWEST = -370.0  # dB re 1: anything quieter is counted there
COUNTERS = 1 << 25  # that are held at a time
PERCENTILES = (5, 50, 95)
SAMPLES_AT_ONCE = 1 << 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Spectrum:
    """Levels over frequency.

    frequencies : (rows,) Hz
    mean        : (channels, rows) dB, of the mean power of all frames that are not missing
    percentiles : (channels, 3, rows) dB, below which 5, 50 and 95 % of the frames lie, to 0.1 dB
    zero        : the power that reads 0 dB, of samples in `samples_unit`
    lowest      : where an axis begins, Hz: below 0 of complex samples
    centre      : what those were tuned to, Hz
    """

    frequencies: np.ndarray
    mean: np.ndarray
    percentiles: np.ndarray
    settings: LevelSettings
    rows: str
    floor: float
    sample_rate: float
    unit: str
    label: str
    missing: int
    n_frames: int
    zero: float
    samples_unit: str
    lowest: float = 0.0
    centre: float = 0.0

    def scaled(self, levels: np.ndarray, vscale: str) -> np.ndarray:
        """Levels of it as they are, as a power, or as its root."""
        if vscale == "level":
            return levels
        power = self.zero * 10 ** (levels / 10)
        return np.sqrt(power) if vscale == "magnitude" else power

    def words(self, vscale: str) -> tuple[str, str]:
        """What such values are called, and their unit."""
        if vscale == "level":
            return self.label, self.unit
        named = self.settings.of, "magnitude" if vscale == "magnitude" else "power", self.samples_unit, None
        return label(*named), value_unit(*named)

    @property
    def n_rows(self) -> int:
        """Frequencies."""
        return len(self.frequencies)

    def shown(self, channel: int) -> np.ndarray:
        """The levels that set the scale."""
        return np.concatenate([self.mean[channel], *self.percentiles[channel]])


def spectrum(
    source: Source | Spectrogram, settings: Settings | None, samples: range, engine: Engine | None = None
) -> Spectrum:
    """The spectrum of the frames whose middle lies in `samples`; those over an end only where there are no others.

    Raises
    ------
    SettingsError
        Settings that this sound cannot have; a spectrogram that is of no power.
    """
    if isinstance(source, Spectrogram):
        return _of_frames(source, samples)
    of, level = power_and_level(StftSettings() if settings is None else settings)
    source, of = filtered(source, of), without_filters(of)  # once, for all its parts
    frames, there = shown_and_there(of, source, samples)
    valid = valid_frames(of, source.n_samples)
    inside = range(max(there.start, valid.start), min(there.stop, valid.stop)) or there
    like = describe(of, source.sample_rate, source.unit, source.n_channels)
    tallies = [_Tally(like.n_rows) for _ in range(source.n_channels)]
    at_most = max(1, SAMPLES_AT_ONCE // (source.n_channels * stft_of(of).hop))
    rows_at_once = max(1, COUNTERS // (source.n_channels * STEPS))
    one_column = np.array([inside.start, inside.stop])
    planes = Planes(one_column, (source.n_channels, 1, like.n_rows), ("mean",))
    for rows in split(range(like.n_rows), rows_at_once):
        for tally in tallies:
            tally.begin(rows)
        for part in split(inside, at_most):
            piece = spectrogram(source, of, frames=part, engine=engine).values
            piece = piece.reshape(source.n_channels, -1, len(part))
            if rows.start == 0:
                planes.add(np.swapaxes(piece, 1, 2), part)
            for tally, values in zip(tallies, piece, strict=True):
                tally.add(values[:, ~np.isnan(values).any(axis=0)].astype(float))
        for tally in tallies:
            tally.end()
    promised, counted = len(frames) - len(there), [tally.n_frames for tally in tallies]
    means = planes.mean[:, 0]
    percentiles = np.stack([tally.percentiles for tally in tallies])
    missing, n_frames = promised + len(inside) - min(counted), promised + len(inside)
    return _as_levels(like, level, means, percentiles, missing, n_frames, centre_of(source))


def _of_frames(spectrogram: Spectrogram, samples: range) -> Spectrum:
    """The spectrum of frames that are there already."""
    if not is_of_power(spectrogram.settings):
        what = spectrogram.label.partition(" (")[0].lower()
        raise SettingsError(f'view is "spectrum"; it is of powers, and this spectrogram holds {what}')
    frames = frames_in(spectrogram.settings, spectrogram.frames, samples)
    valid = range(max(frames.start, spectrogram.valid.start), min(frames.stop, spectrogram.valid.stop)) or frames
    part = spectrogram.select(frames=valid)
    values = power_of(part.values.reshape(part.n_channels, -1, len(valid)), part)
    counted = (~np.isnan(values).any(axis=1)).sum(axis=1)
    means = np.full(values.shape[:2], np.nan)
    percentiles = np.full((len(values), len(PERCENTILES), values.shape[1]), np.nan)
    for channel, power in enumerate(values):
        if counted[channel]:
            there = power[:, ~np.isnan(power).any(axis=0)].astype(float)
            means[channel] = there.mean(axis=1)
            lowest = np.maximum(np.percentile(there, PERCENTILES, axis=1), 10 ** (LOWEST / 10))
            percentiles[channel] = 10 * np.log10(lowest)
    _, level = power_and_level(spectrogram.settings)
    return _as_levels(
        part.described, level, means, percentiles, len(valid) - int(counted.min()), len(valid), part.centre
    )


def _as_levels(
    like: Rows,
    level: LevelSettings,
    means: np.ndarray,
    percentiles: np.ndarray,
    missing: int,
    n_frames: int,
    centre: float,
) -> Spectrum:
    """A spectrum of mean powers, and of percentiles in dB re 1, by the reference that belongs to them."""
    reference = resolved_reference(level.reference, like.unit, level.power_kind)
    zero = reference if reference is not None else float(np.nanmax(means)) if np.isfinite(means).any() else 1.0
    zero = zero or 1.0
    named = like.unit, level.power_kind, reference, stft_of(level).weighting
    return Spectrum(
        frequencies=like.frequencies,
        mean=10 * np.log10(np.maximum(means / zero, 10 ** (level.floor / 10))),
        percentiles=np.maximum(percentiles - 10 * np.log10(zero), level.floor),
        settings=level,
        rows=like.rows,
        floor=level.floor,
        sample_rate=like.sample_rate,
        unit=units.level_unit(*named),
        label=units.level_label(*named),
        missing=missing,
        n_frames=n_frames,
        zero=zero,
        samples_unit=like.unit,
        lowest=like.lowest,
        centre=centre,
    )


class _Tally:
    """The frames of one channel, some rows at a time: how many had which level."""

    def __init__(self, n_rows: int) -> None:
        self.n_frames = 0
        self.percentiles = np.full((len(PERCENTILES), n_rows), np.nan)

    def begin(self, rows: range) -> None:
        """Count these rows now: counting all at once may need too much memory."""
        self.n_frames, self._rows = 0, slice(rows.start, rows.stop)
        self._counts = np.zeros((len(rows), STEPS), np.int32)

    def add(self, values: np.ndarray) -> None:
        """Add frames (rows, frames) of power."""
        values = values[self._rows]
        self.n_frames += values.shape[1]
        levels = 10 * np.log10(np.maximum(values, 10 ** (LOWEST / 10)))
        step = ((levels - LOWEST) / STEP).clip(0, STEPS - 1).astype(np.intp)
        step += np.arange(len(step))[:, None] * STEPS
        flat = self._counts.reshape(-1)
        if step.size > flat.size:
            flat += np.bincount(step.ravel(), minlength=flat.size).astype(np.int32)
        else:
            np.add.at(flat, step.ravel(), 1)

    def end(self) -> None:
        """Read the percentiles off the counts."""
        if self.n_frames:
            below = np.cumsum(self._counts, axis=1)
            steps = [np.argmax(below >= max(1, share / 100 * self.n_frames), axis=1) for share in PERCENTILES]
            self.percentiles[:, self._rows] = LOWEST + (np.stack(steps) + 0.5) * STEP
        del self._counts
