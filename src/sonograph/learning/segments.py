"""Windows that overlap become stretches of one name: what is said of a moment is the mean over all that heard it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

UNKNOWN = "unknown"
"""What is less sure than was asked for."""


class Segment(NamedTuple):
    """A stretch of a sound that has one name.

    start, end : seconds
    label : of the most probable class, or `UNKNOWN`
    probability : of the most probable class
    probabilities : (classes,)
    """

    start: float
    end: float
    label: str
    probability: float
    probabilities: np.ndarray


class Segments:
    """Stretches out of windows, as they come.

    classes : names
    window, step : seconds; window None: the whole sound
    least : the probability below which a moment is `UNKNOWN`
    """

    def __init__(self, classes: tuple[str, ...], window: float | None, step: float, least: float = 0.0) -> None:
        self.classes, self.window, self.step, self.least = classes, window, step, least
        self._sums: dict[int, tuple[np.ndarray, int]] = {}  # of each moment that more may be said of
        self._given = 0
        self._open: list[np.ndarray] = []
        self._label, self._start = "", 0.0

    def push(self, start: float, probabilities: np.ndarray | None) -> Iterator[Segment]:
        """A further window, None where there is nothing to hear; the stretches that are complete with it."""
        if self.window is None:
            if probabilities is not None:
                self._sums[0] = (probabilities, 1)
            return
        first = round(start / self.step) if abs(start / self.step - round(start / self.step)) < 1e-6 else None
        cells = self._cells(start)
        if probabilities is not None:
            for cell in cells:
                total, count = self._sums.get(cell, (np.zeros(len(self.classes)), 0))
                self._sums[cell] = (total + probabilities, count + 1)
        if first is not None:
            yield from self._until(first)

    def finish(self, seconds: float) -> Iterator[Segment]:
        """The stretches that the end of the sound completes."""
        if self.window is None:
            if 0 in self._sums:
                yield self._segment(0.0, seconds, [self._sums[0][0]])
            return
        yield from self._until(math.ceil(seconds / self.step - 1e-6), seconds)
        yield from self._close(seconds)

    def _cells(self, start: float) -> range:
        assert self.window is not None  # noqa: S101
        return range(math.floor(start / self.step + 1e-6), math.ceil((start + self.window) / self.step - 1e-6))

    def _until(self, stop: int, seconds: float = math.inf) -> Iterator[Segment]:
        """Say what is known of the moments before one."""
        while self._given < stop:
            at = min(self._given * self.step, seconds)
            known = self._sums.pop(self._given, None)
            self._given += 1
            if known is None:
                yield from self._close(at)
                continue
            mean = known[0] / known[1]
            label = self._label_of(mean)
            if self._open and label != self._label:
                yield from self._close(at)
            if not self._open:
                self._label, self._start = label, at
            self._open.append(mean)

    def _close(self, end: float) -> Iterator[Segment]:
        if self._open:
            yield self._segment(self._start, end, self._open)
            self._open = []

    def _segment(self, start: float, end: float, listed: list[np.ndarray]) -> Segment:
        mean = np.mean(listed, axis=0)
        label = self._label_of(mean) if self.window is None else self._label
        at = int(mean.argmax()) if label == UNKNOWN else self.classes.index(label)
        return Segment(start, end, label, float(mean[at]), mean)

    def _label_of(self, probabilities: np.ndarray) -> str:
        at = int(probabilities.argmax())
        return self.classes[at] if probabilities[at] >= self.least else UNKNOWN
