"""The waveform at every zoom: minimum, maximum and rms of 2^level samples a column, and the samples themselves.

Up to a level that is read when it is asked for; above it, one pass over the recording leaves columns of 4,096 samples,
of which all others are made. Until that pass has come by, a column is told by a few samples of it, as a preview.
"""

from __future__ import annotations

import struct
import threading
from collections import OrderedDict
from typing import Any

import numpy as np

from sonograph.errors import SonographError
from sonograph.sounds.source import Source
from sonograph.web.events import Events
from sonograph.web.recordings import Sound, Unknown
from sonograph.web.work import Cancelled

WIDE = 256
"""Columns of a tile."""
BASE = 12
"""The level that the pass leaves behind."""
READ = 14
"""The highest level that is read when it is asked for: 4 million samples of a tile."""
AT_ONCE = 1 << 18
"""Samples of a channel that are read at a time."""
LOOKED_AT = 512
"""Samples of a column of a preview."""
MOST = 1 << 16
"""Samples that are asked for at a time."""
KEPT = 16
"""Recordings whose columns are kept: 16 bytes for 4,096 samples."""
_HEADER = struct.Struct("<4sHHQ")

Columns = np.ndarray
"""(columns, 4) float64: minimum, maximum, sum of squares, and how many samples are there."""


def columns_of(samples: np.ndarray, size: int) -> Columns:
    """Columns of `size` samples each, of samples (n,); what is missing is left out.

    >>> columns_of(np.array([1.0, -3.0, np.nan, 2.0, np.nan]), 2)[:, :2]
    array([[-3.,  1.],
           [ 2.,  2.],
           [nan, nan]])
    """
    n = -(-len(samples) // size)
    values = np.full(n * size, np.nan, np.float64)
    values[: len(samples)] = samples
    there = np.isfinite(values)
    low, high = np.where(there, values, np.inf), np.where(there, values, -np.inf)
    squares = np.where(there, values, 0.0) ** 2
    shape = (n, size)
    return _joined(low.reshape(shape), high.reshape(shape), squares.reshape(shape), there.reshape(shape))


def wider(columns: Columns, count: int) -> Columns:
    """Each `count` neighbouring columns as one."""
    n = -(-len(columns) // count)
    padded = np.full((n * count, 4), (np.nan, np.nan, 0.0, 0.0))
    padded[: len(columns)] = columns
    there = padded[:, 3] > 0
    low, high = np.where(there, padded[:, 0], np.inf), np.where(there, padded[:, 1], -np.inf)
    shape = (n, count)
    return _joined(low.reshape(shape), high.reshape(shape), padded[:, 2].reshape(shape), padded[:, 3].reshape(shape))


def _joined(low: np.ndarray, high: np.ndarray, squares: np.ndarray, counts: np.ndarray) -> Columns:
    count = counts.sum(axis=1, dtype=np.float64)
    least, most = low.min(axis=1), high.max(axis=1)
    least[count == 0] = most[count == 0] = np.nan
    return np.stack([least, most, squares.sum(axis=1), count], axis=1)


class Waves:
    """The waveforms of one viewer's recordings."""

    def __init__(self, events: Events, ended: threading.Event) -> None:
        self._events, self._ended = events, ended
        self._passes: OrderedDict[str, _Pass] = OrderedDict()
        self._lock = threading.Lock()

    def tile(
        self, sound: Sound, channel: int, level: int, column: int, cancelled: threading.Event
    ) -> tuple[bytes, bool]:
        """Octets of a tile: its header, then (columns, 3) float32; and whether it is exact.

        Raises
        ------
        Unknown
            A tile that the recording does not have.
        Cancelled
            `cancelled` was set.
        """
        source, size = sound.source, 1 << level
        first = column * WIDE * size
        if channel >= source.n_channels or level > 40 or first >= max(1, source.n_samples):
            raise Unknown("the recording has no such part of a waveform")
        samples = range(first, min(first + WIDE * size, source.n_samples))
        exact = True
        if level <= READ:
            found = _read(source, channel, samples, size, cancelled)
        else:
            found, exact = self._pass(sound).columns(channel, samples, size, cancelled)
        with np.errstate(invalid="ignore", divide="ignore"):
            rms = np.sqrt(found[:, 2] / found[:, 3])
        values = np.stack([found[:, 0], found[:, 1], rms], axis=1).astype("<f4")
        return _HEADER.pack(b"SGW1", len(values), 0 if exact else 1, first) + values.tobytes(), exact

    def _pass(self, sound: Sound) -> _Pass:
        with self._lock:
            found = self._passes.get(sound.digest)
            if found is None:
                found = self._passes[sound.digest] = _Pass(sound, self._events, self._ended)
                while len(self._passes) > KEPT:
                    self._passes.popitem(last=False)[1].stopped.set()
            self._passes.move_to_end(sound.digest)
            return found

    def drop(self, digest: str) -> None:
        """Let go of a recording that is no more."""
        with self._lock:
            found = self._passes.pop(digest, None)
        if found is not None:
            found.stopped.set()


def _read(source: Source, channel: int, samples: range, size: int, cancelled: threading.Event) -> Columns:
    """Columns of samples that are read now."""
    parts, at_once = [], max(size, AT_ONCE)
    for first in range(samples.start, samples.stop, at_once):
        if cancelled.is_set():
            raise Cancelled
        parts.append(columns_of(source.read(range(first, min(first + at_once, samples.stop)))[channel], size))
    return np.concatenate(parts) if parts else np.empty((0, 4))


class _Pass:
    """One way through a recording, from the first sample to the last, in a thread of its own."""

    def __init__(self, sound: Sound, events: Events, ended: threading.Event) -> None:
        self._sound, self._events, self._ended = sound, events, ended
        source = sound.source
        self._base = np.zeros((source.n_channels, -(-source.n_samples // (1 << BASE)), 4))
        self._done, self.stopped = 0, threading.Event()
        threading.Thread(target=self._run, name="waves", daemon=True).start()

    def columns(self, channel: int, samples: range, size: int, cancelled: threading.Event) -> tuple[Columns, bool]:
        """Columns of so many samples; and whether the pass has come by all of them."""
        done, base = self._done, 1 << BASE  # looked at once, as it grows
        if done << BASE >= samples.stop or done == self._base.shape[1]:
            part = self._base[channel, samples.start // base : -(-samples.stop // base)]
            return wider(part, size // base), True
        found = []
        for first in range(samples.start, samples.stop, size):
            if cancelled.is_set():
                raise Cancelled
            stop = min(first + size, samples.stop)
            if done << BASE >= stop:
                found.append(wider(self._base[channel, first // base : -(-stop // base)], size // base))
            else:
                middle = (first + stop) // 2
                looked = range(middle, min(middle + LOOKED_AT, stop))
                found.append(columns_of(self._sound.source.read(looked)[channel], LOOKED_AT)[:1])
        return np.concatenate(found), False

    def _run(self) -> None:
        source, told = self._sound.source, 0.0
        step = max(1 << BASE, AT_ONCE * 4 // source.n_channels >> BASE << BASE)
        try:
            for first in range(0, source.n_samples, step):
                if self.stopped.is_set() or self._ended.is_set():
                    return
                stop = min(first + step, source.n_samples)
                columns: Any = [columns_of(one, 1 << BASE) for one in source.read(range(first, stop))]
                self._base[:, first >> BASE : -(-stop >> BASE)] = columns
                self._done = -(-stop >> BASE)
                share = stop / source.n_samples
                if share >= told + 0.02 or share == 1:
                    told = share
                    self._events.tell("progress", recording=self._sound.digest, settings="waves", share=share)
        except SonographError:  # it is told where the page asks for it
            return


def samples_of(sound: Sound, channel: int, samples: range) -> bytes:
    """Samples of a channel, float32, NaN where missing.

    Raises
    ------
    Unknown
        A channel that the recording does not have.
    """
    source = sound.source
    if channel >= source.n_channels:
        raise Unknown(f"channel is {channel}; the recording has {source.n_channels}, counted from 0")
    first, stop = max(0, samples.start), min(samples.stop, source.n_samples)
    return np.ascontiguousarray(source.read(range(first, max(first, stop)))[channel], "<f4").tobytes()
