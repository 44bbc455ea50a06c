"""Any part of a sound in a file: by seeking where that was proved exact, else by decoding from the start.

What was decoded is kept for a while, in blocks that begin at multiples of their length. A long stretch is not: it is
decoded at one go, which a decoder with threads does on all cores.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from sonograph.errors import SonographError
from sonograph.io.decoded_cache import shared
from sonograph.io.decoders.decoded import skip
from sonograph.io.decoders.tracks import Cursor, Track
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault, read_error, short

KEPT = 1 << 14
"""Samples of all channels in a block that is kept: what a window needs is decoded, and not much more."""

NEAR = 4
"""Blocks that are rather decoded than gone over: as long takes it to begin a decoder."""

STRETCH = 16
"""Blocks from which on a stretch is long."""


class Ranges:
    """Parts of a track, one reader at a time.

    faults : what was met so far
    """

    def __init__(self, file: OpenFile, track: Track, at_once: int) -> None:
        self._file, self._track, self._at_once = file, track, at_once
        self._lock = threading.Lock()
        self._cursor: Cursor | None = None
        self._last: tuple[int, np.ndarray] = (0, np.empty((track.n_channels, 0), track.dtype))
        self._met: list[Fault] = []  # by cursors that are closed
        self._step, self._owner = max(1, KEPT // track.n_channels), shared.owner()

    @property
    def faults(self) -> list[Fault]:
        """What was met so far."""
        return self._met + (self._cursor.faults if self._cursor is not None else [])

    def blocks(self, samples: range) -> Iterator[np.ndarray]:
        """A range inside the sound in blocks (channels, n): NaN where samples are missing.

        Raises
        ------
        SourceError
            The disk does not give it.
        """
        first = samples.start
        with self._lock:
            while first < samples.stop:
                stop = min(samples.stop, first + self._at_once)
                block = self._decoded(range(first, stop)) if self._track.decoder else self._at(range(first, stop))
                yield block
                first += block.shape[1]

    def close(self) -> None:
        """Let go of the file; what was met in it is remembered."""
        self._let_go()
        shared.forget(self._owner)

    def _let_go(self) -> None:
        if self._cursor is not None:
            known = {fault.reason for fault in self._met}
            self._met += [fault for fault in self._cursor.faults if fault.reason not in known]
            self._cursor.close()
            self._cursor = None

    def _at(self, samples: range) -> np.ndarray:
        """Samples that are read as they lie."""
        start, block = self._last
        if not start <= samples.start < start + block.shape[1]:
            start, block = samples.start, self._whole(self._pulled(samples), len(samples))
            self._last = start, block
        return block[:, samples.start - start : samples.stop - start]

    def _decoded(self, samples: range) -> np.ndarray:
        """Samples up to the end of the block that the first of them lies in, or all of a long stretch."""
        if len(samples) >= STRETCH * self._step and (self._track.seekable or self._position == samples.start):
            return self._whole(self._pulled(samples), len(samples))
        number = samples.start // self._step
        block = shared.get(self._owner, number)
        if block is None:
            block = self._decode(number)
        first = samples.start - number * self._step
        count = min(len(samples), self._step - first)
        return self._whole(block[:, first : first + count], count)

    @property
    def _position(self) -> int:
        return 0 if self._cursor is None else self._cursor.position

    def _decode(self, number: int) -> np.ndarray:
        """A block, and those on the way to it, which are kept too."""
        here = -1 if self._cursor is None else -(-self._cursor.position // self._step)
        if self._track.seekable and not here <= number <= here + NEAR:
            here = number
        elif not 0 <= here <= number:
            here = 0
        n_samples = self._track.n_samples
        while True:
            first = here * self._step
            block = self._pulled(range(first, first + self._step))
            if n_samples is not None:
                block = self._whole(block, min(self._step, n_samples - first))
            block.flags.writeable = False
            shared.put(self._owner, here, block)
            if here == number:
                return block
            here += 1

    def _pulled(self, samples: range) -> np.ndarray:
        """Samples from the cursor, which goes there."""
        if self._cursor is None or (self._cursor.position > samples.start and not self._track.seekable):
            self._let_go()
            self._cursor = self._track.cursor()
        cursor = self._cursor
        if cursor.position != samples.start:
            try:
                if self._track.seekable:
                    cursor.seek(samples.start)
                else:
                    skip(cursor, samples.start - cursor.position)
            except SonographError:
                raise
            except OSError as error:
                cursor.faults.append(read_error(samples.start, error))
        block = pull(cursor, self._track, len(samples))
        failed = next((fault for fault in cursor.faults if fault.reason == "read-error"), None)
        if failed is not None:
            self._let_go()
            raise self._file.error(failed.reason, failed.what)
        return block

    def _whole(self, block: np.ndarray, count: int) -> np.ndarray:
        """A block with NaN for what should be there and is not, which is a fault."""
        missing = count - block.shape[1]
        if missing > 0 and self._cursor is not None and not self.faults:
            self._cursor.faults.append(short(missing))
        return filled(block, count)


def pull(cursor: Cursor, track: Track, count: int) -> np.ndarray:
    """The next samples of a cursor; none where the disk fails, which becomes a fault of the file."""
    try:
        return cursor.read(count)
    except SonographError:
        raise
    except OSError as error:
        cursor.faults.append(read_error(cursor.position, error))
        return np.empty((track.n_channels, 0), track.dtype)


def filled(block: np.ndarray, count: int) -> np.ndarray:
    """A block with NaN for what is missing at its end."""
    missing = count - block.shape[1]
    if missing <= 0:
        return block
    return np.concatenate([block, np.full((len(block), missing), np.nan, block.dtype)], axis=1)
