"""Tiles of a recording under settings, at every zoom: 256 columns by up to 513 rows of codes.

A tile is 32 octets that say what it is and codes of 16 bits, little endian, all rows of the first column first. Up to
level 7 it is computed when it is asked for; above it is made of what a forward pass leaves behind.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sonograph import engines, units
from sonograph.engines import Engine
from sonograph.frames import offset, split
from sonograph.jobs.identity import digest
from sonograph.pixels import pyramid
from sonograph.pixels.pyramid import EXACT, WIDE
from sonograph.settings import Settings, stft_of
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows, describe
from sonograph.web import address
from sonograph.web.address import Address
from sonograph.web.memory import Memory
from sonograph.web.power import Power
from sonograph.web.shown import shown
from sonograph.web.work import Cancelled as Cancelled
from sonograph.web.work import Plan, Workers

SCHEMA = 1
"""Of the numbers in a tile: another, and none of those that were kept are taken."""
MAGIC = b"SGT1"
_HEADER = struct.Struct("<4sHHIIQfI")


class Block(NamedTuple):
    """Codes (columns, rows) of the columns of one tile, all rows of fold 0."""

    largest: np.ndarray
    mean: np.ndarray
    complete: float = 1.0

    @property
    def n_bytes(self) -> int:
        """What it takes to keep it."""
        return self.largest.nbytes + self.mean.nbytes


class Tiles:
    """All tiles that one server gives out. Any thread may ask.

    cache        : a folder for what is kept on disk; None for none
    cache_bytes  : how much is kept there
    memory_bytes : how much is kept in memory
    engine       : what computes; by default `engines.default()`
    """

    def __init__(
        self,
        *,
        cache: Path | None = None,
        cache_bytes: int = 4 << 30,
        memory_bytes: int = 256 << 20,
        engine: Engine | None = None,
    ) -> None:
        self.memory, self.workers = Memory(memory_bytes), Workers(engines.n_threads(None))
        self._engine = engines.default(threads=1) if engine is None else engine
        self._layers: dict[tuple[int, str], tuple[Source, Layer]] = {}
        self._lock = threading.Lock()

    def add(self, recording: Source, settings: Settings) -> Layer:
        """A recording under settings; of the same ones the same layer.

        Raises
        ------
        SettingsError
            Settings that this recording cannot have, that need the whole sound for a frame, or that give no power.
        """
        key = id(recording), settings.digest
        with self._lock:
            if key not in self._layers:
                self._layers[key] = recording, Layer(self, checked_source(recording), settings, self._engine)
            return self._layers[key][1]


class Layer:
    """A recording under settings.

    digest        : a name for the settings and all else that its numbers depend on, but the recording
    n_frames, n_rows, n_channels : how many there are
    hop, window_length, start : where frame i lies: window_length samples from start + i * hop on
    top_level, top_fold : the zoom at which one tile holds all columns, and all rows
    rows          : what is computed, as `describe` says
    reference     : the power that reads 0 dB
    unit, label   : what the levels are in, and what a colour bar says
    """

    def __init__(self, tiles: Tiles, recording: Source, settings: Settings, engine: Engine) -> None:
        of, self.reference, self._floor = shown(settings, recording.unit)
        self._tiles, self._power = tiles, Power(recording, of, engine)
        stft, power = stft_of(of), self._power
        self.rows: Rows = describe(of, recording.sample_rate, recording.unit, recording.n_channels)
        named = recording.unit, of.scaling, self.reference
        self.unit, self.label = units.level_unit(*named), units.level_label(*named)
        self.n_frames, self.n_rows, self.n_channels = power.n_frames, power.n_rows, recording.n_channels
        self.hop, self.window_length, self.start = stft.hop, stft.window_length, offset(of)
        self.top_level, self.top_fold = pyramid.top_level(self.n_frames), pyramid.top_fold(self.n_rows)
        self.digest = digest(
            "tiles", SCHEMA, settings.digest, power.dtype.name, power.engine.name, engines.rounding()
        )  # fmt: skip

    def tile(
        self,
        channel: int,
        plane: str,
        level: int,
        fold: int,
        column: int,
        row: int,
        *,
        cancelled: threading.Event | None = None,
    ) -> bytes:
        """A tile, its header first.

        Raises
        ------
        SettingsError
            A tile that this layer does not have.
        Cancelled
            `cancelled` was set while it was made.
        """
        asked = Address(channel, plane, level, fold, column, row)
        address.check(asked, self.n_channels, self.n_frames, self.n_rows)
        block = self._block(channel, level, column, cancelled)
        return self._octets(asked, block)

    def _octets(self, asked: Address, block: Block) -> bytes:
        """The tile of a block that is asked for."""
        fold, first = asked.fold, asked.column * WIDE
        inside = pyramid.tile_rows(pyramid.n_cells(self.n_rows, fold), asked.row)
        bins = slice(inside.start << fold, inside.stop << fold)
        largest = mean = np.empty(0, np.uint16)
        if asked.plane != "mean":
            largest = pyramid.folded(block.largest[:, bins], fold, mean=False)
        if asked.plane != "max":
            mean = pyramid.folded(block.mean[:, bins], fold, mean=True)
        codes = largest if asked.plane == "max" else mean
        if asked.plane == "salient":
            columns = range(first, first + len(block.mean))
            frames = pyramid.sizes(self.n_frames, asked.level, columns)
            codes = pyramid.salient(largest, mean, frames, pyramid.sizes(self.n_rows, fold, inside))
        header = _HEADER.pack(MAGIC, *codes.shape, asked.level, fold, first << asked.level, block.complete, 0)
        return header + np.ascontiguousarray(codes, "<u2").tobytes()

    def _block(self, channel: int, level: int, column: int, cancelled: threading.Event | None) -> Block:
        name = id(self), channel, level, column
        found: Block | None = self._tiles.memory.get(name)
        if found is None:
            if level <= EXACT:
                found = self._tiles.workers.result(name, lambda: self._plan(channel, level, column), cancelled)
            else:
                found = self._above(channel, level, column, cancelled)
            self._tiles.memory.put(name, found, found.n_bytes)
        return found

    def _plan(self, channel: int, level: int, column: int) -> Plan:
        """The parts that a block is computed in, and how they are joined."""
        columns = self._columns(level, column)
        last = range(columns.start << level, min(columns.stop << level, self.n_frames))
        step = max(self._power.at_once, 1 << level)

        def part(frames: range) -> Block:
            return Block(*pyramid.coded(self._power.of(channel, frames), level, self.reference, self._floor))

        parts = [partial(part, frames) for frames in split(last, step)]
        return parts, _joined

    def _above(self, channel: int, level: int, column: int, cancelled: threading.Event | None) -> Block:
        """A block of the one or two that lie below it."""
        n_below = -(-pyramid.n_cells(self.n_frames, level - 1) // WIDE)
        below = [self._block(channel, level - 1, c, cancelled) for c in range(2 * column, min(2 * column + 2, n_below))]
        both, first = _joined(below), 2 * column * WIDE
        held = pyramid.sizes(self.n_frames, level - 1, range(first, first + len(both.mean)))
        return Block(pyramid.max_above(both.largest), pyramid.mean_above(both.mean, held))

    def _columns(self, level: int, column: int) -> range:
        """The columns of a tile."""
        return range(column * WIDE, min((column + 1) * WIDE, pyramid.n_cells(self.n_frames, level)))

    def progress(self) -> float:
        """The share of levels above 7 that is exact."""
        return 1.0

    def build(self, on_progress: Callable[[float], None] | None = None) -> None:
        """Compute all of levels 7 and up, once, while nothing else is asked for; says so in between."""

    def close(self) -> None:
        """Let go of what is kept in memory."""
        self._tiles.memory.forget(id(self))


def _joined(blocks: Sequence[Block]) -> Block:
    """Neighbouring columns put together."""
    return Block(np.concatenate([one.largest for one in blocks]), np.concatenate([one.mean for one in blocks]))
