"""Decoders that write notes to standard error, kept from it: what is wrong with a file is said by its status.

mpg123, in libsndfile, prints with C's `stderr`, and cannot be told not to. That variable is pointed elsewhere while it
decodes. Python's own `sys.stderr` and other processes do not use it; a note of another C library in the same
moment is lost. It is so with the GNU C library; elsewhere the variable may not be written to, and nothing is done.
"""

from __future__ import annotations

import ctypes
import os
import threading
from typing import Any


def _stderr() -> Any:
    """C's variable, None where it cannot be written to."""
    try:
        if not os.confstr("CS_GNU_LIBC_VERSION"):
            return None
        return ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stderr")
    except (AttributeError, ValueError, OSError):
        return None


class Quiet:
    """C's `stderr` leads nowhere while any thread is inside."""

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._variable, self._before, self._nowhere = _stderr(), None, None
        if self._variable is not None:
            open_file = ctypes.CDLL(None).fopen
            open_file.restype, open_file.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_char_p)
            self._nowhere = open_file(os.fsencode(os.devnull), b"we")

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside and self._nowhere:
                self._before, self._variable.value = self._variable.value, self._nowhere
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._nowhere:
                self._variable.value = self._before

    def forked(self) -> None:
        """In a new process nobody is inside."""
        if self._inside and self._nowhere:
            self._variable.value = self._before
        self._lock, self._inside = threading.Lock(), 0


quiet = Quiet()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=quiet.forked)
