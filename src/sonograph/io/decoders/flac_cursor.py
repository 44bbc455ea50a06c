"""FLAC read frame by frame: what is damaged or lost is NaN, and what comes after it is at its right time.

Where the frames lie is decided for the file. What was decoded whole is compared with the MD5 that the encoder left.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from sonograph.io.containers.flac_places import Index
from sonograph.io.decoders.flac_groups import Groups
from sonograph.io.status import Fault, read_error

if TYPE_CHECKING:
    from sonograph.io.decoders.flac_decoding import FlacTrack

_AT_ONCE = 1 << 21  # samples of all channels that are decoded at one go
_LEAST = 1 << 14  # samples of each channel that are decoded where fewer are wanted


class FlacCursor:
    """A place in a FLAC file."""

    def __init__(self, track: FlacTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []
        self._index: Index | None = None
        self._check = 0  # which of the track's checks comes next; -1 once samples were skipped
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._is_sound = True  # since the beginning of what the next check is about
        self._ready = np.empty((track.n_channels, 0), track.dtype)

    def seek(self, sample: int) -> None:
        """Go to a sample: exactly, as every frame says where it belongs."""
        self._ready = self._ready[:, :0]
        self.position, self._check = sample, -1

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n): NaN where they are damaged or lost, fewer at the end."""
        out = np.empty((self.track.n_channels, count), self.track.dtype)
        done = 0
        if not self._ready.shape[1] and (self._index is None or self.position < (self.track.n_samples or 0)):
            self._index = self.track.index_at(self.position, self._index)
        while done < count and self.position < (self.track.n_samples or 0):
            room = out[:, done : done + (self.track.n_samples or 0) - self.position]
            if self._ready.shape[1]:
                take = min(room.shape[1], self._ready.shape[1])
                room[:, :take] = self._ready[:, :take]
                self._ready = self._ready[:, take:]
            else:
                take = self._next(room)
            self.position, done = self.position + take, done + take
            self._compare()
        return out[:, :done]

    def close(self) -> None:
        """Let go of what is held for it."""
        self.track.let_go()

    def _next(self, room: np.ndarray) -> int:
        """Samples from `position` on into `room`, NaN up to the next frame there is; how many that were.

        0 where frames reach beyond it, which then are in `_ready`.
        """
        index = self._index = self.track.index_at(self.position, self._index)
        i, at_most = index.find(self.position), room.shape[1]
        if i < 0 or index.end(i) <= self.position:
            gap = index.firsts[i + 1] - self.position if i + 1 < len(index) else at_most
            self._note("lost", self.position, f"{gap:,} samples are not in the file")
            room[:, :gap] = np.nan
            return min(gap, at_most)
        into = self.position - index.firsts[i]
        if not index.own[i]:
            self._is_sound = False  # of another format, of which the track has told
            rest = index.sizes[i] - into
            room[:, :rest] = np.nan
            return min(rest, at_most)
        if into == 0 and index.sizes[i] <= at_most:
            stop = self._last_of_run(index, i, at_most)
            if index.end(stop - 1) - self.position > at_most:
                stop -= 1
            return self._decode(index, i, stop, room)
        stop = self._last_of_run(index, i, max(into + min(at_most, index.sizes[i]), _LEAST))
        ready = np.empty((self.track.n_channels, index.end(stop - 1) - index.firsts[i]), self.track.dtype)
        self._decode(index, i, stop, ready)
        self._ready = ready[:, into:]
        return 0

    def _last_of_run(self, index: Index, i: int, wanted: int) -> int:
        """The frame behind those that follow each other without a break: `wanted` samples of each channel, or more."""
        wanted = min(wanted, max(1, _AT_ONCE // self.track.n_channels))
        stop = max(i, index.find(index.firsts[i] + wanted - 1)) + 1
        if index.stop is not None and index.stop <= index.firsts[stop - 1]:
            stop -= 1
        breaks = index.follows.find(0, i + 1, stop)
        return stop if breaks < 0 else breaks

    def _decode(self, index: Index, i: int, stop: int, out: np.ndarray) -> int:
        """Frames that follow each other into `out`; those that are damaged are NaN. How many samples that were."""
        places, sizes = np.array(index.offsets[i:stop], np.int64), np.array(index.sizes[i:stop], np.int64)
        ends = np.cumsum(sizes)
        is_hashed = self._is_sound and 0 <= self._check < len(self.track.checks)
        is_hashed = is_hashed and self.track.checks[self._check][1] is not None
        width = -(-self.track.format.bits // 8) if is_hashed else 0
        groups = Groups(self.track.frames, self.track.format, self._md5, width)
        for damaged in groups.decode(places, sizes, out):
            first, end = int(ends[damaged] - sizes[damaged]), int(ends[damaged])
            groups.mend(damaged, self._again(index, i + damaged, out[:, first:end], width))
        if width and self._is_sound:
            groups.hash_rest()
        return int(ends[-1])

    def _again(self, index: Index, i: int, out: np.ndarray, width: int) -> np.ndarray | None:
        """One frame into `out`, wherever in the file it is whole; else NaN. What its MD5 is taken of."""
        for place in (index.offsets[i], *index.spare.get(i, ())):
            try:
                good, encoded = self.track.frames.decode(
                    np.array([place], np.int64), np.array([index.sizes[i]], np.int64), self.track.format, out, width
                )
            except OSError as error:
                self.faults.append(read_error(index.firsts[i], error))
                continue
            if good[0]:
                return encoded
        self._note("damaged", index.firsts[i], "a frame is damaged")
        out[:] = np.nan
        return None

    def _note(self, reason: str, sample: int, what: str) -> None:
        self._is_sound = False
        if not any(fault.reason == reason for fault in self.faults):
            seconds = sample / max(1, self.track.format.sample_rate)
            where = f"{what} at {seconds:.3f} s (sample {sample:,}). "
            then = (
                "What can be decoded was used, and the rest marked as missing; copy the file again from the original."
            )
            self.faults.append(Fault("partial", reason, where + then))

    def _compare(self) -> None:
        """At the end of each sound of the file: whether it is what was encoded."""
        checks = self.track.checks
        while 0 <= self._check < len(checks) and self.position >= checks[self._check][0]:
            wanted = checks[self._check][1]
            if self._is_sound and wanted and self._md5.digest() != wanted:
                what = (
                    "every frame can be decoded, but the whole is not what was encoded (its MD5 differs). Compare it "
                )
                self.faults.append(Fault("warn", "md5", what + "with the original."))
            self._md5, self._is_sound, self._check = hashlib.md5(usedforsecurity=False), True, self._check + 1
