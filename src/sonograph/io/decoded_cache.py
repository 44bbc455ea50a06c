"""Decoded samples that are kept for a while, so that windows of a file in any order do not decode it again for each."""

from __future__ import annotations

import itertools
import os
import threading
from collections import OrderedDict

import numpy as np

BYTES = 64 << 20
"""Of all files of a process together: six minutes of one channel at 44.1 kHz, seventeen at 16 kHz. Where one trains,
many files are open at once in each of several processes, so that this is one limit for all and not one for each."""


class DecodedCache:
    """Blocks of samples, of which those that were not asked for the longest are dropped.

    at_most : bytes
    """

    def __init__(self, at_most: int = BYTES) -> None:
        self.at_most, self.n_bytes = at_most, 0
        self._blocks: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()
        self._owned: dict[int, set[int]] = {}
        self._owners = itertools.count()
        self.unlock()

    def unlock(self) -> None:
        """Begin with a free lock, as in a new process, where nobody is left who would free the old one."""
        self._lock = threading.RLock()  # a file that is collected as garbage meanwhile drops its blocks

    def owner(self) -> int:
        """A number for one who keeps blocks here."""
        return next(self._owners)

    def get(self, owner: int, number: int) -> np.ndarray | None:
        """A block, if it is still there."""
        with self._lock:
            block = self._blocks.get((owner, number))
            if block is not None:
                self._blocks.move_to_end((owner, number))
            return block

    def put(self, owner: int, number: int, block: np.ndarray) -> None:
        """Keep a block; it must not be written to any more."""
        with self._lock:
            self._drop(owner, number)
            self._blocks[owner, number] = block
            self._owned.setdefault(owner, set()).add(number)
            self.n_bytes += block.nbytes
            while self.n_bytes > self.at_most and self._blocks:
                self._drop(*next(iter(self._blocks)))

    def forget(self, owner: int) -> None:
        """Drop all blocks of one who is gone."""
        with self._lock:
            for number in list(self._owned.get(owner, ())):
                self._drop(owner, number)

    def _drop(self, owner: int, number: int) -> None:
        block = self._blocks.pop((owner, number), None)
        if block is not None:
            self.n_bytes -= block.nbytes
            self._owned[owner].discard(number)
            if not self._owned[owner]:
                del self._owned[owner]


shared = DecodedCache()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared.unlock)
