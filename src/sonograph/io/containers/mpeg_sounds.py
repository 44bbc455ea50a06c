"""MPEG audio in time: which frames are which samples, and what is wrong with them.

As many samples as there are frames: what a header says counts only for what the encoder added at both ends, and to
tell what is missing. Several sounds may be joined; where something else lies between frames, what follows is placed
only if the header's count of frames tells how many are missing there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np

from sonograph.io.containers import mpeg
from sonograph.io.containers.mpeg import Frame
from sonograph.io.containers.mpeg_walk import EVERY, Run, runs
from sonograph.io.containers.tags import after_tags
from sonograph.io.door import OpenFile
from sonograph.io.spliced import Parts
from sonograph.io.status import Fault

MOST_RUNS = 1000
DECODER_DELAY = 529
"""Samples that a decoder of layer III is late, which encoders do not count in their delay (LAME's tech FAQ)."""

_AGAIN = "copy it again from the original."


@dataclass(frozen=True)
class Stretch:
    """Frames that are decoded one after the other, and where they are in time.

    file : their bytes; stop : the byte behind the last
    frame : the first of them; offsets : where each `EVERY`th begins; n_frames : how many there are
    first : the sample of the whole that the first frame begins at; it may be below 0
    start, end : the samples of the whole that come from it
    """

    file: OpenFile
    stop: int
    frame: Frame
    offsets: np.ndarray
    n_frames: int
    first: int
    start: int
    end: int


@dataclass
class Sounds:
    """What a walk found.

    n_samples : samples of each channel, those known to be missing between others included
    expected : how many the headers promise; None where they promise nothing
    faults : what is wrong
    """

    frame: Frame
    stretches: list[Stretch] = field(default_factory=list)
    n_samples: int = 0
    expected: int | None = None
    faults: list[Fault] = field(default_factory=list)


def walk(file: OpenFile, first: int, stop: int) -> Sounds:
    """All sounds of the frames from `first` on, which are there, to a byte behind them."""
    found: list[list[Run]] = []
    left_out, other, last, most = 0.0, 0, first, False
    sounds = None
    for count, run in enumerate(runs(file, first, stop), 1):
        sounds = sounds or Sounds(run.frame)
        last = stop if run.cut else run.stop
        if not other and not mpeg.alike(run.frame, sounds.frame):
            other = run.first
        if other:
            left_out += run.n_frames * run.frame.n_samples / run.frame.sample_rate
        elif not found or _is_new(file, run):
            found.append([run])
        else:
            found[-1].append(run)
        if count == MOST_RUNS:
            most = True
            break
    if sounds is None:
        raise file.error("no-sound", "has no MPEG audio frame any more. Read it again.")
    promised: int | None = 0
    for number, members in enumerate(found):
        following = found[number + 1][0].between if number + 1 < len(found) else ""
        one = _Placed(file, members, following, sounds)
        promised = None if promised is None or one.promised is None else promised + one.promised
        sounds.n_samples += one.length
    if most:
        what = f"it is in more than {MOST_RUNS:,} pieces. What comes after byte {last:,} was not read."
        sounds.faults.append(Fault("partial", "pieces", what))
    else:
        _conclude(file, sounds, found, last, stop)
    if other:
        what = f"the sound changes its rate or its channels at byte {other:,}. What comes before was used; "
        sounds.faults.append(Fault("partial", "format-change", what + f"{left_out:.3f} s after it were left out."))
    sounds.expected = promised
    return sounds


def _is_new(file: OpenFile, run: Run) -> bool:
    """Whether a run begins another sound, and does not go on with the one before."""
    if run.description is not None:
        return True
    return run.between in ("tags", "zeros") and not mpeg.borrowed(run.frame, file.at(run.first, 64))


def _conclude(file: OpenFile, sounds: Sounds, found: list[list[Run]], last: int, stop: int) -> None:
    if len(found) > 1:
        what = f"{len(found):,} sounds are joined in it. They were read one after the other."
        sounds.faults.append(Fault("warn", "chained", what))
    if last < stop and after_tags(file, last, stop)[0] < stop:
        what = f"{stop - last:,} bytes after the sound are none. They were left out."
        sounds.faults.append(Fault("warn", "trailing", what))


class _Placed:
    """One sound, put behind those before it.

    length : samples of the whole that it takes; promised : how many its header says, None where it does not
    """

    def __init__(self, file: OpenFile, members: list[Run], following: str, sounds: Sounds) -> None:
        self.file, self.members, self.sounds = file, members, sounds
        self.spf, self.description = sounds.frame.n_samples, members[0].description
        self.begin = sounds.n_samples
        found = sum(run.n_frames for run in members)
        promised = self._count(found)
        groups = _groups(members)
        counts = [sum(run.n_frames for run in group) for group in groups]
        if following == "junk" and promised != found:  # its last frame may be cut
            counts[-1] = max(0, counts[-1] - 1)
        gaps = self._gaps(groups, counts, promised)
        here = sum(counts) + sum(gaps)
        whole = promised == here
        delay = padding = 0
        if self.description is not None and self.description.delay is not None:
            delay = self.description.delay + DECODER_DELAY
            padding = max(0, self.description.padding - DECODER_DELAY)
        total = here * self.spf - (padding if whole else 0) - delay
        self._place(groups, counts, gaps, delay, max(0, total))
        self.length = max(0, total)
        self._note(found, promised, here, following)
        self.promised = None
        if promised:
            self.promised = (
                max(0, promised * self.spf - padding - delay) if self._plausible(promised, found) else self.length
            )
            self.length = max(self.length, self.promised if following else 0)

    def _count(self, found: int) -> int:
        """How many frames the header says; 0 for nothing."""
        description = self.description
        if description is None:
            return 0
        n_bytes = sum(run.stop - run.first for run in self.members)
        if description.n_frames == found + 1 and description.n_bytes == n_bytes + description.length:
            return found  # counted with its own
        return description.n_frames

    def _plausible(self, promised: int, found: int) -> bool:
        """Whether a count may be true: its frames are about as long as those that are there."""
        n_bytes = self.description.n_bytes if self.description else 0
        if promised <= found or not found:
            return promised <= found
        each = sum(run.stop - run.first for run in self.members) / found
        return each / 2 < n_bytes / promised < each * 2

    def _gaps(self, groups: list[list[Run]], counts: list[int], promised: int) -> list[int]:
        """How many frames are missing in front of each group; the groups that have no place are taken away."""
        if len(groups) == 1:
            return [0]
        counts[:-1] = [max(0, count - 1) for count in counts[:-1]]  # the last frame before something else may be cut
        missing = promised - sum(counts)
        gaps = [missing] if len(groups) == 2 else []
        for before, after in itertools.pairwise(groups):
            if len(groups) > 2:
                each = sum(run.stop - run.first for run in before) / max(1, sum(run.n_frames for run in before))
                gaps.append(round((after[0].first - before[-1].last) / each))
        at, seconds = groups[1][0].first, sum(counts[1:]) * self.spf / self.sounds.frame.sample_rate
        if promised and missing >= 0 and sum(gaps) == missing:
            lost = missing * self.spf / self.sounds.frame.sample_rate
            what = f"something else lies between its frames (before byte {at:,}). {lost:.3f} s are missing there; the "
            what += f"{seconds:.3f} s after it are in their place, by the count of frames in its header; {_AGAIN}"
            self._fault("partial", "damaged", what)
            return [0, *gaps]
        del groups[1:], counts[1:]
        what = f"there is something else between its frames (before byte {at:,}). What comes before was used; the "
        what += f"{seconds:.3f} s after it have no known place in time and were left out; {_AGAIN}"
        self._fault("partial", "damaged", what)
        return [0]

    def _place(self, groups: list[list[Run]], counts: list[int], gaps: list[int], delay: int, total: int) -> None:
        number = 0
        for group, count, gap in zip(groups, counts, gaps, strict=True):
            number += gap
            first = self.begin - delay + number * self.spf
            number += count
            file, offsets, stop = _bytes(self.file, group)
            if count < sum(run.n_frames for run in group):  # without the last
                stop -= group[-1].stop - group[-1].last
            offsets, frame = offsets[: -(-count // EVERY)], group[0].frame
            if not count or len(offsets) * EVERY < count:
                continue
            start, end = max(self.begin, first), min(self.begin + total, first + count * self.spf)
            stretch = Stretch(file, stop, frame, offsets, count, first, start, end)
            start = max(start, first + self._unusable(stretch) * self.spf)
            if start < end:
                self.sounds.stretches.append(replace(stretch, start=start))

    def _unusable(self, stretch: Stretch) -> int:
        """How many of the first frames cannot be decoded, as bits of frames before them are missing."""
        silent = silenced(stretch, 0, stretch.n_frames)[1]
        if not silent:
            return 0
        lost = silent[-1] + 1
        lost += 1 if stretch.frame.version == 3 else 2  # they overlap with the next granule, of a half or a whole frame
        seconds = min(lost, stretch.n_frames) * self.spf / stretch.frame.sample_rate
        what = f"{seconds:.3f} s at byte {stretch.offsets[0]:,} need bits of frames that are not there, as where the "
        what += "sound was cut out of a longer one. They are missing, and the rest was used."
        self._fault("partial", "reservoir", what)
        return lost

    def _note(self, found: int, promised: int, here: int, following: str) -> None:
        last = self.members[-1]
        if following == "junk" and promised != found:
            what = f"something else lies between its sounds (at byte {last.stop:,}). It was left out."
            self._fault("partial", "damaged", what)
        if any(run.between == "tags" for run in self.members[1:]):
            self._fault("warn", "tag-inside", "a tag lies between its frames. It was left out.")
        if last.cut:
            what = f"the file ends inside a frame (byte {self.file.size:,}). What is there was used; "
            self._fault("partial", "data-cut", what + "copy the file again from the original.")
        elif promised > here:
            what = f"the header promises {promised:,} frames but the file has {here:,}. What is there was used; "
            self._fault("partial", "data-cut", what + "copy the file again from the original.")
        elif 0 < promised < here:
            self._fault("warn", "sample-count", f"the header promises {promised:,} frames and {here:,} are there.")

    def _fault(self, word: str, reason: str, what: str) -> None:
        self.sounds.faults.append(Fault(word, reason, what))


def _groups(members: list[Run]) -> list[list[Run]]:
    """The runs of a sound that nothing but tags lies between."""
    groups = [[members[0]]]
    for run in members[1:]:
        if run.between == "tags":
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _bytes(file: OpenFile, group: list[Run]) -> tuple[OpenFile, np.ndarray, int]:
    """The bytes of a group of runs without what is between them, and where in them each `EVERY`th frame begins."""
    if len(group) == 1:
        return file, group[0].offsets, group[0].stop
    parts = Parts(file, [(run.first, run.stop) for run in group])
    offsets, number, position = [], 0, 0
    head = parts.at(0, 4)
    while (frame := mpeg.frame_at(head, group[0].frame.free)) is not None:
        if number % EVERY == 0:
            offsets.append(position)
        number, position = number + 1, position + frame.length
        head = parts.at(position, 4)
    return parts, np.array(offsets, np.int64), parts.size


def silenced(stretch: Stretch, number: int, most: int) -> tuple[bytes, list[int]]:
    """The first frames from a place on that is remembered, those that need bits from before made silent.

    number : which of the places
    most : how many frames to look at; no more are than it takes until all have what they need

    Returns
    -------
    The bytes, and which of the frames were made silent.
    """
    frame, free = stretch.frame, stretch.frame.free
    position, there, silent = int(stretch.offsets[number]), 0, []
    out = bytearray()
    for i in range(most):
        if there >= mpeg.reservoir(frame):
            break
        here = mpeg.frame_at(stretch.file.at(position, 4), free)
        data = bytearray(stretch.file.at(position, here.length)) if here is not None else bytearray()
        if here is None or len(data) < here.length:  # the file is no longer what it was
            break
        if mpeg.borrowed(here, data) > there:
            at = 6 if here.checked else 4
            keep = data[at + 1] & 0x80 if here.version == 3 else 0  # how far back it borrows, for those behind it
            data[at + 1 : at + here.side] = bytes([keep]) + bytes(here.side - 2)
            silent.append(i)
        out += data
        there += mpeg.lent(here)
        position += here.length
    return bytes(out), silent
