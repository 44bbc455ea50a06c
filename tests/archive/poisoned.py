"""The command line, for which files whose paths name a poison kill, hang or fill the process that reads them.

Started as `python -m tests.archive.poisoned archive run a`; it notes each process that it starts in "started". A path
with "header" in it is poison as soon as its header is read, another when its samples are.
"""

import sys
from pathlib import Path

import numpy as np

from sonograph import cli
from sonograph.archive.catalogues import headers
from sonograph.archive.timelines import timeline
from sonograph.jobs.guard import Guard
from sonograph.jobs.worker import Worker
from tests.jobs import poison

KINDS = {"segfault": poison.segfault, "endless": poison.endless, "greedy": lambda: np.ones(20 << 27)}  # 20 GiB

_source, _start, _segments_of = timeline.Timeline._source, Worker.start, headers.segments_of


def harm(path):
    for kind, poisonous in KINDS.items():
        if kind in path:
            poisonous()


def poisoned(self, part):
    harm(part.path)
    return _source(self, part)


def poisoned_header(path, *rest):
    if "header" in path:
        harm(path)
    return _segments_of(path, *rest)


def noted(self):
    with Path("started").open("ab", 0) as file:
        file.write(b".")
    _start(self)


def apply():
    """From now on poisons are poison to this process and its forks."""
    timeline.Timeline._source, headers.segments_of = poisoned, poisoned_header


if __name__ == "__main__":
    apply()
    Worker.start = noted
    Guard.of_machine = staticmethod(lambda processes: Guard(1 << 30, 1.0))
    sys.exit(cli.main(sys.argv[1:]))
