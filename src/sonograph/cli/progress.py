"""How far a long command is, on standard error: a bar on a terminal, a plain line now and then in a log; by tqdm."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

PATIENCE = 1.0  # seconds before anything is shown
_ON_TERMINAL, _IN_LOG = 0.1, 10.0  # seconds from one to the next


class Line:
    """A line on a terminal that is written over, and wiped away for other words."""

    def __init__(self) -> None:
        self._print: Callable[[str], None] | None = None

    def write(self, words: str) -> None:
        """Say this in place of what was said before."""
        if self._print is None:
            from tqdm.std import tqdm  # no bar of its own, which would leave a thread and a lock

            self._print = tqdm.status_printer(sys.stderr)
        self._print(words)

    def clear(self) -> None:
        """Make room for other words."""
        if self._print is not None:
            self._print("")
            sys.stderr.write("\r")
            sys.stderr.flush()
            self._print = None


class Progress(Line):
    """Counts what is done and says so at most ten times a second, or in a log six times a minute; `quiet`: never.

    >>> Progress(3, "files", quiet=True).add(1, seconds=5.0)
    """

    def __init__(self, total: int, noun: str, *, quiet: bool) -> None:
        super().__init__()
        self.total, self.noun, self.done, self.seconds, self.skipped = total, noun, 0, 0.0, 0
        self._live = sys.stderr.isatty()
        self._quiet = quiet
        self._began = time.monotonic()
        self._next = self._began + (PATIENCE if self._live else _IN_LOG)

    def skip(self, count: int) -> None:
        """So many were there already; they say nothing about the speed."""
        self.done += count
        self.skipped += count

    def add(self, count: int, *, seconds: float = 0.0) -> None:
        """So many more are done, of so many seconds of sound."""
        self.done += count
        self.seconds += seconds
        now = time.monotonic()
        if self._quiet or now < self._next:
            return
        self._next = now + (_ON_TERMINAL if self._live else _IN_LOG)
        words = self.words(now - self._began)
        if self._live:
            self.write(words)
        else:
            print(f"sonograph: {words}", file=sys.stderr, flush=True)

    def words(self, elapsed: float) -> str:
        """What is said after so many seconds."""
        from tqdm.std import tqdm

        return tqdm.format_meter(
            min(self.done, self.total or self.done),
            self.total or None,
            elapsed,
            ncols=shutil.get_terminal_size().columns - 1 if self._live else None,
            ascii=not (getattr(sys.stderr, "encoding", None) or "").lower().startswith("utf"),
            unit=f" {self.noun}",
            initial=self.skipped,
            postfix=f"{self.seconds / elapsed:,.0f} × real time" if self.seconds and elapsed > 0 else "",
            bar_format=self._form(known=self.done > self.skipped and elapsed > 0),
        )

    def _form(self, *, known: bool) -> str:
        """How it is said, in the words of tqdm; `known`: the speed is."""
        bar = "{percentage:3.0f}% {bar} " if self._live else ""
        speed = ", {rate:.3g}{unit}/s{postfix}, {remaining} left" if known else ""
        return bar + "{n:,} of {total:,}{unit}" + speed


class Bar(Progress):
    """Counts samples that were read, of those that will be, on a terminal alone."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(0, "samples", quiet=quiet or not sys.stderr.isatty())

    def _form(self, *, known: bool) -> str:
        return "{percentage:3.0f}% {bar} {remaining} left" if self.total else "{n:,}{unit} read"


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
