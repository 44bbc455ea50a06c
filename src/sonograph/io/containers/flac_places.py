"""Where each frame of a FLAC file belongs: decided for the file, so that it does not matter where one begins to read.

Frames that follow each other without a gap from the first sample on are where they say. Behind the first break, the
frames that together hold the most sound in rising order are; those that are twice, out of order or numbered wrongly
are left out. A second header begins another sound, which is put behind the first.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from sonograph.io.containers import flac
from sonograph.io.containers.flac import Format, Frame, StreamInfo
from sonograph.io.containers.flac_scan import Headers
from sonograph.io.door import OpenFile

IsWhole = Callable[[int, int, Format], bool]
"""Whether a frame can be decoded: its byte, its size and its format."""

SOME = 16
"""Frames at the beginning that tell what all have in common."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Numbering:
    """What the frames of a sound have in common.

    unit : samples that one number stands for: those of a frame, or 1
    mislabelled : whether frames are numbered by samples and say that they are not, or the other way round
    """

    format: Format
    unit: int
    mislabelled: bool = False


def numbering(info: StreamInfo, some: list[Frame]) -> Numbering:
    """What most of some frames that follow each other say; what they cannot tell is what the header says."""
    if not some:
        return Numbering(info.format, max(1, info.block))
    sound = Counter(frame.format for frame in some).most_common(1)[0][0]
    own = [frame for frame in some if frame.format == sound]
    by_one = sum(after.number - frame.number == 1 for frame, after in pairwise(own))
    by_size = sum(after.number - frame.number == frame.size > 1 for frame, after in pairwise(own))
    variable = own[0].variable
    by_samples = by_size > by_one or (by_size == by_one and (variable or not info.block))
    if by_samples:
        return Numbering(sound, 1, mislabelled=not variable)
    size, times = Counter(frame.size for frame in own[:-1] or own).most_common(1)[0]
    return Numbering(sound, size if times > 1 or not info.block else info.block, mislabelled=variable)


class Row(NamedTuple):
    """Frames that follow each other: bytes from the beginning of a piece, first samples and sizes."""

    offsets: np.ndarray
    firsts: np.ndarray
    sizes: np.ndarray

    def up_to(self, i: int) -> Row:
        """Those up to one, and that."""
        return Row(*(column[: i + 1] for column in self))

    def append_to(self, offsets: array[int], firsts: array[int], sizes: array[int], base: int) -> None:
        """Put them at the end of what there is."""
        for into, column in ((offsets, self.offsets + base), (firsts, self.firsts), (sizes, self.sizes)):
            into.frombytes(column.astype(f"i{into.itemsize}").tobytes())


def _row(headers: Headers, of: Part, end: int) -> Row | None:
    """All frames of a piece, where all have the format of the sound and follow `end` without a break."""
    firsts, sound = headers.numbers * of.numbering.unit, of.numbering.format
    ends = firsts + headers.sizes
    if not len(firsts) or firsts[0] != end or (firsts[1:] != ends[:-1]).any():
        return None
    if any(flac.format_of(of.info.format, key) != sound for key in np.unique(headers.keys).tolist()):
        return None
    return Row(headers.offsets, firsts, headers.sizes)


class Index:
    """Frames in their places, by the byte they start at, the first sample and the number of samples.

    own : whether a frame has the format of the sound
    follows : whether a frame comes directly behind the one before, in time and in the file
    spare : other bytes at which the same frame starts again, by the frame's place in the list
    stop : the sample up to which it is known what there is; None for all
    """

    def __init__(self) -> None:
        self.offsets, self.firsts, self.sizes = array("q"), array("q"), array("l")
        self.own, self.follows = bytearray(), bytearray()
        self.spare: dict[int, list[int]] = {}
        self.stop: int | None = None

    def __len__(self) -> int:
        return len(self.offsets)

    def add(self, offset: int, first: int, size: int, *, own: bool, follows: bool) -> None:
        """Put one more frame at the end."""
        self.offsets.append(offset)
        self.firsts.append(first)
        self.sizes.append(size)
        self.own.append(own)
        self.follows.append(follows)

    def add_row(self, row: Row, base: int) -> None:
        """Put frames that follow each other into an empty index; `base` is the byte that their offsets count from."""
        row.append_to(self.offsets, self.firsts, self.sizes, base)
        self.own, self.follows = bytearray(b"\1" * len(self)), bytearray(b"\0" + b"\1" * (len(self) - 1))

    def end(self, i: int) -> int:
        """The sample behind a frame; 0 before the first."""
        return self.firsts[i] + self.sizes[i] if i >= 0 else 0

    def find(self, sample: int) -> int:
        """The last frame that starts at a sample or before it, or -1."""
        return bisect_right(self.firsts, sample) - 1


@dataclass
class Part:
    """One sound of a file, from its header to the next.

    end : the sample behind the last frame of its own format that can be decoded
    reach : the sample behind its last frame of any format
    changes : the first sample of a frame of another format, what that is, and how long all such frames are, seconds
    strays : samples of frames that have no place, and the first place that one of them claims
    """

    info: StreamInfo
    numbering: Numbering
    index: Index = field(default_factory=Index)
    end: int = 0
    reach: int = 0
    changes: tuple[int, Format, float] | None = None
    strays: tuple[int, int] = (0, 0)

    @property
    def is_complete(self) -> bool:
        """Whether every sample has a frame, and every frame a place."""
        index = self.index
        gaps = any(index.firsts[i] != index.end(i - 1) for i in range(len(index)))
        promised = self.info.n_samples in (0, self.end)
        return promised and not gaps and not self.changes and not self.strays[0] and self.end == self.reach


def parts(file: OpenFile, info: StreamInfo, common: Numbering, is_whole: IsWhole) -> Iterable[Part]:
    """The sounds of a file, by going through all of it; `info` and `common` are those of the first."""
    while True:
        found = _Found(file, info, common, is_whole)
        yield found.part()
        if found.next_header is None:
            return
        info = flac.stream_info(file, found.next_header)
        common = numbering(info, list(islice(flac.frames(file, info, info.audio), SOME)))


def run_from(file: flac.Bytes, of: Part, offset: int, n_bytes: int, is_whole: IsWhole, *, is_frame: bool) -> Index:
    """The frames from a byte on that follow each other without a break, about `n_bytes` of them.

    Its last frame is left out unless the file ends there, since what comes next is not known. `is_frame`: whether one
    is known to start at the byte.
    """
    index, unit, sound = Index(), of.numbering.unit, of.numbering.format
    if is_frame:
        base, headers = next(flac.pieces(file, offset, stride=n_bytes), (0, None))
        row = None if headers is None or not len(headers.keys) else _row(headers, of, int(headers.numbers[0]) * unit)
        if row is not None:
            behind = row.offsets >= n_bytes * 7 // 8
            if behind.any() or offset + n_bytes >= file.size:
                index.add_row(row.up_to(int(behind.argmax())) if behind.any() else row, base)
                index.stop = index.firsts[-1] if behind.any() else index.end(len(index) - 1)
                return index
    for frame in flac.frames(file, of.info, offset, stride=n_bytes):
        first = frame.number * unit
        if frame.format != sound or (len(index) and first != index.end(len(index) - 1)):
            if is_whole(frame.offset, frame.size, frame.format):
                break
        elif len(index) or is_frame or is_whole(frame.offset, frame.size, frame.format):
            index.add(frame.offset, first, frame.size, own=True, follows=len(index) > 0)
            index.stop = first
            if frame.offset >= offset + n_bytes * 7 // 8:
                break
    else:
        index.stop = index.end(len(index) - 1)
    return index


class _Found:
    """All that looks like a frame between one header and the next."""

    def __init__(self, file: OpenFile, info: StreamInfo, common: Numbering, is_whole: IsWhole) -> None:
        self.file, self.info, self.numbering, self.is_whole = file, info, common, is_whole
        self.offsets, self.firsts, self.sizes = array("q"), array("q"), array("l")
        self.others: dict[int, Format] = {}
        self.unbroken = True
        self.next_header = self._scan()

    def _scan(self) -> int | None:
        """Go through the file up to the next header, and say where that is."""
        unit, sound, end, behind = self.numbering.unit, self.numbering.format, 0, self.info.audio
        part = Part(self.info, self.numbering)
        for base, headers in flac.pieces(self.file, self.info.audio):
            row = _row(headers, part, end)
            if row is not None:
                row.append_to(self.offsets, self.firsts, self.sizes, base)
                end, behind = self.firsts[-1] + self.sizes[-1], self.offsets[-1]
                continue
            for frame in flac.frames_of(headers, self.info, base):
                first = frame.number * unit
                if first != end:
                    header = _header_between(self.file, behind, frame.offset)
                    if header is not None:
                        return header
                    self.unbroken = False
                if frame.format != sound:
                    self.others[len(self.offsets)] = frame.format
                    self.unbroken = False
                self.offsets.append(frame.offset)
                self.firsts.append(first)
                self.sizes.append(frame.size)
                end, behind = first + frame.size, frame.offset
        return _header_between(self.file, behind, self.file.size)

    def part(self) -> Part:
        """The frames in their places, and what has none."""
        part = Part(self.info, self.numbering)
        index, total = part.index, len(self.offsets)
        if self.unbroken:
            index.offsets, index.firsts, index.sizes = self.offsets, self.firsts, self.sizes
            index.own, index.follows = bytearray(b"\1" * total), bytearray(b"\0" + b"\1" * total)[:total]
        else:
            self._place(part)
        part.reach = index.end(len(index) - 1)
        self._find_end(part)
        return part

    def _format(self, i: int) -> Format:
        return self.others.get(i, self.numbering.format)

    def _whole(self, i: int) -> bool:
        return self.is_whole(self.offsets[i], self.sizes[i], self._format(i))

    def _place(self, part: Part) -> None:
        firsts, sizes, index = self.firsts, self.sizes, part.index
        every = range(len(firsts))
        there = [i for at, i in enumerate(every) if self._has_neighbour(every, at) or self._whole(i)]
        placed = self._rising(there)
        rank = {i: at for at, i in enumerate(there)}
        before = -2
        for i in placed:
            follows = rank[i] == before + 1 and firsts[i] == index.end(len(index) - 1) and i not in self.others
            index.add(self.offsets[i], firsts[i], sizes[i], own=i not in self.others, follows=follows)
            before = rank[i] if i not in self.others else -2
        chosen = set(placed)
        left = [i for i in there if i not in chosen and i not in self.others]
        part.strays = (sum(sizes[i] for i in left), firsts[left[0]] if left else 0)
        changed = [i for i in there if i in self.others]
        if changed:
            seconds = sum(sizes[i] / max(1, self.others[i].sample_rate) for i in changed)
            part.changes = (firsts[changed[0]], self.others[changed[0]], seconds)
        for i in left:
            at = bisect_left(index.firsts, firsts[i])
            if at < len(index) and (index.firsts[at], index.sizes[at]) == (firsts[i], sizes[i]):
                above = index.offsets[at + 1] if at + 1 < len(index) else self.file.size
                if (index.offsets[at - 1] if at else 0) < self.offsets[i] < above and index.own[at]:
                    index.spare.setdefault(at, []).append(self.offsets[i])

    def _joins(self, i: int, after: int) -> bool:
        """Whether a frame begins where another of its format ends."""
        return self.firsts[i] + self.sizes[i] == self.firsts[after] and self._format(i) == self._format(after)

    def _has_neighbour(self, among: Sequence[int], at: int) -> bool:
        """Whether one of some frames follows another, or is followed by one; what only looks so hardly ever does."""
        if at and self._joins(among[at - 1], among[at]):
            return True
        return at + 1 < len(among) and self._joins(among[at], among[at + 1])

    def _weight(self, among: Sequence[int], at: int) -> int:
        """How much a frame counts: its samples, and next to nothing where only it says where it belongs or is cut."""
        if at + 1 < len(among) and self._joins(among[at], among[at + 1]):
            return self.sizes[among[at]] * (2 if among[at] in self.others else 4)
        if not self._whole(among[at]):
            return 1
        joins = at and self._joins(among[at - 1], among[at])
        return self.sizes[among[at]] * (2 if among[at] in self.others else 4) if joins else 2

    def _rising(self, there: list[int]) -> list[int]:
        """Of some frames in the file's order those in rising order of time that hold the most sound."""
        firsts, sizes = self.firsts, self.sizes
        lead, end = 0, 0
        while lead < len(there) and firsts[there[lead]] == end:
            end += sizes[there[lead]]
            lead += 1
        ends, weights, lasts = [end], [0], [-1]  # rising in both: the most sound that ends at a sample or before it
        parents: dict[int, int] = {}
        for rank, i in enumerate(there[lead:], lead):
            if firsts[i] < end:
                continue
            at = bisect_right(ends, firsts[i]) - 1
            weight = weights[at] + self._weight(there, rank)
            stop = firsts[i] + sizes[i]
            to = bisect_left(ends, stop)
            if weights[to - 1] >= weight or (to < len(ends) and ends[to] == stop and weights[to] >= weight):
                continue
            parents[i] = lasts[at]
            beaten = to
            while beaten < len(ends) and weights[beaten] <= weight:
                beaten += 1
            ends[to:beaten], weights[to:beaten], lasts[to:beaten] = [stop], [weight], [i]
        chain, i = [], lasts[-1]
        while i >= 0:
            chain.append(i)
            i = parents[i]
        return self._without_a_far_last(there[:lead] + chain[::-1])

    def _without_a_far_last(self, chain: list[int]) -> list[int]:
        """Without a last frame that stands alone behind all that is promised, or twice as late as all others."""
        if len(chain) > 1:
            end = self.firsts[chain[-2]] + self.sizes[chain[-2]]
            first, size = self.firsts[chain[-1]], self.sizes[chain[-1]]
            if first > end and (first + size > self.info.n_samples if self.info.n_samples else first > 2 * end):
                return chain[:-1]
        return chain

    def _find_end(self, part: Part) -> None:
        """Leave out what cannot be decoded at the end."""
        index, sound = part.index, part.numbering.format
        for i in range(len(index) - 1, -1, -1):
            starts = [index.offsets[i], *index.spare.get(i, [])]
            if index.own[i] and any(self.is_whole(start, index.sizes[i], sound) for start in starts):
                part.end = index.end(i)
                return


def _header_between(file: OpenFile, first: int, stop: int) -> int | None:
    """Where the header of another FLAC file stands in a part of this one."""
    while first < stop:
        data = file.at(first, min(_CHUNK, stop - first) + 7)
        at = data.find(b"fLaC")
        while at >= 0:
            if flac.MARKER.match(data, at) and first + at + 42 <= file.size:
                return first + at
            at = data.find(b"fLaC", at + 1)
        first += _CHUNK
    return None
