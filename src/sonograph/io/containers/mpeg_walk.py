"""A walk along MPEG audio frames: runs that follow each other without a gap, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sonograph.io.containers import mpeg
from sonograph.io.containers.mpeg import Frame
from sonograph.io.containers.tags import after_tags, before_tags
from sonograph.io.door import OpenFile

EVERY = 8
"""Of how many frames the place of one is remembered. After so many the decoder's filter bank is where it was, so that
the sums of one that begins there are rounded as those of one that came by."""

_CHUNK = 1 << 20
_TAG_AT = 160  # bytes from a frame's first one that must be there to tell whether it describes the others


@dataclass(frozen=True)
class Description:
    """What a first frame that holds no sound says of those that follow it ("Xing", "Info", "VBRI").

    n_frames, n_bytes : how many frames follow, how many bytes there are with its own; 0 where it does not say
    delay, padding : samples that the encoder put before and behind the sound; None where it does not say
    length : bytes of its own frame
    """

    length: int
    n_frames: int
    n_bytes: int
    delay: int | None
    padding: int


@dataclass(frozen=True)
class Run:
    """Frames that follow each other.

    first, stop : their bytes, without the frame that describes them
    frame : the first of them
    n_frames : how many are whole
    offsets : where each `EVERY`th begins
    last : where the last begins
    cut : whether the file ends inside the one after it
    description : what a frame in front of them says
    between : what was between them and those before: "" for nothing, "tags", "zeros" or "junk"
    """

    first: int
    stop: int
    frame: Frame
    n_frames: int
    offsets: np.ndarray
    last: int
    cut: bool
    description: Description | None
    between: str


def runs(file: OpenFile, first: int, stop: int) -> Iterator[Run]:
    """All frames from the first one on, which is known to be there, to a byte behind them.

    Each run is as long as its frames are alike and nothing lies between them; one that begins with a description of
    its own is another one.
    """
    between, position = "", first
    frame = _first(file, first, stop)
    while frame is not None:
        run = _run(file, position, stop, frame, between)
        yield run
        if run.stop >= stop or run.cut:
            return
        frame = _first(file, run.stop, stop)
        position, between = run.stop, ""
        if frame is None:
            position, between, frame = _next(file, run, stop)


def describes(frame: Frame, data: bytes) -> Description | None:
    """What a frame says of others, where it holds that and no sound; `data` begins with it."""
    if not frame.side:
        return None
    at = 4 + frame.side
    if frame.checked and data[at : at + 4] not in (b"Xing", b"Info"):
        at += 2
    if data[at : at + 4] in (b"Xing", b"Info") and not any(data[6 : 4 + frame.side]):
        return _xing(data[: frame.length], at)
    if data[36:40] == b"VBRI" and frame.length >= 54:
        n_bytes, n_frames = int.from_bytes(data[46:50], "big"), int.from_bytes(data[50:54], "big")
        return Description(frame.length, n_frames, n_bytes, None, 0)
    return None


def _xing(data: bytes, at: int) -> Description:
    flags = int.from_bytes(data[at + 4 : at + 8], "big")
    sizes = (4, 4, 100, 4)  # frames, bytes, a table of places, quality
    at, numbers = at + 8, [0, 0, 0, 0]
    for i, size in enumerate(sizes):
        if flags >> i & 1:
            numbers[i], at = int.from_bytes(data[at : at + 4], "big"), at + size
    delay, padding = None, 0
    if len(data) >= at + 24 and data[at]:  # the name of the encoder
        both = int.from_bytes(data[at + 21 : at + 24], "big")
        delay, padding = both >> 12, both & 0xFFF
    return Description(len(data), numbers[0], numbers[1], delay, padding)


def _first(file: OpenFile, position: int, stop: int) -> Frame | None:
    length = stop - position
    return mpeg.first_of_run(file.at(position, min(length, 1 << 14)), 0, length) if length >= 4 else None


def _run(file: OpenFile, first: int, stop: int, frame: Frame, between: str) -> Run:
    """Follow the frames from one on."""
    described = describes(frame, file.at(first, max(frame.length, _TAG_AT)))
    if described is not None:
        first += frame.length
    offsets: list[np.ndarray] = []
    n_frames, last, position, going = 0, first, first, True
    lengths: dict[bytes, int] = {}  # few headers come again and again
    while going:
        data = file.at(position, min(_CHUNK, stop - position))
        found, at = [], 0
        final = position + len(data) >= stop or len(data) < _CHUNK
        limit = len(data) - (4 if final else _TAG_AT)
        while at <= limit:
            head = data[at : at + 4]
            length = lengths.get(head)
            if length is None:
                here = mpeg.frame_at(head, frame.free)
                if here is None or not mpeg.alike(here, frame):
                    going = False
                    break
                length = lengths[head] = here.length
            found.append(at)
            at += length
        going = going and not final
        places = np.array(found, np.int64)
        new = _next_described(data, places, frame, 0 if n_frames or described else 1)
        if new is not None:
            places, at, going = places[:new], found[new], False
        if len(places):
            last = position + int(places[-1])
            offsets.append(places[-n_frames % EVERY :: EVERY] + position)
            n_frames += len(places)
        position += at
    cut = position > stop
    if cut:
        n_frames, position = n_frames - 1, last
    at_each = np.concatenate(offsets) if offsets else np.empty(0, np.int64)
    at_each = at_each[: -(-n_frames // EVERY)]
    return Run(first, position, frame, n_frames, at_each, last, cut, described, between)


def _next_described(data: bytes, places: np.ndarray, frame: Frame, first: int) -> int | None:
    """The number of the frame at `places` that describes those behind it; None for none."""
    if not frame.side or not len(places):
        return None
    letters = np.frombuffer(data, np.uint8)
    places = places[places <= len(data) - _TAG_AT]
    letters_at = [4 + frame.side, 6 + frame.side, 36]
    maybe = np.zeros(len(places), bool)
    for at in letters_at:
        letter = letters[places + at]
        maybe |= (letter == ord("X")) | (letter == ord("I")) | (letter == ord("V"))
    for number in np.flatnonzero(maybe).tolist():
        at = int(places[number])
        here = mpeg.frame_at(data[at : at + 4], frame.free)
        if number >= first and here is not None and describes(here, data[at : at + here.length]) is not None:
            return number
    return None


def _next(file: OpenFile, run: Run, stop: int) -> tuple[int, str, Frame | None]:
    """The frames behind a run and a gap: where, what is in the gap, the first of them."""
    behind, tags = after_tags(file, run.stop, stop)
    frame = _first(file, behind, stop) if behind > run.stop else None
    if frame is not None:
        return behind, "tags" if tags else "zeros", frame
    found = mpeg.find(file, behind if tags else run.last + 1, stop, stop)
    if found is None:
        return stop, "junk", None
    position, frame = found
    tagged = position > behind >= run.stop and before_tags(file, behind, position) == behind
    return position, "tags" if tagged else "junk", frame
