"""The waveform of a recording in tiles: 256 columns of 2^level samples, the lowest, the highest and the rms of each.

A tile is 16 octets that say what it is and three float32 for each column. Columns of 4096 samples are made once of
the whole recording: by who reads it anyway, and of what is left by a pass of its own. Of complex samples it is that of
the real part.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from sonograph.errors import SettingsError
from sonograph.frames import split
from sonograph.pixels import wave_levels
from sonograph.pixels.pyramid import WIDE, n_cells, top_level
from sonograph.sounds.derived import more_of
from sonograph.sounds.source import Source
from sonograph.web.address import below
from sonograph.web.power import Held
from sonograph.web.stamps import goes_anywhere
from sonograph.web.store import Store
from sonograph.web.work import Plan, Workers

MAGIC = b"SGW1"
_HEADER = struct.Struct("<4sHHQ")
BASE = 12
"""The level that is made once, and all above of it."""
MOST = 1 << 21
"""Columns that are kept of it, of all channels; of a longer recording it is a higher level."""
READ_AT_ONCE = 1 << 20
LOOKED_AT = 256
"""Samples in the middle of a column that a preview looks at."""
COLUMNS_AT_ONCE = 16
PREVIEW = 1


class Waves:
    """The waveform of a recording; made by `Tiles.waves`. Any thread may ask.

    top_level : the level at which one tile holds all columns
    """

    def __init__(self, recording: Source, store: Store, workers: Workers) -> None:
        self.recording, self._store, self._workers = recording, store, workers
        self._n, self._channels = recording.n_samples, range(recording.n_channels)
        self.top_level = top_level(self._n)
        self.base = next(b for b in range(BASE, 64) if n_cells(self._n, b) * len(self._channels) <= MOST)
        n_columns = n_cells(self._n, self.base)
        self._name, self._lock, self._is_running = f"wave.{self._n}", threading.Lock(), False
        kept = store.get(self._name)
        shape = 4 * len(self._channels), n_columns
        whole = kept is not None and kept[0].shape == shape
        self._columns = kept[0] if kept is not None and whole else np.empty(shape)
        self._done = np.full(n_columns, whole)

    def tile(self, channel: int, level: int, column: int, *, cancelled: threading.Event | None = None) -> bytes:
        """A tile, its header first: magic, columns, 0 (1 for a preview), first sample.

        Raises
        ------
        SettingsError
            A tile that the recording does not have.
        SourceError
            The recording cannot be read there.
        Cancelled
            `cancelled` was set before it was there.
        """
        below("channel", channel, len(self._channels))
        below("level", level, 64)
        if not self._n:
            raise SettingsError("the recording has no samples; there is no waveform of it")
        below("column", column, -(-n_cells(self._n, level) // WIDE))
        columns = range(column * WIDE, min((column + 1) * WIDE, n_cells(self._n, level)))
        if level <= self.base:
            name = f"{channel}.{level}.{column}.{self._n}"
            found = self._computed(name, partial(self._plan, channel, level, columns), cancelled)
            return _octets(found, columns.start << level)
        if self._done[self._under(level, columns)].all():
            return _octets(self._made(channel, level, columns), columns.start << level)
        if not self._is_running:
            self.build()
        name = f"preview.{channel}.{level}.{column}.{self._n}"
        found = self._computed(name, partial(self._sampling, channel, level, columns), cancelled).copy()
        for q, one in enumerate(columns):
            if self._done[self._under(level, range(one, one + 1))].all():
                found[:, q : q + 1] = self._made(channel, level, range(one, one + 1))
        return _octets(found, columns.start << level, PREVIEW)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is exact."""
        return bool(self._done.all())

    def build(self) -> None:
        """Begin to read what nobody else has read, when nothing else is to be done."""
        if not self._done.all():
            self._is_running, self._todo = True, self._stretches()
            self._workers.when_idle(lambda: self._step if self._is_running else None, last=True)

    def hear(self, held: Held) -> None:
        """Take the whole columns of samples that were read for something else."""
        size, samples = 1 << self.base, held.samples
        first = max(0, -(-samples.start // size))
        stop = len(self._done) if samples.stop >= self._n else samples.stop // size
        if first >= stop or self._done[first:stop].all():
            return
        inside = slice(first * size - samples.start, min(stop * size, self._n) - samples.start)
        for channel in self._channels:
            rows = slice(4 * channel, 4 * channel + 4)
            self._columns[rows, first:stop] = wave_levels.gathered(held.values[channel, inside].real, self.base)
        self._are_done(first, stop)

    def _pass_over(self, samples: range) -> None:
        """Whole columns of samples that no file holds."""
        first, stop = samples.start >> self.base, n_cells(samples.stop, self.base)
        self._columns[:, first:stop] = np.tile(_nothing(stop - first), (len(self._channels), 1))
        self._are_done(first, stop)

    def _are_done(self, first: int, stop: int) -> None:
        self._done[first:stop] = True
        with self._lock:
            if self._done.all():
                self._store.put(self._name, (self._columns,), stays=True, dear=64)

    def _is_missing(self, samples: range) -> bool:
        """Whether no file has any of them, as far as the recording can tell."""
        effort = more_of(self.recording, "effort")
        return effort is not None and not effort(samples)

    def take_over(self, shorter: Waves) -> None:
        """Take the whole columns of the same recording when it was shorter."""
        whole = shorter._n >> self.base
        if shorter.base == self.base and len(shorter._channels) == len(self._channels):
            self._columns[:, :whole], self._done[:whole] = shorter._columns[:, :whole], shorter._done[:whole]

    def close(self) -> None:
        """Read no more of it."""
        self._is_running = False

    def _computed(self, name: str, plan: Callable[[], Plan], cancelled: threading.Event | None) -> np.ndarray:
        kept = self._store.get(name)
        if kept is not None:
            return kept[0]
        found: np.ndarray = self._workers.result((id(self), name), plan, cancelled)
        self._store.put(name, (found,), stays=False)
        return found

    def _plan(self, channel: int, level: int, columns: range) -> Plan:
        """Columns of samples, in parts."""

        def part(some: range) -> np.ndarray:
            samples = range(some.start << level, min(some.stop << level, self._n))
            if self._is_missing(samples):
                return _nothing(len(some))
            return wave_levels.gathered(self.recording.read(samples)[channel].real, level)

        step = max(1, (READ_AT_ONCE // len(self._channels)) >> level)
        return [partial(part, some) for some in split(columns, step)], _joined

    def _sampling(self, channel: int, level: int, columns: range) -> Plan:
        """Columns of some samples in the middle of each, in parts; nothing where all before would have to be read."""

        def part(some: range) -> np.ndarray:
            found = []
            for column in some:
                middle = min((column << level) + (1 << level) // 2, self._n - LOOKED_AT)
                samples = self.recording.read(range(max(0, middle), min(self._n, max(0, middle) + LOOKED_AT)))
                found.append(wave_levels.gathered(samples[channel].real, LOOKED_AT.bit_length() - 1))
            return _joined(found)

        if not goes_anywhere(self.recording):
            return [lambda: _nothing(len(columns))], _joined
        return [partial(part, some) for some in split(columns, COLUMNS_AT_ONCE)], _joined

    def _under(self, level: int, columns: range) -> slice:
        """The base columns of columns of a level above."""
        rise = level - self.base
        return slice(columns.start << rise, columns.stop << rise)

    def _made(self, channel: int, level: int, columns: range) -> np.ndarray:
        """Columns of the base's."""
        found = self._columns[4 * channel : 4 * channel + 4, self._under(level, columns)]
        for _ in range(level - self.base):
            found = wave_levels.above(found)
        return found

    def _stretches(self) -> Iterator[range]:
        """Samples that nobody has read."""
        step = max(1, (READ_AT_ONCE // len(self._channels)) >> self.base)
        for columns in split(range(len(self._done)), step):
            if not self._done[columns.start : columns.stop].all():
                yield range(columns.start << self.base, min(columns.stop << self.base, self._n))

    def _step(self) -> None:
        try:
            with self._lock:
                samples = next(self._todo, None) if self._is_running else None
                if samples is None:
                    self._is_running = False
                    return
                held = None if self._is_missing(samples) else Held(self.recording, samples)
            if held is None:
                self._pass_over(samples)
            else:
                self.hear(held)
        except Exception:  # a tile that needs it says why
            self._is_running = False


def _nothing(count: int) -> np.ndarray:
    """Columns of missing samples."""
    return np.repeat([[np.nan], [np.nan], [0.0], [0.0]], count, axis=1)


def _joined(columns: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(columns, axis=1)


def _octets(columns: np.ndarray, first: int, state: int = 0) -> bytes:
    values = wave_levels.shown(columns)
    return _HEADER.pack(MAGIC, len(values), state, first) + values.astype("<f4").tobytes()
