"""Where in an Ogg sound a decoder can be begun, and which sample it gives there first.

Counted from the packets, each of which says how many samples it makes, and compared with the times of the pages. Where
the two part ways, or a packet cannot be, there is no index: the sound is then decoded from its beginning.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from sonograph.io.containers import ogg
from sonograph.io.door import OpenFile

APART = 1 << 14
"""Samples between two places, at least: 24 hours at 48 kHz have 250 000 places in 4 MB."""


@dataclass
class Index:
    """The places in a sound.

    headers : the bytes of the pages with its headers
    pages, samples : the byte of each page that a decoder can be begun at, and the first sample that it then gives,
        counted from the beginning with all that a decoder leaves out there
    n_samples : how many there are, counted likewise
    """

    headers: bytes = b""
    pages: array[int] = field(default_factory=lambda: array("q"))
    samples: array[int] = field(default_factory=lambda: array("q"))
    n_samples: int = 0

    def before(self, sample: int) -> tuple[int, int] | None:
        """The page and the first sample of the last place that is not behind a sample; None where there is none."""
        i = bisect_right(self.samples, sample) - 1
        return None if i < 0 else (self.pages[i], self.samples[i])


def vorbis_index(file: OpenFile, first: int, stop: int) -> Index | None:
    """The places in Vorbis. A packet makes samples together with the one before it, and depends on no other.

    (Vorbis I, 4.3.8, A.2)
    """
    sizes = _VorbisSizes()
    return _index(file, first, stop, 3, sizes.learn, sizes.count, True)


def opus_index(file: OpenFile, first: int, stop: int) -> Index | None:
    """The places in Opus whose every packet is one of CELT; samples are counted at 48 kHz. (RFC 6716, 3)"""
    return _index(file, first, stop, 2, lambda headers: headers[0][18:19] == b"\0", _celt_samples, False)


def _index(
    file: OpenFile,
    first: int,
    stop: int,
    n_headers: int,
    learn: Callable[[list[bytes]], bool],
    count: Callable[[bytes], int | None],
    joins: bool,
) -> Index | None:
    """Follow the packets. `count` tells how many samples one makes; `joins`: the first of a decoder makes none."""
    found, pending, opening = Index(), b"", b""
    headers: list[bytes] = []
    total, last_timed = 0, -1
    ahead: int | None = None  # of the times in the file, of what is counted
    for page in ogg.pages(file, first):
        if page.offset >= stop:
            break
        if len(headers) < n_headers:
            for part in page.parts():
                pending += page.body[part.start : part.stop]
                if part.ends:
                    headers.append(pending)
                    pending = b""
            if len(headers) >= n_headers:
                if len(headers) > n_headers or pending or not learn(headers):
                    return None
                found.headers = file.at(first, page.offset + page.length - first)
            continue
        begins = False
        for part in page.parts():
            if part.begins:
                opening = page.body[part.start : min(part.stop, part.start + 2)]
            if part.ends:
                step = count(opening)
                if step is None:
                    return None
                if part.begins and not begins:  # libsndfile begins at no page without a packet of its own
                    _add(found, page.offset, total + step if joins else total)
                total += step
            begins = begins or part.begins
        if page.granule >= 0:
            last_timed = page.offset
            shift = page.granule - total
            if ahead is None and (shift >= 0 or page.flags & 4):
                ahead = max(0, shift)
            if ahead is None or (shift != ahead and not (page.flags & 4 and shift < ahead)):
                return None
            total = min(total, page.granule - ahead)
    found.n_samples = total
    while found.pages and found.pages[-1] >= last_timed:  # the decoder would not know where the sound ends
        found.pages.pop()
        found.samples.pop()
    return found if found.headers else None


def _add(found: Index, page: int, sample: int) -> None:
    if sample - (found.samples[-1] if found.samples else 0) >= APART:
        found.pages.append(page)
        found.samples.append(sample)


class _VorbisSizes:
    """How many samples each packet of a Vorbis sound makes: a quarter of its block and of the one before it."""

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}  # of each first byte that a packet can have
        self._before = 0

    def learn(self, headers: list[bytes]) -> bool:
        """Read the sizes of blocks and which kind of packet has which; whether that is possible."""
        if len(headers[0]) < 30:
            return False
        small, large = 1 << (headers[0][28] & 15), 1 << (headers[0][28] >> 4)
        modes = _modes(headers[2])
        mask = (1 << max(0, len(modes) - 1).bit_length()) - 1
        for byte in range(0, 256, 2):  # an odd one is no sound
            mode = byte >> 1 & mask
            if mode < len(modes):
                self._blocks[byte] = large if modes[mode] else small
        return bool(modes)

    def count(self, opening: bytes) -> int | None:
        """The samples of a packet that begins so; None for one that cannot be."""
        block = self._blocks.get(opening[0]) if opening else None
        if block is None:
            return None
        samples = (self._before + block) // 4 if self._before else 0
        self._before = block
        return samples


def _modes(setup: bytes) -> list[bool]:
    """Whether the blocks of each mode are the large ones, from the end of the setup header.

    The modes stand last: six bits that count them, then 41 bits each (the kind of block, 16 zeros for the window, 16
    for the transform, a mapping below 64), and a set bit. What precedes them can only be read with all the codebooks,
    so they are found from behind, as the longest row of such that is counted rightly. (Vorbis I, 4.2.4)
    """
    bits = "".join(f"{byte:08b}" for byte in reversed(setup[-400:])).lstrip("0")[1:]  # the last bit first
    flags: list[bool] = []
    found: list[bool] = []
    at = 0
    while len(flags) < 64 and at + 47 <= len(bits):
        mapping, zeros, kind = bits[at : at + 8], bits[at + 8 : at + 40], bits[at + 40]
        if int(mapping, 2) > 63 or "1" in zeros:
            break
        flags.insert(0, kind == "1")
        at += 41
        if int(bits[at : at + 6], 2) + 1 == len(flags):
            found = list(flags)
    return found


def _celt_samples(opening: bytes) -> int | None:
    """The samples at 48 kHz of an Opus packet that begins so; None for one that cannot be, or that is not of CELT."""
    if not opening or opening[0] < 128:
        return None
    code = opening[0] & 3
    frames = (1, 2, 2)[code] if code < 3 else opening[1] & 63 if len(opening) > 1 else 0
    samples = frames * (120 << (opening[0] >> 3 & 3))
    return samples if 0 < samples <= 5760 else None
