"""MPEG audio frames (MP1, MP2, MP3): what four bytes of a header say, and where frames begin.

A frame says how long it is and nothing about its place in time: a sound of frames is as long as there are frames.
Layer III lets a frame use bits of those before it, the reservoir: its side information says how many bytes back.
(ISO/IEC 11172-3 2.4 and 13818-3; "MPEG-2.5" is Fraunhofer's extension to 8, 11.025 and 12 kHz.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sonograph.io.door import OpenFile

_KBPS = {
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
}  # (version, layer code): MPEG-1 is 3, MPEG-2 2, MPEG-2.5 0; layer III is 1
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_SYNC = re.compile(rb"\xff[\xe2-\xff]")
_LONGEST = 4096
"""Bytes of a frame: those of free format that can be decoded have at most 3460."""


@dataclass(frozen=True)
class Frame:
    """One frame: its bytes with the header, its samples of each channel, and what must not change along a sound.

    head : its first four bytes
    free : bytes without padding, where the header says no bit rate ("free format")
    side : bytes of side information; 0 in layers I and II
    checked : whether a checksum follows the header
    """

    head: bytes
    length: int
    n_samples: int
    sample_rate: int
    version: int
    layer: int
    n_channels: int
    free: int
    side: int
    checked: bool

    @property
    def name(self) -> str:
        """As people call it."""
        return f"MP{4 - self.layer}"


@lru_cache(4096)
def frame_at(head: bytes, free: int = 0) -> Frame | None:
    """The frame that starts with these four bytes, or None. `free` as in `Frame`, 0 for unknown."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer, kbps, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 0 or kbps == 15 or rate == 3 or (kbps == 0 and not free):
        return None
    sample_rate, padding = _RATES[version][rate], (head[2] >> 1 & 1) * (4 if layer == 3 else 1)
    n_samples = 384 if layer == 3 else 576 if layer == 1 and version != 3 else 1152
    length = free
    if kbps:
        bits = _KBPS[(3 if version == 3 else 2, layer)][kbps - 1] * 1000
        length = 12 * bits // sample_rate * 4 if layer == 3 else n_samples // 8 * bits // sample_rate
    n_channels = 1 if head[3] >> 6 == 3 else 2
    side = 0 if layer != 1 else (17, 32)[n_channels - 1] if version == 3 else (9, 17)[n_channels - 1]
    checked = not head[1] & 1
    free = 0 if kbps else free
    return Frame(head[:4], length + padding, n_samples, sample_rate, version, layer, n_channels, free, side, checked)


def alike(a: Frame, b: Frame) -> bool:
    """Whether two frames can be of one sound."""
    return a.sample_rate == b.sample_rate and (a.version, a.layer, a.n_channels) == (b.version, b.layer, b.n_channels)


def borrowed(frame: Frame, data: bytes | bytearray) -> int:
    """How many bytes of frames before it a frame needs; `data` begins with it."""
    if not frame.side or len(data) < 8:
        return 0
    at = 6 if frame.checked else 4
    return data[at] << 1 | data[at + 1] >> 7 if frame.version == 3 else data[at]


def lent(frame: Frame) -> int:
    """How many of a frame's bytes those after it may use."""
    return max(0, frame.length - 4 - frame.side - 2 * frame.checked) if frame.side else 0


def reservoir(frame: Frame) -> int:
    """The most bytes that frames of this sort can need of those before them."""
    return 0 if not frame.side else 511 if frame.version == 3 else 255


def begins(file: OpenFile, position: int, within: int = 4096, stop: int | None = None) -> int | None:
    """Where frames begin, not far from a position; None where there are none."""
    stop = file.size if stop is None else stop
    found = find(file, position, min(position + within, stop), stop)
    return None if found is None else found[0]


def find(file: OpenFile, position: int, until: int, stop: int) -> tuple[int, Frame] | None:
    """The first of frames that follow each other, and where it is: from `position`, before `until`."""
    while position < until:
        data = file.at(position, min(1 << 20, until - position) + 4 * _LONGEST)
        data = data[: stop - position]
        for match in _SYNC.finditer(data, 0, min(1 << 20, until - position) + 1):
            frame = first_of_run(data, match.start(), stop - position)
            if frame is not None:
                return position + match.start(), frame
        position += 1 << 20
    return None


def first_of_run(data: bytes, at: int, length: int) -> Frame | None:
    """The frame at a place in `data`, where three follow each other, or as many as there are bytes (`length`)."""
    head = data[at : at + 4]
    frees = _free_lengths(data, at) if len(head) == 4 and head[2] >> 4 == 0 else [0]
    for free in frees:
        first = frame_at(head, free)
        if first is not None and _run(data, at, length, first):
            return first
    return None


def _run(data: bytes, at: int, length: int, first: Frame) -> bool:
    here: Frame | None = first
    count = 0
    while here is not None and alike(here, first):
        count += 1
        at += here.length
        if count == 3 or at == length:
            return at <= length
        here = frame_at(data[at : at + 4], first.free)
    return False


def _free_lengths(data: bytes, at: int) -> list[int]:
    """How long frames of free format may be: up to where such a header comes again."""
    head = data[at : at + 4]
    found: list[int] = []
    padding = (head[2] >> 1 & 1) * (4 if head[1] >> 1 & 3 == 3 else 1)
    place = data.find(head[:2], at + 24, at + _LONGEST)
    while place >= 0 and len(found) < 16:
        if data[place + 2 : place + 3] and not (data[place + 2] ^ head[2]) & 0xFC:
            found.append(place - at - padding)
        place = data.find(head[:2], place + 1, at + _LONGEST)
    return found
