"""Ogg pages: numbered, checksummed and timed, so that what is lost is known before anything is decoded.

libsndfile joins what comes after a lost page to what came before it. Here the sound ends at the first page that is
damaged or lost, up to the time that the last page tells.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

CODECS = {b"\x01vorbis": "Vorbis", b"OpusHead": "Opus", b"\x7fFLAC": "FLAC", b"Speex   ": "Speex"}
_LONGEST_PACKET = {"Vorbis": 8192, "Opus": 5760, "FLAC": 65_535, "Speex": 10_240}  # samples
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Page:
    """One page; granule is the codec's count of samples at its end, -1 where no packet ends in it."""

    offset: int
    length: int
    flags: int
    granule: int
    serial: int
    number: int
    n_packets: int
    is_whole: bool
    begin: bytes


@dataclass
class Walk:
    """What following the pages found.

    codec : its name, "" where it is not known
    stop : the byte up to which the pages can be trusted
    timed : whether the pages' times can be
    last : the time that the last page tells, in the codec's samples
    faults : what is wrong
    """

    codec: str
    stop: int
    timed: bool = True
    last: int = 0
    faults: list[Fault] = field(default_factory=list)


def walk(file: OpenFile) -> Walk:
    """Follow the pages from the first to the last, or to the first that is damaged."""
    found: Walk | None = None
    serial, number, granule, packets, ended = 0, -1, 0, 0, False
    for page in pages(file):
        if found is None:
            codec = next((name for magic, name in CODECS.items() if page.begin.startswith(magic)), "")
            found, serial = Walk(codec, page.offset), page.serial
        if not page.is_whole:
            _damaged(found, page, "is cut" if page.offset + page.length > file.size else "is damaged")
            break
        if page.flags & 2 and page.serial != serial:
            what = f"several sounds are joined in it; the second starts at byte {page.offset:,}. The first was used."
            found.faults.append(Fault("warn", "chained", what))
            ended = True
            break
        if page.serial != serial or page.number != number + 1:
            _damaged(found, page, "comes where another is missing")
            break
        number, packets, ended = page.number, packets + page.n_packets, bool(page.flags & 4)
        found.stop = page.offset + page.length
        if page.granule >= 0:
            most = packets * _LONGEST_PACKET.get(found.codec, 65_535)
            found.timed &= granule <= page.granule <= granule + most
            granule, packets = page.granule, 0
        found.last = granule
    found = found or Walk("", 0)
    if not ended and not found.faults and found.last:
        what = f"the file ends before the sound does (byte {file.size:,}). What is there was used; copy the file again "
        found.faults.append(Fault("partial", "data-cut", what + "from the original."))
    if not found.timed:
        found.faults.append(Fault("warn", "granule", "the times in it cannot be. The samples were counted instead."))
    return found


def pages(file: OpenFile) -> Iterator[Page]:
    """The pages from the first on; one that is not whole, or what is no page, ends them."""
    position, start, data = 0, 0, b""
    while position < file.size:
        if position + 65_307 > start + len(data) and start + len(data) < file.size:
            start, data = position, file.at(position, 1 << 20)
        at = position - start
        head = data[at : at + 27]
        if len(head) < 27 or head[:4] != b"OggS" or head[4] != 0:
            length = 27 if head[:4] != b"OggS"[: len(head)] else file.size - position + 1
            yield Page(position, length, 0, -1, 0, -1, 0, False, b"")
            return
        flags, granule, serial, number, checksum, segments = struct.unpack("<BqIIIB", head[5:])
        lacing = data[at + 27 : at + 27 + segments]
        length = 27 + segments + sum(lacing)
        whole = data[at : at + length]
        is_whole = len(whole) == length and _crc(whole[:22] + b"\0\0\0\0" + whole[26:]) == checksum
        n_packets = sum(size < 255 for size in lacing)
        begin = whole[27 + segments : 36 + segments]
        yield Page(position, length, flags, granule, serial, number, n_packets, is_whole, begin)
        if not is_whole:
            return
        position += length


def _damaged(found: Walk, page: Page, what: str) -> None:
    where = (
        f"a page {what} (byte {page.offset:,}). What comes before it was used; copy the file again from the original."
    )
    found.faults.append(Fault("partial", "data-cut" if what == "is cut" else "damaged", where))


def _crc(data: bytes) -> int:
    """Ogg's CRC-32: zlib's polynomial the other way round, so it is zlib's over reversed bits."""
    reflected = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_REVERSED), "big")
