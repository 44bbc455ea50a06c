"""Frames of an archive between two times: those of a spectrogram, or columns of an overview, as levels or powers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from sonograph.archive.products.cells import Cells
from sonograph.archive.products.product import ArrayFacts
from sonograph.archive.segments.moments import ns_of, zoned
from sonograph.archive.stores.held import Held
from sonograph.archive.timelines.timeline import Timeline
from sonograph.errors import SettingsError
from sonograph.frames import offset
from sonograph.pixels.codes import levels
from sonograph.pixels.pyramid import EXACT, n_cells
from sonograph.settings import Settings, stft_of

if TYPE_CHECKING:
    from sonograph.archive.reading.overview_source import ArchivedSound


def columns(
    sound: ArchivedSound, held: Held, settings: Settings, start: datetime | None, end: datetime | None,
    level: int | None,
) -> Cells:  # fmt: skip
    """Columns of an overview, from the one that `start` lies in to the one before `end`: `max` and `mean`, dB.

    level : 2^level frames are a column; 7 by default

    Raises
    ------
    SettingsError
        There is no such level.
    """
    overview = sound.overview(settings)
    assert overview is not None  # noqa: S101  # it is held
    level = EXACT if level is None else level
    if not 0 <= level < 64:
        raise SettingsError(f"level is {level}; it must be from 0 to 63")
    there = _between(sound, settings, 1 << level, n_cells(overview.n_frames, level), start, end)
    planes = [overview.codes(channel, level, there) for channel in range(sound.n_channels)]
    arrays = {name: _decibels(np.stack([one[i] for one in planes], 1)) for i, name in enumerate(("max", "mean"))}
    unit = str(held.arrays[f"max/{EXACT}"].attributes["code_unit"])
    facts = {name: ArrayFacts("float32", np.nan, values.shape[1:], ("channel", "frequency"), unit)
             for name, values in arrays.items()}  # fmt: skip
    return _cells(sound, held, settings, 1 << level, there, arrays, facts)


def frames(sound: ArchivedSound, held: Held, settings: Settings, start: datetime | None, end: datetime | None) -> Cells:
    """Frames of a spectrogram, from the one that `start` lies in to the one before `end`: `power`, or `level` in dB."""
    there = _between(sound, settings, 1, held.rows.stop, start, end)
    [(name, values)] = held.read(there).items()
    fact = held.arrays[name]
    if name == "codes":
        name, values = "level", _decibels(values)
        fact = ArrayFacts("float32", np.nan, fact.shape, fact.dims, str(fact.attributes["code_unit"]))
    return _cells(sound, held, settings, 1, there, {name: values}, {name: fact})


def _decibels(codes: np.ndarray) -> np.ndarray:
    """Exact in float32, as codes are 1/128 dB apart."""
    return levels(codes).astype(np.float32)


def _cells(
    sound: Timeline, held: Held, settings: Settings, n_frames: int, there: range,
    arrays: dict[str, np.ndarray], facts: dict[str, ArrayFacts],
) -> Cells:  # fmt: skip
    step = n_frames * stft_of(settings).hop
    middles = _middle(settings) + np.arange(there.start, there.stop, dtype=np.int64) * step
    about = {"recorder": held.recorder, "sample_rate": held.sound.sample_rate, "unit": held.sound.unit}
    return Cells.of(sound.clock.utc_ns_at(middles), step / sound.sample_rate, arrays, facts, held.coordinates(), about)


def _middle(settings: Settings) -> int:
    """The sample in the middle of frame 0."""
    return offset(settings) + stft_of(settings).window_length // 2


def _between(
    sound: Timeline, settings: Settings, n_frames: int, count: int, start: datetime | None, end: datetime | None
) -> range:  # fmt: skip
    """The columns of so many frames, of `count`, from the one that `start` lies in to the one before `end`.

    A column begins in the middle of its first frame.
    """
    clock, step = sound.clock, n_frames * stft_of(settings).hop
    first, stop = 0, count
    if start is not None:
        first = (clock.sample_at(ns_of(zoned("start", start)) + 1) - 1 - _middle(settings)) // step
    if end is not None:
        stop = (clock.sample_at(ns_of(zoned("end", end))) - 1 - _middle(settings)) // step + 1
    first = min(max(0, first), count)
    return range(first, min(max(first, stop), count))
