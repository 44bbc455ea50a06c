"""How far a long command is, on standard error: one line that is written over, or a line now and then in a log."""

from __future__ import annotations

import sys
import time

PATIENCE = 1.0  # seconds before a bar is shown


class Line:
    """A line on a terminal that is written over, and wiped away for other words."""

    def __init__(self) -> None:
        self._width = 0

    def write(self, words: str) -> None:
        """Say this in place of what was said before."""
        sys.stderr.write("\r" + words.ljust(self._width))
        sys.stderr.flush()
        self._width = len(words)

    def clear(self) -> None:
        """Make room for other words."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


class Progress(Line):
    """Counts what is done and says so at most ten times a second, or in a log six times a minute; `quiet`: never.

    >>> Progress(3, "files", quiet=True).add(1, seconds=5.0)
    """

    def __init__(self, total: int, noun: str, *, quiet: bool) -> None:
        super().__init__()
        self.total, self.noun, self.done, self.seconds, self.skipped = total, noun, 0, 0.0, 0
        self._began = self._said = time.monotonic()
        self._quiet, self._live = quiet, sys.stderr.isatty()

    def skip(self, count: int) -> None:
        """So many were there already; they say nothing about the speed."""
        self.done += count
        self.skipped += count

    def add(self, count: int, *, seconds: float = 0.0) -> None:
        """So many more are done, of so many seconds of sound."""
        self.done += count
        self.seconds += seconds
        now = time.monotonic()
        if self._quiet or now - self._said < (0.1 if self._live else 10.0):
            return
        self._said = now
        words = self.words(now - self._began)
        if self._live:
            self.write(words)
        else:
            print(f"sonograph: {words}", file=sys.stderr, flush=True)

    def words(self, elapsed: float) -> str:
        """What is said after so many seconds."""
        fresh = self.done - self.skipped
        speed = fresh / elapsed if elapsed > 0 else 0.0
        words = f"{self.done:,} of {self.total:,} {self.noun}"
        if fresh and speed:
            words += f", {speed:.3g} {self.noun}/s, {self.seconds / elapsed:,.0f} × real time"
            words += f", {span((self.total - self.done) / speed)} left"
        return words


class Bar(Line):
    """Counts samples that were read, of those that will be, and shows their share on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__()
        self.total, self.done = 0, 0
        self._silent = quiet or not sys.stderr.isatty()
        self._began = self._said = time.monotonic()

    def add(self, count: int) -> None:
        """So many more have been read."""
        self.done += count
        now = time.monotonic()
        if self._silent or now - self._began < PATIENCE or now - self._said < 0.1:
            return
        self._said = now
        if not self.total:  # nobody knows how many there will be
            self.write(f"{self.done:,} samples read")
            return
        share = min(1.0, self.done / max(1, self.total))
        filled = round(24 * share)
        left = (now - self._began) * (1 / share - 1) if share else 0.0
        self.write(f"[{'█' * filled}{'·' * (24 - filled)}] {share:4.0%}, {span(left)} left")


def span(seconds: float) -> str:
    """A time to be waited: 12 s, 3 min, 2 h 10 min.

    >>> span(12.3), span(200.0), span(7800.0)
    ('12 s', '3 min', '2 h 10 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def clock(seconds: float) -> str:
    """A place in a sound, to a hundredth of a second: 0:07.25, 1:02:03.50.

    >>> clock(7.25), clock(-0.5), clock(3723.499)
    ('0:07.25', '-0:00.50', '1:02:03.50')
    """
    hundredths = round(abs(seconds) * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if seconds < 0 and hundredths else ""
    front = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{sign}{front}:{rest // 100:02}.{rest % 100:02}"
