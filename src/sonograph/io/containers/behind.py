"""What follows the declared end of a sound: chunks and tags, another file, zeros, or more of the sound.

Any four bytes of sound can look like the name of a chunk, so what has no known name counts as one only where it is
whole and leads on to the end of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sonograph.io.containers.chunks import W64_RIFF, Form, header_at
from sonograph.io.containers.tags import tag_length
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile

NAMES = (
    b"LIST", b"list", b"bext", b"id3 ", b"ID3 ", b"iXML", b"cue ", b"smpl", b"inst", b"fact", b"PEAK", b"guan", b"JUNK",
    b"junk", b"FLLR", b"PAD ", b"axml", b"chna", b"levl", b"umid", b"cart", b"afsp", b"_PMX", b"DISP", b"plst", b"acid",
    b"strc", b"data", b"fmt ", b"note", b"COMM", b"COMT", b"MARK", b"INST", b"MIDI", b"NAME", b"AUTH", b"ANNO", b"(c) ",
    b"APPL", b"SSND", b"AESD", b"CHAN", b"FVER", b"SAXL", b"free", b"info", b"pakt", b"chan", b"kuki", b"mark", b"regn",
    b"desc", b"ovvw", b"midi", b"peak", b"strg", b"uuid", b"umid", b"logo", b"ResU", b"LGWV", b"minf", b"elm1", b"regn",
)  # fmt: skip
"""Chunks that are no sound, also where they are cut."""

FEW = 64
"""Bytes that are left at the end by careless programs, and are nothing."""
LITTLE = 1024
"""The same, beyond where a file itself says that it ends."""

_NEAR = 1 << 20  # how far before the end chunks are searched for whose place no header tells
_PEEK = 4096
_W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")


@dataclass(frozen=True)
class Behind:
    """What comes after a place.

    kind : "" for nothing but chunks and tags; "file" for another sound file; "rest" for what is none of them
    first : where it starts, bytes
    between : whether chunks or tags come before it
    """

    kind: str
    first: int
    between: bool


def behind(file: OpenFile, end: int, form: Form | None) -> Behind:
    """What comes after the declared end of a sound, a byte to make it even or not."""
    aligned = end + (-end % form.align if form else 0)
    found = [_after(file, place, form) for place in dict.fromkeys((end, aligned))]
    return min(found, key=lambda after: ("", "file", "rest").index(after.kind))


def sound_stop(file: OpenFile, first: int, form: Form | None) -> int:
    """Where a sound of unknown length ends: before the chunks and tags that lead on to the end of the file."""
    near = max(first, file.size - _NEAR)
    tail = file.at(near, file.size - near)
    names = (*NAMES, b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN") if form else (b"TAG", b"ID3", b"APETAGEX")
    for found in re.finditer(b"|".join(map(re.escape, names)), tail):
        after = _after(file, near + found.start(), form)
        if after.between and not after.kind:
            return near + found.start()
    return file.size


def are_zeros(file: OpenFile, first: int, stop: int) -> bool:
    """Whether a part holds only zeros: all of it is looked at, or a thousand places where it is very long."""
    step = 1 << 20 if stop - first <= 64 << 20 else (stop - first) // 1000
    places = range(first, stop, step)
    return not any(file.at(place, min(1 << 20, stop - place)).strip(b"\0") for place in places)


def goes_on(file: OpenFile, encoding: Encoding, n_channels: int, start: int, end: int, stop: int) -> bool:
    """Whether what lies from `end` to `stop` can be more of the sound from `start` to `end`.

    Whatever is text, or compressed, or encrypted, is no sound: read as samples the last two are white noise.
    """
    step = encoding.width * n_channels
    count = min(_PEEK * step, (end - start) // step * step)
    data = file.at(end, min(_PEEK * step, stop - end))
    before = encoding.samples(file.at(end - count, count), n_channels)
    after = encoding.samples(data[: len(data) // step * step], n_channels)
    if stop - end <= FEW or not after.size or _is_text(data[:512]):
        return False
    if not before.size:
        return True
    if encoding.kind == "float" and not np.abs(after).max() <= 1e3 * max(1.0, float(np.nanmax(np.abs(before)))):
        return False
    (level, rough), (level_after, rough_after) = _character(before), _character(after)
    return rough_after < 1.2 or (rough > 0.8 and level_after < 10 * level)


def _character(samples: np.ndarray) -> tuple[float, float]:
    """The level, and how rough it is: the rms of differences over the rms, the square root of 2 for white noise."""
    values = samples.astype(np.float64)
    level = float(np.sqrt(np.mean(values**2)))
    step = float(np.sqrt(np.mean(np.diff(values) ** 2))) if values.shape[1] > 1 else 0.0
    return level, step / level if level > 0 else 0.0


def _after(file: OpenFile, position: int, form: Form | None) -> Behind:
    between = False
    for _ in range(1000):
        head = file.at(position, _PEEK)
        if not head:
            return Behind("", position, between)
        if is_file(head):
            return Behind("file", position, between)
        zeros = len(head) - len(head.lstrip(b"\0"))
        if 0 < zeros <= FEW and (tag_length(head[zeros:]) or is_file(head[zeros:])):
            position += zeros
            continue
        stop = position + tag_length(head)
        if stop == position and form is not None:
            stop = _chunk_stop(file, position, form)
        if stop == position:
            break
        position, between = stop, True
    few = file.size - position <= FEW and not head.strip(b"\0")
    return Behind("" if few else "rest", position, between)


def is_file(head: bytes) -> bool:
    """Whether these bytes are the beginning of another sound file."""
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return head[8:12] == b"WAVE"
    if head[:4] == b"FORM":
        return head[8:12] in (b"AIFF", b"AIFC")
    if head[:4] == b".snd":
        return 24 <= int.from_bytes(head[4:8], "big") < _PEEK
    return head[:16] == W64_RIFF or head[:6] == b"caff\0\1" or head[:5] in (b"OggS\0", b"fLaC\0")


def _chunk_stop(file: OpenFile, position: int, form: Form) -> int:
    """Where the chunk ends that starts here; the same place where none does."""
    chunk = header_at(file, position, form)
    if chunk is None or (form.header == 24 and chunk.name[4:] != _W64_TAIL):
        return position
    stop = chunk.start + max(0, chunk.claimed)
    if stop >= file.size and chunk.name[:4] in NAMES:
        return file.size
    if chunk.claimed < 0 or stop > file.size:
        return position
    if chunk.name[:4] in NAMES:
        return _padded(file, stop, form)
    return _padded(file, stop, form) if _leads_on(file, stop, form) else position


def _padded(file: OpenFile, stop: int, form: Form) -> int:
    """Where the next chunk would start: a multiple of the alignment, unless one starts at once."""
    aligned = min(stop + -stop % form.align, file.size)
    return stop if header_at(file, stop, form) and not header_at(file, aligned, form) else aligned


def _leads_on(file: OpenFile, stop: int, form: Form) -> bool:
    """Whether the file ends where a chunk does, or goes on with another or a tag."""
    for place in dict.fromkeys((stop, stop + -stop % form.align)):
        head = file.at(place, 32)
        if place >= file.size or is_file(head) or tag_length(head) or header_at(file, place, form) is not None:
            return True
    return False


def _is_text(data: bytes) -> bool:
    return len(data) >= FEW and sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in data) > 0.95 * len(data)
