"""NumPy arrays: (n,) or (channels, n) numbers behind a header that is matched, never evaluated."""

from __future__ import annotations

import math
import re

import numpy as np

from sonograph.io.decoders.memory import MemoryTrack
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.sounds.source import Signal

_HEADER = re.compile(
    rb"\{'descr': '([<>=]?[if][48]|[<>=|]?i[12])', 'fortran_order': (True|False), "
    rb"'shape': \((\d+),(?: (\d+))?\), ?\}\s*"
)


def open_array(file: OpenFile, sample_rate: float | None) -> Opened:
    """An array as samples; one that holds objects, which could run code, is refused with all others."""
    if sample_rate is None:
        raise file.error("no-rate", "does not say how many samples a second it has. Give sample_rate (--sample-rate).")
    width = 2 if file.at(6, 1) == b"\1" else 4
    length = int.from_bytes(file.at(8, width), "little")
    first = 8 + width + length
    header = file.at(8 + width, min(length, 1 << 16))
    found = _HEADER.fullmatch(header)
    if found is None:
        what = "its header is broken, or it does not hold (n,) or (channels, n) of float32, float64 or signed integers"
        raise file.error("bad-format", f"{what}. Save it again.")
    dtype, shape = np.dtype(found.group(1).decode()), tuple(int(size) for size in found.groups()[2:] if size)
    count = math.prod(shape)
    if count * dtype.itemsize > file.size - first:
        raise file.error("data-cut", f"promises {count:,} numbers and the file ends before. Save it again.")
    values = np.frombuffer(file.at(first, count * dtype.itemsize), dtype)
    order = "F" if found.group(2) == b"True" else "C"
    signal = Signal(values.reshape(shape, order=order), sample_rate)  # type: ignore[call-overload]
    samples = signal.samples.reshape(signal.n_channels, signal.n_samples)
    return Opened(MemoryTrack(samples), f"NPY, {dtype.name}", signal.sample_rate, signal.n_samples)
