"""XWAV, as HARP recorders write it: a WAV whose `harp` chunk lists raw files, each with its time, rate and gain.

A duty cycle lies inside one file as if it were continuous, and the rate in the format chunk may be a nominal one: the
list is what counts (Triton's rdxwavhd.m; versions 0 and 1, and 2 with a number more for each channel).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sonograph.io.containers.chunks import Chunk
from sonograph.io.door import OpenFile

_DIGITS = {ord("0"): 0, ord("1"): 1, ord("2"): 2}  # one writer puts the version as a digit
_MOST = 1 << 16


@dataclass(frozen=True)
class RawFile:
    """One entry of the list: samples of the file that have a time, a rate and a gain of their own.

    first_sample, n_samples : which of the file's
    start       : when the first of them was taken, UTC, to the millisecond
    sample_rate : Hz
    gain        : what the numbers are to be divided by; 1 changes nothing
    """

    first_sample: int
    n_samples: int
    start: datetime
    sample_rate: float
    gain: int


def raw_files(file: OpenFile, chunks: Sequence[Chunk], harp: Chunk) -> tuple[RawFile, ...]:
    """The list of a `harp` chunk; nothing where it is broken, as the file is then as good as a plain WAV."""
    fmt = next((chunk for chunk in chunks if chunk.name == b"fmt "), None)
    data = next((chunk for chunk in chunks if chunk.name == b"data"), None)
    if fmt is None or data is None:
        return ()
    n_channels, align = struct.unpack("<2xH8xH", fmt.body(file, 14).ljust(14, b"\0"))
    body = harp.body(file, 1 << 24)
    if len(body) < 56 or not n_channels or not align:
        return ()
    version = _DIGITS.get(body[0], body[0])
    more = 4 * n_channels if version == 2 else 0
    count, first, step = int.from_bytes(body[36:38], "little"), 56 + more, 32 + more
    if not 0 < count < _MOST or first + count * step > len(body):
        return ()
    found = (_entry(body[first + i * step :][:32], data.start, align) for i in range(count))
    listed = [one for one in found if one is not None]
    return tuple(listed) if len(listed) == count else ()


def device(file: OpenFile, harp: Chunk) -> str:
    """The instrument and its site, as the chunk names them."""
    body = harp.body(file, 56)
    words = (body[11:15], body[15:19], body[19:27])
    return " ".join(filter(None, (word.split(b"\0")[0].decode("latin-1").strip() for word in words)))


def _entry(entry: bytes, data: int, align: int) -> RawFile | None:
    year, month, day, hour, minute, second, ticks, place, length, _, rate, gain = struct.unpack("<6BH4IB", entry[:25])
    try:
        start = datetime(2000 + year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
    start += timedelta(seconds=second, milliseconds=ticks)  # a second 60 carries over
    if place < data or (place - data) % align or not rate:
        return None
    return RawFile((place - data) // align, length // align, start, float(rate), gain)
