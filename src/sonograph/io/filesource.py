"""A sound in a file, as a Source.

There are two ways through it. `blocks` goes forward from the first sample to the last and is the authority on what is
there; `read` goes anywhere (`ranges`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from sonograph.errors import SettingsError, SonographError
from sonograph.io.calibrations import known_of
from sonograph.io.decoders.pcm import PcmTrack
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.io.numbers import sigmf
from sonograph.io.opened_files import opened_file
from sonograph.io.opening import Opening
from sonograph.io.random_access import Ranges, filled, pull
from sonograph.io.readers import opened
from sonograph.io.status import Fault, Status, read_error, short, shown, worst
from sonograph.io.tally import LARGEST, Tally
from sonograph.sounds.derived import Recorded
from sonograph.sounds.iq import paired
from sonograph.units import all_hertz, checked_unit

BLOCK = 1 << 20
"""Samples of all channels that are held at a time."""

_LATER = "Read it again when nothing writes to it."


class FileSource(Recorded):
    """A sound in a file. Made by `open`; close it, or use it in a `with`.

    path : as given
    format : as "WAV, 16 bit PCM"
    sample_rate : samples per second, Hz
    n_channels : channels, in the file's order; of complex samples those that are two in the file are one
    unit : what the samples are in
    start : when the first sample was taken, with its zone, where that is known
    dtype : float32, or float64 for files that hold more; complex64 or complex128 of I/Q
    centre : what a receiver of I/Q was tuned to, Hz, where the file says; else 0
    calibration : what full scale is in the world, where that is known; applied in `read` and `blocks`
    metadata : what the file says about itself
    opening : how it is opened so again, with the calibration and the start that were found
    size, modified_ns : bytes, and when they were last changed
    tally : peak, rms and what is not finite, once `blocks` has gone through all of it
    is_second : whether it was opened because the file changed at a first reading; its status is then never "ok"
    """

    def __init__(self, path: Any, opening: Opening | None = None, file: OpenFile | None = None) -> None:
        self.path, how = path, opening or Opening()
        self.limits = how.limits
        described = sigmf.described(path)
        how = how if described is None else described.opening(how)
        self._file = file or opened_file(path if described is None else described.data)
        try:
            self._opened = found = opened(
                self._file, sample_rate=how.sample_rate, time_column=how.time_column, raw=how.raw
            )
            self._check_limits()
            self._pairs = self._are_pairs(how)
            self.metadata = found.metadata
            self.calibration, self.start = known_of(self._file, found.metadata, how)
        except BaseException as error:
            changed = self._file.changed() if isinstance(error, Exception) else None
            self._file.close()
            if changed:
                raise self._file.error("changed", f"changed while being opened: {changed}. {_LATER}") from error
            if isinstance(error, OSError) and not isinstance(error, SonographError):
                raise self._file.error("read-error", read_error(0, error).what) from None
            raise
        self.format, self.sample_rate, n_channels = found.format, found.sample_rate, found.track.n_channels
        self.n_channels, self._real = n_channels // (1 + self._pairs), found.track.dtype
        self.is_complex = self._pairs
        self.dtype = np.result_type(self._real, np.complex64) if self._pairs else self._real
        if described is not None:
            self.format, self.centre = f"SigMF, {self.format.removeprefix('raw').lstrip(', ')}", described.centre
            found.faults += described.faults
            self.metadata = replace(self.metadata, fields=described.fields)
        unit = found.unit if how.unit is None else checked_unit(how.unit)
        self.unit = self.calibration.unit if self.calibration else unit or "FS"
        self._at_once = max(1, BLOCK // n_channels)
        self._scale = self._scale_of(found)
        self._how = how
        self._ranges = Ranges(self._file, found.track, self._at_once)
        self._ended: list[Fault] | None = None  # once `blocks` has gone through all of it
        self._closed: Status | None = None
        self.is_second = False
        self.tally: Tally | None = None
        self.size, self.modified_ns = self._file.size, self._file.modified_ns
        self._counted: int | None = found.track.n_samples

    @cached_property
    def opening(self) -> Opening:
        """How it is opened in another process, or once more: with what was found, whatever lies beside it by then."""
        return replace(self._how, calibration=self.calibration or False, start=self.start, zone=None)

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
    def decoder(self) -> str:
        """The library that decodes it and its version; "" where the samples are read as they lie."""
        return self._opened.track.decoder

    @property
    def seeks(self) -> bool:
        """Whether a range is read without decoding all that lies before it."""
        return self._opened.track.seekable

    @property
    def status(self) -> Status:
        """How the file is, as far as it was read: finally after `blocks` has gone through all of it."""
        if self._closed is not None:
            return self._closed
        found = self._faults() + self._ranges.faults if self._ended is None else self._ended
        return worst(self.path, [*self._changes(), *found], self.expected, self._counted)

    @property
    def has_changed(self) -> bool:
        """Whether the file was cut, grew or was written to since it was opened."""
        return self._file.is_open and self._file.changed() is not None

    def unread(self) -> Status:
        """How the file is as far as its header tells: never "ok", as nobody has looked at a sample."""
        faults = [*self._changes(), *self._faults()]
        doubts = [fault for fault in faults if fault.word == "warn"]
        what = "was not read; what is told of it is what its header says."
        if doubts:
            what = f"{what} And {doubts[0].what}"
        faults.append(Fault("unread", doubts[0].reason if doubts else "header", what))
        return worst(self.path, faults, self.expected, None)

    @property
    def n_samples_undecoded(self) -> int | None:
        """Samples of each channel as far as the file tells without being decoded; None where it does not."""
        return self.expected if self._counted is None else self._counted

    def check(self) -> Status:
        """Go through all of the file, and say how it is."""
        for _ in self.blocks():
            pass
        return self.status

    def blocks(self, size: int | None = None) -> Iterator[np.ndarray]:
        """All samples from first to last in blocks (channels, n) of `size` samples, the last one shorter.

        Never goes back. Afterwards `status` is final.
        """
        size = self._at_once if size is None else size
        track = self._opened.track
        cursor, tally, missing = track.cursor(), Tally(), 0
        try:
            while True:
                block = pull(cursor, track, 0 if missing else size)
                if self._scale is not None:
                    block = block * self._scale
                tally.add(block)
                if track.n_samples is not None and block.shape[1] < size:
                    lost = min(size, track.n_samples - tally.n_samples) - block.shape[1]
                    missing += lost
                    if lost:
                        tally.bad_from(tally.n_samples + block.shape[1])
                    block = filled(block, block.shape[1] + lost)
                if not block.shape[1]:
                    break
                tally.n_samples += block.shape[1]
                self.limits.check_sound(shown(self.path), tally.n_samples, self.n_channels, self.sample_rate)
                yield paired(block) if self._pairs else block
        finally:
            cursor.close()
        if (self.expected or 0) > tally.n_samples:
            tally.bad_from(tally.n_samples)
        self._counted, self.tally = tally.n_samples, tally
        found = cursor.faults
        if missing and not found:
            found = [short(missing)]
        self._conclude(found, tally)

    def read(self, samples: range) -> np.ndarray:
        """Samples of a range (channels, n): NaN where they are missing, 0 outside the sound."""
        n_samples = self.n_samples
        out = np.zeros((self.n_channels * (1 + self._pairs), len(samples)), self._real)
        first, stop = max(0, samples.start), min(samples.stop, n_samples)
        for block in self._ranges.blocks(range(first, max(first, stop))):
            block = block if self._scale is None else block * self._scale
            out[:, first - samples.start : first - samples.start + block.shape[1]] = block
            first += block.shape[1]
        promised = range(max(n_samples, samples.start), min(samples.stop, max(n_samples, self.expected or 0)))
        if promised:
            out[:, promised.start - samples.start : promised.stop - samples.start] = np.nan
        return paired(out) if self._pairs else out

    def prepare(self, sample: int) -> None:
        """Let come what is read forward from a sample on, where the file lies in a bucket; nobody waits for it here."""
        track = self._opened.track
        self._file.prepare(track.place(sample) if isinstance(track, PcmTrack) else 0)

    def ends(self, count: int) -> bytes:
        """The first and the last `count` bytes of the file, which tell it from most others.

        Raises
        ------
        OSError
            The disk or the network gave an error.
        """
        return self._file.at(0, count) + self._file.at(max(count, self.size - count), count)

    def close(self) -> None:
        """Close the file. Its status stays."""
        if self._file.is_open:
            self._closed = self.status
        self._ranges.close()
        self._file.close()

    def again(self) -> FileSource:
        """The same file as it is now, to be read from the beginning; its status keeps that it had changed.

        Raises
        ------
        SourceError, LimitError
            As `open`.
        """
        source = FileSource(self.path, self.opening)
        source.is_second = True
        return source

    def _faults(self) -> list[Fault]:
        faults = list(self._opened.faults)
        if self._opened.counts is not None and self.unit == "FS" and self.calibration is None:
            faults.append(self._opened.counts)
        stated, asked = self._opened.unit, self._how.unit
        if stated and asked is not None and self.calibration is None and stated != self.unit:
            what = f"says that its numbers are in {stated}; they are taken as {self.unit}, as asked, and not converted."
            faults.append(Fault("warn", "unit", what))
        if self._counted == 0 and not any(fault.word == "partial" for fault in faults):
            faults.append(Fault("empty", "no-samples", "holds no samples."))
        return faults

    def _changes(self) -> list[Fault]:
        changed = self._file.changed() if self._file.is_open else None
        if changed:
            times = ", both times that it was tried" if self.is_second else ""
            what = f"changed while being read{times}: {changed}. {_LATER}"
            return [Fault("partial", "changed", what)]
        if self.is_second:
            what = "changed while being read. It was read again from the beginning, and stayed as it was."
            return [Fault("warn", "changed", what)]
        return []

    def _conclude(self, found: list[Fault], tally: Tally) -> None:
        faults = self._faults() + found
        if tally.odd:
            what = f"holds {tally.odd:,} samples that are NaN or infinite. They are no data."
            faults.append(Fault("warn", "not-finite", what))
        if tally.loudest > LARGEST:
            faults.append(Fault("warn", "too-loud", "holds samples whose power float32 cannot hold. Use float64."))
        doubt = self.calibration.doubt(tally.rms) if self.calibration else ""
        if doubt:
            faults.append(Fault("warn", "calibration", f"{doubt}."))
        self._ended = faults

    def _scale_of(self, found: Opened) -> np.floating[Any] | None:
        """What samples are multiplied by: nothing, a calibration, or what makes whole numbers whole again."""
        scale = 1.0 if self.calibration is None else self.calibration.scale
        if self.unit != "FS" and scale == 1.0:  # the numbers are in the unit as they are
            scale = found.whole
        return None if scale == 1.0 and self.calibration is None else self._real.type(scale)

    def _check_limits(self) -> None:
        track = self._opened.track
        self.limits.check(self._file.name, channels=track.n_channels)
        if track.n_samples is not None:
            rate = self._opened.sample_rate
            self.limits.check_sound(self._file.name, track.n_samples, track.n_channels, rate)

    def _are_pairs(self, how: Opening) -> bool:
        """Whether two channels are one of complex samples: the file's, or as asked."""
        count = self._opened.track.n_channels
        if how.iq and not self._opened.pairs and count % 2:
            raise SettingsError(
                f"iq is True, and {self._file.name} has an odd number of channels, {count}; I and Q are two: "
                "leave it out"
            )
        return self._opened.pairs or how.iq

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_ranges"):
            self._ranges.close()
        if hasattr(self, "_file"):
            self._file.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return FileSource, (self.path, self.opening)

    def __repr__(self) -> str:
        channels = "" if self.n_channels == 1 else f"{self.n_channels} channels, "
        sound = f"{channels}{self.duration:g} s at {all_hertz(self.sample_rate)}, {self.unit}"
        return f"<{shown(self.path)}: {self.format}, {sound}>"
