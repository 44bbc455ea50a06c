"""One part: the rows of a few files, computed in one process and kept in one file, one sound after the other.

A file's values lie as (channels, frames, columns), or (columns,) of a summary, in the precision that its report tells.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import IO, Any, NamedTuple

import numpy as np

from sonograph.analysis.over_time import SUMMARY, over_time, summary_names
from sonograph.analysis.summaries import Summary
from sonograph.errors import SettingsError, SonographError
from sonograph.extract.choice import Choice
from sonograph.extract.report import Column, FileReport, of_error, of_status
from sonograph.extract.sound import Sound, frame_times, in_memory
from sonograph.extract.wanted import Wanted
from sonograph.frames import split
from sonograph.io import audio
from sonograph.io.examine import record
from sonograph.io.filesource import FileSource
from sonograph.jobs.workfolder import WorkFolder
from sonograph.settings import stft_of
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample

AT_ONCE = 1 << 20
"""Numbers that are summed up at a time."""


def make(files: Iterator[tuple[str, str]], folder: WorkFolder, wanted: Wanted) -> tuple[str, list[FileReport]]:
    """Compute the rows of files, each with its key, and keep them in a folder: the part's name, and their reports.

    Raises
    ------
    OutputError
        They cannot be kept.
    """
    name = f"{secrets.token_hex(12)}.rows"
    reports: list[FileReport] = []
    with folder.written(name) as out:
        for file, key in files:
            report = _rows(file, out, wanted)
            changed = wanted.key(file) != key
            reports.append(dataclasses.replace(report, key=key, passing=report.passing or changed))
    return name, reports


def _rows(file: str, out: IO[bytes], wanted: Wanted) -> FileReport:
    """Put the rows of a file behind those that are there, all or none."""
    begin = out.seek(0, os.SEEK_END)
    try:
        return audio.settled(file, partial(_features, file, wanted, out, begin), opening=wanted.opening)
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, SonographError):
            raise  # of what is written here: those of reading have words of their own
        out.truncate(begin)
        return of_error(file, error)


def _features(file: str, wanted: Wanted, out: IO[bytes], begin: int, opened: FileSource) -> FileReport:
    """The rows of a file that is open, written from `begin` on, and what there is to say of it."""
    out.truncate(begin)
    source = wanted.opening.taken(in_memory(opened))
    was_rate = opened.sample_rate
    n_channels = source.n_channels
    settings: Any = wanted.settings
    if isinstance(settings, Summary):
        source, settings = mono(source), settings.settings(source.sample_rate)
    rate = None if isinstance(settings, Choice) else stft_of(settings).sample_rate
    if rate is not None and rate != source.sample_rate:
        source = resample(source, rate)
    sound = Sound.of(source, settings, file, opened.limits, wanted.threads)
    columns, dtype = sound.columns, sound.dtype
    if isinstance(wanted.settings, Summary):
        opened.limits.check(file, bytes=sound.n_frames * len(columns) * np.dtype(float).itemsize)
        columns = tuple(Column(name, "", None) for name in wanted.settings.names)
        out.write(_summary_of(sound, wanted.settings).data)
        dtype = np.dtype(float)
    elif wanted.summary:
        _write_summary(sound, out, begin)
        columns = _summed_up(columns)
    else:
        _write_frames(sound, out, begin)
    status = opened.status
    fault, passing = of_status(file, status)
    valid = sound.valid_in_all
    first_time, step = frame_times(sound.settings, source.sample_rate)
    return FileReport(
        file,
        fault=fault,
        passing=passing,
        record=record(file, status, opened) | {"settings": wanted.settings_digest},
        sample_rate=source.sample_rate,
        was_rate=was_rate,
        n_channels=n_channels,
        n_frames=sound.n_frames,
        first_valid=valid.start,
        n_valid=len(valid),
        n_uncounted=sum(1 for one in sound.valid if not one),
        first_time=first_time,
        step=step,
        seconds=source.n_samples / source.sample_rate,
        n_rows=1 if wanted.summary else source.n_channels * sound.n_frames,
        begin=begin,
        dtype=dtype.name,
        unit=source.unit,
        columns=columns,
    )


def _write_frames(sound: Sound, out: IO[bytes], begin: int) -> None:
    """(channels, frames, columns), each block to the places of its frames."""
    row = len(sound.columns) * sound.dtype.itemsize
    first = 0
    for block in sound.blocks():
        for channel, values in enumerate(block):
            out.seek(begin + (channel * sound.n_frames + first) * row)
            out.write(np.ascontiguousarray(values.T, sound.dtype).data)
        first += block.shape[-1]
    _check(first, sound)


def _write_summary(sound: Sound, out: IO[bytes], begin: int) -> None:
    """The statistics of each column over the frames of all channels, those that reach over an end left out.

    They need all of a column: blocks are kept behind the rows, column by column, and some columns read at a time.
    """
    by_channel: list[list[Kept]] = [[] for _ in range(sound.source.n_channels)]
    first, end = 0, begin
    for block in sound.blocks():
        for channel, values in enumerate(block):
            by_channel[channel].append(Kept(end, range(first, first + values.shape[1])))
            out.seek(end)
            end += out.write(np.ascontiguousarray(values, sound.dtype).data)
        first += block.shape[-1]
    _check(first, sound)
    kept = [place for places in by_channel for place in places]
    at_once = max(1, AT_ONCE // max(1, sound.n_frames * len(by_channel)))
    parts = [np.empty((0, len(SUMMARY)), sound.dtype)]
    for some, valid in _alike(sound.valid, at_once):
        parts.append(over_time(_columns(out, kept, some, valid, sound.dtype), overwrite=True))
    out.truncate(begin)
    out.seek(begin)
    out.write(np.concatenate(parts).data)


def _summary_of(sound: Sound, summary: Summary) -> np.ndarray:
    """The row of a summary, of all frames of its log-mel."""
    values = [np.array(block[0]) for block in sound.blocks()]
    if not values:
        raise SettingsError("it holds no samples, so there is nothing to sum up")
    frame_rate = sound.source.sample_rate / stft_of(sound.settings).hop
    return summary.of(np.concatenate(values, axis=1), frame_rate=frame_rate)


class Kept(NamedTuple):
    """A block of one channel, (columns, frames): where it begins in the file, and which frames it holds."""

    begin: int
    frames: range


def _alike(valid: tuple[range, ...], at_most: int) -> Iterator[tuple[range, range]]:
    """Neighbouring columns, at most so many, that have the same frames; and those frames."""
    first = 0
    for frames, several in groupby(valid):
        columns = range(first, first + len(list(several)))
        for some in split(columns, at_most):
            yield some, frames
        first = columns.stop


def _columns(out: IO[bytes], kept: list[Kept], some: range, valid: range, dtype: np.dtype) -> np.ndarray:
    """(columns, frames) of some columns, out of the blocks that are kept; of frames that are valid."""
    parts = [np.empty((len(some), 0), dtype)]
    for begin, frames in kept:
        first, last = max(valid.start, frames.start), min(valid.stop, frames.stop)
        if first < last:
            out.seek(begin + some.start * len(frames) * dtype.itemsize)
            data = out.read(len(some) * len(frames) * dtype.itemsize)
            values = np.frombuffer(data, dtype).reshape(len(some), len(frames))
            parts.append(values[:, first - frames.start : last - frames.start])
    return np.concatenate(parts, axis=1)


def _summed_up(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    names = iter(summary_names([column.name for column in columns]))
    return tuple(column._replace(name=next(names)) for column in columns for _ in SUMMARY)


def _check(n_frames: int, sound: Sound) -> None:
    if n_frames != sound.n_frames:
        raise RuntimeError(f"{n_frames} frames were computed where there are {sound.n_frames}")
