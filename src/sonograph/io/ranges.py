"""Any part of a sound in a file: by seeking where the file's structure was found whole, and by decoding from the start
where it was not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np

from sonograph.errors import SonographError
from sonograph.io.decoders.tracks import Cursor, Track
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault, read_error


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
                block = self._at(range(first, min(samples.stop, first + self._at_once)))
                yield block
                first += block.shape[1]

    def close(self) -> None:
        """Let go of the cursor; what it met is remembered."""
        if self._cursor is not None:
            known = {fault.reason for fault in self._met}
            self._met += [fault for fault in self._cursor.faults if fault.reason not in known]
            self._cursor.close()
            self._cursor = None

    def _at(self, samples: range) -> np.ndarray:
        start, kept = self._last
        if start <= samples.start < start + kept.shape[1]:
            return kept[:, samples.start - start : samples.stop - start]
        if self._cursor is None or (self._cursor.position > samples.start and not self._track.seekable):
            self.close()
            self._cursor = self._track.cursor()
        cursor = self._cursor
        if cursor.position != samples.start:
            self._go_to(cursor, samples.start)
        block = pull(cursor, self._track, len(samples))
        failed = next((fault for fault in cursor.faults if fault.reason == "read-error"), None)
        if failed is not None:
            self.close()
            raise self._file.error(failed.reason, failed.what)
        if block.shape[1] < len(samples) and not cursor.faults:
            cursor.faults.append(short(len(samples) - block.shape[1]))
        block = filled(block, len(samples))
        self._last = (samples.start, block)
        return block

    def _go_to(self, cursor: Cursor, sample: int) -> None:
        if self._track.seekable:
            try:
                cursor.seek(sample)
            except SonographError:
                raise
            except OSError as error:
                cursor.faults.append(read_error(sample, error))
            return
        while cursor.position < sample:
            if not pull(cursor, self._track, min(self._at_once, sample - cursor.position)).shape[1]:
                return


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


def short(missing: int) -> Fault:
    """That so many samples are missing, where nothing else says why."""
    what = f"{missing:,} of its samples could not be decoded. What comes before was used; copy the file again."
    return Fault("partial", "short", what)
