"""Windows over columns that come piece by piece: a row for each, as soon as its last column is there."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.learning.front_end import FrontEnd

LEAST = 0.05
"""Seconds of a window."""


class Rolling:
    """Rows of windows of a sound.

    Parameters
    ----------
    front_end
        What makes columns of a sound, and a row of some of them.
    window, step
        Seconds, and seconds from one to the next; window None: one window, the whole sound.

    Raises
    ------
    SettingsError
        A window too short, or a step that is not above 0 or longer than the window, so that some would not be heard.
    """

    def __init__(self, front_end: FrontEnd, window: float | None, step: float) -> None:
        check_windows(window, step)
        self.window, self.step = window, step
        self._front_end, self._sample_rate, self._hop = front_end, front_end.sample_rate, front_end.hop
        self._frames: list[np.ndarray] = []
        self._first = self._end = self._next = 0

    def push(self, values: np.ndarray) -> Iterator[tuple[float, np.ndarray]]:
        """Further frames (bands, frames); the start and the row of each window that they complete."""
        self._frames.append(np.array(values))
        self._end += values.shape[1]
        while self.window is not None:
            frames = self._of(self._next * self.step)
            if frames.stop > self._end:
                return
            yield self._row(self._next * self.step, frames)
            self._next += 1
            self._forget(self._of(self._next * self.step).start)

    def finish(self, n_samples: int) -> Iterator[tuple[float, np.ndarray]]:
        """The windows that the end of the sound completes; the last ends with it, and may be shorter than others."""
        seconds = n_samples / self._sample_rate
        if not self._end:
            return
        if self.window is None or seconds < self.window:
            if not self._next:
                yield self._row(0.0, range(self._first, self._end))
            return
        last = (self._next - 1) * self.step + self.window if self._next else 0.0
        if last < seconds - 1e-6:
            start = seconds - self.window
            frames = self._of(start)
            yield self._row(start, range(max(frames.start, self._first), self._end))

    def _of(self, start: float) -> range:
        """The frames whose middles lie in a window."""
        assert self.window is not None  # noqa: S101
        at = [math.ceil(second * self._sample_rate / self._hop - 1e-6) for second in (start, start + self.window)]
        return range(at[0], max(at[1], at[0] + 1))

    def _row(self, start: float, frames: range) -> tuple[float, np.ndarray]:
        joined = self._frames[0] if len(self._frames) == 1 else np.concatenate(self._frames, axis=1)
        self._frames = [joined]
        values = joined[:, frames.start - self._first : frames.stop - self._first]
        return start, self._front_end.row(values)

    def _forget(self, before: int) -> None:
        """Let go of frames that no window to come looks at, once they are many."""
        if before - self._first < 4096 or not self._frames:
            return
        joined = np.concatenate(self._frames, axis=1) if len(self._frames) > 1 else self._frames[0]
        # the last window may begin up to a step before the next one would
        keep = max(self._first, before - math.ceil(self.step * self._sample_rate / self._hop) - 1)
        self._frames, self._first = [joined[:, keep - self._first :].copy()], keep


def check_windows(window: float | None, step: float) -> None:
    """Refuse windows that cannot be."""
    if window is None:
        return
    number("window", window, LEAST, 1e6)
    if not 0 < step <= window:
        raise SettingsError(f"step is {step:g} s; with a window of {window:g} s it must be above 0, at most that")
