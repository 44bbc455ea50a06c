"""One writer at a time: a lock that goes with the process that holds it, however that ends. Who reads needs none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sonograph.atomic import could_not_be_written, name_of
from sonograph.errors import OutputError
from sonograph.jobs.lock import holder_of, sign

NAME = "lock"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold an index while it is changed.

    Raises
    ------
    OutputError
        Another process is changing it, or it cannot be written.
    """
    try:
        lock = (folder / NAME).open("a+b", buffering=0)
    except OSError as error:
        raise OutputError(could_not_be_written(error, folder / NAME, folder)) from None
    with lock:
        holder = holder_of(lock)
        if holder is not None:
            raise OutputError(f"{name_of(folder)}: is being written by {holder}. Wait until it has ended.")
        sign(lock)
        yield
