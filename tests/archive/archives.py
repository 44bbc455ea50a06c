"""Small archives: a recorder of 200 samples a second, ten minutes an hour."""

import os
from datetime import timedelta
from pathlib import Path

from sonograph import archive
from tests.archive.recordings import BEGAN, noise, put

RATE = 200
HOURS = (0, 1, 2, 5, 6)


def record(folder, hours=HOURS, seconds=150, seed=0):
    """A file in each of some hours after the first, as old as all others."""
    files = []
    for hour in hours:
        began = BEGAN + timedelta(hours=hour)
        files.append(put(folder, noise(seconds * RATE, seed=seed + hour)[0], began, RATE))
        os.utime(files[-1], (0, began.timestamp()))
    return files


def scanned(folder):
    return archive.scan(str(folder), zone="UTC")


def contents(folder):
    """The bytes of all files of an archive but its lock and its log."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name not in ("lock", "run.log")
    }
