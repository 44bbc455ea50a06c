"""How far the reading of sounds is: one line on a terminal, after a second, written over and wiped away."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from sonograph.sources import Source

PATIENCE = 1.0  # seconds before anything is said


class Bar:
    """Counts samples that were read, of those that will be."""

    def __init__(self, *, quiet: bool) -> None:
        self.total, self.done = 0, 0
        self._silent = quiet or not sys.stderr.isatty()
        self._began = self._said = time.monotonic()
        self._width = 0

    def add(self, count: int) -> None:
        """So many more have been read."""
        self.done += count
        now = time.monotonic()
        if self._silent or now - self._began < PATIENCE or now - self._said < 0.1:
            return
        self._said = now
        share = min(1.0, self.done / max(1, self.total))
        filled = round(24 * share)
        left = (now - self._began) * (1 / share - 1) if share else 0.0
        words = f"[{'█' * filled}{'·' * (24 - filled)}] {share:4.0%}, {left:.0f} s left"
        sys.stderr.write("\r" + words.ljust(self._width))
        sys.stderr.flush()
        self._width = len(words)

    def clear(self) -> None:
        """Make room for other words."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


class Watched:
    """A source whose reading is counted; in all else it is that source."""

    def __init__(self, source: Source, bar: Bar) -> None:
        self.source, self._bar = source, bar
        bar.total += source.n_samples

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

    def again(self) -> Watched:
        """The same file from the beginning, counted too."""
        return Watched(self.source.again(), self._bar)  # type: ignore[attr-defined]  # only files change

    def read(self, samples: range) -> np.ndarray:
        """As the source reads."""
        values = self.source.read(samples)
        self._bar.add(len(samples))
        return values
