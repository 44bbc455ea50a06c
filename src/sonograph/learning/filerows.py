"""Files to rows that a model learns from, one for each sound or part of one; and to what it calls their windows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.analysis.summaries import Summary
from sonograph.errors import SourceError
from sonograph.io import audio
from sonograph.io.examine import record
from sonograph.io.opening import Opening
from sonograph.io.status import shown
from sonograph.jobs.guard import alive
from sonograph.jobs.identity import digest
from sonograph.learning.embedding import Embedding
from sonograph.learning.front_end import FrontEnd
from sonograph.learning.model import Model
from sonograph.learning.rolling import Rolling
from sonograph.sounds.mono import mono
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal, Source

BAD = ("partial", "failed", "refused", "empty")
Part = tuple[float | None, float | None]


@dataclass(frozen=True)
class Rows:
    """Work on a file: a row of a summary or an embedding for the whole sound, or for parts of it.

    An item is (file, parts): of each (start, end) in seconds, None for the ends of the sound.
    """

    summary: Summary | Embedding
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
        rows, front_end = [], FrontEnd(self.summary, self.sample_rate)
        for start, end in parts:
            columns, seconds = self._columns(front_end, file, opened, start, end)
            finite, silent = np.isfinite(columns).all(axis=0), front_end.silent(columns)
            where = "" if start is None and end is None else f" from {start or 0:g} s on"
            if not finite.any():
                raise SourceError(f"{file}: every sample{where} is missing. Copy it again, or leave it out.")
            if silent[finite].all():
                raise SourceError(f"{file}: is digital silence{where}; there is nothing to learn from. Leave it out.")
            values["silent"] += float(silent.mean()) / len(parts)
            values["missing"] += int((~finite).sum())
            values["seconds"] += seconds
            rows.append(front_end.row(columns))
            if not np.isfinite(rows[-1]).all():
                raise SourceError(
                    f"{file}: lacks samples in every stretch{where} that the network could take. Copy it again, or "
                    f"leave it out."
                )
        status = opened.status
        fault = status.sentence or f"{file}: holds no samples." if status.word in BAD else ""
        values |= {"fault": "", "warning": fault, "record": record(file, status, opened)}
        with Path(file).open("rb") as bytes_of_it:
            values["sha256"] = hashlib.file_digest(bytes_of_it, "sha256").hexdigest()
        return values, np.array(rows)

    def _columns(
        self, front_end: FrontEnd, file: str, opened: Any, start: float | None, end: float | None
    ) -> tuple[np.ndarray, float]:
        """Those of a part, and its seconds."""
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
        if source.n_samples < front_end.shortest:
            raise SourceError(
                f"{file}: has {source.n_samples} samples, fewer than one frame of {front_end.shortest}. Leave it out."
            )
        alive()
        columns = front_end.columns(source)
        alive()
        return columns, source.n_samples / self.sample_rate


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
        front_end = self.model.front_end
        source = resample(mono(opened), front_end.sample_rate)
        rolling = Rolling(front_end, self.window, self.step)
        found: list[tuple[float, np.ndarray]] = []
        if source.n_samples:
            for columns in front_end.pieces(source):
                alive()
                found += self._answers(rolling.push(columns))
            found += self._answers(rolling.finish(source.n_samples))
        status = opened.status
        fault = (status.sentence or f"{file}: holds no samples.") if status.word in BAD else ""
        values = {
            "fault": "" if found else fault or f"{shown(file)}: holds no samples.",
            "warning": fault if found else "",
            "was_rate": opened.sample_rate,
            "seconds": source.n_samples / front_end.sample_rate,
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
        finite = np.isfinite(rows).all(axis=1)
        probabilities = np.full((len(rows), len(self.model.classes)), np.nan)
        if finite.any():
            probabilities[finite] = self.model.probabilities(rows[finite])
        return list(zip([start for start, _ in listed], probabilities, strict=True))
