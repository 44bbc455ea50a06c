"""The command `archive run`, in which files of some names kill, hang or fill the process that reads them.

Started as `python -m tests.archive.poisoned ARCHIVE`; it notes each process that it starts in "started".
"""

import functools
import sys
from pathlib import Path

import numpy as np

from sonograph import cli
from sonograph.archive import running, timeline
from sonograph.jobs.guard import Guard
from sonograph.jobs.places import Processes
from sonograph.jobs.worker import Worker
from tests.jobs import poison

KINDS = {"segfault": poison.segfault, "endless": poison.endless, "greedy": lambda: np.ones(20 << 27)}  # 20 GiB

_source, _start = timeline.Timeline._source, Worker.start


def poisoned(self, part):
    for kind, harm in KINDS.items():
        if kind in part.path:
            harm()
    return _source(self, part)


def noted(self):
    with Path("started").open("ab", 0) as file:
        file.write(b".")
    _start(self)


if __name__ == "__main__":
    timeline.Timeline._source, Worker.start = poisoned, noted
    running.Processes = functools.partial(Processes, guard=Guard(1 << 30, 1.0))
    sys.exit(cli.main(["archive", "run", sys.argv[1], "--processes", "2"]))
