"""Opening a file: whatever it is called and however it was left, a Source or one sentence why not.

There are two ways through a file. `blocks` goes forward from the first sample to the last and is the authority on
what is there; `read` goes anywhere, by seeking where the file's structure was found whole and by decoding from the
start where it was not.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from sonograph.io.door import OpenFile
from sonograph.io.status import Fault, Status, shown, worst
from sonograph.io.tracks import Cursor, opened
from sonograph.limits import Limits
from sonograph.sources import Signal

BLOCK = 1 << 20
"""Samples of all channels that are held at a time."""

_LARGEST = 1.8e19
"""A float32 sample above it has a power that float32 cannot hold."""


def open(path: Any, **options: Any) -> FileSource:
    """A sound file, or a table of numbers, as a Source.

    Parameters
    ----------
    path
        WAV, RF64, BW64, W64, AIFF, FLAC, Ogg, Opus, MP3, AU or CAF, told by content, not by name; a table ending in
        .csv, .tsv or .txt; NPY.
    sample_rate
        Samples per second of a table or NPY that does not say.
    time_column
        The column of a table that holds the time, where it is not called time.
    unit
        What the numbers are in; "FS" by default: 1.0 is full scale.
    limits
        How many channels and seconds are allowed; `Limits()` by default.

    Raises
    ------
    SourceError
        The file is not there, holds no sound, or is broken where it must not be.
    LimitError
        More channels or seconds than allowed.

    Examples
    --------
    >>> open("no such file.wav")
    Traceback (most recent call last):
    sonograph.io.status.Unreadable: no such file.wav: does not exist. Check the name.
    """
    return FileSource(path, **options)


def read(path: Any, **options: Any) -> Signal:
    """A whole sound file, or a table of numbers, in memory. Parameters as `open`; missing samples are NaN.

    Raises
    ------
    SourceError
        As `open`.
    LimitError
        As `open`, or more bytes than allowed.
    """
    with open(path, **options) as source:
        n_bytes = source.n_samples * source.n_channels * source.dtype.itemsize
        source.limits.check(shown(path), bytes=n_bytes)
        samples = source.read(range(source.n_samples))
        return Signal(samples if len(samples) > 1 else samples[0], source.sample_rate, source.unit, source.start)


class FileSource:
    """A sound in a file. Made by `open`; close it, or use it in a `with`.

    path : as given
    format : as "WAV, 16 bit PCM"
    sample_rate : samples per second, Hz
    n_channels : channels, in the file's order
    unit : what the samples are in
    start : when the first sample was taken, where the file says so
    dtype : float32, or float64 for files that hold more
    """

    def __init__(
        self,
        path: str | bytes | os.PathLike[str],
        *,
        sample_rate: float | None = None,
        time_column: str | None = None,
        unit: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.path = path
        self.limits = Limits() if limits is None else limits
        self._options = {"sample_rate": sample_rate, "time_column": time_column, "unit": unit, "limits": self.limits}
        self._file = OpenFile(path)
        try:
            self._opened = opened(self._file, sample_rate=sample_rate, time_column=time_column)
            self._check_limits()
        except BaseException:
            self._file.close()
            raise
        found = self._opened
        self.format, self.sample_rate, self.n_channels = found.format, found.sample_rate, found.track.n_channels
        self.dtype = found.track.dtype
        self.unit = unit or "FS"
        self.start: datetime | None = found.start
        self._lock = threading.Lock()
        self._cursor: Cursor | None = None
        self._last: tuple[int, np.ndarray] = (0, np.empty((self.n_channels, 0), self.dtype))
        self._final: Status | None = None
        self._counted: int | None = found.track.n_samples

    @property
    def n_samples(self) -> int:
        """Samples of each channel that are there. Decodes the file once where its header does not tell."""
        if self._counted is None:
            for _ in self.blocks():
                pass
        return self._counted or 0

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.n_samples / self.sample_rate

    @property
    def expected(self) -> int | None:
        """Samples of each channel that the file promises; None where it promises nothing."""
        return self._opened.expected

    @property
    def status(self) -> Status:
        """How the file is, as far as is known: finally after `blocks` has gone through all of it."""
        if self._final is not None:
            return self._final
        return worst(self.path, self._faults(), self.expected, self._counted)

    def check(self) -> Status:
        """Go through all of the file, and say how it is."""
        for _ in self.blocks():
            pass
        return self.status

    def blocks(self, size: int | None = None) -> Iterator[np.ndarray]:
        """All samples from first to last in blocks (channels, n) of `size` samples, the last one shorter.

        Never goes back. Afterwards `status` is final.
        """
        size = max(1, BLOCK // self.n_channels) if size is None else size
        track = self._opened.track
        cursor = track.cursor()
        done, odd, missing, loud = 0, 0, 0, False
        try:
            while True:
                block = cursor.read(size)
                if block.shape[1]:
                    here, above = _oddities(block)
                    odd, loud = odd + here, loud or above
                if track.n_samples is not None and block.shape[1] < size:
                    lost = min(size, track.n_samples - done) - block.shape[1]
                    missing += lost
                    block = self._filled(block, block.shape[1] + lost)
                if not block.shape[1]:
                    break
                done += block.shape[1]
                self.limits.check(shown(self.path), seconds=done / self.sample_rate)
                yield block
        finally:
            cursor.close()
        self._counted = done
        found = cursor.faults
        if missing and not found:
            what = (
                f"{missing:,} of its samples could not be decoded. What could was used, up to the end of it; copy the "
            )
            found = [Fault("partial", "short", what + "file again from the original.")]
        self._conclude(found, done, odd, loud)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range (channels, n): NaN where they are missing, 0 outside the sound."""
        n_samples = self.n_samples
        out = np.zeros((self.n_channels, len(samples)), self.dtype)
        first, stop = max(0, samples.start), min(samples.stop, n_samples)
        with self._lock:
            while first < stop:
                block = self._at(range(first, min(stop, first + BLOCK)))
                out[:, first - samples.start : first - samples.start + block.shape[1]] = block
                first += block.shape[1]
        promised = range(max(n_samples, samples.start), min(samples.stop, max(n_samples, self.expected or 0)))
        if promised:
            out[:, promised.start - samples.start : promised.stop - samples.start] = np.nan
        return out

    def close(self) -> None:
        """Close the file."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
        self._file.close()

    def _at(self, samples: range) -> np.ndarray:
        """A range inside the sound."""
        start, kept = self._last
        if start <= samples.start < start + kept.shape[1]:
            return kept[:, samples.start - start : samples.stop - start]
        if self._cursor is None or (self._cursor.position > samples.start and not self._opened.track.seekable):
            self._cursor = self._opened.track.cursor()
        if self._cursor.position != samples.start:
            if self._opened.track.seekable:
                self._cursor.seek(samples.start)
            else:
                self._forward_to(samples.start)
        block = self._filled(self._cursor.read(len(samples)), len(samples))
        self._last = (samples.start, block)
        return block

    def _forward_to(self, sample: int) -> None:
        cursor = self._cursor
        while cursor is not None and cursor.position < sample:
            if not cursor.read(min(BLOCK // self.n_channels + 1, sample - cursor.position)).shape[1]:
                return

    def _filled(self, block: np.ndarray, count: int) -> np.ndarray:
        """A block with NaN for what is missing at its end."""
        missing = count - block.shape[1]
        if missing <= 0:
            return block
        return np.concatenate([block, np.full((self.n_channels, missing), np.nan, self.dtype)], axis=1)

    def _faults(self) -> list[Fault]:
        faults = list(self._opened.faults)
        if self._counted == 0 and not any(fault.word == "partial" for fault in faults):
            faults.append(Fault("empty", "no-samples", "holds no samples."))
        return faults

    def _conclude(self, found: list[Fault], decoded: int, odd: int, loud: bool) -> None:
        faults = self._faults() + found
        changed = self._file.changed()
        if changed:
            faults.insert(0, Fault("partial", "changed", f"changed while being read: {changed}. Read it again."))
        if odd:
            faults.append(
                Fault("warn", "not-finite", f"holds {odd:,} samples that are NaN or infinite. They are no data.")
            )
        if loud:
            faults.append(Fault("warn", "too-loud", "holds samples whose power float32 cannot hold. Use float64."))
        self._final = worst(self.path, faults, self.expected, decoded)

    def _check_limits(self) -> None:
        track = self._opened.track
        self.limits.check(self._file.name, channels=track.n_channels)
        if track.n_samples is not None:
            self.limits.check(self._file.name, seconds=track.n_samples / self._opened.sample_rate)

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self.path, self._options)

    def __repr__(self) -> str:
        channels = "" if self.n_channels == 1 else f"{self.n_channels} channels, "
        sound = f"{channels}{self.duration:g} s at {self.sample_rate:g} Hz, {self.unit}"
        return f"<{shown(self.path)}: {self.format}, {sound}>"


def _reopened(path: Any, options: dict[str, Any]) -> FileSource:
    return FileSource(path, **options)


def _oddities(block: np.ndarray) -> tuple[int, bool]:
    """How many samples are not finite, and whether the power of any is too large for float32."""
    with np.errstate(invalid="ignore", over="ignore"):
        top, bottom = float(block.max()), float(block.min())
    if np.isfinite(top) and np.isfinite(bottom):
        return 0, max(top, -bottom) > _LARGEST
    finite = np.isfinite(block)
    return int(block.size - np.count_nonzero(finite)), bool(np.any(np.abs(block[finite]) > _LARGEST))
