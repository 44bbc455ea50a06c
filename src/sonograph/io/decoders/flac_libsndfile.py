"""FLAC frames decoded by libsndfile, where nothing can be compiled: the same samples, at half the speed.

It fills a lost frame with zeros and stops at a damaged one, so it is shown only frames that follow each other, and
where one of them is damaged each by itself.
"""

from __future__ import annotations

import numpy as np

from sonograph.io.containers.flac import Format, Frame
from sonograph.io.decoders.libsndfile import Decoder, Refused, version
from sonograph.io.door import OpenFile, View

_IN_FRAMES = (12, 20, 32)
"""Bits that it takes from a frame, and not from the header."""


class PlainFrames:
    """The frames of a file; see `flac_frames.Frames`.

    mislabelled : whether they say that they are numbered otherwise than they are: libFLAC would take what the numbers
        leave out for lost, and fill it
    """

    def __init__(self, file: OpenFile, *, mislabelled: bool) -> None:
        self._file, self._mislabelled, self.name = file, mislabelled, version()

    def refuses(self, frame: Frame) -> str | None:
        """What cannot be decoded at all, or None."""
        bits = f"FLAC of {frame.format.bits} bits"
        if not self._tells(frame.offset, frame.format):
            return f"{bits} that the frames do not tell"
        try:
            Decoder(View(self._file, frame.offset, None, before(frame.format)), "int32").close()
        except Refused as refused:
            return bits if "unimplemented" in str(refused) else None
        return None

    def is_whole(self, place: int, size: int, sound: Format) -> bool:
        """Whether a frame can be decoded, its checksum included."""
        try:
            return self._integers(place, place + longest(size, sound), size, sound) is not None
        except OSError:
            return False

    def decode(
        self, places: np.ndarray, sizes: np.ndarray, sound: Format, out: np.ndarray, width: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decode frames into `out`, one behind the other."""
        total, stop = int(sizes.sum()), int(places[-1]) + longest(int(sizes[-1]), sound)
        together = None if self._mislabelled else self._integers(int(places[0]), stop, total, sound)
        if together is not None:
            out[:, :total] = _parts(together, out.dtype)
            encoded = _as_encoded(together, sound.bits) if width else np.empty(0, np.uint8)
            return np.ones(len(sizes), bool), encoded.view(np.uint8).reshape(-1)
        good, encoded = np.zeros(len(sizes), bool), np.zeros((total, sound.n_channels * width), np.uint8)
        first = 0
        for k, (place, size) in enumerate(zip(places.tolist(), sizes.tolist(), strict=True)):
            integers = self._integers(place, place + longest(size, sound), size, sound)
            if integers is not None:
                good[k] = True
                out[:, first : first + size] = _parts(integers, out.dtype)
                if width:
                    encoded[first : first + size] = _as_encoded(integers, sound.bits).view(np.uint8).reshape(size, -1)
            first += size
        return good, encoded.reshape(-1)

    def _integers(self, place: int, stop: int, count: int, sound: Format) -> np.ndarray | None:
        """Frames from a byte on, (n, channels) in the upper bits, or None where something is wrong with them."""
        if not self._tells(place, sound):
            return None
        view = View(self._file, place, stop, before(sound))
        try:
            decoder = Decoder(view, "int32")
        except Refused:
            integers = None
        else:
            integers = decoder.rows(count)
            decoder.close()
            if len(integers) < count or decoder.fault is not None:  # else it may be what follows a bad frame
                integers = None
        if view.broken is not None:
            raise view.broken
        return integers

    def _tells(self, place: int, sound: Format) -> bool:
        """Whether libsndfile can find out how many bits the numbers of a frame have."""
        return sound.bits not in _IN_FRAMES or bool(self._file.at(place + 3, 1)[0] & 0x0E)


def before(sound: Format) -> bytes:
    """A clean header for frames of a format."""
    bits = 24 if sound.bits in _IN_FRAMES else sound.bits
    packed = sound.sample_rate << 44 | (sound.n_channels - 1) << 41 | (bits - 1) << 36
    sizes = (16).to_bytes(2, "big") + (65_535).to_bytes(2, "big") + bytes(6)
    return b"fLaC\x80\0\0\x22" + sizes + packed.to_bytes(8, "big") + bytes(16)


def longest(size: int, sound: Format) -> int:
    """More bytes than a frame of so many samples has."""
    return 2 * size * sound.n_channels * (sound.bits + 1) // 8 + 4096


def _parts(integers: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """(n, channels) in the upper bits as parts of full scale, (channels, n)."""
    return np.multiply(integers.T, dtype.type(2.0**-31), dtype=dtype, casting="unsafe")


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
