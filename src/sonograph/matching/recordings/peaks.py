"""Peaks of a spectrogram: what stays of a sound in noise, through filters and at another speed.

The rules are local. A frame is judged by the 20 before and after it, so a cut has the peaks of the whole, and pieces of
any length give them bit for bit.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sonograph.matching.recordings import neighbours
from sonograph.matching.recordings.held import Held
from sonograph.matching.recordings.landmark_settings import WINDOW, LandmarkSettings

AROUND = 20
"""Frames to either side that a peak is held against."""

BESIDE = 10
"""Cells to either side that a peak is held against."""

ALONG = 5
"""Frames to either side of a peak's own cell."""

NOTHING = -200.0
"""The level of silence and of what is missing, dB."""

DECIBELS = np.float32(10 * math.log10(2))


class Peaks(NamedTuple):
    """Peaks in the order of their frames, of low frequencies first.

    frames : (n,) int64, counted over the whole sound
    times : (n,) float64, in frames: the top between them
    frequencies : (n,) float32, Hz: the top between bins
    heights : (n,) float32, dB over what lies around
    """

    frames: np.ndarray
    times: np.ndarray
    frequencies: np.ndarray
    heights: np.ndarray

    def part(self, first: int, stop: int | None = None) -> Peaks:
        """Some neighbouring ones."""
        return Peaks(*(column[first:stop] for column in self))

    @classmethod
    def joined(cls, parts: list[Peaks]) -> Peaks:
        """All of several, one after the other."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True))) if parts else cls.none()

    @classmethod
    def none(cls) -> Peaks:
        """No peaks."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.float32), np.zeros(0, np.float32))


class PeakPicker:
    """Frames of power in, in pieces of any length; peaks out, 20 frames later.

    Parameters
    ----------
    settings
        Which peaks count.
    query
        Those of a sound that is looked for, which are more.
    absolute
        Whether the samples are in full scale, so that `silence` means something.
    """

    def __init__(self, settings: LandmarkSettings, *, query: bool, absolute: bool) -> None:
        self.settings = settings
        self._reach = (settings.query_cells, settings.query_frames) if query else (settings.cells, settings.frames)
        self._silence = settings.silence - 10 * math.log10(2) if absolute else -math.inf  # a sine of 0 dBFS: 0.5 FS²
        self._hertz = settings.sample_rate / WINDOW
        lowest = max(1, math.ceil(settings.low / self._hertz))
        highest = min(WINDOW // 2 - 1, int(settings.high / self._hertz))
        cell = [int(settings.warped(k * self._hertz)) for k in range(lowest, highest)]
        self._lowest = lowest
        self._first = np.flatnonzero(np.diff(cell, prepend=cell[0] - 1))  # bins that begin a cell
        self._width = np.diff(np.append(self._first, len(cell)))
        self._beside = np.arange(len(self._first))[:, None] + np.arange(-BESIDE, BESIDE + 1)
        self._beside = self._beside.clip(0, len(self._first) - 1)  # the first and the last cell are repeated
        self._bins = slice(lowest - 1, highest + 1)  # one more to either side, for tops between bins
        self._context = max(AROUND, self._reach[1])
        self._power = Held(highest - lowest + 2)  # what later frames still look at
        self._level = Held(len(self._first))  # the same in cells, dB
        self._local = Held(len(self._first))  # the largest of them among the cells beside each
        self._turned = np.empty((highest - lowest + 2, 0), np.float32)  # of `_in_cells`, to be used again
        self._begin = 0  # the frame that both begin with: negative where the first is repeated before the sound
        self._done = 0  # frames that have been judged
        self._seen = 0  # frames that have come
        self._finished = False

    def push(self, power: np.ndarray) -> Peaks:
        """The peaks that further frames (frames, bins) make certain."""
        if len(power):
            self._append(power)
        return self._judge(self._seen - self._context)

    def finish(self) -> Peaks:
        """The peaks of the last frames."""
        if self._seen:
            for held in (self._power, self._level, self._local):
                held.repeat(-1, self._context)
        self._finished = True
        return self._judge(self._seen)

    @property
    def judged(self) -> int:
        """Frames of which all peaks have been given."""
        return self._done

    def _append(self, power: np.ndarray) -> None:
        count = len(power)
        cells = self._in_cells(power[:, self._bins])
        missing = not np.isfinite(cells.sum())  # or too large for numbers
        if missing:
            power = np.where(np.isfinite(power), power, 0)
            cells = self._in_cells(power[:, self._bins])
        level = _decibels(cells)
        local = neighbours.largest(neighbours.edged(level, self._reach[0]), self._reach[0], 0)
        for held, fresh in ((self._power, power[:, self._bins]), (self._level, level.T), (self._local, local.T)):
            if not self._seen:
                held.more(1)[:] = fresh[:1]
                held.repeat(0, self._context - 1)
            held.more(count)[:] = fresh
        if not self._seen:
            self._begin = -self._context
        self._seen += count

    def _in_cells(self, power: np.ndarray) -> np.ndarray:
        """The largest of each cell, (cells, frames) of (frames, bins): along frames that is many times as fast."""
        if self._turned.shape[1] < len(power):
            self._turned = np.empty(power.T.shape, np.float32)
        self._turned[:, : len(power)] = power.T
        bins = self._turned[1:-1, : len(power)]
        largest = bins[self._first]
        for step in range(1, int(self._width.max())):
            cells = np.flatnonzero(self._width > step)
            largest[cells] = np.maximum(largest[cells], bins[self._first[cells] + step])
        return largest

    def _judge(self, stop: int) -> Peaks:
        """The peaks of the frames up to `stop`, all of whose neighbours are there."""
        if stop <= self._done:
            return Peaks.none()
        first = self._done
        near = slice(first - self._context - self._begin, stop + self._context - self._begin)
        level, local, power = (held.values[near] for held in (self._level, self._local, self._power))
        found = self._tops(level, local, power, stop - first)
        inside = (found.frames + first > 0) & ~(self._finished & (found.frames + first == self._seen - 1))
        found = Peaks(found.frames + first, found.times + first, found.frequencies, found.heights)
        found = Peaks(*(column[inside] for column in found))
        drop = stop - self._context - self._begin
        for held in (self._power, self._level, self._local):
            held.drop(drop)
        self._begin += drop
        self._done = stop
        return found

    def _tops(self, level: np.ndarray, local: np.ndarray, power: np.ndarray, count: int) -> Peaks:
        """Peaks of `count` frames in the middle, the first of them 0."""
        settings, context = self.settings, self._context
        here = level[context : context + count]
        off = lambda reach: slice(context - reach, context + count + reach)  # noqa: E731
        loudest = neighbours.largest(level[off(AROUND)].max(axis=1, keepdims=True), AROUND, 0)
        floor = np.maximum(loudest - np.float32(settings.floor), np.float32(max(self._silence, NOTHING + 1)))
        highest = neighbours.largest(local[off(self._reach[1])], self._reach[1], 0)
        frame, cell = np.divmod(np.flatnonzero((here == highest) & (here > floor)), here.shape[1])
        # the rest is asked of the few that are left
        height = here[frame, cell]
        along = level[(frame + context)[:, None] + np.arange(-ALONG, ALONG + 1), cell[:, None]]
        stands = height > neighbours.mean(along, ALONG, 1)[:, 0] + np.float32(settings.prominence)
        frame, cell, height = frame[stands], cell[stands], height[stands]
        around = neighbours.mean(level[off(AROUND)], AROUND, 0)
        around = neighbours.mean(around[frame[:, None], self._beside[cell]], BESIDE, 1)[:, 0]
        stands = height > around + np.float32(settings.above)
        frame, cell, heights = frame[stands], cell[stands], (height - around)[stands]
        row = frame + context
        top = self._largest_bin(power, row, cell)
        middle = _decibels(power[row, top])
        up = _vertex(_decibels(power[row, top - 1]), middle, _decibels(power[row, top + 1]))
        later = _vertex(_decibels(power[row - 1, top]), middle, _decibels(power[row + 1, top]))
        hertz = ((top - 1 + self._lowest) + up) * np.float32(self._hertz)
        return Peaks(frame.astype(np.int64), frame + later.astype(float), hertz.astype(np.float32), heights)

    def _largest_bin(self, power: np.ndarray, row: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """The column of `power` that is the largest of a cell."""
        first, width = self._first[cell] + 1, self._width[cell]
        best = first
        for step in range(1, int(self._width.max())):
            other = np.minimum(first + step, first + width - 1)
            best = np.where(power[row, other] > power[row, best], other, best)
        return best


def _decibels(power: np.ndarray) -> np.ndarray:
    """dB re 1 of power, NaN and none as `NOTHING`."""
    return np.asarray(np.log2(np.fmax(power, np.float32(10 ** (NOTHING / 10)))) * DECIBELS)


def _vertex(before: np.ndarray, middle: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Where between -0.5 and 0.5 the parabola through three levels has its top."""
    bend = before + after - 2 * middle
    return np.clip(0.5 * (before - after) / np.where(bend < -1e-6, bend, np.float32(-1e-6)), -0.5, 0.5)
