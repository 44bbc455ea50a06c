"""What was computed, kept in memory for a while: what was not asked for the longest is dropped, the dearest last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Memory:
    """Values by their names, of so many bytes in all."""

    def __init__(self, at_most: int) -> None:
        self.at_most, self.n_bytes = at_most, 0
        self._kept: dict[int, OrderedDict[Hashable, tuple[Any, int]]] = {}
        self._dearness: dict[Hashable, int] = {}
        self._lock = threading.Lock()

    def get(self, name: Hashable) -> Any:
        """A value, if it is still there; else None."""
        with self._lock:
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

    def _drop(self, name: Hashable) -> None:
        dear = self._dearness.pop(name, None)
        if dear is not None:
            self.n_bytes -= self._kept[dear].pop(name)[1]
