"""What a file is once it is open: a track with its claims and its faults, and the places in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from sonograph.io.containers.metadata import Metadata
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault
from sonograph.sounds.source import LOWEST_RATE

HIGHEST_IN_HEADER = 1e9
"""Hz. No converter is faster; a header that says more, as 2^31, is broken."""


class Cursor(Protocol):
    """A place in a sound: reads forward, goes elsewhere where its track is seekable."""

    faults: list[Fault]
    position: int

    def seek(self, sample: int) -> None: ...  # noqa: D102
    def read(self, count: int) -> np.ndarray: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Track(Protocol):
    """Sound in a file, wherever its bytes are and whatever decodes them.

    n_samples : samples of each channel; None where only decoding tells
    decoder : the library that decodes, and its version; "" for none
    """

    decoder: str
    dtype: np.dtype
    n_channels: int
    n_samples: int | None

    @property
    def seekable(self) -> bool: ...  # noqa: D102
    def cursor(self) -> Cursor: ...  # noqa: D102


@dataclass
class Opened:
    """What opening a file found.

    expected : samples of each channel that the file promises; None where it promises nothing
    unit : what the file says that its numbers are in, "" where it does not
    whole : what undoes the division of whole numbers by full scale, where they are in a unit as they are
    counts : what is to be said where the numbers are read in FS and look like counts
    pairs : whether two channels of the track are one of complex samples, I and Q
    """

    track: Track
    format: str
    sample_rate: float
    expected: int | None
    faults: list[Fault] = field(default_factory=list)
    metadata: Metadata = field(default_factory=Metadata)
    unit: str = ""
    whole: float = 1.0
    counts: Fault | None = None
    pairs: bool = False


def check_sound(file: OpenFile, sample_rate: float, n_channels: int) -> None:
    """Refuse a sound that cannot be."""
    if not LOWEST_RATE <= sample_rate <= HIGHEST_IN_HEADER:
        span = f"{LOWEST_RATE:g} to {HIGHEST_IN_HEADER:g}"
        raise file.error("rate", f"the header says {sample_rate:g} samples a second; it must be {span}.")
    if n_channels < 1:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")
