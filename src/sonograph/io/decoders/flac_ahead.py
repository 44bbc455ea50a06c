"""FLAC decoded by several threads: frames need no others, so those that come next are decoded while these are used.

Only what is sound comes from here. Whatever is not is decoded again, in its turn, by the one who asked.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from sonograph.io.decoders.libsndfile import Decoder, Refused

LEAST = 1 << 20
"""Bytes of a file that threads are begun for."""

GROUP = 1 << 17
"""Samples of all channels that a thread decodes at a time; more would leave its cache."""


class Group(NamedTuple):
    """Frames that follow each other: the byte that they begin at, and their samples of each channel."""

    offset: int
    size: int


class Ahead:
    """The groups that are decoded now, or have been and were not taken.

    begin : gives a decoder at a byte
    """

    def __init__(self, begin: Callable[[int], Decoder], n_threads: int) -> None:
        self._begin, self.n_threads = begin, n_threads
        self._pool = ThreadPoolExecutor(n_threads, "flac")
        self._coming: dict[Group, Future[np.ndarray | None]] = {}
        self._free: list[np.ndarray] = []

    def plan(self, groups: list[Group]) -> None:
        """Decode these, which come next; others are forgotten."""
        for group in [group for group in self._coming if group not in groups]:
            self._coming.pop(group).cancel()
        for group in groups:
            if group not in self._coming:
                self._coming[group] = self._pool.submit(self._decoded, group)

    def take(self, group: Group) -> np.ndarray | None:
        """A group, (n, channels) in the upper bits; None where it was not planned, or is not sound."""
        future = self._coming.pop(group, None)
        return None if future is None else future.result()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)
        self._coming.clear()

    def give_back(self, rows: np.ndarray) -> None:
        """Memory of a group that was used, for the next one."""
        self._free.append(rows)

    def _decoded(self, group: Group) -> np.ndarray | None:
        try:
            decoder = self._begin(group.offset)
        except Refused:
            return None
        try:
            memory = self._free.pop() if self._free else None
            if memory is not None and len(memory) < group.size:
                memory = None
            rows = decoder.rows(group.size, memory)
            return rows if len(rows) == group.size and decoder.fault is None and decoder.broken is None else None
        finally:
            decoder.close()
