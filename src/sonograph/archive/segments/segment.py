"""A segment: samples of one file that have one time, one rate and one gain. A row of a catalogue.

Most files are one. An XWAV is as many as its list has raw files; a SoundTrap's that lost samples is one more behind
each gap.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from sonograph.sounds.calibration import Calibration

SECOND = 1_000_000_000
"""Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Samples of one file with one time, one rate and one gain, or a file of which nothing can be used.

    file : as it was named, or found
    first_sample, n_samples : which samples of the file; 0 samples where none can be used
    utc_ns : when the first of them was taken, ns since 1970 UTC; None where that is not known
    origin : what said so: table, toml, harp, bext, ixml, guano, audiomoth, tag, soundtrap or name; "" for nothing
    sample_rate : samples per second, Hz, as the list in an XWAV has it
    n_channels : channels
    gain : as the file words it, "" where it does not
    size, mtime_ns : of the file, bytes and ns since 1970
    status, reason : how it is by its header, as `sonograph info --quick` tells it: a word and a code
    sentence : what is wrong, and what to do; "" for nothing
    recorder : which one took it: its own name, or what its files are called beside their time
    format, dtype, unit : as "WAV, 16 bit PCM"; what its samples are read as; and what they are in
    calibration : as the file, or what lies beside it, tells it: JSON of scale, unit and response; "" for none
    resolution_ns : how exact the time is: 1 s for names
    after_ns : how much later it began than the file's first sample
    told : JSON of all that the file says of its time, by origin, and of its device
    beside : files beside it that were read too, with their sizes and times
    print : of its bytes, its head and its tail; the same for files that may be the same
    content : a digest of all its bytes, where another file has the same `print`
    same_as : a file of the catalogue that holds the same bytes and is used in its place
    """

    file: str
    first_sample: int = 0
    n_samples: int = 0
    utc_ns: int | None = None
    origin: str = ""
    sample_rate: float = 0.0
    n_channels: int = 0
    gain: str = ""
    size: int = 0
    mtime_ns: int = 0
    status: str = "unread"
    reason: str = ""
    sentence: str = ""
    recorder: str = ""
    format: str = ""
    dtype: str = "float32"
    unit: str = "FS"
    calibration: str = ""
    resolution_ns: int = SECOND
    after_ns: int = 0
    told: str = ""
    beside: str = ""
    print: str = ""
    content: str = ""
    same_as: str = ""

    @property
    def is_used(self) -> bool:
        """Whether it has samples with a time, and is no second copy."""
        return is_used(self.n_samples, self.utc_ns, self.same_as)

    @property
    def duration_ns(self) -> int:
        """How long it is by its rate."""
        return duration_ns(self.n_samples, self.sample_rate)

    @property
    def end_ns(self) -> int:
        """When its last sample was over, by its rate."""
        return (self.utc_ns or 0) + self.duration_ns

    def row(self) -> dict[str, Any]:
        """Its fields by name, as JSON can hold them."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def facts(self) -> dict[str, Any]:
        """What the file says of its time, by origin, and of its device."""
        return dict(json.loads(self.told)) if self.told else {}

    def calibrated(self) -> Calibration | None:
        """What full scale is in the world, where the file or what lies beside it says so."""
        return calibration_in(self.calibration)


def is_used(n_samples: int, utc_ns: int | None, same_as: str) -> bool:
    """As `Segment.is_used`, of its fields."""
    return n_samples > 0 and utc_ns is not None and not same_as


def duration_ns(n_samples: int, sample_rate: float) -> int:
    """As `Segment.duration_ns`, of its fields."""
    return round(n_samples * SECOND / sample_rate) if sample_rate else 0


COLUMNS = tuple(field.name for field in fields(Segment))
"""The columns of a catalogue, in order."""


def calibration_text(calibration: Calibration | None) -> str:
    """A calibration as a cell of a catalogue; "" for none.

    >>> calibration_in(calibration_text(Calibration(2.0, "Pa", ((100.0, -3.0),))))
    <Calibration: 1.0 is 2 Pa, response at 1 frequencies>
    """
    return "" if calibration is None else json.dumps([calibration.scale, calibration.unit, calibration.response])


def calibration_in(cell: str) -> Calibration | None:
    """A cell of a catalogue as a calibration."""
    if not cell:
        return None
    scale, unit, response = json.loads(cell)
    return Calibration(scale, unit, tuple((hertz, decibels) for hertz, decibels in response))
