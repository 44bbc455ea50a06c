"""What a recording is to those who keep something of it: its name, whether it has changed, how it can be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from sonograph.errors import SonographError
from sonograph.io.filesource import FileSource
from sonograph.jobs.identity import digest
from sonograph.sounds.derived import Derived, again, recorded, ways
from sonograph.sounds.highpass import HighPassed
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
    """Whether a sample in the middle is read, and filtered, without all those before it."""
    forward = Resampled, HighPassed
    return not any(isinstance(one, forward) or (isinstance(one, FileSource) and not one.seeks)
                   for one in _chain(recording))  # fmt: skip


def another(recording: Source) -> Source:
    """The same to be read by one who goes forward, so that those who ask for other parts do not send it back."""
    if goes_anywhere(recording):
        return recording
    try:
        fresh: Source = again(recording)
        return fresh
    except SonographError:  # it is gone, and still open here
        return recording


def _chain(recording: Source) -> Iterator[Source]:
    yield recording
    while isinstance(recording, Derived):
        recording = recording.source
        yield recording
