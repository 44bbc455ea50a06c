"""A FLAC file that is opened: which frames it has, how long it is, and what is wrong with it before it is read."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np

from sonograph.io.containers import flac
from sonograph.io.containers.flac import Format, Frame, StreamInfo
from sonograph.io.containers.flac_places import SOME, Index, Part, numbering, run_from
from sonograph.io.containers.flac_scan import HEADER
from sonograph.io.containers.flac_whole import header_faults, length_faults, whole
from sonograph.io.containers.tags import after_id3
from sonograph.io.decoders.flac_cursor import FlacCursor
from sonograph.io.decoders.flac_frames import decoder_of
from sonograph.io.decoders.flac_near import NearBytes
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_SMALL = 1 << 18  # bytes; a file of so many is gone through when it is opened
_LONG = 1 << 26  # bytes; one of so many is gone through where something is wrong with it
_MANY = 30_000  # frames; likewise
_TAIL = 1 << 16  # bytes before the end among which the last frame is looked for
_WINDOW = 1 << 20  # bytes of a long file whose frames are known at a time


class FlacTrack:
    """A FLAC file, its end found.

    A file that is not small is looked at in a few places when it is opened. Where those agree, its frames are found as
    it is read from its beginning on: up to the first break they are those that going through all of it would take. It
    is gone through where a break is met and, unless it is long, where it is read from elsewhere.
    """

    seekable = True

    def __init__(self, file: OpenFile) -> None:
        self.file = file
        self.info: StreamInfo = flac.stream_info(file, after_id3(file))
        some = list(islice(flac.frames(file, self.info, self.info.audio), SOME))
        self.common = numbering(self.info, some)
        self.format: Format = self.common.format
        self.n_channels = self.format.n_channels
        self.dtype = np.dtype(np.float32 if self.format.bits <= 24 else np.float64)
        self.faults: list[Fault] = []
        self.n_samples: int | None = 0
        self.expected = self.info.n_samples
        self.checks: list[tuple[int, bytes | None]] = []
        self._index: Index | None = None
        self._near = NearBytes(file)
        self.frames = decoder_of(self._near, mislabelled=self.common.mislabelled)
        self.decoder = self.frames.name
        own = next((frame for frame in some if frame.format == self.format), None)
        refused = own and self.frames.refuses(own)
        if refused:
            raise file.error("codec", f"is a FLAC file; {refused} cannot be decoded here. Save it with 16 or 24 bits.")
        self._head = Part(self.info, self.common)
        self._is_long = file.size > _LONG or self.info.n_samples > _MANY * max(1, self.info.block)
        end = self._end_at_a_glance(some) if file.size > _SMALL else None
        if end is None:
            self.complete()
        else:
            self.n_samples, self.expected = end, max(end, self.info.n_samples)
            self.checks = [(end, self.info.md5 if self.info.n_samples in (0, end) and any(self.info.md5) else None)]
            self.faults += header_faults(self.info, self.common) + length_faults(self.info.n_samples, end)

    def cursor(self) -> FlacCursor:
        """A reader at the first sample."""
        return FlacCursor(self)

    def is_whole(self, offset: int, size: int, sound: Format) -> bool:
        """Whether a frame can be decoded, its checksum included."""
        return self.frames.is_whole(offset, size, sound)

    def let_go(self) -> None:
        """Hold none of its bytes."""
        self._near.let_go()

    def complete(self) -> Index:
        """Go through all of the file, once."""
        found = whole(self.file, self.info, self.common, self.is_whole)
        self.n_samples, self.expected, self.checks = found.n_samples, found.expected, found.checks
        self.faults[:] = found.faults
        self._index = found.index
        return found.index

    def index_at(self, sample: int, last: Index | None) -> Index:
        """The frames around a sample; `last` is what this gave before."""
        if self._index is not None:
            return self._index
        if last is not None and len(last) and last.stop is not None and last.firsts[0] <= sample < last.stop:
            return last
        behind = last is not None and len(last) and last.stop == sample
        if not (self._is_long or behind or sample == 0):
            return self.complete()
        offset = last.offsets[-1] if last is not None and behind else self._byte_before(sample)
        n_bytes = _WINDOW if behind else _WINDOW // 4
        self._near.hold(offset, n_bytes + HEADER)
        near = run_from(self._near, self._head, offset, n_bytes, self.is_whole, is_frame=bool(behind))
        if len(near) and near.stop is not None and near.firsts[0] <= sample < near.stop:
            return near
        return self.complete()

    def _byte_before(self, sample: int) -> int:
        """A byte not far before the frame that holds a sample, in a file whose frames rise."""
        low, high = self.info.audio, self.file.size
        while sample and high - low > _TAIL:
            middle = (low + high) // 2
            found = self._first_pair(middle, high)
            if found is None or found.number * self.common.unit > sample:
                high = middle
            else:
                low = found.offset
        return low

    def _first_pair(self, offset: int, stop: int) -> Frame | None:
        """The first frame from a byte on that another one follows."""
        near = flac.frames(self.file, self.info, offset, min(stop, offset + 4 * _TAIL), stride=1 << 15)
        return next((a for a, b in pairwise(near) if self._follows(a, b)), None)

    def _follows(self, frame: Frame, after: Frame) -> bool:
        unit = self.common.unit
        return frame.format == after.format == self.format and frame.number * unit + frame.size == after.number * unit

    def _end_at_a_glance(self, some: list[Frame]) -> int | None:
        """The sample behind the last, where a few places agree that nothing is wrong; None where one does not."""
        tail = list(flac.frames(self.file, self.info, max(self.info.audio, self.file.size - _TAIL)))
        if len(some) < 2 or not tail or some[0].number or some[0].offset != self.info.audio:
            return None
        if not all(self._follows(a, b) for frames in (some, tail) for a, b in pairwise(frames)):
            return None
        last, unit = tail[-1], self.common.unit
        end = last.number * unit + last.size
        agreed = end == self.info.n_samples or (
            self._is_long and (end < self.info.n_samples or not self.info.n_samples)
        )
        if not agreed or last.format != self.format or not self.is_whole(last.offset, last.size, last.format):
            return None
        places, step = [], self.file.size - self.info.audio
        while step > 2 * _TAIL:
            step //= 2
            places += [self.info.audio + step, self.file.size - step]
        found = {self._first_pair(place, self.file.size): None for place in sorted(places)}
        numbers = [0, *(frame.number if frame else 0 for frame in found), last.number + 1]
        return end if all(a < b for a, b in pairwise(numbers)) else None
