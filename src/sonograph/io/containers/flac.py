"""The structure of FLAC: what the header says, and what each frame says of itself.

Every frame has a number, a size and the format of its sound under a checksum of their own, so a damaged file still
tells where each of its sounds belongs. (RFC 9639)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sonograph.io.door import OpenFile

MARKER = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
"""How a FLAC file begins."""

_SYNC = re.compile(rb"\xff[\xf8\xf9][\x10-\xff][\x00-\xae]")
_HEADER = 16  # the longest frame header, bytes
_STRIDE = 1 << 20
_BITS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}
_RATES = {1: 88_200, 2: 176_400, 3: 192_000, 4: 8_000, 5: 16_000, 6: 22_050, 7: 24_000, 8: 32_000, 9: 44_100,
          10: 48_000, 11: 96_000}  # fmt: skip
_RATE_UNITS = {12: 1000, 13: 1, 14: 10}
_SIZES = {1: 192, **{code: 576 << code - 2 for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}


def _crc8_table() -> bytes:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1 ^ 0x07 if byte & 0x80 else byte << 1) & 0xFF
        table.append(byte)
    return bytes(table)


_CRC8 = _crc8_table()


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


def frames(
    file: OpenFile, info: StreamInfo, offset: int, stop: int | None = None, *, stride: int = 1 << 16
) -> Iterator[Frame]:
    """The frames whose headers start from a byte on, in the file's order. Headers alone are checked here.

    `stride` bytes are read first, then twice as many, and so on up to a megabyte.
    """
    stop = file.size if stop is None else min(stop, file.size)
    while offset < stop:
        data = file.at(offset, min(stride, stop - offset) + _HEADER)
        for match in _SYNC.finditer(data):
            if match.start() >= stop - offset or match.start() >= stride:
                break
            frame = _frame(data[match.start() : match.start() + _HEADER], info, offset + match.start())
            if frame is not None:
                yield frame
        offset += stride
        stride = min(2 * stride, _STRIDE)


def _frame(head: bytes, info: StreamInfo, offset: int) -> Frame | None:
    """A frame header that is whole and fits its checksum."""
    lead = head[4] if len(head) > 5 else 0xFF
    extra = 0 if lead < 0x80 else 8 - (lead ^ 0xFF).bit_length() - 1
    if lead >= 0x80 and not 1 <= extra <= 6:
        return None
    size_code, rate_code, channel_code, bits_code = head[2] >> 4, head[2] & 15, head[3] >> 4, head[3] >> 1 & 7
    at = 5 + extra
    size_bytes, rate_bytes = {6: 1, 7: 2}.get(size_code, 0), {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    end = at + size_bytes + rate_bytes
    if len(head) <= end or rate_code == 15 or bits_code == 3 or head[3] & 1:
        return None
    crc = 0
    for byte in head[:end]:
        crc = _CRC8[crc ^ byte]
    if crc != head[end]:
        return None
    number = lead if not extra else lead & (0x3F >> extra)
    for byte in head[5:at]:
        number = number << 6 | byte & 0x3F
    size = int.from_bytes(head[at : at + size_bytes], "big") + 1 if size_bytes else _SIZES.get(size_code, 0)
    if not size:
        return None
    rate = int.from_bytes(head[end - rate_bytes : end], "big") * _RATE_UNITS[rate_code] if rate_bytes else 0
    sound = _format(info.format, rate or _RATES.get(rate_code, 0), channel_code, bits_code)
    return Frame(offset, number, size, sound, bool(head[1] & 1))


@functools.lru_cache(256)
def _format(header: Format, rate: int, channel_code: int, bits_code: int) -> Format:
    """What a frame says, and where it says nothing what the header says."""
    channels = channel_code + 1 if channel_code < 8 else 2
    return Format(rate or header.sample_rate, channels, _BITS.get(bits_code, header.bits))
