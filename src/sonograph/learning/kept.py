"""Many files through one piece of work, in processes, each result kept until all is done: what is interrupted goes on.

A `Work` gives of each file plain values and an array. Results lie in a folder of parts (`jobs.workfolder`), named by
all that they depend on.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from sonograph.engines import n_threads
from sonograph.errors import MissingExtra, SonographError
from sonograph.io.examine import record, status_of
from sonograph.io.status import Status
from sonograph.jobs.identity import digest
from sonograph.jobs.ledger import Ledger
from sonograph.jobs.places import place_of
from sonograph.jobs.processes import at_once
from sonograph.jobs.run import run
from sonograph.jobs.task import Outcome, Task
from sonograph.jobs.workfolder import WorkFolder

AT_ONCE, AT_LEAST = 16, 16
"""Files in a part, and parts at least, so that processes have something to share."""
PER_SECOND = 20_000
"""Bytes of a file for which a process may go on a second longer without a sign of life."""
OF_A_FILE = ("missing", "denied", "loop", "not-a-file", "unreadable", "read-error", "changed", "memory", "bug", "crash")
"""Reasons that lie in the disk, the system or the moment: they hold for no other run."""
PRELOADED = ("sonograph.learning.filerows", "sonograph.features.chain", "sonograph.engines.compiled.build")


class Work(Protocol):
    """What is done to a file; it can be pickled."""

    @property
    def digest(self) -> str:
        """Another for other work."""
        ...

    def __call__(self, item: Any) -> tuple[dict[str, Any], np.ndarray]:
        """Of an item, what JSON can hold, with its `record`; and an array of float64."""
        ...


class Done(NamedTuple):
    """What came of a file: `fault` is a sentence, "" if nothing; `array` is none then."""

    values: dict[str, Any]
    array: np.ndarray

    @property
    def fault(self) -> str:
        """What is wrong with it."""
        return str(self.values.get("fault", ""))


def through(
    items: Sequence[tuple[str, Any]],
    work: Work,
    folder: WorkFolder,
    *,
    processes: int | str | None = None,
    tell: Callable[[list[dict[str, Any]], bool], None] = lambda values, kept: None,
) -> list[Done]:
    """What came of each item, in order.

    items : (file, what else the work wants to know) of each
    processes : how many; None: one for each core, where the files are 32 MB or more; or a Dask scheduler's address
    tell : called with the values of some, and whether they were there from a run before

    Raises
    ------
    OutputError
        Results cannot be kept.
    """
    ledger = Ledger(folder)
    keys = [digest(work.digest, _identity(file), list(more), digits=24) for file, more in items]
    found = _found(ledger, set(keys))
    if found:
        tell([found[key][1] for key in keys if key in found], True)
    left = [(key, item) for key, item in dict(zip(keys, items, strict=True)).items() if key not in found]
    files = [item[0] for _, item in left]
    size = max(1, min(AT_ONCE, len(left) // AT_LEAST))
    tasks = []
    for first in range(0, len(left), size):
        some = tuple(left[first : first + size])
        seconds = tuple(_seconds(item[0]) for _, item in some)
        tasks.append(Task(digest([key for key, _ in some], digits=24), _make, some, (folder, work), seconds))
    place = place_of(processes, at_once(processes, files, n_threads(None), len(tasks)), PRELOADED)
    with contextlib.closing(run(tasks, place)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            part, listed = ("", _lost(outcome)) if outcome.lost else outcome.result
            if part:
                ledger.mark(part, listed)
            for values in listed:
                found[values["key"]] = part, values
            tell(listed, False)
    return [_read(folder, *found[key]) for key in keys]


def _make(items: Iterator[tuple[str, Any]], folder: WorkFolder, work: Work) -> tuple[str, list[dict[str, Any]]]:
    """Do some items: the name of the part that holds their arrays, and their values."""
    name, listed = f"{secrets.token_hex(12)}.rows", []
    with folder.written(name) as out:
        for key, item in items:
            begin = out.tell()
            try:
                values, array = work(item)
            except Exception as error:
                values, array = _failed(item[0], error), np.empty(0)
            out.write(np.ascontiguousarray(array, float).tobytes())
            passing = values["record"].get("reason") in OF_A_FILE
            place = {"begin": begin, "shape": list(array.shape), "passing": passing}
            listed.append({**values, "key": key, "file": os.fsdecode(item[0]), **place})
    return name, listed


def _found(ledger: Ledger, keys: set[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """What runs before left; other parts are removed."""
    found = {}
    for part, listed in ledger.whole().items():
        for values in listed:
            if values["key"] in keys and not values["passing"]:
                found[values["key"]] = part, values
    ledger.folder.sweep({part for part, _ in found.values()})
    return found


def _read(folder: WorkFolder, part: str, values: dict[str, Any]) -> Done:
    if not part or not np.prod(values["shape"]):
        return Done(values, np.empty(values["shape"]))
    with folder.open(part) as file:
        file.seek(values["begin"])
        count = int(np.prod(values["shape"]))
        return Done(values, np.frombuffer(file.read(8 * count), float).reshape(values["shape"]))


def _failed(file: str, error: Exception) -> dict[str, Any]:
    """The values of a file that could not be worked on."""
    if isinstance(error, MemoryError):
        words = f"{file}: needs more memory than there is. Take it on a larger machine."
        return {"fault": words, "record": record(file, Status("failed", "memory", words))}
    if isinstance(error, MissingExtra):
        words = f"{file}: {error}"
        return {"fault": words, "record": record(file, Status("refused", "unreadable", words))}
    if isinstance(error, SonographError):
        words = str(error) if str(error).startswith(file) else f"{file}: {error}"
        return {"fault": words, "record": record(file, status_of(error))}
    words = f"{file}: {type(error).__name__}: {error}"
    return {"fault": words, "ours": True, "record": record(file, Status("failed", "bug", words))}


def _lost(outcome: Outcome) -> list[dict[str, Any]]:
    """The values of items that ended their process."""
    listed = []
    for key, (file, _) in outcome.task.items:
        words = f"{file}: it {outcome.lost}. Convert it, or leave it out."
        values = {"fault": words, "record": record(file, Status("failed", "crash", words))}
        listed.append({**values, "key": key, "file": os.fsdecode(file), "begin": 0, "shape": [0], "passing": True})
    return listed


def _identity(file: str) -> list[Any]:
    """What a file is: its name and its state on the disk; and who reads it."""
    version = sys.modules["sonograph"].__version__
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return [os.fsencode(file), version]
    return [os.fsencode(file), version, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _seconds(file: str) -> float:
    with contextlib.suppress(OSError, ValueError):
        return Path(file).stat().st_size / PER_SECOND
    return 0.0
