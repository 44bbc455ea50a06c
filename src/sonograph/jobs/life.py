"""No process outlives the one that started it, however that ends.

A pipe says so, on which nothing is ever written: the parent alone holds the end to write to, so the other end is closed
when the parent is no more, also after kill -9. On Linux the system then ends the child itself (SIGIO), whatever it is
at; a thread that waits does it elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_ours: weakref.WeakSet[Connection] = weakref.WeakSet()  # ends that only the parent may hold; forks have them too


def keep(end: Connection) -> Connection:
    """An end of a pipe that no child shall hold; given back by `let_go`."""
    _ours.add(end)
    return end


def let_go(end: Connection) -> None:
    """Close an end that was kept."""
    _ours.discard(end)
    with contextlib.suppress(OSError):
        end.close()


def follow(life: Connection) -> None:
    """End this process when the other end of `life` is closed."""
    for end in list(_ours):
        let_go(end)
    end_with(life.fileno())
    threading.Thread(target=_wait, args=(life,), daemon=True).start()


def end_with(descriptor: int) -> None:
    """Let the system end this process when the writing end of a pipe is closed, on which nothing is written."""
    if sys.platform != "linux":
        return
    import fcntl
    import select

    signal.signal(signal.SIGIO, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    poll: Any = select.poll()
    poll.register(descriptor, select.POLLIN)
    if poll.poll(0):  # it was closed before the system was asked to watch it
        os._exit(1)


def _wait(life: Connection) -> None:
    with contextlib.suppress(OSError, EOFError):
        life.poll(None)
    os._exit(1)
