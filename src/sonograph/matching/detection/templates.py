"""What is looked for: a sound, a part of one, or every box of a table of marks."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sonograph.atomic import name_of
from sonograph.errors import SettingsError, SourceError
from sonograph.io import audio
from sonograph.io.marks import marks_of, read_marks
from sonograph.io.part_text import part_of
from sonograph.io.sources import is_path, resample
from sonograph.sounds.derived import checked_source, refuse_complex
from sonograph.sounds.source import Signal, Source

CLIPPED = 0.02
"""Share of samples at the very peak from which on a template is called clipped."""


@dataclass(frozen=True, eq=False)
class Template:
    """A sound that is looked for.

    Parameters
    ----------
    sound
        It alone, one channel; of several their mean is taken.
    name
        What its hits are called. Several of one name are examples of one class: the best of their scores counts.
    low, high
        Hz, between which it is compared; None: as far as it has sound, within 25 dB of its loudest.

    Raises
    ------
    SettingsError
        A sound of silence, or with missing samples; a band that is none.

    Examples
    --------
    >>> from sonograph import signals
    >>> Template(signals.call("arch"), "arch", 1500.0, 6000.0)
    <Template: arch, 0.35 s, 1500 to 6000 Hz>
    """

    sound: Source
    name: str = "template"
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        source = checked_source(self.sound)
        samples = source.read(range(source.n_samples)).mean(axis=0)
        if not np.isfinite(samples).all():
            raise SettingsError(f"the template {self.name!r} has missing samples; give a part without them")
        if not samples.size or float(np.abs(samples - samples.mean()).max(initial=0.0)) == 0:
            raise SettingsError(f"the template {self.name!r} is silence; give a part with the sound that is looked for")
        object.__setattr__(self, "sound", Signal(samples, source.sample_rate, source.unit))
        for name, value in (("low", self.low), ("high", self.high)):
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise SettingsError(f"{name} of the template {self.name!r} is {value:g} Hz; it must be 0 or more")
        low, high = self.low or 0.0, math.inf if self.high is None else self.high
        if low >= min(high, source.sample_rate / 2):
            raise SettingsError(
                f"the template {self.name!r} is to be compared from {low:g} Hz up; it must begin below "
                f"{min(high, source.sample_rate / 2):g} Hz, where it ends"
            )

    def __repr__(self) -> str:
        ends = "" if self.low is None and self.high is None else f", {_hertz(self.low)} to {_hertz(self.high)} Hz"
        return f"<Template: {self.name}, {self.duration:g} s{ends}>"

    @property
    def samples(self) -> np.ndarray:
        """(n,) of one channel."""
        return self.sound.read(range(self.sound.n_samples))[0]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.sound.n_samples / self.sound.sample_rate

    @property
    def is_clipped(self) -> bool:
        """Whether so many of its samples lie at its very peak that it was cut off there."""
        samples = np.abs(self.samples)
        return float(np.mean(samples >= 0.999 * samples.max())) > CLIPPED

    def at_rate(self, sample_rate: float) -> Template:
        """The same at another sample rate, its band cut at the lower half of both.

        Raises
        ------
        SettingsError
            Nothing of its band is left.
        """
        top = min(sample_rate, self.sound.sample_rate) / 2
        if (self.low or 0.0) >= top:
            raise SettingsError(
                f"the template {self.name!r} begins at {self.low:g} Hz; at {sample_rate:g} Hz there is nothing above "
                f"{top:g} Hz"
            )
        if sample_rate == self.sound.sample_rate:
            return self
        high = top if self.high is None or self.high > top else self.high
        sound = resample(self.sound, sample_rate)
        return replace(self, sound=Signal(sound.read(range(sound.n_samples)), sample_rate, self.sound.unit), high=high)


def templates_of(given: Any) -> list[Template]:
    """What was given as templates, as a list of them.

    Parameters
    ----------
    given
        A path or Source, with part and name as "wren=call.wav@1.2-1.9,2k-8k"; a Template; several of these; or a
        mapping of names to one or several.

    Raises
    ------
    SettingsError
        None at all; one that cannot be.
    SourceError
        A file that cannot be read.
    """
    found = list(_each(given))
    if not found:
        raise SettingsError("no template is given; give a sound to look for")
    return found


def _each(given: Any, name: str | None = None) -> Iterator[Template]:
    if isinstance(given, Template):
        yield given if name is None else replace(given, name=name)
    elif is_path(given):
        yield of_file(given, name)
    elif isinstance(given, Mapping):
        for key, one in given.items():
            yield from _each(one, str(key))
    elif isinstance(given, Iterable) and not isinstance(given, Source | np.ndarray):
        for one in given:
            yield from _each(one, name)
    else:
        yield Template(given, name or "template")


def of_file(given: Any, name: str | None = None) -> Template:
    """A template of a file, or of a part: NAME=FILE@FROM-TO,LOW-HIGH, of which all but FILE may be left out.

    Raises
    ------
    SettingsError
        A part that is none, or not within the file.
    SourceError
        The file cannot be read.
    """
    path, part, called = given, "", name
    if isinstance(given, str) and not Path(given).exists():
        before, mark, after = given.rpartition("@")
        path, part = (before, after) if mark else (given, "")
        front, equals, rest = path.partition("=")
        if equals and front and not Path(path).exists():
            called, path = name or front, rest
    times, band = part_of(part, os.fsdecode(given), "call.wav@1.2-1.9,2k-8k")
    with audio.open(path) as source:
        refuse_complex(source)
        sound = _cut(source, times, os.fsdecode(path))
    return Template(sound, called or Path(os.fsdecode(path)).stem, *(band or (None, None)))


def of_marks(table: Any, recording: Any) -> list[Template]:
    """A template for each box of a table of marks, named by its words.

    Raises
    ------
    SourceError
        The table or the recording cannot be read; no mark is of the recording, or one lies beyond its end.
    """
    every = read_marks(table)
    marks = marks_of(every, recording)
    names = f"{name_of(table)}: "
    if not every:
        raise SourceError(f"{names}holds no mark. Mark the sounds to look for.")
    if not marks:
        files = ", ".join(sorted({mark.file for mark in every if mark.file})[:3])
        raise SourceError(
            f"{names}has marks of {files} and none of {name_of(recording)}. Name its recording with --of."
        )
    found = []
    with audio.open(recording) as source:
        refuse_complex(source)
        length = source.n_samples / source.sample_rate
        for mark in marks:
            if mark.end > length + 0.5:
                raise SourceError(
                    f"{names}has a mark at {mark.start:g} to {mark.end:g} s and {name_of(recording)} ends at "
                    f"{length:g} s: it is of another recording. Name that with --of."
                )
            if mark.end <= mark.start:
                raise SourceError(
                    f"{names}has a mark at {mark.start:g} s of no length; a template needs some. Widen it."
                )
            sound = _cut(source, (mark.start, min(mark.end, length)), name_of(recording))
            found.append(Template(sound, mark.words or "template", mark.low or None, mark.high))
    return found


def _cut(source: Source, times: tuple[float, float] | None, name: str) -> Signal:
    rate, n = source.sample_rate, source.n_samples
    if times is None:
        first, stop = 0, n
    else:
        first, stop = round(times[0] * rate), round(times[1] * rate)
        if first >= n or stop > n + 1:
            raise SettingsError(
                f"the part {times[0]:g}-{times[1]:g} is not within {name}, which ends at {n / rate:g} s"
            )
    return Signal(source.read(range(first, min(stop, n))).mean(axis=0), rate, source.unit)


def _hertz(value: float | None) -> str:
    return "…" if value is None else f"{value:g}"
