"""One sound, as an index takes it: its landmarks, and how it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from sonograph import engines
from sonograph.errors import SonographError
from sonograph.io import audio
from sonograph.io.examine import record, status_of
from sonograph.io.filesource import FileSource
from sonograph.io.opening import Opening
from sonograph.io.status import Status
from sonograph.matching.recordings.landmark import Landmarks, landmarks
from sonograph.matching.recordings.landmark_settings import LandmarkSettings
from sonograph.matching.recordings.postings import PER_FRAME, Recording

AS_IT_IS = Opening(calibration=False)
"""Landmarks do not depend on what full scale is."""

BAD = ("partial", "failed", "refused", "empty")


@dataclass
class Taken:
    """What came of one sound.

    recording : it, as it goes into the index; None where it cannot
    fault : what is wrong with it, in a sentence; "" if nothing
    ours : the fault is one of Sonograph
    record : how it was, as `sonograph.io.examine.record` says it
    seconds, sample_rate : of the sound
    buckets, when : (landmarks,) where each falls, and when it is, in quarter frames
    """

    name: str
    recording: Recording | None = None
    fault: str = ""
    ours: bool = False
    record: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    sample_rate: float = 0.0
    buckets: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint32))
    when: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


def taken(name: str, found: Landmarks, size: int = -1, modified_ns: int = -1) -> Taken:
    """A sound whose landmarks are known."""
    inside = found.buckets >= 0
    anchors = found.pairs[inside, 0]
    return Taken(
        name,
        Recording(name, found.n_frames, size, modified_ns),
        buckets=found.buckets[inside].astype(np.uint32),
        when=np.rint(found.peaks.times[anchors] * PER_FRAME).astype(np.int64),
    )


def take_file(file: str, settings: LandmarkSettings, opening: Opening) -> Taken:
    """The landmarks of a file; a file that cannot be read is no error but a fault."""
    try:
        return audio.settled(file, partial(_take, file, settings), opening=opening)
    except SonographError as error:
        fault = str(error) if str(error).startswith(file) else f"{file}: {error}"
        return Taken(file, fault=fault, record=record(file, status_of(error)))
    except MemoryError:
        fault = f"{file}: needs more memory than there is. Take it on a larger machine."
        return Taken(file, fault=fault, record=record(file, Status("failed", "memory", fault)))
    except Exception as error:
        fault = f"{file}: {type(error).__name__}: {error}"
        return Taken(file, fault=fault, ours=True, record=record(file, Status("failed", "bug", fault)))


def take_files(files: Iterator[str], settings: LandmarkSettings, opening: Opening) -> list[Taken]:
    """The landmarks of some files: the work of one process."""
    return [take_file(file, settings, opening) for file in files]


def lost(file: str, how: str) -> Taken:
    """A file that ended the process which read it; `how` follows "it"."""
    fault = f"{file}: it {how}. Convert it, or leave it out."
    return Taken(file, fault=fault, record=record(file, Status("failed", "crash", fault)))


def _take(file: str, settings: LandmarkSettings, source: FileSource) -> Taken:
    found = landmarks(source, settings, engine=engines.default(threads=1))
    status = source.status
    result = taken(os.fsdecode(file), found, source.size, source.modified_ns)
    result.record = record(file, status, source) | {"settings": settings.digest, "landmarks": len(result.buckets)}
    result.seconds, result.sample_rate = source.duration, source.sample_rate
    if status.word in BAD:
        result.fault = status.sentence or f"{file}: holds no samples."
    if not source.n_samples:
        result.recording = None
    return result
