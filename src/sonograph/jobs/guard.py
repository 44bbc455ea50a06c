"""How much a process may use that works on files nobody has looked at: memory, and time without getting on.

Time is counted in that of the processor, as a machine that has much to do is no fault of a file; a process that uses
none, as one that waits for a disk that does not answer, may be silent `PATIENCE` times as long by the clock.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sonograph.errors import SettingsError

SECONDS = 30.0
"""Of the processor, without a sign of life. A file that is read as usual gives one several times a second."""
PATIENCE = 10
SHARE = 0.75
"""Of the machine's memory that all processes together may hold; beyond it the system would end any of them."""

_signs: Callable[[], None] | None = None  # how this process says that it lives


@dataclass(frozen=True)
class Guard:
    """What a process may use.

    memory  : bytes beyond what it holds at its beginning; None: no limit
    seconds : of the processor, from one sign of life to the next; None: no limit
    """

    memory: int | None = None
    seconds: float | None = SECONDS

    def __post_init__(self) -> None:
        for name in ("memory", "seconds"):
            allowed = getattr(self, name)
            if allowed is not None and not allowed > 0:
                raise SettingsError(f"{name} is {allowed}; a limit must be above 0, or None for none")

    @staticmethod
    def of_machine(processes: int) -> Guard:
        """So much memory that so many processes together do not use up the machine's."""
        there = memory_there()
        return Guard(None if there is None else max(1 << 30, int(SHARE * there) // processes))


def memory_there() -> int | None:
    """Bytes of memory of the machine, or that its container may use; None where a system does not tell."""
    found = []
    with contextlib.suppress(AttributeError, OSError, ValueError):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(OSError, ValueError):
        found.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(found, default=None)


def alive() -> None:
    """Say that the work gets on; called now and then by what takes long. Nothing where nobody watches."""
    if _signs is not None:
        _signs()


def watched_by(tell: Callable[[], None]) -> None:
    """From now on `alive` tells, at most once a second."""
    global _signs
    last = 0.0

    def sign() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= 1.0:
            last = now
            tell()

    _signs = sign


def limit_memory(more: int) -> None:
    """Let this process hold so many bytes more than it does; beyond them Python raises MemoryError."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[5])  # what is its own to write to
    except (ImportError, OSError, ValueError):
        return  # a system that has no such limit
    limit = pages * resource.getpagesize() + more
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))


def limit_time(seconds: float | None) -> None:
    """Let the system end this process after so many seconds of the processor, counted from now on."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds or 0.0)
