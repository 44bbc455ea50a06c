"""From a spectrogram, or from features in pieces, to pixels: those numbers are there already and are gathered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sonograph.computing.spectrogram import pieces, spectrogram
from sonograph.engines import Engine
from sonograph.engines.columns import Planes
from sonograph.errors import LimitError, SettingsError
from sonograph.frames import frames_of
from sonograph.pixels import grid
from sonograph.pixels.raster import HERTZ, NO_FLOOR, Pixels, Raster, decibels_of, expanded, is_of_power, levels_of
from sonograph.pixels.salient import picked
from sonograph.pixels.span import frames_in, shown_and_there
from sonograph.settings import Settings, stages, stft_of, whole_sound
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

FRAMES_AT_ONCE = 4096
SQUARED = ("transform", "magnitude", "power")
"""Of what a power is made by squaring, or which is one."""
MOST_AT_ONCE = 1 << 30
"""Bytes of rows that are looked at together, where all frames of a sound must be."""


def from_spectrogram(sound: Spectrogram, pixels: Pixels) -> Raster:
    """The pixels of a spectrogram: of a power its level, of features themselves."""
    frames = frames_in(sound.settings, sound.frames, pixels.samples)
    return _raster(sound, iter([sound.select(frames=frames)]), frames, pixels)


def from_features(sound: Source, settings: Settings, pixels: Pixels, engine: Engine | None = None) -> Raster:
    """The pixels of features of a sound, which are made in pieces where they can be."""
    frames, there = shown_and_there(settings, sound, pixels.samples)
    parts = features_of(sound, settings, there, engine)
    first = next(parts)
    return _raster(first, _chain(first, parts), frames, pixels)


def features_of(sound: Source, settings: Settings, frames: range, engine: Engine | None) -> Iterator[Spectrogram]:
    """Some frames of a sound, in pieces where they can be; one piece at least, perhaps of no frames.

    Raises
    ------
    LimitError
        They look at all frames of the sound at once, and those are too many to hold.
    """
    reason = whole_sound(settings)
    if reason:
        _refuse_too_many(sound, settings, reason)
    if reason or not frames:
        yield spectrogram(sound, settings, frames=frames, engine=engine)
        return
    for part in pieces(sound, settings, at_most=FRAMES_AT_ONCE, engine=engine):
        inside = range(max(part.frames.start, frames.start), min(part.frames.stop, frames.stop))
        if inside:
            yield part.select(frames=inside)
        if part.frames.stop >= frames.stop:
            return


def _refuse_too_many(sound: Source, settings: Settings, reason: str) -> None:
    """What looks at all frames at once holds all rows that it looks at."""
    below = max((stage.of for stage in stages(settings) if stage.context == "whole"), key=lambda of: of.n_rows or 0)
    n_frames, n_rows = len(frames_of(settings, sound.n_samples)), below.n_rows or stft_of(settings).n_bins
    size = 4 * n_frames * n_rows * sound.n_channels
    if size > MOST_AT_ONCE:
        raise LimitError(
            f"{reason}, and so held at once: {n_frames:,} frames of {n_rows:,} rows are {size / 2**30:.1f} GiB, and a "
            f"picture holds {MOST_AT_ONCE / 2**30:g} at most; take a longer hop, or cut the sound into parts"
        )


def _chain(first: Spectrogram, rest: Iterator[Spectrogram]) -> Iterator[Spectrogram]:
    yield first
    yield from rest


def _raster(like: Spectrogram, parts: Iterator[Spectrogram], frames: range, pixels: Pixels) -> Raster:
    """Pixels of neighbouring spectrograms like one of them."""
    rows, bounds, axis = pixels.rows(like.described)
    columns = grid.columns(stft_of(like.settings), frames, pixels.samples, pixels.width)
    decibels = is_of_power(like.settings) or (like.quantity in SQUARED and like.rows in HERTZ)
    # a level rises with its power, so their maxima agree; their means do not, and features have no loudest
    salient = pixels.salient and decibels
    mean = pixels.mean or pixels.salient or not (decibels or like.quantity in ("log", "level"))
    if pixels.vscale != "level" and not decibels:
        raise SettingsError(f'vscale is "{pixels.vscale}", but the values are no power; leave it out')
    as_level = decibels and like.quantity == "level" and not mean and pixels.vscale == "level"
    shape = like.n_channels, len(columns.edges) - 1, len(rows.edges) - 1
    wanted = ("high", "mean") if salient else ("mean",) if mean else ("high",)
    planes = Planes(columns.edges, shape, wanted, rows.edges)
    n_there = n_missing = in_part = 0
    for part in parts:
        n_there += len(part.frames)
        if not part.frames:
            continue
        values = np.swapaxes(part.values, -1, -2).reshape(like.n_channels, len(part.frames), -1)
        values = values if as_level or not decibels else power_of(values, like)
        unknown = np.isnan(values)
        without, with_some = unknown.all(axis=-1).any(axis=0), unknown.any(axis=(0, -1))
        n_missing, in_part = n_missing + int(without.sum()), in_part + int((with_some & ~without).sum())
        planes.add(values, part.frames)
    cells, unit, label, settings = planes.mean if mean else planes.high, like.value_unit, like.label, like.settings
    if salient:
        cells = picked(planes.high, planes.mean, planes.count)
    floor = NO_FLOOR
    if decibels:
        shown = decibels_of(settings, like.unit)
        settings, floor = shown.settings, shown.floor if pixels.vscale == "level" else NO_FLOOR
        if not as_level:
            cells, unit, label = levels_of(cells, like, shown, pixels.vscale)
    return Raster(
        levels=expanded(cells, columns, rows),
        span=pixels.samples,
        bounds=bounds,
        axis=axis,
        sample_rate=like.sample_rate,
        start=like.start,
        settings=settings,
        rows=like.rows,
        n_rows=like.values.shape[-2],
        names=like.names,
        unit=unit,
        label=label,
        is_level=(decibels or like.quantity == "level") and pixels.vscale == "level",
        mean=mean,
        floor=floor,
        missing=n_missing + len(frames) - n_there,
        n_frames=len(frames),
        in_part=in_part,
        centre=like.centre,
    )


def power_of(values: np.ndarray, like: Spectrogram) -> np.ndarray:
    """The power of the values of a spectrogram of power, level, magnitude or transform."""
    if like.quantity == "power":
        return values
    if like.quantity == "level":
        power: np.ndarray = 10 ** (values / 10) * (like.reference or 1.0)
        return power
    return values.real**2 + values.imag**2
