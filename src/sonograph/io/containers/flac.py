"""The structure of FLAC: what the header says, and where the frames are.

Every frame says which samples it holds, so a damaged file still tells where each of its sounds belongs. (RFC 9639)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sonograph.io.door import OpenFile

_SYNC = re.compile(rb"\xff[\xf8\xf9][\x10-\xff][\x00-\xae]")
_HEADER = 16  # the longest frame header, bytes
_STRIDE = 1 << 20
_BITS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}
_IN_FRAMES = (12, 20, 32)
_SIZES = {1: 192, **{code: 576 << code - 2 for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}


def _crc8_table() -> bytes:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1 ^ 0x07 if byte & 0x80 else byte << 1) & 0xFF
        table.append(byte)
    return bytes(table)


_CRC8 = _crc8_table()


@dataclass(frozen=True)
class StreamInfo:
    """What the header says: n_samples 0 is unknown, md5 all zero is none."""

    sample_rate: float
    n_channels: int
    bits: int
    n_samples: int
    md5: bytes
    audio: int
    comments: tuple[int, int]

    def before(self) -> bytes:
        """A clean header for frames of this file, to hand to a decoder.

        libsndfile refuses a header of 12, 20 or 32 bits, and decodes frames that say so themselves all the same.
        """
        bits = 24 if self.bits in _IN_FRAMES else self.bits
        packed = int(self.sample_rate) << 44 | (self.n_channels - 1) << 41 | (bits - 1) << 36
        sizes = (16).to_bytes(2, "big") + (65_535).to_bytes(2, "big") + bytes(6)
        return b"fLaC\x80\0\0\x22" + sizes + packed.to_bytes(8, "big") + bytes(16)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: where it starts, its first sample, its samples of each channel."""

    offset: int
    first: int
    size: int


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
    return StreamInfo(
        float(packed >> 44), (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1, packed & (1 << 36) - 1, head[26:42],
        position, comments,
    )  # fmt: skip


def frames(file: OpenFile, info: StreamInfo, offset: int, stop: int | None = None) -> Iterator[Frame]:
    """The frames whose headers start from a byte on, in the file's order. Headers alone are checked here."""
    stop = file.size if stop is None else min(stop, file.size)
    while offset < stop:
        data = file.at(offset, min(_STRIDE, stop - offset) + _HEADER)
        for match in _SYNC.finditer(data):
            if match.start() >= stop - offset or match.start() >= _STRIDE:
                break
            frame = _frame(data[match.start() : match.start() + _HEADER], info, offset + match.start())
            if frame is not None:
                yield frame
        offset += _STRIDE


def _frame(head: bytes, info: StreamInfo, offset: int) -> Frame | None:
    """A frame header that is whole, fits its checksum and is of this sound."""
    lead = head[4] if len(head) > 5 else 0xFF
    extra = 0 if lead < 0x80 else 8 - (lead ^ 0xFF).bit_length() - 1
    if lead >= 0x80 and not 1 <= extra <= 6:
        return None
    size_code, rate_code, channel_code, bits_code = head[2] >> 4, head[2] & 15, head[3] >> 4, head[3] >> 1 & 7
    at = 5 + extra
    size_bytes, rate_bytes = {6: 1, 7: 2}.get(size_code, 0), {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    end = at + size_bytes + rate_bytes
    bits = _BITS.get(bits_code, info.bits if not bits_code and info.bits not in _IN_FRAMES else 0)
    if len(head) <= end or rate_code == 15 or bits != info.bits:
        return None
    if (channel_code + 1 if channel_code < 8 else 2) != info.n_channels:
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
    return Frame(offset, number if head[1] & 1 else -number - 1, size)


def numbered(found: Iterator[Frame], block: int) -> Iterator[Frame]:
    """Frames with their first sample; frames of fixed size count themselves, `block` samples each."""
    for frame in found:
        first = frame.first if frame.first >= 0 else (-frame.first - 1) * block
        yield Frame(frame.offset, first, frame.size)
