"""Files to rows that a model learns from, one for each sound or part of one; and to what it calls their windows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sonograph import engines
from sonograph.analysis.summaries import Summary
from sonograph.analysis.summaries.heard import SOUND
from sonograph.computing.spectrogram import pieces, spectrogram
from sonograph.errors import SourceError
from sonograph.io import audio
from sonograph.io.examine import record
from sonograph.io.opening import Opening
from sonograph.io.status import shown
from sonograph.jobs.guard import alive
from sonograph.jobs.identity import digest
from sonograph.learning.model import Model
from sonograph.learning.rolling import Rolling
from sonograph.settings import stft_of
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal, Source

AT_ONCE = 4096
"""Frames."""
BAD = ("partial", "failed", "refused", "empty")
Part = tuple[float | None, float | None]


@dataclass(frozen=True)
class Rows:
    """Work on a file: a row of a summary for the whole sound, or for parts of it.

    An item is (file, parts): of each (start, end) in seconds, None for the ends of the sound.
    """

    summary: Summary
    sample_rate: float
    opening: Opening

    @property
    def digest(self) -> str:
        """Another for other rows."""
        return digest("rows", self.summary.digest, self.sample_rate, self.opening.digest)

    def __call__(self, item: tuple[str, tuple[Part, ...]]) -> tuple[dict[str, Any], np.ndarray]:
        """(parts, numbers), with what there is to say of the file."""
        file, parts = item
        return audio.settled(file, lambda source: self._of(file, parts, source), opening=self.opening)

    def _of(self, file: str, parts: tuple[Part, ...], opened: Any) -> tuple[dict[str, Any], np.ndarray]:
        values: dict[str, Any] = {"was_rate": opened.sample_rate, "silent": 0.0, "missing": 0, "seconds": 0.0}
        rows = []
        for start, end in parts:
            log_mel, seconds = self._log_mel(file, opened, start, end)
            finite = np.isfinite(log_mel).all(axis=0)
            silent = finite & ~(np.where(finite, log_mel, 0.0).max(axis=0) > SOUND)
            where = "" if start is None and end is None else f" from {start or 0:g} s on"
            if not finite.any():
                raise SourceError(f"{file}: every sample{where} is missing. Copy it again, or leave it out.")
            if silent[finite].all():
                raise SourceError(f"{file}: is digital silence{where}; there is nothing to learn from. Leave it out.")
            values["silent"] += float(silent.mean()) / len(parts)
            values["missing"] += int((~finite).sum())
            values["seconds"] += seconds
            rows.append(self.summary.of(log_mel, frame_rate=_frame_rate(self.summary, self.sample_rate)))
        status = opened.status
        fault = status.sentence or f"{file}: holds no samples." if status.word in BAD else ""
        values |= {"fault": "", "warning": fault, "record": record(file, status, opened)}
        with Path(file).open("rb") as bytes_of_it:
            values["sha256"] = hashlib.file_digest(bytes_of_it, "sha256").hexdigest()
        return values, np.array(rows)

    def _log_mel(self, file: str, opened: Any, start: float | None, end: float | None) -> tuple[np.ndarray, float]:
        source: Source = mono(opened)
        if start is not None or end is not None:
            first = round((start or 0.0) * source.sample_rate)
            stop = source.n_samples if end is None else min(source.n_samples, round(end * source.sample_rate))
            if first >= stop:
                raise SourceError(
                    f"{file}: ends at {source.n_samples / source.sample_rate:g} s, and a part from {start or 0:g} s "
                    f"on is listed. Mend the table."
                )
            source = Signal(source.read(range(first, stop))[0], source.sample_rate, source.unit)
        source = resample(source, self.sample_rate)
        settings = self.summary.settings(self.sample_rate)
        length = stft_of(settings).window_length
        if source.n_samples < length:
            raise SourceError(
                f"{file}: has {source.n_samples} samples, fewer than one frame of {length}. Leave it out."
            )
        alive()
        values = spectrogram(source, settings, engine=engines.default(threads=1)).values
        alive()
        return values, source.n_samples / self.sample_rate


@dataclass(frozen=True)
class Named:
    """Work on a file: what a model calls each window of so many seconds, or all of it.

    An item is (file, ()). The array is (windows, 1 + classes): the start of each in seconds, then its probabilities;
    NaN where there is nothing but digital silence or missing samples.
    """

    model: Model
    window: float | None
    step: float
    opening: Opening

    @property
    def digest(self) -> str:
        """Another for other answers."""
        return digest("named", self.model.digest, self.window, self.step, self.opening.digest)

    def __call__(self, item: tuple[str, Any]) -> tuple[dict[str, Any], np.ndarray]:
        """The windows' probabilities, with what there is to say of the file."""
        return audio.settled(item[0], lambda source: self._of(item[0], source), opening=self.opening)

    def _of(self, file: str, opened: Any) -> tuple[dict[str, Any], np.ndarray]:
        summary, sample_rate = self.model.summary, self.model.sample_rate
        source = resample(mono(opened), sample_rate)
        rolling = Rolling(summary, sample_rate, self.window, self.step)
        found: list[tuple[float, np.ndarray]] = []
        if source.n_samples:
            settings = summary.settings(sample_rate)
            for piece in pieces(source, settings, at_most=AT_ONCE, engine=engines.default(threads=1), reuse=True):
                alive()
                found += self._answers(rolling.push(piece.values))
            found += self._answers(rolling.finish(source.n_samples))
        status = opened.status
        fault = (status.sentence or f"{file}: holds no samples.") if status.word in BAD else ""
        values = {
            "fault": "" if found else fault or f"{shown(file)}: holds no samples.",
            "warning": fault if found else "",
            "was_rate": opened.sample_rate,
            "seconds": source.n_samples / sample_rate,
            "record": record(file, status, opened),
        }
        n = 1 + len(self.model.classes)
        return values, np.array([[start, *row] for start, row in found]).reshape(len(found), n)

    def _answers(self, windows: Iterable[tuple[float, np.ndarray]]) -> list[tuple[float, np.ndarray]]:
        """The start and the probabilities of each window."""
        listed = list(windows)
        if not listed:
            return []
        rows = np.array([row for _, row in listed])
        heard = np.isfinite(rows).all(axis=1)
        probabilities = np.full((len(rows), len(self.model.classes)), np.nan)
        if heard.any():
            probabilities[heard] = self.model.probabilities(rows[heard])
        return list(zip([start for start, _ in listed], probabilities, strict=True))


def _frame_rate(summary: Summary, sample_rate: float) -> float:
    return sample_rate / stft_of(summary.settings(sample_rate)).hop
