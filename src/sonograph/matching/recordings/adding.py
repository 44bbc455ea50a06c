"""Many files into an index, so that a run that was interrupted goes on where it was."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from sonograph.io.opening import Opening
from sonograph.matching.recordings.contents import Contents
from sonograph.matching.recordings.indexed_sound import Taken
from sonograph.matching.recordings.many import take_many
from sonograph.matching.recordings.postings import Recording

OFTEN = 2.0
"""Seconds of work after which what is done is made sure of."""

ENOUGH = 1 << 20
"""Landmarks after which what is done is made sure of: eight hours of sound."""


def add_files(
    contents: Contents,
    files: Sequence[str],
    processes: int | str | None,
    opening: Opening,
    tell: Callable[[list[Taken], bool], None],
) -> None:
    """Add files to an index that is held, those left out that are there and have not changed: `Index.add_files`."""
    files = list(dict.fromkeys(files))
    known = {recording.name: recording for _, _, recording in contents.recordings()}
    there = [Taken(file, known[file]) for file in files if _unchanged(known.get(os.fsdecode(file)), file)]
    if there:
        tell(there, True)
    names = {found.name for found in there}
    left = [file for file in files if file not in names]
    batch: list[Taken] = []
    began = time.monotonic()
    try:
        for found in take_many(left, contents.manifest.settings, opening, processes):
            batch.append(found)
            full = sum(len(one.buckets) for one in batch) >= ENOUGH
            if full or time.monotonic() - began > OFTEN:
                done, batch = batch, []
                contents.take_in(done)
                tell(done, False)
                began = time.monotonic()
    except KeyboardInterrupt:
        contents.take_in(batch)
        raise
    contents.take_in(batch)
    tell(batch, False)


def _unchanged(known: Recording | None, file: str) -> bool:
    """Whether a file is in the index as it is now."""
    if known is None:
        return False
    try:
        found = os.stat(file)  # noqa: PTH116  # paths may be bytes that are no text
    except (OSError, ValueError):
        return False
    return (known.size, known.modified_ns) == (found.st_size, found.st_mtime_ns)
