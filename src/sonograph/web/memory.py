"""What was computed, kept in memory for a while: what was not asked for the longest is dropped, the dearest last.

When nobody asks for anything, what is made anew in no time is dropped too, and what is free goes back to the system.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

RESTS, SLEEPS = 5.0, 60.0
"""Seconds without a question after which free memory is given back, and what is cheap is dropped."""


class Memory:
    """Values by their names, of so many bytes in all."""

    def __init__(self, at_most: int) -> None:
        self.at_most, self.n_bytes = at_most, 0
        self._kept: dict[int, OrderedDict[Hashable, tuple[Any, int]]] = {}
        self._dearness: dict[Hashable, int] = {}
        self._lock = threading.Lock()
        self._asked, self._rested = time.monotonic(), SLEEPS

    def get(self, name: Hashable) -> Any:
        """A value, if it is still there; else None."""
        with self._lock:
            self._asked = time.monotonic()
            dear = self._dearness.get(name)
            if dear is None:
                return None
            self._kept[dear].move_to_end(name)
            return self._kept[dear][name][0]

    def has(self, name: Hashable) -> bool:
        """Whether a value is there."""
        return name in self._dearness

    def put(self, name: Hashable, value: Any, size: int, dear: int = 0) -> None:
        """Keep a value of `size` bytes; all that is less dear goes before it does."""
        with self._lock:
            self._asked = time.monotonic()
            self._drop(name)
            self._kept.setdefault(dear, OrderedDict())[name] = value, size
            self._dearness[name] = dear
            self.n_bytes += size
            while self.n_bytes > self.at_most:
                least = min(level for level, values in self._kept.items() if values)
                self._drop(next(iter(self._kept[least])))

    def forget(self, owner: Hashable) -> None:
        """Drop all whose name begins with `owner`."""
        with self._lock:
            for name in [name for name in self._dearness if isinstance(name, tuple) and name[0] == owner]:
                self._drop(name)

    def rest(self) -> None:
        """To be called now and then: do what is due when nobody has asked for anything for a while."""
        quiet = time.monotonic() - self._asked
        due = SLEEPS if quiet >= SLEEPS else RESTS if quiet >= RESTS else 0.0
        if due > self._rested:
            if due == SLEEPS:
                with self._lock:
                    for name in list(self._kept.get(0, ())):
                        self._drop(name)
            give_back()
        self._rested = due

    def _drop(self, name: Hashable) -> None:
        dear = self._dearness.pop(name, None)
        if dear is not None:
            self.n_bytes -= self._kept[dear].pop(name)[1]


def give_back() -> None:
    """Give memory that is free back to the system; where the C library is not GNU's it does so, or not, by itself."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
