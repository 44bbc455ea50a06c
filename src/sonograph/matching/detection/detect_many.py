"""Templates looked for in many files, in several processes; a file with faults costs only itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from sonograph.errors import SonographError
from sonograph.io import audio
from sonograph.io.examine import record, status_of
from sonograph.io.filesource import FileSource
from sonograph.io.opening import Opening
from sonograph.io.status import Status
from sonograph.matching.detection.deciding import Found
from sonograph.matching.detection.detecting import places_in
from sonograph.matching.detection.templates import Template
from sonograph.matching.each_file import at_once, each_file

BAD = ("partial", "failed", "refused", "empty")


@dataclass
class Searched:
    """What came of one file.

    found : what there is in it, before any threshold; None where it could not be read
    fault : what is wrong with it, in a sentence; "" if nothing
    error : what was raised, if anything was
    record : how it was, as `sonograph.io.examine.record` says it
    seconds : how long it is
    """

    file: str
    found: Found | None = None
    fault: str = ""
    error: Exception | None = None
    record: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Search:
    """What is looked for, and how: it goes to each process once a file."""

    meant: list[Template]
    others: list[Template]
    settings: Any = None
    opening: Opening = field(default_factory=Opening)


def search_many(
    files: Sequence[str], search: Search, processes: int | str | None = None, watch: Callable[[Any], Any] | None = None
) -> Iterator[Searched]:
    """What came of each file, in their order.

    Parameters
    ----------
    files
        Where it is looked.
    search
        For what.
    processes
        How many; None: one for each core, where the files are 32 MB or more.
    watch
        What a source is read through where all is done in this process, to see how far it is.
    """
    through = watch if at_once(files, processes) <= 1 else None
    yield from each_file(files, partial(_search, search=search, watch=through), _lost, processes)


def _search(file: str, search: Search, watch: Callable[[Any], Any] | None) -> Searched:
    try:
        return audio.settled(file, partial(_of_source, file, search, watch), opening=search.opening)
    except SonographError as error:
        fault = str(error) if str(error).startswith(file) else f"{file}: {error}"
        return Searched(file, fault=fault, error=error, record=record(file, status_of(error)))
    except MemoryError:
        fault = f"{file}: needs more memory than there is. Take it on a larger machine."
        return Searched(file, fault=fault, record=record(file, Status("failed", "memory", fault)))


def _of_source(file: str, search: Search, watch: Callable[[Any], Any] | None, source: FileSource) -> Searched:
    sound: Any = source if watch is None else watch(source)
    found = None
    if source.n_samples:
        found = _light(places_in(search.meant, search.others, sound, settings=search.settings, file=os.fsdecode(file)))
    status = source.status
    result = Searched(file, found, record=record(file, status, source), seconds=source.duration)
    if status.word in BAD:
        result.fault = status.sentence or f"{file}: holds no samples."
    elif status.word != "ok":
        result.record["told"] = status.sentence
    return result


def _light(found: Found) -> Found:
    """The same without spectra, which nobody needs any more."""
    none = np.zeros((0, 0, 0), np.complex64)
    shapes = tuple(replace(shape, spectra=none) for shape in found.hearing.shapes)
    return replace(found, hearing=replace(found.hearing, shapes=shapes))


def _lost(file: str, how: str) -> Searched:
    fault = f"{file}: it {how}. Convert it, or leave it out."
    return Searched(file, fault=fault, record=record(file, Status("failed", "crash", fault)))
