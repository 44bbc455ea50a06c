"""One part: the features of a few files, computed here and kept in one .npz."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from sonograph.analysis.coverage import refuse_unseen
from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import OutputError, SettingsError, SonographError
from sonograph.extract.summary import summary_names, summary_of
from sonograph.frames import centre_sample, frames_of
from sonograph.io import audio
from sonograph.io.calibrations import beside
from sonograph.io.door import split
from sonograph.io.examine import record, status_of
from sonograph.io.filesource import FileSource
from sonograph.io.opening import Opening
from sonograph.io.status import Status
from sonograph.jobs.identity import digest
from sonograph.jobs.workfolder import WorkFolder
from sonograph.limits import Limits
from sonograph.named.features import Choice
from sonograph.settings import Settings, stft_of
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal, Source
from sonograph.spectrograms import Spectrogram, describe

SCHEMA = 6
"""Changes when what a part holds does."""

IN_MEMORY = 1 << 26
"""Samples of all channels up to which a sound is read at once; of a longer one, each settings value reads it anew."""


@dataclass(frozen=True)
class Job:
    """What one process is asked to do.

    files     : paths
    settings  : of the features, or which of them by name
    summary   : one row a file instead of one a frame
    opening   : how files are opened
    """

    files: tuple[str, ...]
    settings: Settings | Choice
    summary: bool
    opening: Opening = field(default_factory=Opening)

    @cached_property
    def name(self) -> str:
        """What the part is called: otherwise for other files, settings or options, and for files that have changed.

        It is made once, before the files are read; `changed` tells whether it still holds after that.
        """
        return self._named()

    @property
    def changed(self) -> bool:
        """Whether something that the part depends on is no longer what it was when the part was named."""
        return self._named() != self.name

    def _named(self) -> str:
        version = sys.modules["sonograph"].__version__
        inputs = [identity(file) for file in self.files]
        how = self.opening.digest
        return digest(SCHEMA, version, self.settings.digest, self.summary, how, inputs, digits=24) + ".npz"


def identity(file: str) -> list[Any]:
    """What an input is: its name, its state on the disk, and the content of what lies beside it and is read with it."""
    name, calibration = os.fsencode(file), beside(file)
    try:
        found = os.stat(split(file)[0])  # noqa: PTH116  # paths may be bytes that are no text
    except (OSError, ValueError):
        return [name, calibration]
    state = [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    return [name, state, calibration]


@dataclass
class FileReport:
    """What became of one file.

    fault  : what is wrong with it, in a sentence; "" if nothing
    ours   : the fault is one of Sonograph
    passing : something changed while it was computed, so that it does not hold for a run to come
    record : how it was, as `sonograph.io.examine.record` says it
    """

    file: str
    fault: str = ""
    ours: bool = False
    passing: bool = False
    record: dict[str, Any] = field(default_factory=dict)
    sample_rate: float = 0.0
    was_rate: float = 0.0
    n_channels: int = 0
    n_frames: int = 0
    first_time: float = 0.0
    step: float = 0.0
    seconds: float = 0.0
    n_rows: int = 0
    dtype: str = "float32"
    unit: str = "FS"
    names: list[str] = field(default_factory=list)


def make(job: Job, folder: WorkFolder) -> list[FileReport]:
    """Compute a part and keep it in a folder."""
    name = job.name
    reports: list[FileReport] = []
    values = [np.empty((0, 0), np.float32)]
    for file in job.files:
        report = FileReport(file)
        try:
            rows = audio.settled(file, partial(_features, file, job, report), opening=job.opening)
        except SonographError as error:
            report.fault = str(error) if str(error).startswith(file) else f"{file}: {error}"
            report.record = record(file, status_of(error))
        except MemoryError:
            report.fault = f"{file}: needs more memory than there is. Take it in pieces, or on a larger machine."
            report.record = record(file, Status("failed", "memory", report.fault))
        except Exception as error:
            report.fault, report.ours = f"{file}: {type(error).__name__}: {error}", True
            report.record = record(file, Status("failed", "bug", report.fault))
        else:
            report.n_rows, report.dtype = len(rows), rows.dtype.name
            values.append(rows)
        reports.append(report)
    if job.changed:
        for report in reports:
            report.passing = True
    words = json.dumps([vars(report) for report in reports]).encode()
    flat = np.concatenate([rows.ravel() for rows in values])  # one array, as a file of many takes longer to read
    with folder.written(name) as out:
        np.savez(out, reports=np.frombuffer(words, np.uint8), values=flat)
    return reports


def kept(job: Job, folder: WorkFolder) -> list[FileReport] | None:
    """What a part holds that was made before; None where there is none, it is damaged, or some file had a fault."""
    try:
        with folder.open(job.name) as file, zipfile.ZipFile(file) as part:
            if part.testzip() is not None:
                return None
        reports = read_reports(folder, job.name)
    except OutputError:
        raise
    except Exception:  # of many kinds; whatever it is, the part is made again
        return None
    return reports if all_well(reports) and [report.file for report in reports] == list(job.files) else None


def all_well(reports: list[FileReport]) -> bool:
    """Whether a part holds for a run to come: one with a fault is made again, as some faults pass."""
    return not any(report.fault or report.passing for report in reports)


def read_reports(folder: WorkFolder, name: str) -> list[FileReport]:
    """What a part says about its files."""
    with folder.open(name) as file, np.load(file) as part:
        return [FileReport(**said) for said in json.loads(part["reports"].tobytes())]


def read_values(folder: WorkFolder, name: str) -> np.ndarray:
    """The values of all files of a part, (n_rows * features of each, one after the other,)."""
    with folder.open(name) as file, np.load(file) as part:
        return np.asarray(part["values"])


def _features(file: str, job: Job, report: FileReport, opened: FileSource) -> np.ndarray:
    """(rows of the table, features), and what there is to say about them."""
    source: Source = _in_memory(opened)
    report.was_rate = source.sample_rate
    wanted = None if isinstance(job.settings, Choice) else stft_of(job.settings).sample_rate
    if wanted is not None and wanted != source.sample_rate:
        source = resample(source, wanted)
    result, names = _computed(job.settings, source, file, opened.limits)
    status = opened.status
    report.record = record(file, status, opened) | {"settings": job.settings.digest}
    is_bad = status.word in ("partial", "failed", "refused", "empty")
    report.fault = (status.sentence or f"{file}: holds no samples.") if is_bad else ""
    if result.quantity == "transform":
        raise SettingsError('the values are complex, and a table holds real numbers: set quantity="power"')
    stft = stft_of(result.settings)
    report.sample_rate, report.n_channels, report.n_frames = result.sample_rate, result.n_channels, len(result.frames)
    report.first_time = centre_sample(stft, 0) / result.sample_rate
    report.step = stft.hop / result.sample_rate
    report.seconds = source.n_samples / source.sample_rate
    report.unit = result.unit
    report.names = list(summary_names(names) if job.summary else names)
    rows = np.swapaxes(result.values, -1, -2).reshape(-1, result.values.shape[-2])
    return summary_of(rows) if job.summary else rows


def _computed(
    wanted: Settings | Choice, source: Source, file: str, limits: Limits
) -> tuple[Spectrogram, tuple[str, ...]]:
    """What is wanted of a sound, with a name for each row; several features side by side in one array."""
    groups = wanted.groups(source.sample_rate) if isinstance(wanted, Choice) else []
    listed = [group.settings for group in groups] or [wanted]
    for settings in listed:
        refuse_unseen(settings)
    limits.check(file, bytes=sum(_size(source, settings) for settings in listed))
    first, *others = [spectrogram(source, settings) for settings in listed]
    if not isinstance(wanted, Choice):
        return first, first.names
    order, names = wanted.columns(groups)
    values = np.concatenate([first.values, *(other.values for other in others)], axis=-2)
    return replace(first, values=values[..., order, :]), tuple(names)


def _size(source: Source, settings: Settings) -> int:
    """Bytes of all features of a sound."""
    rows = describe(settings, source.sample_rate, source.unit, source.n_channels)
    itemsize = source.read(range(0)).dtype.itemsize * (2 if rows.quantity == "transform" else 1)
    return rows.n_rows * rows.n_channels * len(frames_of(settings, source.n_samples)) * itemsize


def _in_memory(opened: Any) -> Source:
    """A file's samples, or the file itself where they are too many to hold."""
    parts, total = [], 0
    for block in opened.blocks():
        parts.append(block)
        total += block.size
        if total > IN_MEMORY:
            source: Source = opened
            return source
    samples = np.concatenate(parts, axis=1) if parts else np.zeros((opened.n_channels, 0), opened.dtype)
    one = samples[0] if len(samples) == 1 else samples
    return Signal(one, opened.sample_rate, opened.unit, opened.start, opened.calibration)
