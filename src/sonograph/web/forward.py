"""The forward pass: all of level 7 and what lies above it, once, from the first frame to the last, while nobody asks.

A thread reads while another computes: which part is next is settled where it is read, so that a file is read in order.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

from sonograph.pixels.pyramid import EXACT, top_level
from sonograph.web.power import Held
from sonograph.web.strips import Place, Strip, Strips, joined

ALIGNED = 1 << 12
"""Samples from whose multiples on a part is read, so that who listens in gets whole columns of the waveform."""
STEP = 0.02
"""Of the whole, that is done before it is told again: each time the picture is made anew."""


class Forward:
    """All strips of a layer from level 7 on, of all channels.

    problem : why it could not go on, in a sentence; "" where it could
    """

    def __init__(self, strips: Strips, n_channels: int, take: Callable[[Held], None] | None = None) -> None:
        self.problem = ""
        self._strips, self._channels, self._take = strips, range(n_channels), take
        self._n, self._top = strips.n_strips(EXACT), top_level(strips.n_frames)
        self._reading, self._lock, self._telling = threading.Lock(), threading.Lock(), threading.Lock()
        self._on_progress: Callable[[float], None] | None = None
        self.is_running = False
        self._begin()

    def _begin(self) -> None:
        self._tasks = self._all_tasks()
        self._done: set[int] = set()
        self._told = 0.0
        self._counts: Counter[tuple[int, int]] = Counter()
        self._parts: dict[int, dict[int, list[Strip]]] = {}

    @property
    def share(self) -> float:
        """How much of it is done."""
        return len(self._done) / self._n if self._n else 1.0

    def any_below(self, level: int, column: int) -> bool:
        """Whether anything under a strip from level 8 on is done."""
        return level > self._top or self._counts[level, column] > 0

    def start(self, on_progress: Callable[[float], None] | None) -> Callable[[], Callable[[], None] | None]:
        """Begin, or begin again; what is given back says what to do next, until there is no more."""
        self._on_progress = on_progress or self._on_progress
        self.is_running, self.problem = True, ""
        self._begin()
        return lambda: self._step if self.is_running else None

    def stop(self) -> None:
        """Do no more of it."""
        self.is_running = False

    def _all_tasks(self) -> Iterator[tuple[int, int, range | None]]:
        """(strip, number of the part, its frames); no frames where all of the strip is kept already."""
        for column in range(self._n):
            if all(self._strips.has(Place(channel, EXACT, column)) for channel in self._channels):
                yield column, 0, None
            else:
                for number, frames in enumerate(self._strips.parts(EXACT, column)):
                    yield column, number, frames

    def _step(self) -> None:
        """Do the next part."""
        try:
            with self._reading:
                task = next(self._tasks, None) if self.is_running else None
                if task is None:
                    self.is_running = False
                    return
                column, number, frames = task
                held = None if frames is None else self._strips.power.held(frames, ALIGNED)
            if held is None or frames is None:
                self._finish(column)
                return
            if self._take is not None:
                self._take(held)
            found = [self._strips.part(channel, EXACT, frames, held) for channel in self._channels]
            del held
            with self._lock:
                parts = self._parts.setdefault(column, {})
                parts[number] = found
                if len(parts) < len(self._strips.parts(EXACT, column)):
                    return
                del self._parts[column]
            for channel in self._channels:
                strip = joined([parts[n][channel] for n in range(len(parts))])
                self._strips.keep(Place(channel, EXACT, column), strip)
            self._finish(column)
        except Exception as error:
            self.problem, self.is_running = str(error) or type(error).__name__, False
            with self._telling:
                if self._on_progress is not None:
                    self._on_progress(self._told)

    def _finish(self, column: int) -> None:
        """A strip of level 7 is there: make those above it of which it was the last."""
        ready = []
        with self._lock:
            for level in range(EXACT + 1, self._top + 1):
                above = column >> (level - EXACT)
                self._counts[level, above] += 1
                if self._counts[level, above] == self._width(level, above):
                    ready.append((level, above))
        for level, above in ready:
            for channel in self._channels:
                if not self._strips.has(Place(channel, level, above)):
                    self._strips.exact(Place(channel, level, above))
        with self._lock:
            self._done.add(column)
        with self._telling:  # in order, and 1 last
            share = self.share
            if self._on_progress is not None and share > self._told and (share == 1 or share >= self._told + STEP):
                self._told = share
                self._on_progress(share)

    def _width(self, level: int, column: int) -> int:
        """Strips of level 7 under a strip."""
        rise = level - EXACT
        return min((column + 1) << rise, self._n) - (column << rise)
