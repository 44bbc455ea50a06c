"""What is computed of each file, and the name of that for one file: all that its rows depend on."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sonograph.analysis.summaries import Summary
from sonograph.extract.choice import Choice
from sonograph.io.calibrations import beside
from sonograph.io.door import split
from sonograph.io.object_urls import is_url
from sonograph.io.objects import bucket_of
from sonograph.io.opening import Opening
from sonograph.jobs.identity import digest
from sonograph.settings import Settings

SCHEMA = 8
"""Changes when what a part holds does."""


@dataclass(frozen=True)
class Wanted:
    """What is computed of each file.

    settings  : of the features, or which of them by name, or a summary that has a log-mel of its own
    summary   : one row a file instead of one a frame; so for such a summary
    opening   : how files are opened
    threads   : that each process uses; changes no number
    rounding  : what the last bits of the numbers depend on (`engines.rounding`), which no table shall mix
    """

    settings: Settings | Choice | Summary
    summary: bool = False
    opening: Opening = field(default_factory=Opening)
    threads: int | None = None
    rounding: tuple[str, ...] = ()

    def key(self, file: str) -> str:
        """Another for another file, one that has changed, other settings and other options."""
        return digest(self._digest, identity(file), digits=24)

    @cached_property
    def settings_digest(self) -> str:
        """A name of what is computed."""
        return self.settings.digest

    @cached_property
    def _digest(self) -> str:
        version = sys.modules["sonograph"].__version__
        return digest(
            SCHEMA, version, self.settings_digest, self.summary, self.opening.digest, self.rounding, digits=32
        )


def identity(file: str) -> list[Any]:
    """What an input is: its name, its state on the disk, and the content of what lies beside it and is read with it."""
    name, calibration = os.fsencode(file), beside(file)
    if is_url(file):
        bucket, object_name = bucket_of(split(file)[0])
        there = bucket.head(object_name)
        return [name, None if there is None else [there.size, there.etag, there.mtime_ns], calibration]
    try:
        found = os.stat(split(file)[0])  # noqa: PTH116  # paths may be bytes that are no text
    except (OSError, ValueError):
        return [name, calibration]
    state = [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    return [name, state, calibration]
