"""Bytes of an object that come before they are asked for: whoever reads forward waits once and not at every step.

Forward reading takes parts of a grid, more and more of them at once. What is read here and there takes what it asks
for. Memory is bounded: `AHEAD` parts, one behind them, and some small pieces.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

GRID = 1 << 22
"""Bytes of a part that is read forward."""
AHEAD = 6
PIECE = 1 << 16
"""Bytes that are read at least, and at whose multiples a read here and there begins."""
PIECES = 8


class ReadAhead:
    """An object's bytes by position; many threads may ask.

    fetch : gives so many bytes from a position on, or raises
    """

    def __init__(self, size: int, fetch: Callable[[int, int], bytes], head: bytes) -> None:
        self.size, self._fetch, self._lock = size, fetch, threading.Lock()
        self._head, self._pieces = head, OrderedDict[int, bytes]()  # by their first byte
        self._parts: dict[int, Future[bytes]] = {}
        self._next, self._ahead = len(head), 2

    def at(self, position: int, count: int) -> bytes:
        """So many bytes from a position on, fewer at the end; those behind are on their way if it is read forward."""
        goes_on = count >= GRID or self._next - GRID <= position <= self._next + PIECE
        found = self._given(position, count, self._forward if goes_on else self._here)
        self._next = position + len(found)
        return found

    def here(self, position: int, count: int) -> bytes:
        """The same, and little more than these."""
        return self._given(position, count, self._here)

    def _given(self, position: int, count: int, way: Callable[[int, int], bytes]) -> bytes:
        count = max(0, min(count, self.size - position))
        if not count:
            return b""
        found = self._known(position, count)
        return way(position, count) if found is None else found

    def prepare(self, position: int) -> None:
        """Let come what is read forward from a position on, and do not wait for it."""
        position = max(position, len(self._head))
        if position < self.size:
            with self._lock:
                self._ask(position // GRID)
                self._next = position

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            for part in self._parts.values():
                part.cancel()
            self._parts.clear()
            self._pieces.clear()
            self._head = b""

    def _known(self, position: int, count: int) -> bytes | None:
        with self._lock:
            for first, data in ((0, self._head), *self._pieces.items()):
                if first <= position and position + count <= first + len(data):
                    return data[position - first : position - first + count]
        return None

    def _here(self, position: int, count: int) -> bytes:
        first = position // PIECE * PIECE
        data = self._fetch(first, min(self.size, -(-(position + count) // PIECE) * PIECE) - first)
        with self._lock:
            self._pieces[first] = data
            while len(self._pieces) > PIECES:
                self._pieces.popitem(last=False)
        return data[position - first : position - first + count]

    def _forward(self, position: int, count: int) -> bytes:
        found, stop = [], position + count
        for number in range(position // GRID, (stop - 1) // GRID + 1):
            with self._lock:
                part = self._ask(number)
            try:
                data = part.result()
            except BaseException:
                with self._lock:
                    self._parts.pop(number, None)
                raise
            first = number * GRID
            found.append(data[max(position, first) - first : stop - first])
        return found[0] if len(found) == 1 else b"".join(found)

    def _ask(self, number: int) -> Future[bytes]:
        """A part; those behind it are on their way, and those well before it are let go of."""
        last = (self.size - 1) // GRID
        for one in range(number, min(number + self._ahead, last) + 1):
            if one not in self._parts:
                first = one * GRID
                self._parts[one] = _pool().submit(self._fetch, first, min(GRID, self.size - first))
        self._ahead = min(2 * self._ahead, AHEAD)
        for one in [one for one in self._parts if not number - 1 <= one <= number + AHEAD]:
            self._parts.pop(one).cancel()
        return self._parts[number]


@lru_cache(1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(16, "sonograph-ahead")
