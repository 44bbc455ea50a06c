"""FLAC decoded frame by frame: what is damaged or lost is NaN, and what comes after it is at its right time.

libsndfile decodes; where the frames lie is our own knowledge. It fills a lost frame with zeros and stops at a damaged
one, so it is sent around both. What was decoded whole is compared with the MD5 that the encoder left.
"""

from __future__ import annotations

import hashlib
from itertools import islice, pairwise

import numpy as np

from sonograph.io.containers import flac
from sonograph.io.containers.flac import Format, Frame, StreamInfo
from sonograph.io.containers.flac_places import SOME, Index, Part, numbering, run_from
from sonograph.io.containers.flac_whole import header_faults, length_faults, whole
from sonograph.io.containers.tags import after_id3
from sonograph.io.decoders.libsndfile import Decoder, Refused, version
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault, read_error

_GROUP = 1 << 18  # samples of all channels that are decoded at a time
_SMALL = 1 << 18  # bytes; a file of so many is gone through when it is opened
_LONG = 1 << 26  # bytes; one of so many is gone through where something is wrong with it
_MANY = 30_000  # frames; likewise
_TAIL = 1 << 16  # bytes before the end among which the last frame is looked for
_WINDOW = 1 << 20  # bytes of a long file whose frames are known at a time
_HASHED = 1 << 14  # samples whose MD5 is taken at a time: they stay in the nearest cache


class FlacTrack:
    """A FLAC file, its end found.

    A file that is not small is looked at in a few places when it is opened, and gone through when it is first read. One
    that is long is gone through only where those places do not agree, or where a break is met.
    """

    seekable = True

    def __init__(self, file: OpenFile) -> None:
        self.file = file
        self.info: StreamInfo = flac.stream_info(file, after_id3(file))
        some = list(islice(flac.frames(file, self.info, self.info.audio), SOME))
        self.common = numbering(self.info, some)
        self.format: Format = self.common.format
        self.n_channels, self.decoder = self.format.n_channels, version()
        self.dtype = np.dtype(np.float32 if self.format.bits <= 24 else np.float64)
        self.faults: list[Fault] = []
        self.n_samples: int | None = 0
        self.expected = self.info.n_samples
        self.checks: list[tuple[int, bytes | None]] = []
        self._index: Index | None = None
        own = next((frame for frame in some if frame.format == self.format), None)
        if own:
            self._refuse_codec(own)
        self._head = Part(self.info, self.common)
        self._is_long = file.size > _LONG or self.info.n_samples > _MANY * max(1, self.info.block)
        end = self._end_at_a_glance(some) if file.size > _SMALL else None
        if end is None:
            self.complete()
        else:
            self.n_samples, self.expected = end, max(end, self.info.n_samples)
            self.checks = [(end, self.info.md5 if self.info.n_samples in (0, end) and any(self.info.md5) else None)]
            self.faults += header_faults(self.info, self.common) + length_faults(self.info.n_samples, end)

    def cursor(self) -> FlacCursor:
        """A reader at the first sample."""
        return FlacCursor(self)

    def decoding(self, offset: int, stop: int | None = None) -> Decoder:
        """A decoder whose first sample is that of the frame at a byte."""
        return Decoder(View(self.file, offset, stop, flac.before(self.format)), "int32")

    def alone(self, offset: int, size: int, sound: Format | None = None) -> tuple[np.ndarray | None, OSError | None]:
        """A frame decoded without its neighbours, (n, channels), or None where its checksum or the disk fails."""
        sound = sound or self.format
        longest = 2 * size * sound.n_channels * (sound.bits + 1) // 8 + 4096
        view = View(self.file, offset, offset + longest, flac.before(sound))
        try:
            decoder = Decoder(view, "int32")
        except Refused:
            return None, view.broken
        integers = decoder.rows(size)
        decoder.close()
        good = len(integers) == size and decoder.fault is None  # else it may be what follows a bad frame
        return (integers if good else None), view.broken

    def is_whole(self, offset: int, size: int, sound: Format) -> bool:
        """Whether a frame can be decoded, its checksum included."""
        return self.alone(offset, size, sound)[0] is not None

    def complete(self) -> Index:
        """Go through all of the file, once."""
        found = whole(self.file, self.info, self.common, self.is_whole)
        self.n_samples, self.expected, self.checks = found.n_samples, found.expected, found.checks
        self.faults[:] = found.faults
        self._index = found.index
        return found.index

    def index_at(self, sample: int, last: Index | None) -> Index:
        """The frames around a sample; `last` is what this gave before."""
        if self._index is not None:
            return self._index
        if not self._is_long:
            return self.complete()
        if last is not None and len(last) and last.stop is not None and last.firsts[0] <= sample < last.stop:
            return last
        behind = last is not None and len(last) and last.stop == sample
        offset = last.offsets[-1] if last is not None and behind else self._byte_before(sample)
        n_bytes = _WINDOW if behind else _WINDOW // 4
        near = run_from(self.file, self._head, offset, n_bytes, self.is_whole, is_frame=bool(behind))
        if len(near) and near.stop is not None and near.firsts[0] <= sample < near.stop:
            return near
        return self.complete()

    def _byte_before(self, sample: int) -> int:
        """A byte not far before the frame that holds a sample, in a file whose frames rise."""
        low, high = self.info.audio, self.file.size
        while sample and high - low > _TAIL:
            middle = (low + high) // 2
            found = self._first_pair(middle, high)
            if found is None or found.number * self.common.unit > sample:
                high = middle
            else:
                low = found.offset
        return low

    def _first_pair(self, offset: int, stop: int) -> Frame | None:
        """The first frame from a byte on that another one follows."""
        near = flac.frames(self.file, self.info, offset, min(stop, offset + 4 * _TAIL), stride=1 << 15)
        return next((a for a, b in pairwise(near) if self._follows(a, b)), None)

    def _follows(self, frame: Frame, after: Frame) -> bool:
        unit = self.common.unit
        return frame.format == after.format == self.format and frame.number * unit + frame.size == after.number * unit

    def _end_at_a_glance(self, some: list[Frame]) -> int | None:
        """The sample behind the last, where a few places agree that nothing is wrong; None where one does not."""
        tail = list(flac.frames(self.file, self.info, max(self.info.audio, self.file.size - _TAIL)))
        if len(some) < 2 or not tail or some[0].number or some[0].offset != self.info.audio:
            return None
        if not all(self._follows(a, b) for frames in (some, tail) for a, b in pairwise(frames)):
            return None
        last, unit = tail[-1], self.common.unit
        end = last.number * unit + last.size
        agreed = end == self.info.n_samples or (
            self._is_long and (end < self.info.n_samples or not self.info.n_samples)
        )
        if not agreed or last.format != self.format or not self.is_whole(last.offset, last.size, last.format):
            return None
        places, step = [], self.file.size - self.info.audio
        while step > 2 * _TAIL:
            step //= 2
            places += [self.info.audio + step, self.file.size - step]
        found = {self._first_pair(place, self.file.size): None for place in sorted(places)}
        numbers = [0, *(frame.number if frame else 0 for frame in found), last.number + 1]
        return end if all(a < b for a, b in pairwise(numbers)) else None

    def _refuse_codec(self, frame: Frame) -> None:
        """Refuse what cannot be decoded at all."""
        bits = f"{self.info.format.bits} bits"
        if self.format.bits:
            try:
                self.decoding(frame.offset).close()
                return
            except Refused as refused:
                if "unimplemented" not in str(refused):
                    return
        else:
            bits += " that the frames do not tell"
        raise self.file.error(
            "codec", f"is a FLAC file; FLAC of {bits} cannot be decoded here. Save it with 16 or 24 bits."
        )


class FlacCursor:
    """A place in a FLAC file."""

    def __init__(self, track: FlacTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []
        self._index: Index | None = None
        self._check = 0  # which of the track's checks comes next; -1 once samples were skipped
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._is_sound = True  # since the beginning of what the next check is about
        self._decoder: Decoder | None = None
        self._decodes = -1  # the byte of the frame that the decoder is at
        self._ready = np.empty((track.n_channels, 0), track.dtype)
        self._memory = np.empty((0, track.n_channels), np.int32)  # of what is decoded, until it is in samples

    def seek(self, sample: int) -> None:
        """Go to a sample: exactly, as every frame says where it belongs."""
        self.close()
        self._ready = self._ready[:, :0]
        self.position, self._check = sample, -1

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n): NaN where they are damaged or lost, fewer at the end."""
        out = np.empty((self.track.n_channels, count), self.track.dtype)
        done = 0
        if not self._ready.shape[1]:
            self._index = self.track.index_at(self.position, self._index)
        while done < count and self.position < (self.track.n_samples or 0):
            end = self.track.n_samples or 0
            if not self._ready.shape[1]:
                self._ready = self._next(min(count - done, end - self.position))
            take = min(count - done, self._ready.shape[1], end - self.position)
            if take == count:  # all at once, without a copy
                out = self._ready[:, :take]
            else:
                out[:, done : done + take] = self._ready[:, :take]
            self._ready = self._ready[:, take:]
            self.position, done = self.position + take, done + take
            self._compare()
        return out[:, :done]

    def _let_go(self) -> None:
        """Let go of the decoder."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
        self._decodes = -1

    def close(self) -> None:
        """Let go of the decoder."""
        self._let_go()

    def _next(self, at_most: int) -> np.ndarray:
        """Samples from `position` on: some frames decoded, or NaN up to the next frame there is."""
        index = self._index = self.track.index_at(self.position, self._index)
        i = index.find(self.position)
        if i < 0 or index.end(i) <= self.position:
            gap = index.firsts[i + 1] - self.position if i + 1 < len(index) else at_most
            self._note("lost", self.position, f"{gap:,} samples are not in the file")
            return self._missing(min(gap, at_most))
        into = self.position - index.firsts[i]
        if not index.own[i]:
            self._is_sound = False  # of another format, of which the track has told
            return self._missing(min(index.sizes[i] - into, at_most))
        samples = self._decode(index, i, self._last_of_group(index, i, into + at_most))
        return samples[:, into:]

    def _last_of_group(self, index: Index, i: int, wanted: int) -> int:
        """The frame behind those that can be decoded at one go, `wanted` samples of each channel or a few more."""
        if self.track.common.mislabelled:
            return i + 1  # libFLAC would take what the numbers leave out for lost, and fill it
        wanted = min(max(wanted, 1 << 14), max(1, _GROUP // self.track.n_channels))
        stop = max(i, index.find(index.firsts[i] + wanted - 1)) + 1
        if index.stop is not None and index.stop <= index.firsts[stop - 1]:
            stop -= 1
        breaks = index.follows.find(0, i + 1, stop)
        return stop if breaks < 0 else breaks

    def _decode(self, index: Index, i: int, stop: int) -> np.ndarray:
        """Frames that follow each other as samples; those that are damaged are NaN."""
        size = index.end(stop - 1) - index.firsts[i]
        if self._decoder is None or self._decodes != index.offsets[i]:
            self._let_go()
            self._decoder = self.track.decoding(index.offsets[i])
        if len(self._memory) < size:
            self._memory = np.empty((size, self.track.n_channels), np.int32)
        integers = self._decoder.rows(size, self._memory)
        if len(integers) == size and self._decoder.fault is None and self._decoder.broken is None:
            follows = stop < len(index) and index.follows[stop] and not self.track.common.mislabelled
            self._decodes = index.offsets[stop] if follows else -1
            return self._floats(integers)
        self._let_go()
        return np.concatenate([self._one(index, k) for k in range(i, stop)], axis=1)

    def _one(self, index: Index, i: int) -> np.ndarray:
        """One frame as samples, wherever in the file it is whole."""
        for offset in (index.offsets[i], *index.spare.get(i, ())):
            integers, broken = self.track.alone(offset, index.sizes[i])
            if integers is not None:
                return self._floats(integers)
            if broken is not None:
                self.faults.append(read_error(index.firsts[i], broken))
        self._note("damaged", index.firsts[i], "a frame is damaged")
        return self._missing(index.sizes[i])

    def _floats(self, integers: np.ndarray) -> np.ndarray:
        """(n, channels) in the upper bits as parts of full scale, (channels, n)."""
        if self._is_sound and 0 <= self._check < len(self.track.checks) and self.track.checks[self._check][1]:
            for first in range(0, len(integers), _HASHED):
                self._md5.update(_as_encoded(integers[first : first + _HASHED], self.track.format.bits).data)
        samples = np.empty(integers.T.shape, self.track.dtype)
        np.multiply(integers.T, samples.dtype.type(2.0**-31), out=samples, dtype=samples.dtype, casting="unsafe")
        return samples

    def _missing(self, count: int) -> np.ndarray:
        return np.full((self.track.n_channels, count), np.nan, self.track.dtype)

    def _note(self, reason: str, sample: int, what: str) -> None:
        self._is_sound = False
        if not any(fault.reason == reason for fault in self.faults):
            seconds = sample / max(1, self.track.format.sample_rate)
            where = f"{what} at {seconds:.3f} s (sample {sample:,}). "
            then = (
                "What can be decoded was used, and the rest marked as missing; copy the file again from the original."
            )
            self.faults.append(Fault("partial", reason, where + then))

    def _compare(self) -> None:
        """At the end of each sound of the file: whether it is what was encoded."""
        checks = self.track.checks
        while 0 <= self._check < len(checks) and self.position >= checks[self._check][0]:
            wanted = checks[self._check][1]
            if self._is_sound and wanted and self._md5.digest() != wanted:
                what = (
                    "every frame can be decoded, but the whole is not what was encoded (its MD5 differs). Compare it "
                )
                self.faults.append(Fault("warn", "md5", what + "with the original."))
            self._md5, self._is_sound, self._check = hashlib.md5(usedforsecurity=False), True, self._check + 1


def _as_encoded(integers: np.ndarray, bits: int) -> np.ndarray:
    """Samples as the bytes whose MD5 the encoder took: little endian, as few as hold them."""
    width = -(-bits // 8)
    unused = 4 - width  # bytes below those that hold the samples
    if bits % 8:
        integers, unused = integers >> (32 - bits), 0
    four = integers.astype("<i4", copy=False).view(np.uint8).reshape(-1, 4)
    if width in (1, 2, 4):
        return np.ascontiguousarray(four.view(f"<i{width}")[:, unused // width : unused // width + 1])
    three = np.empty((len(four), 3), np.uint8)
    for i in range(3):  # three strided copies are four times as fast as one of threes
        three[:, i] = four[:, unused + i]
    return three
