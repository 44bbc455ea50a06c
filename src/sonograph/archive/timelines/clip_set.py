"""Clips of one rate, numbered: where an archive of recordings has a timeline, one of clips has this.

What a timeline numbers are samples, and here they are clips. Parts, effort and names of inputs are the same otherwise,
so that plans, runs, marks and checks need to know of no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath
from typing import Any

import numpy as np

from sonograph.archive.segments.segment import Segment, calibration_in
from sonograph.archive.timelines.clock import Clock
from sonograph.archive.timelines.timeline import Part, Timeline
from sonograph.errors import SettingsError
from sonograph.io.status import shown


@dataclass(frozen=True)
class ClipPart(Part):
    """A clip, the `start`-th of its set.

    samples : how many it has, by its header
    calibration : as a cell of a catalogue; "" for none
    """

    samples: int = 0
    calibration: str = ""

    @property
    def identity(self) -> tuple[Any, ...]:
        """What its rows depend on; names of clips are often the same in several folders."""
        return self.start, short_name(self.path), self.size, self.mtime_ns, self.calibration


class ClipSet(Timeline):
    """Clips of one sample rate and number of channels; `n_samples` counts clips.

    faults : what was found wrong with clips that were computed, a sentence each, by `short_name`
    """

    faults: dict[str, str]

    @staticmethod
    def of(parts: Sequence[ClipPart], *, sample_rate: float, n_channels: int, unit: str) -> ClipSet:
        """That of clips whose numbers are 0, 1, 2 …"""
        clock = Clock((0,), (0,), (Fraction(1),))  # which nobody asks for a time
        return ClipSet(parts, clock, sample_rate=sample_rate, n_samples=len(parts), n_channels=n_channels, unit=unit,
                       recorder="clips")  # fmt: skip

    def _prepare(self) -> None:
        super()._prepare()
        self.faults = {}
        self._samples_before = np.concatenate([[0], np.cumsum([part.samples for part in self.clips], dtype=np.int64)])

    @property
    def clips(self) -> tuple[ClipPart, ...]:
        """Its parts."""
        return self.parts  # type: ignore[return-value]

    @property
    def duration(self) -> float:
        """Seconds of all clips, by their headers."""
        return self.effort() / self.sample_rate

    def _held(self, sample: int) -> int:
        """How many samples the clips before one have."""
        return int(self._samples_before[np.searchsorted(self._starts, sample)])

    def _inside(self, samples: range) -> np.ndarray:
        raise SettingsError("clips are no one sound; open the file of each")

    def part(self, samples: range) -> ClipSet:
        """The same set, numbered as it is, that knows only some clips."""
        first, last = (int(np.searchsorted(self._starts, one)) for one in (samples.start, samples.stop))
        few = ClipSet.__new__(ClipSet)
        few.__dict__.update(self.__getstate__() | {"parts": self.parts[first:last]})
        few._prepare()
        return few

    def __repr__(self) -> str:
        return f"<ClipSet: {self.n_samples:,} clips, {self.duration:,.6g} s at {self.sample_rate:g} Hz>"


def clip_set_of(clips: Sequence[Segment], path_of: Callable[[str], str]) -> ClipSet:
    """The set of clips of one sample rate and number of channels, in their order.

    Raises
    ------
    SettingsError
        They are in different units.
    """
    known = {cell: calibration_in(cell) for cell in {one.calibration for one in clips}}
    units: dict[str, Segment] = {}
    parts = []
    for number, one in enumerate(clips):
        calibration = known[one.calibration]
        units.setdefault(one.unit if calibration is None else calibration.unit, one)
        path = path_of(one.file)
        parts.append(ClipPart(number, 1, path, 0, one.size, one.mtime_ns, None, one.n_samples, one.calibration))
    if len(units) > 1:
        (unit, one), (other, two) = list(units.items())[:2]
        raise SettingsError(
            f"unit is {unit} in {shown(one.file)} and {other} in {shown(two.file)}; clips that are computed "
            f"together have one: calibrate all of them, or none"
        )
    return ClipSet.of(parts, sample_rate=clips[0].sample_rate, n_channels=clips[0].n_channels, unit=next(iter(units)))


def short_name(path: str) -> str:
    """The name of a clip with that of its folder, wherever they lie."""
    return "/".join(PurePath(path).parts[-2:])
