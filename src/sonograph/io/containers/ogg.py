"""Ogg pages: numbered, checksummed and timed, so that what is lost is known before anything is decoded.

libsndfile joins what comes after a lost page to what came before it. Here the sound falls into stretches of pages that
follow each other, and each is put where its times say.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

CODECS = {b"\x01vorbis": "Vorbis", b"OpusHead": "Opus", b"\x7fFLAC": "FLAC", b"Speex   ": "Speex"}
_LONGEST_PACKET = {"Vorbis": 8192, "Opus": 5760, "FLAC": 65_535, "Speex": 10_240}  # samples
_LONGEST_PAGE = 65_307
_HEAD = struct.Struct("<BqIIIB")
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class Page:
    """One page; granule is the codec's count of samples at its end, -1 where no packet ends in it.

    lacing, body : the lengths of the parts of its packets, and the parts
    """

    offset: int
    length: int
    flags: int
    granule: int
    serial: int
    number: int
    n_packets: int
    is_whole: bool
    lacing: bytes
    body: bytes

    def parts(self) -> Iterator[Part]:
        """The packets in it, or the parts of them that are in it."""
        at, start, begins = 0, 0, not self.flags & 1
        for size in self.lacing:
            at += size
            if size < 255:
                yield Part(begins, True, start, at)
                start, begins = at, True
        if self.lacing and self.lacing[-1] == 255:
            yield Part(begins, False, start, at)


class Part(NamedTuple):
    """What a page has of a packet: whether that begins and ends in it, and which bytes of the page's body it is."""

    begins: bool
    ends: bool
    start: int
    stop: int


@dataclass
class Stretch:
    """Pages that follow each other.

    first, stop : bytes
    known, known_stop : the first time that one of them tells, and the byte after that page; not that of the sound's
        last page, which may cut its own samples short, so that a stretch of it alone has no known place
    last : the last time
    """

    first: int
    stop: int
    known: int = 0
    known_stop: int = 0
    last: int = 0


@dataclass
class Walk:
    """What following the pages found.

    codec : its name, "" where it is not known
    first : the byte of the first page
    next : the byte of the first page of another sound behind it, 0 for none
    stretches : the pages that follow each other, as they lie in the file
    audio : the byte of the first page with sound, before which the headers are
    timed : whether the pages' times can be
    faults : what is wrong
    """

    codec: str
    first: int = 0
    next: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    audio: int = 0
    timed: bool = True
    faults: list[Fault] = field(default_factory=list)


def walk(file: OpenFile, first: int = 0) -> Walk:
    """Follow the pages of a sound from the first to the last."""
    found = Walk("", first)
    serial, number, packets, broken, ended = -1, -1, 0, True, False
    for page in pages(file, first):
        if serial < 0:
            found.codec = next((name for magic, name in CODECS.items() if page.body.startswith(magic)), "")
            serial = page.serial
        if not page.is_whole:
            _note(found, page, "is cut" if page.offset + page.length > file.size else "is damaged")
            broken = True
            continue
        if page.flags & 2 and page.serial != serial:
            found.next, ended = page.offset, True
            break
        if page.serial != serial or page.number != number + 1:
            _note(found, page, "comes where another is missing")
            broken = True
        if page.serial != serial:
            continue
        if broken:
            found.stretches.append(Stretch(page.offset, page.offset))
            broken, packets = False, 0
        here = found.stretches[-1]
        most = (packets + page.n_packets) * _LONGEST_PACKET.get(found.codec, 65_535)
        free = not here.known and len(found.stretches) > 1
        if not _can_be(page, here.last, None if free else here.last + most):
            if not found.audio:
                found.timed = False  # as in a piece of a broadcast, whose times count from its beginning
            else:
                _note(found, page, "has a time that cannot be")
                broken = True
                continue
        number, packets, ended = page.number, packets + page.n_packets, bool(page.flags & 4)
        here.stop = page.offset + page.length
        if page.granule > 0:
            if not here.known and (not ended or len(found.stretches) == 1):
                here.known, here.known_stop = page.granule, here.stop
            here.last, packets = page.granule, 0
            found.audio = found.audio or page.offset
    if not ended and not found.faults and found.audio:
        what = f"the file ends before the sound does (byte {file.size:,}). What is there was used; copy the file again "
        found.faults.append(Fault("partial", "data-cut", what + "from the original."))
    if not found.timed:
        found.faults.append(Fault("warn", "granule", "the times in it cannot be. The samples were counted instead."))
    return found


def pages(file: OpenFile, first: int = 0) -> Iterator[Page]:
    """The pages from the first on; one that is not whole is followed by the next that can be found."""
    position, start, data = first, first, b""
    while position < file.size:
        if position + _LONGEST_PAGE > start + len(data) and start + len(data) < file.size:
            start, data = position, file.at(position, 1 << 20)
        page = _page(data, position - start, position, file.size)
        yield page
        if page.is_whole:
            position += page.length
            continue
        after = data.find(b"OggS", position - start + 1)
        while after < 0 and start + len(data) < file.size:
            start, data = start + len(data) - 3, file.at(start + len(data) - 3, 1 << 20)
            if len(data) < 4:
                return  # the file has been cut since it was opened
            after = data.find(b"OggS")
        if after < 0:
            return
        position = start + after


def opus_head(data: bytes) -> tuple[bytes, int]:
    """The headers of an Opus file with none of its samples left out, and how many are left out in truth (at 48 kHz).

    A decoder that is given them and pages from the middle of the sound gives all the samples of those pages.
    """
    at = data.index(b"OpusHead") + 10
    page = bytearray(data[: 27 + data[26] + sum(data[27 : 27 + data[26]])])
    left_out = int.from_bytes(page[at : at + 2], "little")
    page[at : at + 2], page[22:26] = bytes(2), bytes(4)
    page[22:26] = _crc(bytes(page)).to_bytes(4, "little")
    return bytes(page) + data[len(page) :], left_out


def forgets(file: OpenFile, first: int) -> bool:
    """Whether an Opus decoder that is begun anywhere in a sound is a second later where it would have been.

    That of CELT is; that of SILK may go wrong for seconds, and so loudly that it is no likeness. Of several streams in
    a packet only the first tells which it is. (RFC 6716, 3.1; RFC 7845, 5.1)
    """
    serial = None
    for page in pages(file, first):
        if serial is None:
            serial = page.serial
            if page.body[18:19] != b"\0":
                return False
        if not page.is_whole or page.serial != serial or page.granule == 0:
            continue
        for part in page.parts():
            if part.begins and part.stop > part.start and page.body[part.start] < 128:
                return False
    return True


def _can_be(page: Page, least: int, most: int | None) -> bool:
    """Whether a page can end at the time that it tells."""
    if page.granule < 0:
        return page.granule == -1 and not page.n_packets
    return least <= page.granule and (most is None or page.granule <= most)


def _page(data: bytes, at: int, position: int, size: int) -> Page:
    """The page that starts at a place in the data, which is at a position in the file."""
    head = data[at : at + 27]
    if len(head) < 27 or head[:4] != b"OggS" or head[4] != 0:
        length = size - position + 1 if len(head) < 27 and b"OggS".startswith(head[:4]) else 0
        return Page(position, length, 0, -1, 0, -1, 0, False, b"", b"")
    flags, granule, serial, number, checksum, segments = _HEAD.unpack_from(head, 5)
    lacing = data[at + 27 : at + 27 + segments]
    length = 27 + segments + sum(lacing)
    rest = data[at + 27 : at + length]
    is_whole = len(rest) == length - 27 and _crc(head[:22] + b"\0\0\0\0" + head[26:], rest) == checksum
    n_packets = segments - lacing.count(255)
    return Page(position, length, flags, granule, serial, number, n_packets, is_whole, lacing, rest[segments:])


def _note(found: Walk, page: Page, what: str) -> None:
    if not found.faults:
        text = (
            f"a page {what} (byte {page.offset:,}). What is there was used, and the rest marked as missing; copy the "
        )
        text += "file again from the original."
        found.faults.append(Fault("partial", "data-cut" if what == "is cut" else "damaged", text))


def _crc(*parts: bytes) -> int:
    """Ogg's CRC-32: zlib's polynomial the other way round, so it is zlib's over reversed bits."""
    reflected = 0xFFFFFFFF
    for part in parts:
        reflected = zlib.crc32(part.translate(_REVERSED), reflected)
    return int.from_bytes((reflected ^ 0xFFFFFFFF).to_bytes(4, "little").translate(_REVERSED), "big")
