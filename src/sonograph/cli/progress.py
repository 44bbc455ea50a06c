"""How far a long command is, on standard error: one line that is written over, or a line now and then in a log."""

from __future__ import annotations

import sys
import time


class Progress:
    """Counts what is done and says so at most ten times a second; `quiet` says nothing.

    >>> Progress(3, "files", quiet=True).add(1, seconds=5.0)
    """

    def __init__(self, total: int, noun: str, *, quiet: bool) -> None:
        self.total, self.noun, self.done, self.seconds, self.skipped = total, noun, 0, 0.0, 0
        self._began = self._said = time.monotonic()
        self._quiet, self._live = quiet, sys.stderr.isatty()
        self._width = 0

    def skip(self, count: int) -> None:
        """So many were there already; they say nothing about the speed."""
        self.done += count
        self.skipped += count

    def add(self, count: int, *, seconds: float = 0.0) -> None:
        """So many more are done, of so many seconds of sound."""
        self.done += count
        self.seconds += seconds
        now = time.monotonic()
        if not self._quiet and now - self._said >= (0.1 if self._live else 10.0):
            self._said = now
            self._say(self.words(now - self._began))

    def words(self, elapsed: float) -> str:
        """What is said after so many seconds."""
        fresh = self.done - self.skipped
        speed = fresh / elapsed if elapsed > 0 else 0.0
        words = f"{self.done:,} of {self.total:,} {self.noun}"
        if fresh and speed:
            words += f", {speed:.3g} {self.noun}/s, {self.seconds / elapsed:,.0f} × real time"
            words += f", {span((self.total - self.done) / speed)} left"
        return words

    def clear(self) -> None:
        """Make room for other words."""
        if self._live and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0

    def _say(self, words: str) -> None:
        if self._live:
            sys.stderr.write("\r" + words.ljust(self._width))
            self._width = len(words)
        else:
            sys.stderr.write(f"sonograph: {words}\n")
        sys.stderr.flush()


def span(seconds: float) -> str:
    """A time to be waited: 12 s, 3 min, 2 h 10 min.

    >>> span(12.3), span(200.0), span(7800.0)
    ('12 s', '3 min', '2 h 10 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
