"""Scratch memory, one piece per thread, kept for the next call.

In huge pages where the system has them: strided stores touch more small pages than a CPU's store
buffers can translate. Never shared with a forked child.
"""

from __future__ import annotations

import ctypes
import mmap
import threading

import numpy as np

_HUGE_PAGE = 1 << 21
_LINE = 64


class _Local(threading.local):
    def __init__(self) -> None:
        self.size = 0
        self.begin = 0
        self.memory: object = None


_local = _Local()


def address(size: int) -> int:
    """Where at least `size` bytes of this thread begin; they live until the thread asks for more."""
    if _local.size < size:
        _local.size = 0
        _local.memory, begin, align = _reserve(size)
        _local.begin = -(-begin // align) * align
        _local.size = size
    return _local.begin


def _reserve(size: int) -> tuple[object, int, int]:
    """Memory, where it begins, and what to align that to."""
    if hasattr(mmap, "MAP_PRIVATE") and hasattr(mmap, "MADV_HUGEPAGE") and size >= _HUGE_PAGE // 8:
        whole = -(-size // _HUGE_PAGE) * _HUGE_PAGE + _HUGE_PAGE
        memory = mmap.mmap(-1, whole, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory.madvise(mmap.MADV_HUGEPAGE)
        anchor = ctypes.c_char.from_buffer(memory)
        return (anchor, memory), ctypes.addressof(anchor), _HUGE_PAGE
    array = np.empty(size + _LINE, np.uint8)
    return array, array.ctypes.data, _LINE
