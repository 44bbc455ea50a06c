"""The spectrum of a sound or of a part of it: the mean of its frames in power (Welch), and how they spread.

Frames come in pieces and are counted in steps of a tenth of a decibel, so a day of sound needs no more memory than
a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph import units
from sonograph.engines import Engine
from sonograph.frames import split
from sonograph.levels import resolve_reference
from sonograph.pictures.raster import power_and_level
from sonograph.pictures.span import shown_and_there
from sonograph.settings import LevelSettings, Settings, StftSettings, stft_of
from sonograph.sources import Source
from sonograph.transform import spectrogram

STEP = 0.1  # dB
RANGE = 400.0  # dB that are told apart
PERCENTILES = (5, 50, 95)
SAMPLES_AT_ONCE = 1 << 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Spectrum:
    """Levels over frequency.

    frequencies : (rows,) Hz
    mean        : (channels, rows) dB, of the mean power of all frames that are not missing
    percentiles : (channels, 3, rows) dB, below which 5, 50 and 95 % of the frames lie, to 0.1 dB
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

    @property
    def n_rows(self) -> int:
        """Frequencies."""
        return len(self.frequencies)

    def shown(self, channel: int) -> np.ndarray:
        """The levels that set the scale."""
        return np.concatenate([self.mean[channel], *self.percentiles[channel]])


def spectrum(source: Source, settings: Settings | None, samples: range, engine: Engine | None = None) -> Spectrum:
    """The spectrum of the frames whose middle lies in `samples`.

    Raises
    ------
    SettingsError
        Settings that this sound cannot have.
    """
    of, level = power_and_level(StftSettings() if settings is None else settings)
    frames, there = shown_and_there(of, source, samples)
    at_most = max(1, SAMPLES_AT_ONCE // (source.n_channels * stft_of(of).hop))
    counts = total = None
    missing, seen = len(frames) - len(there), 0
    for part in split(there, at_most) if there else [range(0)]:
        piece = spectrogram(source, of, frames=part, engine=engine)
        values = piece.values.reshape(source.n_channels, -1, len(part)).astype(float)
        here = ~np.isnan(values).any(axis=(0, 1))
        missing += int(np.count_nonzero(~here))
        values = values[..., here]
        seen += values.shape[-1]
        if total is None or counts is None:
            frequencies = piece.frequencies
            total = np.zeros(values.shape[:2])
            counts = np.zeros((*total.shape, round(RANGE / STEP)), np.int32)
        total += values.sum(axis=-1)
        _count(counts, values)
    assert total is not None and counts is not None  # noqa: S101  # frames_in gives one frame at least
    reference = resolve_reference(level.reference, source.unit, level.of)
    zero = reference if reference is not None else float(total.max()) / max(1, seen) or 1.0
    mean = total / seen if seen else np.full_like(total, np.nan)
    offset = 10 * np.log10(zero)
    unit = units.level_unit(source.unit, stft_of(of).scaling, reference)
    return Spectrum(
        frequencies=frequencies,
        mean=10 * np.log10(np.maximum(mean / zero, 10 ** (level.floor / 10))),
        percentiles=np.maximum(_percentiles(counts, seen) - offset, level.floor),
        settings=level,
        rows=piece.rows,
        floor=level.floor,
        sample_rate=source.sample_rate,
        unit=unit,
        label=("Spectral density level" if stft_of(of).scaling == "density" else "Level") + f" ({unit})",
        missing=missing,
        n_frames=len(frames),
    )


LOWEST = -250.0  # dB re 1: anything quieter is counted there


def _count(counts: np.ndarray, values: np.ndarray) -> None:
    """Add each frame's level to the counts of its row."""
    levels = 10 * np.log10(np.maximum(values, 10 ** (LOWEST / 10)))
    step = ((levels - LOWEST) / STEP).clip(0, counts.shape[-1] - 1).astype(np.int64)
    rows = np.arange(counts.shape[0] * counts.shape[1]).reshape(*counts.shape[:2], 1)
    flat = counts.reshape(-1)
    flat += np.bincount((rows * counts.shape[-1] + step).ravel(), minlength=flat.size).astype(np.int32)


def _percentiles(counts: np.ndarray, seen: int) -> np.ndarray:
    """(channels, percentiles, rows) dB re 1."""
    below = np.cumsum(counts, axis=-1)
    wanted = [np.argmax(below >= max(1, share / 100 * seen), axis=-1) for share in PERCENTILES]
    levels = LOWEST + (np.stack(wanted, axis=1) + 0.5) * STEP
    return levels if seen else np.full_like(levels, np.nan)
