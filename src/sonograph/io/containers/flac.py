"""The structure of FLAC: what the header says, and what each frame says of itself.

Every frame has a number, a size and the format of its sound under a checksum of their own, so a damaged file still
tells where each of its sounds belongs. (RFC 9639)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sonograph.io.containers.flac_scan import HEADER, Headers, parts_of, scan
from sonograph.io.door import OpenFile

MARKER = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
"""How a FLAC file begins."""

_STRIDE = 1 << 20
_BITS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}
_RATES = {1: 88_200, 2: 176_400, 3: 192_000, 4: 8_000, 5: 16_000, 6: 22_050, 7: 24_000, 8: 32_000, 9: 44_100,
          10: 48_000, 11: 96_000}  # fmt: skip


class Bytes(Protocol):
    """What is read by position, as an `OpenFile`."""

    size: int

    def at(self, position: int, count: int) -> bytes:
        """Up to `count` bytes from `position` on."""
        ...


class Format(NamedTuple):
    """What the samples of a frame are."""

    sample_rate: int
    n_channels: int
    bits: int

    def __str__(self) -> str:
        channels = "1 channel" if self.n_channels == 1 else f"{self.n_channels} channels"
        return f"{self.sample_rate:,} Hz, {channels}, {self.bits} bit"


@dataclass(frozen=True)
class StreamInfo:
    """What the header says: n_samples 0 is unknown, md5 all zero is none.

    block : samples of each frame where all but the last have as many, else 0
    audio : the byte behind the header
    comments : where the texts stand, and how many bytes they have
    """

    format: Format
    block: int
    n_samples: int
    md5: bytes
    audio: int
    comments: tuple[int, int]


class Frame(NamedTuple):
    """What a frame says of itself: the byte it starts at, its number, samples of each channel, and their format.

    variable : whether it says that sizes vary, and that numbers count samples
    """

    offset: int
    number: int
    size: int
    format: Format
    variable: bool


def stream_info(file: OpenFile, start: int) -> StreamInfo:
    """Walk the blocks in front of the frames; `start` is where fLaC stands.

    Raises
    ------
    SourceError
        No stream info, or one that cannot be.
    """
    head = file.at(start, 42)
    if len(head) < 42 or head[4] & 0x7F != 0:
        raise file.error("no-format", "the FLAC header is not whole. Copy the file again if you have the original.")
    packed = int.from_bytes(head[18:26], "big")
    least, most = int.from_bytes(head[8:10], "big"), int.from_bytes(head[10:12], "big")
    position, comments, last = start + 42, (0, 0), bool(head[4] & 0x80)
    while not last:
        block = file.at(position, 4)
        if len(block) < 4 or block == b"\0\0\0\0" or block[:1] == b"\xff":
            break
        last, size = bool(block[0] & 0x80), int.from_bytes(block[1:4], "big")
        if position + 4 + size > file.size:
            break
        if block[0] & 0x7F == 4:
            comments = (position + 4, size)
        position += 4 + size
    sound = Format(packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1)
    block_size = most if least == most >= 16 else 0
    return StreamInfo(sound, block_size, packed & (1 << 36) - 1, head[26:42], position, comments)


def pieces(
    file: Bytes, offset: int, stop: int | None = None, *, stride: int = 1 << 16
) -> Iterator[tuple[int, Headers]]:
    """What looks like frames from a byte on, in the file's order, piece by piece. Headers alone are checked here.

    `stride` bytes are read first, then twice as many, and so on up to a megabyte.
    """
    stop = file.size if stop is None else min(stop, file.size)
    while offset < stop:
        count = min(stride, stop - offset)
        data = file.at(offset, count + HEADER)
        yield offset, scan(data, min(count, len(data)))
        offset += stride
        stride = min(2 * stride, _STRIDE)


def frames(
    file: Bytes, info: StreamInfo, offset: int, stop: int | None = None, *, stride: int = 1 << 16
) -> Iterator[Frame]:
    """The same, frame by frame."""
    for base, headers in pieces(file, offset, stop, stride=stride):
        yield from frames_of(headers, info, base)


def frames_of(headers: Headers, info: StreamInfo, base: int) -> Iterator[Frame]:
    """The frames of a piece that begins at a byte."""
    for at, number, size, key in zip(*(column.tolist() for column in headers), strict=True):
        yield Frame(base + at, number, size, format_of(info.format, key), bool(key & 1))


@functools.lru_cache(256)
def format_of(header: Format, key: int) -> Format:
    """What a frame says, and where it says nothing what the header says."""
    rate, rate_code, channel_code, bits_code, _ = parts_of(key)
    channels = channel_code + 1 if channel_code < 8 else 2
    rate = rate or _RATES.get(rate_code, 0) or header.sample_rate
    return Format(rate, channels, _BITS.get(bits_code, header.bits))
