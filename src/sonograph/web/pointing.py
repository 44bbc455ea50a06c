"""What is under the pointer: the level of one frame and row, computed when it is asked for; and samples as they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import SettingsError
from sonograph.pixels.shown import shown as power_of
from sonograph.spectrograms import describe
from sonograph.web.layers import Shown
from sonograph.web.recordings import Sound, Unknown

MOST = 1 << 16
"""Samples that are asked for at a time."""


def level_at(shown: Shown, channel: int, sample: float, hertz: float) -> dict[str, Any]:
    """The level of the frame whose middle is nearest to a sample, in the row that a frequency lies in.

    Raises
    ------
    SettingsError
        A channel that the recording does not have; a recording of no frames.
    """
    layer, source = shown.layer, shown.sound.source
    if not 0 <= channel < source.n_channels:
        raise SettingsError(f"channel is {channel}; it must be 0 to {source.n_channels - 1}")
    if layer.n_frames == 0:
        raise SettingsError(f"{shown.sound.recording.name}: has no frame; it is shorter than what settings need")
    middle = layer.start + layer.window_length // 2
    frame = min(max(0, math.floor((sample - middle) / layer.hop + 0.5)), layer.n_frames - 1)
    of, reference, floor = power_of(shown.settings, source.unit)
    rows = describe(of, source.sample_rate, source.unit, source.n_channels)
    edges = np.asarray(rows.edges)
    row = row_at(edges, np.asarray(rows.frequencies), hertz)
    power = spectrogram(source, of, frames=range(frame, frame + 1)).values
    value = float(power.reshape(-1, *power.shape[-2:])[channel, row, 0])
    level = 10 * math.log10(max(value / reference, 10 ** (floor / 10))) if math.isfinite(value) else math.nan
    return {
        "level": level,
        "frame": frame,
        "row": row,
        "time": (middle + frame * layer.hop) / source.sample_rate,
        "frequency": float(rows.frequencies[row]),
        "low": float(edges[row, 0]),
        "high": float(edges[row, 1]),
        "unit": layer.unit,
    }


def row_at(edges: np.ndarray, centres: np.ndarray, hertz: float) -> int:
    """The row in which a frequency lies; of several, and where it lies in none, the one with the nearest centre."""
    inside = np.flatnonzero((edges[:, 0] <= hertz) & (hertz < edges[:, 1]))
    near = inside if len(inside) else np.arange(len(centres))
    return int(near[np.argmin(np.abs(centres[near] - hertz))])


def samples_of(sound: Sound, channel: int, samples: range) -> bytes:
    """Samples of a channel, of complex ones the real part; float32, NaN where missing; those that there are.

    Raises
    ------
    Unknown
        A channel that the recording does not have.
    SettingsError
        More than are asked for at a time.
    """
    source = sound.source
    if len(samples) > MOST:
        raise SettingsError(f"{len(samples):,} samples are asked for at once; ask for {MOST:,} at most")
    if channel >= source.n_channels:
        raise Unknown(f"channel is {channel}; the recording has {source.n_channels}, counted from 0")
    first, stop = max(0, samples.start), min(samples.stop, source.n_samples)
    return np.ascontiguousarray(source.read(range(first, max(first, stop)))[channel].real, "<f4").tobytes()
