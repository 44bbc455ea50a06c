"""MP3 frames: found by their headers, followed by their own lengths."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Frame:
    """One frame: its bytes with the header, its samples of each channel, and what must not change along a file."""

    length: int
    n_samples: int
    sample_rate: int
    version: int
    layer: int
    n_channels: int


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
    return (a.sample_rate, a.version, a.layer) == (b.sample_rate, b.version, b.layer)


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
