"""A recording under settings: its tiles, computed, looked up or previewed, and the pass that makes all of them.

A tile is 32 octets that say what it is and codes of 16 bits, little endian, all rows of the first column first.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable

import numpy as np

from sonograph import engines, units
from sonograph.engines import Engine
from sonograph.frames import offset
from sonograph.jobs.identity import digest
from sonograph.pixels import pyramid
from sonograph.pixels.pyramid import EXACT, WIDE
from sonograph.pixels.shown import shown
from sonograph.settings import Settings, stft_of
from sonograph.sounds.derived import more_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows, describe
from sonograph.web import address
from sonograph.web.address import Address
from sonograph.web.forward import Forward
from sonograph.web.power import Held, Power
from sonograph.web.preview import Preview
from sonograph.web.store import Store
from sonograph.web.strips import Place, Strip, Strips
from sonograph.web.work import Workers

SCHEMA = 1
"""Of the numbers in a tile: with another, none of those that were kept are taken."""
MAGIC = b"SGT1"
_HEADER = struct.Struct("<4sHHIIQfI")
WAITED_FOR = 2
"""Strips of level 7 that are computed while somebody waits; for a tile of more of them there is a preview first."""


class Layer:
    """A recording under settings; made by `Tiles.add`. Any thread may ask.

    digest        : a name for the settings and all else that its numbers depend on, but the recording
    n_frames, n_rows, n_channels : how many there are
    hop, window_length, start : where frame i lies: window_length samples from start + i * hop on
    top_level, top_fold : the zoom at which one tile holds all columns, and all rows
    rows          : what is computed, as `describe` says
    reference     : the power that reads 0 dB
    unit, label   : what the levels are in, and what a colour bar says
    """

    def __init__(
        self,
        recording: Source,
        settings: Settings,
        engine: Engine,
        workers: Workers,
        room: Callable[[str], Store],
        take: Callable[[Held], None] | None = None,
        closed: Callable[[Layer], None] = lambda layer: None,
    ) -> None:
        of, self.reference, floor = shown(settings, recording.unit)
        power = Power(recording, of, engine)
        self.rows: Rows = describe(of, recording.sample_rate, recording.unit, recording.n_channels)
        named = recording.unit, of.power_kind, self.reference, stft_of(of).weighting
        self.unit, self.label = units.level_unit(*named), units.level_label(*named)
        self.n_frames, self.n_rows, self.n_channels = power.n_frames, power.n_rows, recording.n_channels
        self.hop, self.window_length, self.start = stft_of(of).hop, stft_of(of).window_length, offset(of)
        self.top_level, self.top_fold = pyramid.top_level(self.n_frames), pyramid.top_fold(self.n_rows)
        how = settings.digest, power.dtype.name, power.engine.name, engines.rounding()
        self.digest = digest("tiles", SCHEMA, *how)
        self.recording, self._workers, self._store = recording, workers, room(self.digest)
        self._closed = closed
        archived = more_of(recording, "overview")
        beside = None if archived is None else archived(settings)
        self._strips = Strips(power, self.reference, floor, self._store, workers, beside)
        self._forward = Forward(self._strips, self.n_channels, take if power.source is recording else None)
        self._preview = Preview(self._strips, self._forward, workers)

    @property
    def room(self) -> str:
        """Where what belongs to it is kept."""
        return self._store.room

    @property
    def problem(self) -> str:
        """Why the forward pass could not go on, in a sentence; "" where it could."""
        return self._forward.problem

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
        """A tile, its header first: exact, or a preview where many strips of it are still to be computed.

        channel, column, row : which one, each from 0
        plane     : "max", "mean", or "salient": the mean, with maxima that noise gives in under 1 % of cells
        level     : 2^level frames are a column
        fold      : 2^fold rows are a row
        cancelled : set when nobody waits for it any longer

        Raises
        ------
        SettingsError
            A tile that this layer does not have.
        SourceError
            The recording cannot be read there.
        Cancelled
            `cancelled` was set before it was there.
        """
        asked = Address(channel, plane, level, fold, column, row)
        address.check(asked, self.n_channels, self.n_frames, self.n_rows)
        place = Place(channel, level, column)
        if level <= EXACT or self._strips.cost(place, WAITED_FOR) <= WAITED_FOR:
            return _octets(asked, self._kept_codes(asked, self._strips.exact(place, cancelled)), 1.0)
        if not self._forward.is_running and self._forward.share == 1:  # what it made is no longer kept
            self.build()
        strip = self._preview.strip(place, cancelled)
        return _octets(asked, self._codes(asked, strip), strip.complete)

    def at_hand(self, channel: int, plane: str, level: int, fold: int, column: int, row: int) -> bool:
        """Whether a tile is made at once, of what is in memory."""
        name = self._strips.name(Place(channel, level, column))
        made = f"{plane}.{fold}.{row}.{name}" if fold or plane == "salient" else name
        return self._store.in_memory(name) and self._store.in_memory(made)

    def progress(self) -> float:
        """The share of the recording of which level 7 and all above it are exact."""
        return self._forward.share

    def build(self, on_progress: Callable[[float], None] | None = None) -> None:
        """Begin to compute all of level 7 and up, in threads that do what is asked for first.

        on_progress : called in such a thread, with the share that is done
        """
        if not self._forward.is_running:
            self._workers.when_idle(self._forward.start(on_progress))

    def close(self) -> None:
        """Compute no more of it; of the same settings there is another layer then."""
        self._forward.stop()
        self._closed(self)

    def _kept_codes(self, asked: Address, strip: Strip) -> np.ndarray:
        """The codes of an exact tile; those that take long to make are kept for a while."""
        if not asked.fold and asked.plane != "salient":
            return self._codes(asked, strip)
        place = Place(asked.channel, asked.level, asked.column)
        name = f"{asked.plane}.{asked.fold}.{asked.row}.{self._strips.name(place)}"
        kept = self._store.get(name)
        codes = self._codes(asked, strip) if kept is None else kept[0]
        if kept is None:
            self._store.put(name, (codes,), stays=False)
        return codes

    def _codes(self, asked: Address, strip: Strip) -> np.ndarray:
        """The codes (columns, rows) of the tile of a strip that is asked for."""
        fold = asked.fold
        inside = pyramid.tile_rows(pyramid.n_cells(self.n_rows, fold), asked.row)
        rows = slice(inside.start << fold, inside.stop << fold)
        if asked.plane == "max":
            return pyramid.folded(strip.largest[:, rows], fold, mean=False)
        mean = pyramid.folded(strip.mean[:, rows], fold, mean=True)
        if asked.plane == "mean":
            return mean
        largest = pyramid.folded(strip.largest[:, rows], fold, mean=False)
        frames = pyramid.sizes(self.n_frames, asked.level, self._strips.columns(asked.level, asked.column))
        return pyramid.salient(largest, mean, frames, pyramid.sizes(self.n_rows, fold, inside))


def _octets(asked: Address, codes: np.ndarray, complete: float) -> bytes:
    first = asked.column * WIDE << asked.level
    header = _HEADER.pack(MAGIC, *codes.shape, asked.level, asked.fold, first, complete, 0)
    return header + np.ascontiguousarray(codes, "<u2").tobytes()
