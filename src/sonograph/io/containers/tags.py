"""Tags in front of a sound, behind it and between joined ones: ID3, APE, Lyrics3. They are never sound.

(id3.org: ID3v1, ID3v2.3, ID3v2.4, Lyrics3; wiki.hydrogenaud.io: APEv2)
"""

from __future__ import annotations

from sonograph.io.door import OpenFile

_MOST_ZEROS = 1 << 28  # that are looked through behind a tag
_LONGEST_LYRICS = 1 << 20  # the six digits of their size allow no more
_MOST = 64  # tags behind each other


def after_id3(file: OpenFile) -> int:
    """Where the tags in front (ID3v2) and the zeros behind them end; 0 where there are no tags."""
    position = 0
    for _ in range(_MOST):
        size = _id3(file.at(position, 10))
        if not size:
            break
        position = past_zeros(file, position + size, file.size)
    return position


def past_zeros(file: OpenFile, position: int, stop: int) -> int:
    """The first byte from a position on that is not zero, or `stop`."""
    until = min(stop, position + _MOST_ZEROS)
    while position < until:
        data = file.at(position, min(1 << 16, until - position))
        rest = data.lstrip(b"\0")
        position += len(data) - len(rest)
        if rest or not data:
            break
    return min(position, stop) if position < stop else position


def after_tags(file: OpenFile, position: int, stop: int) -> tuple[int, bool]:
    """Where the tags and zeros that begin at a position end, at most `stop`, and whether there is a tag."""
    found = False
    for _ in range(_MOST):
        position = past_zeros(file, position, stop)
        size = _size(file, position, stop)
        if not size:
            break
        position, found = position + size, True
    return min(position, stop), found


def before_tags(file: OpenFile, first: int, stop: int) -> int:
    """Where the tags begin that end at `stop`; not before `first`."""
    for _ in range(_MOST):
        size = _size_before(file, first, stop)
        if not 0 < size <= stop - first:
            break
        stop -= size
    return stop


def _id3(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with these ten, its header and footer included; 0 for none."""
    if len(head) < 10 or head[:3] != b"ID3" or head[3] > 4 or any(byte > 127 for byte in head[6:10]):
        return 0
    return 10 + _synchsafe(head[6:10]) + (10 if head[5] & 0x10 else 0)


def _synchsafe(number: bytes) -> int:
    return number[0] << 21 | number[1] << 14 | number[2] << 7 | number[3]


def _size(file: OpenFile, position: int, stop: int) -> int:
    """Bytes of the tag that begins at a position; 0 for none."""
    head = file.at(position, min(32, max(0, stop - position)))
    if head[:11] == b"LYRICSBEGIN":
        head = file.at(position, min(_LONGEST_LYRICS, stop - position))
    return tag_length(head)


def tag_length(head: bytes) -> int:
    """How long the tag is that starts with these bytes; 0 where none does."""
    if head[:8] == b"APETAGEX" and len(head) >= 32:
        return 32 + (int.from_bytes(head[12:16], "little") if head[23] & 0x20 else 0)
    if head[:11] == b"LYRICSBEGIN":
        ends = [head.find(word) + len(word) for word in (b"LYRICS200", b"LYRICSEND") if word in head]
        return min(ends, default=0)
    if head[:4] == b"TAG+":
        return 227
    return 128 if head[:3] == b"TAG" else 10 if head[:3] == b"3DI" else _id3(head)


def _size_before(file: OpenFile, first: int, stop: int) -> int:
    """Bytes of the tag that ends at `stop`; 0 for none."""
    tail = file.at(max(first, stop - 227), min(227, stop - first))
    if tail[-128:-125] == b"TAG" and len(tail) >= 128:
        return 128
    if tail[:4] == b"TAG+" and len(tail) == 227:
        return 227
    foot = tail[-32:]
    if foot[:8] == b"APETAGEX":
        return int.from_bytes(foot[12:16], "little") + (32 if foot[23] & 0x80 else 0)
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    if tail[-9:] == b"LYRICSEND":
        text = file.at(max(first, stop - 5200), min(5200, stop - first))
        begin = text.rfind(b"LYRICSBEGIN")
        return len(text) - begin if begin >= 0 else 0
    if tail[-10:-7] == b"3DI" and len(tail) >= 10 and all(byte < 128 for byte in tail[-4:]):
        return _synchsafe(tail[-4:]) + 20
    return 0
