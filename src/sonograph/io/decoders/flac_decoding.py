"""FLAC decoded frame by frame: what is damaged or lost is NaN, and what comes after it is at its right time.

libsndfile decodes; where the frames lie is our own knowledge. It fills a lost frame with zeros and stops at a damaged
one, so it is sent around both. What was decoded whole is compared with the MD5 that the encoder left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from sonograph.io.containers import flac
from sonograph.io.containers.content import after_id3
from sonograph.io.containers.flac import Frame, StreamInfo
from sonograph.io.decoders.libsndfile import Decoder, Refused, version
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault, read_error

_GROUP = 1 << 18  # samples of all channels that are decoded at a time
_TAILS = (1 << 16, 1 << 20, 1 << 23)  # how far from the end the last frame is looked for, bytes


class FlacTrack:
    """A FLAC file, its end found."""

    seekable = True

    def __init__(self, file: OpenFile) -> None:
        self.file = file
        self.info: StreamInfo = flac.stream_info(file, after_id3(file))
        self.n_channels, self.decoder = self.info.n_channels, version()
        self.dtype = np.dtype(np.float32 if self.info.bits <= 24 else np.float64)
        self.faults: list[Fault] = []
        first = next(flac.frames(file, self.info, self.info.audio), None)
        self.audio = first.offset if first else file.size
        self.block = first.size if first else 1
        if first:
            self.is_whole(first)  # refuses here what cannot be decoded at all
        self.n_samples: int | None = self._end()
        self._compare()

    def frames(self, offset: int, stop: int | None = None) -> Iterator[Frame]:
        """The frames from a byte on."""
        return flac.numbered(flac.frames(self.file, self.info, offset, stop), self.block)

    def decoding(self, frame: Frame) -> Decoder:
        """A decoder whose first sample is that of a frame."""
        return Decoder(View(self.file, frame.offset, None, self.info.before()), "int32")

    def frame_before(self, sample: int) -> int:
        """The byte of a frame at or before the one that holds a sample, and not far before it."""
        low, high = self.audio, self.file.size
        while high - low > 1 << 20:
            middle = (low + high) // 2
            near = self.frames(middle, min(high, middle + (1 << 19)))
            found = next((frame for frame in near if self.is_whole(frame)), None)
            if found is None or found.first > sample:
                high = middle
            else:
                low = found.offset
        return max((f.offset for f in self.frames(low, high) if f.first <= sample), default=low)

    def cursor(self) -> FlacCursor:
        """A reader at the first sample."""
        return FlacCursor(self)

    def is_whole(self, frame: Frame) -> bool:
        """Whether a frame can be decoded, its checksum included."""
        try:
            decoder = self.decoding(frame)
        except Refused as refused:
            if "unimplemented" in str(refused):
                bits = f"FLAC of {self.info.bits} bits cannot be decoded here"
                raise self.file.error("codec", f"is a FLAC file; {bits}. Save it with 16 or 24 bits.") from None
            return False
        decoded = len(decoder.rows(frame.size))
        decoder.close()
        return decoded == frame.size and decoder.fault is None  # it may be what follows a bad frame that was decoded

    def _end(self) -> int:
        """The sample after the last one that can be decoded, from the last frames alone."""
        for tail in _TAILS:
            start = max(self.audio, self.file.size - tail)
            for frame in reversed(list(self.frames(start))):
                if self.is_whole(frame):
                    return frame.first + frame.size
            if start == self.audio:
                break
        return 0

    def _compare(self) -> None:
        promised, there = self.info.n_samples, self.n_samples or 0
        if promised > there:
            what = f"the header promises {promised:,} samples but the last that can be decoded is {there:,}. What is "
            what += "there was used; copy the file again from the original."
            self.faults.append(Fault("partial", "data-cut", what))
        elif 0 < promised < there:
            what = f"the header promises {promised:,} samples and {there:,} are there. All of them were used."
            self.faults.append(Fault("warn", "sample-count", what))


class FlacCursor:
    """A place in a FLAC file."""

    def __init__(self, track: FlacTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []
        self._md5: hashlib._Hash | None = hashlib.md5(usedforsecurity=False) if any(track.info.md5) else None
        self._decoder: Decoder | None = None
        self._decodes = -1  # the byte of the frame that the decoder is at
        self._end_of_last = 0
        self._held: list[Frame] = []
        self._ahead = track.frames(track.audio)
        self._ready = np.empty((track.n_channels, 0), track.dtype)

    def seek(self, sample: int) -> None:
        """Go to a sample: exactly, as every frame says where it belongs."""
        self.close()
        self._ahead, self._held = self.track.frames(self.track.frame_before(sample)), []
        self._ready = self._ready[:, :0]
        self.position, self._md5 = sample, None

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n): NaN where they are damaged or lost, fewer at the end."""
        out = np.empty((self.track.n_channels, count), self.track.dtype)
        done, end = 0, self.track.n_samples or 0
        while done < count and self.position < end:
            if not self._ready.shape[1]:
                self._ready = self._next(min(count - done, end - self.position))
            take = min(count - done, self._ready.shape[1], end - self.position)
            out[:, done : done + take] = self._ready[:, :take]
            self._ready = self._ready[:, take:]
            self.position, done = self.position + take, done + take
        if self.position >= end:
            self._finish()
        return out[:, :done]

    def close(self) -> None:
        """Let go of the decoder."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def _next(self, at_most: int) -> np.ndarray:
        """Samples from `position` on: some frames decoded, or NaN up to the next frame there is."""
        group = self._group()
        if not group:
            return self._lost(at_most, "the frames end")
        gap = group[0].first - self.position
        if gap > 0:
            self._held = group + self._held
            return self._lost(min(gap, at_most), f"{gap:,} samples are not in the file")
        samples = self._decode(group)
        return samples[:, -gap:] if gap else samples

    def _group(self) -> list[Frame]:
        """The next frames that follow each other, past those that came before or are out of order."""
        group: list[Frame] = []
        size = 0
        while size * self.track.n_channels < _GROUP:
            frame = self._held.pop(0) if self._held else next(self._ahead, None)
            if frame is None:
                break
            expected = group[0].first + size if group else self.position
            if frame.first != expected and not self.track.is_whole(frame):
                continue  # bytes that look like a header, or a damaged frame
            if group and frame.first != expected:
                self._held.insert(0, frame)  # the decoder must not run over it
                break
            if frame.first + frame.size <= expected:
                self._note("frames", frame.first, "frames are out of order or there twice")
                continue
            group.append(frame)
            size += frame.size
        return group

    def _decode(self, group: list[Frame]) -> np.ndarray:
        """A group of frames as samples; the first that is damaged is NaN and ends it."""
        decoder = self._decoder
        fresh = decoder is None or self._decodes != group[0].offset
        if decoder is None or fresh:
            self.close()
            decoder = self._decoder = self.track.decoding(group[0])
        size = sum(frame.size for frame in group)
        self._end_of_last = group[0].first + size
        integers = decoder.rows(size)
        if decoder.broken is not None:
            self.faults.append(read_error(group[0].first, decoder.broken))
        good = 0
        while group and good + group[0].size <= len(integers):
            if decoder.fault is not None and not self.track.is_whole(group[0]):
                break  # libsndfile left it out and went on
            good += group.pop(0).size
        samples = self._floats(integers[:good])
        if not group:
            following = self._held[0] if self._held else next(self._ahead, None)
            self._held = [following] if following and not self._held else self._held
            follows = following is not None and following.first == self._end_of_last
            self._decodes = following.offset if following is not None and follows else -1
            return samples
        self.close()
        if (good or not fresh) and self.track.is_whole(group[0]):
            self._held = group + self._held  # something between the frames; go on behind it
            return samples
        bad, self._held = group[0], group[1:] + self._held
        self._note("damaged", bad.first, "a frame is damaged")
        hole = np.full((self.track.n_channels, bad.size), np.nan, self.track.dtype)
        return np.concatenate([samples, hole], axis=1)

    def _floats(self, integers: np.ndarray) -> np.ndarray:
        """(n, channels) in the upper bits as parts of full scale, (channels, n)."""
        if self._md5 is not None:
            self._md5.update(_as_encoded(integers, self.track.info.bits).data)
        samples = np.empty(integers.T.shape, self.track.dtype)
        np.multiply(integers.T, samples.dtype.type(2.0**-31), out=samples, dtype=samples.dtype, casting="unsafe")
        return samples

    def _lost(self, count: int, what: str) -> np.ndarray:
        self._note("lost", self.position, what)
        return np.full((self.track.n_channels, count), np.nan, self.track.dtype)

    def _note(self, reason: str, sample: int, what: str) -> None:
        self._md5 = None
        if not any(fault.reason == reason for fault in self.faults):
            seconds = sample / self.track.info.sample_rate
            where = f"{what} at {seconds:.3f} s (sample {sample:,}). "
            then = (
                "What can be decoded was used, and the rest marked as missing; copy the file again from the original."
            )
            self.faults.append(Fault("partial", reason, where + then))

    def _finish(self) -> None:
        if self._md5 is not None and self._md5.digest() != self.track.info.md5 and not self.track.faults:
            what = (
                "every frame can be decoded, but the whole is not what was encoded (its MD5 differs). Compare it with "
            )
            self.faults.append(Fault("warn", "md5", what + "the original."))
        self._md5 = None


def _as_encoded(integers: np.ndarray, bits: int) -> np.ndarray:
    """Samples as the bytes whose MD5 the encoder took: little endian, as few as hold them."""
    values, width = (integers >> (32 - bits)).astype("<i4"), -(-bits // 8)
    if width != 3:
        return values.astype(f"<i{width}")
    four = values.view(np.uint8).reshape(-1, 4)
    three = np.empty((len(four), 3), np.uint8)
    for i in range(3):  # three strided copies are four times as fast as one of threes
        three[:, i] = four[:, i]
    return three
