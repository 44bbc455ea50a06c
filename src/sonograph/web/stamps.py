"""What a recording is to those who keep something of it: its name, whether it has changed, how it can be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from sonograph.io.filesource import FileSource
from sonograph.jobs.identity import digest
from sonograph.sounds.derived import Derived, recorded, ways
from sonograph.sounds.resampled import Resampled
from sonograph.sounds.source import Source


def name_of(recording: Source) -> str | None:
    """A name for a file as it is, how it is opened and what is made of it; None for what lies in no file.

    >>> import numpy as np
    >>> from sonograph import Signal
    >>> name_of(Signal(np.zeros(8), 8000.0))
    """
    file = recorded(recording)
    if not isinstance(file, FileSource) or not isinstance(file.path, str | bytes | os.PathLike):
        return None
    path = os.path.abspath(os.fsencode(file.path))  # noqa: PTH100  # bytes that may be no text
    version = sys.modules["sonograph"].__version__
    return digest(version, path, file.size, file.modified_ns, file.opening.digest, ways(recording), digits=32)


def is_current(recording: Source) -> bool:
    """Whether its file is as it was when it was opened."""
    file = recorded(recording)
    return file is None or not file.has_changed


def changes_when_it_grows(recording: Source) -> bool:
    """Whether samples that are there are others when more follow: a filter looks ahead."""
    return any(isinstance(one, Resampled) for one in _chain(recording))


def goes_anywhere(recording: Source) -> bool:
    """Whether a sample in the middle is read without all those before it."""
    return not any(isinstance(one, Resampled) or (isinstance(one, FileSource) and not one.seeks)
                   for one in _chain(recording))  # fmt: skip


def _chain(recording: Source) -> Iterator[Source]:
    yield recording
    while isinstance(recording, Derived):
        recording = recording.source
        yield recording
