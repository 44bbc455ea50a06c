"""Which reader serves which file: content in, a track with its claims and its faults out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import numpy as np

from sonograph.io.content import kind_of, refusal
from sonograph.io.door import OpenFile
from sonograph.io.pcm import PcmTrack
from sonograph.io.riff import Layout
from sonograph.io.status import Fault

HIGHEST_RATE = 10e6
"""Hz. A header that says more is broken."""


class Cursor(Protocol):
    """A place in a sound: reads forward, goes elsewhere where its track is seekable."""

    faults: list[Fault]
    position: int

    def seek(self, sample: int) -> None: ...  # noqa: D102
    def read(self, count: int) -> np.ndarray: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Track(Protocol):
    """Sound in a file, wherever its bytes are and whatever decodes them."""

    dtype: np.dtype
    n_channels: int
    n_samples: int | None
    seekable: bool

    def cursor(self) -> Cursor: ...  # noqa: D102


@dataclass
class Opened:
    """What opening a file found.

    expected : samples of each channel that the file promises; None where it promises nothing
    """

    track: Track
    format: str
    sample_rate: float
    expected: int | None
    faults: list[Fault] = field(default_factory=list)
    start: datetime | None = None


def opened(file: OpenFile, **options: Any) -> Opened:
    """Find out what a file is and how it is read.

    Raises
    ------
    SourceError
        It holds no sound, or none that can be read.
    """
    kind = kind_of(file)
    if kind in ("text", "npy"):
        from sonograph.io.tables import open_table

        return open_table(file, kind, **options)
    if kind not in _OPENERS:
        raise file.error("no-sound", refusal(file))
    return _OPENERS[kind](file)


def _riff(file: OpenFile) -> Opened:
    from sonograph.io import riff

    return _laid_out(file, riff.layout_of(file))


def _aiff(file: OpenFile) -> Opened:
    from sonograph.io import aiff

    return _laid_out(file, aiff.layout_of(file))


def _laid_out(file: OpenFile, layout: Layout) -> Opened:
    if layout.encoding is None:
        found = _decoded(file, layout.container)
        return Opened(found.track, f"{layout.container}, {layout.codec}", found.sample_rate, None, layout.faults)
    check_sound(file, layout.sample_rate, layout.n_channels)
    n_samples = layout.n_samples or 0
    track = PcmTrack(file, layout.encoding, layout.n_channels, layout.data, n_samples)
    text = f"{layout.container}, {layout.encoding.text}"
    expected = n_samples if layout.expected is None else layout.expected
    return Opened(track, text, layout.sample_rate, expected, layout.faults)


def _decoded(file: OpenFile, name: str, *, seekable: bool = False, **options: Any) -> Opened:
    from sonograph.io.decoded import DecodedTrack
    from sonograph.io.door import View
    from sonograph.io.libsndfile import Refused

    try:
        track = DecodedTrack(lambda: View(file), **options)
    except Refused as refused:
        raise file.error("codec", f"is a {name} file that cannot be decoded ({refused}).") from None
    check_sound(file, track.sample_rate, track.n_channels)
    if seekable and 0 <= track.claimed < 1 << 62:
        track.n_samples, track.seekable = track.claimed, True
    return Opened(track, name, track.sample_rate, track.n_samples)


def check_sound(file: OpenFile, sample_rate: float, n_channels: int) -> None:
    """Refuse a sound that cannot be."""
    if not 1.0 <= sample_rate <= HIGHEST_RATE:
        raise file.error("rate", f"the header says {sample_rate:g} samples a second; it must be 1 to {HIGHEST_RATE:g}.")
    if n_channels < 1:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")


_OPENERS: dict[str, Callable[[OpenFile], Opened]] = {
    "riff": _riff,
    "aiff": _aiff,
    "flac": lambda file: _decoded(file, "FLAC", seekable=True),
    "ogg": lambda file: _decoded(file, "Ogg", seekable=True, early=4096),
    "mp3": lambda file: _decoded(file, "MP3"),
    "au": lambda file: _decoded(file, "AU", seekable=True),
    "caf": lambda file: _decoded(file, "CAF", seekable=True),
}
