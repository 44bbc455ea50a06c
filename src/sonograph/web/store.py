"""Where what belongs to a recording under settings is kept: in memory for a while, and on disk if there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sonograph.web.disk import Disk
from sonograph.web.memory import Memory

CHEAP = 8
"""The highest level of which a strip is made anew in a fraction of a second."""


class Store:
    """A room of its own in what a server keeps.

    room    : its name; what another recording or other settings have lies in another
    memory  : shared with all other rooms
    disk    : likewise; None for none
    current : whether the recording is still as it was when it was opened; else nothing goes to the disk
    """

    def __init__(self, room: str, memory: Memory, disk: Disk | None, current: Callable[[], bool]) -> None:
        self.room, self._memory, self._disk, self._current = room, memory, disk, current
        self._on_disk = set() if disk is None else disk.names(room)

    def has(self, name: str) -> bool:
        """Whether something is kept; it may turn out to be damaged."""
        return name in self._on_disk or self._memory.has((self.room, name))

    def in_memory(self, name: str) -> bool:
        """Whether something is kept where it is had at once."""
        return self._memory.has((self.room, name))

    def get(self, name: str) -> Sequence[np.ndarray] | None:
        """Arrays that are kept; None where they are not."""
        found: Sequence[np.ndarray] | None = self._memory.get((self.room, name))
        if found is None and self._disk is not None and name in self._on_disk:
            found = self._disk.get(self.room, name)
            if found is None:
                self._on_disk.discard(name)
            else:
                self._remember(name, found, 0)
        return found

    def put(self, name: str, arrays: Sequence[np.ndarray], *, stays: bool, dear: int = 0) -> None:
        """Keep arrays in memory; those that stay, on disk too where that can be."""
        stays = stays and self._disk is not None and self._current() and self._disk.put(self.room, name, arrays)
        if stays:
            self._on_disk.add(name)
        self._remember(name, arrays, 0 if stays else max(0, dear - CHEAP))

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._memory.forget(self.room)

    def _remember(self, name: str, arrays: Sequence[np.ndarray], dear: int) -> None:
        self._memory.put((self.room, name), arrays, sum(array.nbytes for array in arrays), dear)
