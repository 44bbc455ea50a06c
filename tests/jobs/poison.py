"""Work that kills its process, hangs, grows or fails, told by the item; run as a program, it does so for good."""

import ctypes
import faulthandler
import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

from sonograph.jobs.guard import Guard, alive
from sonograph.jobs.places import Processes
from sonograph.jobs.run import run
from sonograph.jobs.task import Task


def segfault():
    faulthandler.disable()
    ctypes.string_at(0)


def endless():
    while True:
        pass


def endless_in_c():
    ctypes.PyDLL(None).pause()  # and holds the interpreter's lock all the while


def greedy():
    np.ones(3 << 27)  # 3 GiB


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def leaves():
    os._exit(7)


POISONS = {kind.__name__: kind for kind in (segfault, endless, greedy, killed, leaves)}


def work(items, *_):
    """The items and the process that did them; a poison does what it is called."""
    done = []
    for item in items:
        POISONS.get(item, lambda: None)()
        done.append((item, os.getpid()))
    return done


def failing(items):
    raise ValueError(f"cannot do {sorted(items)}")


def unsendable(items):
    return lambda: list(items)


def slow(items):
    """Longer than any silence that is allowed, but with signs of life."""
    for _ in items:
        until = time.process_time() + 2.5
        while time.process_time() < until:
            alive()
    return "done"


def busy(items, folder, hang):
    """Say which process it is, and be at it for good."""
    for item in items:
        Path(folder, f"{item}.{os.getpid()}").touch()
        (endless_in_c if hang == "c" else endless)()


if __name__ == "__main__":
    folder, how, hang = sys.argv[1:]
    if how == "server":
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    tasks = [Task(str(i), busy, (i,), (folder, hang)) for i in range(4)]
    list(run(tasks, Processes(2, Guard(seconds=None))))
