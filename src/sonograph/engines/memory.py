"""Memory for results. The last large one that was dropped serves the next, as its pages are there already.

Clearing new pages costs the system as long as a transform. So a block that nobody refers to any more is kept, one at
most, and the system is told that it may have its pages whenever it runs short. docs/why/engine.md has the figures.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import os
from typing import Any

import numpy as np

from sonograph.checks import memory_of_machine
from sonograph.errors import LimitError

LEAST = 1 << 24
"""Bytes from which on a block is kept; what is smaller, as pieces are, the allocator of the process keeps as well."""

MOST = 1 << 29
"""Bytes up to which a block is kept, and an eighth of the machine's memory at most."""

_HUGE_PAGE = 1 << 21
_LINE = 64
_idle: list[mmap.mmap] = []  # at most one; append, pop and del are whole to other threads and to the garbage collector
_CAN_KEEP = hasattr(mmap, "MAP_PRIVATE") and hasattr(mmap, "MADV_FREE")


def empty(shape: tuple[int, ...], dtype: np.dtype) -> tuple[np.ndarray, bool]:
    """Memory that begins on a cache line, and whether it has been written before, by a result that is gone.

    Raises
    ------
    LimitError
        More than the machine has: asked for, it would be promised, and the process ended when it is written to. Or
        more than this process is given.
    """
    size = math.prod(shape) * dtype.itemsize
    what = f"the result is {size:,} bytes, {shape[-2]:,} frames of {shape[-1]:,} rows"
    way_out = "take a longer hop, fewer rows, or pieces"
    if size > memory_of_machine():
        raise LimitError(f"{what}; this machine has {memory_of_machine():,}: {way_out}")
    try:
        memory, reused = _reserve(size)
    except MemoryError:
        raise LimitError(f"{what}, for which there is no memory here: {way_out}") from None
    skip = -memory.ctypes.data % _LINE
    return memory[skip : skip + size].view(dtype).reshape(shape), reused


def _reserve(size: int) -> tuple[np.ndarray, bool]:
    """At least so many bytes and a line."""
    whole = -(-size // _HUGE_PAGE) * _HUGE_PAGE
    if not _CAN_KEEP or not size >= LEAST or whole > min(MOST, memory_of_machine() // 8):
        if size >= LEAST:
            _idle.clear()
        return np.empty(size + _LINE, np.uint8), False
    try:
        kept: mmap.mmap | None = _idle.pop()
    except IndexError:
        kept = None
    reused = kept is not None and whole <= len(kept) <= whole + whole // 4
    if kept is None or not reused:
        kept = None  # before there is more: both together would be a new peak
        try:
            kept = mmap.mmap(-1, whole, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError:
            raise MemoryError from None
        if hasattr(mmap, "MADV_HUGEPAGE"):
            _advise(kept, mmap.MADV_HUGEPAGE)
    return np.asarray(_Block(kept)), reused


class _Block:
    """What the arrays of a result refer to: when the last of them is gone, so is this, and its memory is kept."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory

    @property
    def __array_interface__(self) -> dict[str, Any]:
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        return {"shape": (len(self._memory),), "typestr": "|u1", "data": (address, False), "version": 3}

    def __del__(self, idle: list[mmap.mmap] = _idle) -> None:
        if _advise(self._memory, mmap.MADV_FREE):
            idle.append(self._memory)
            del idle[:-1]


def _advise(memory: mmap.mmap, advice: int) -> bool:
    """Whether the system takes it."""
    try:
        memory.madvise(advice)
    except OSError:
        return False
    return True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a child would have to copy each page that it writes
