"""Sound that is read once for all that is made of it: each says what it reads next, and the one behind goes first.

Products are generators that yield the samples which they read next. None knows of the others, and the bits of each are
those that it gives alone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Sequence
from typing import TypeVar

import numpy as np

from sonograph.archive.timelines.timeline import Timeline
from sonograph.jobs.guard import alive

T = TypeVar("T")


class Shared(Timeline):
    """A timeline of which what was read stays at hand until it is let go; whoever goes back further reads anew."""

    in_memory = True  # what is wanted of it is, or is read by whoever asks

    def __init__(self, timeline: Timeline) -> None:
        self.__dict__.update(timeline.__dict__)
        self._timeline, self._turn = timeline, threading.Lock()
        self._kept: deque[tuple[int, np.ndarray]] = deque()  # first sample and samples, in order

    def forget(self, before: int) -> None:
        """Let go of samples in front of one."""
        while self._kept and self._kept[0][0] + self._kept[0][1].shape[1] <= before:
            self._kept.popleft()

    def _inside(self, samples: range) -> np.ndarray:
        with self._turn:
            return self._known(samples)

    def _known(self, samples: range) -> np.ndarray:
        if not samples or (self._kept and samples.start < self._kept[0][0]):
            return self._timeline.read(samples)
        end = self._end()
        if samples.stop > end:
            first = max(samples.start, end)
            values = self._timeline.read(range(first, samples.stop))
            self._kept.append((first, values))
        return self._gathered(samples)

    def _end(self) -> int:
        return self._kept[-1][0] + self._kept[-1][1].shape[1] if self._kept else 0

    def _gathered(self, samples: range) -> np.ndarray:
        parts, at = [], samples.start
        for first, values in self._kept:
            stop = first + values.shape[1]
            if stop <= at or first >= samples.stop:
                continue
            if first > at:
                parts.append(self._timeline.read(range(at, first)))
            parts.append(values[:, max(at, first) - first : samples.stop - first])
            at = min(stop, samples.stop)
        if at < samples.stop:
            parts.append(self._timeline.read(range(at, samples.stop)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def drained(walk: Generator[range, None, T]) -> T:
    """What a generator returns in the end."""
    while True:
        alive()
        try:
            next(walk)
        except StopIteration as end:
            found: T = end.value
            return found


def in_step(shared: Shared, walks: Sequence[Generator[range, None, T]]) -> list[T]:
    """What each of some generators returns, which yield the samples of `shared` that they read next."""
    found: dict[int, T] = {}
    waiting: dict[int, range] = {}

    def go_on(number: int) -> None:
        alive()
        try:
            waiting[number] = next(walks[number])
        except StopIteration as end:
            waiting.pop(number, None)
            found[number] = end.value

    for number in range(len(walks)):
        go_on(number)
    while waiting:
        shared.forget(min(samples.start for samples in waiting.values()))
        go_on(min(waiting, key=lambda number: waiting[number].start))
    return [found[number] for number in range(len(walks))]
