"""MP3 frames: found by their headers, followed by their own lengths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_KBPS = {
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
}  # (version, layer code): MPEG-1 is 3, MPEG-2 2, MPEG-2.5 0; layer III is 1
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


@dataclass(frozen=True)
class Frame:
    """One frame: its bytes with the header, its samples of each channel, and what must not change along a file."""

    length: int
    n_samples: int
    sample_rate: int
    version: int
    layer: int
    n_channels: int


@lru_cache(4096)
def frame_at(head: bytes) -> Frame | None:
    """The frame that starts with these four bytes, or None."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer, kbps, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 0 or kbps in (0, 15) or rate == 3:
        return None
    bits = _KBPS[(3 if version == 3 else 2, layer)][kbps - 1] * 1000
    sample_rate, padding = _RATES[version][rate], head[2] >> 1 & 1
    if layer == 3:
        n_samples, length = 384, (12 * bits // sample_rate + padding) * 4
    else:
        n_samples = 576 if layer == 1 and version != 3 else 1152
        length = n_samples // 8 * bits // sample_rate + padding
    return Frame(length, n_samples, sample_rate, version, layer, 1 if head[3] >> 6 == 3 else 2)


def alike(a: Frame, b: Frame) -> bool:
    """Whether two frames can be of one sound."""
    return a.sample_rate == b.sample_rate and (a.version, a.layer, a.n_channels) == (b.version, b.layer, b.n_channels)


def begins(file: OpenFile, position: int, within: int = 4096) -> int | None:
    """Where MP3 frames begin, not far from a position; None where there are none."""
    data = file.at(position, within + 16_384)
    at = data.find(b"\xff")
    while 0 <= at < within:
        if _run(data, at, file.size - position):
            return position + at
        at = data.find(b"\xff", at + 1)
    return None


def _run(data: bytes, at: int, length: int) -> bool:
    """Whether three frames follow each other, or as many as the file has."""
    first = frame_at(data[at : at + 4])
    here, count = first, 0
    while here is not None and first is not None and alike(here, first):
        count += 1
        at += here.length
        if count == 3 or at == length:
            return at <= length
        here = frame_at(data[at : at + 4])
    return False


@dataclass(frozen=True)
class Walk:
    """What following the frames found.

    first, stop : the bytes of the frames that follow each other
    frame : the first of them
    n_frames : how many there are, the one that only describes the others not counted
    head : the first frame, with the number of bytes that it claims made true
    described : whether the first frame describes the others
    faults : what is wrong
    """

    first: int
    stop: int
    frame: Frame
    n_frames: int
    head: bytes
    described: bool
    faults: list[Fault]


def walk(file: OpenFile, first: int) -> Walk:
    """Follow the frames from the first one to the last that is whole."""
    position, n_frames, data, start = first, 0, b"", first
    frame = frame_at(file.at(first, 4))
    if frame is None:  # which has been there a moment ago
        raise file.error("no-sound", "has no MP3 frame any more. Read it again.")
    faults: list[Fault] = []
    here: Frame | None = frame
    lengths: dict[bytes, int] = {}  # few headers come again and again
    while True:
        if position + 4 > start + len(data):
            start, data = position, file.at(position, 1 << 20)
        head = data[position - start : position - start + 4]
        length = lengths.get(head)
        if length is None:
            here = frame_at(head)
            if here is None or not alike(here, frame):
                break
            length = lengths[head] = here.length
        if position + length > file.size:
            what = (
                f"the file ends inside a frame (byte {file.size:,}). What is there was used; copy the file again from "
            )
            faults.append(Fault("partial", "data-cut", what + "the original."))
            break
        position, n_frames = position + length, n_frames + 1
    if not faults:
        faults += _after(file, position, here)
    opening = bytearray(file.at(first, frame.length))
    at = max(opening.find(b"Xing", 0, 64), opening.find(b"Info", 0, 64))
    if at > 0:
        flags = int.from_bytes(opening[at + 4 : at + 8], "big")
        n_frames -= 1
        if flags & 1:
            faults += _compare(n_frames, int.from_bytes(opening[at + 8 : at + 12], "big"), bool(faults))
        if flags & 2:
            place = at + 8 + (4 if flags & 1 else 0)
            opening[place : place + 4] = (position - first).to_bytes(4, "big")
    return Walk(first, position, frame, n_frames, bytes(opening), at > 0, faults)


def _compare(n_frames: int, promised: int, known: bool) -> list[Fault]:
    if known or promised in (0, n_frames):
        return []
    if promised > n_frames:
        what = (
            f"the header promises {promised:,} frames but the file has {n_frames:,}. What is there was used; copy the "
        )
        return [Fault("partial", "data-cut", what + "file again from the original.")]
    return [Fault("warn", "sample-count", f"the header promises {promised:,} frames and {n_frames:,} are there.")]


def _after(file: OpenFile, position: int, here: Frame | None) -> list[Fault]:
    """What is wrong with what follows the last frame: a tag is nothing, more sound is."""
    rest = file.at(position, 1 << 16)
    if not rest or rest[:3] in (b"TAG", b"ID3") or rest[:8] in (b"APETAGEX", b"LYRICSBE") or not rest.strip(b"\0"):
        return []
    if here is not None:
        what = f"the sound changes its rate or its channels at byte {position:,}. What comes before was used."
        return [Fault("partial", "format-change", what)]
    if begins(file, position, 1 << 16) is not None:
        what = (
            f"there is something else between its frames (byte {position:,}). What comes before was used; what comes "
        )
        return [
            Fault("partial", "damaged", what + "after has no known place in time. Copy it again from the original.")
        ]
    what = f"{file.size - position:,} bytes after the sound are none. They were left out."
    return [Fault("warn", "trailing", what)]
