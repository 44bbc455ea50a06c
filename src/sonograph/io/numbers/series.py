"""What a file of numbers holds, and when that is a sound: the rate, the channels, whether numbers are counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from sonograph.io.containers.metadata import Metadata, printable
from sonograph.io.decoders.memory import MemoryTrack
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault
from sonograph.sounds.source import checked_rate

_FULL_SCALE_16 = 1 << 15


@dataclass
class Series:
    """Numbers, and what their file says of them.

    samples : (channels, n) float32, float64 or signed integers
    text : what kind of file it is, as "NPY, float64"
    sample_rate : Hz, where the file says
    unit : what the samples are in, "" where that is not said
    """

    samples: np.ndarray
    text: str
    sample_rate: float | None = None
    unit: str = ""
    start: datetime | None = None
    fields: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    decoder: str = ""


def opened_series(file: OpenFile, series: Series, sample_rate: float | None) -> Opened:
    """Numbers as samples at the rate that is given, or that their file says.

    Whole numbers are read over their full scale; `Opened.whole` undoes that where they are in a unit as they are.
    """
    rate = series.sample_rate if sample_rate is None else sample_rate
    if rate is None:
        raise file.error("no-rate", "does not say how many samples a second it has. Give sample_rate (--sample-rate).")
    rate = checked_rate(rate)
    samples, faults, whole = series.samples, list(series.faults), 1.0
    counts = _counts(samples)
    if samples.dtype.kind == "i":
        whole = 2.0 ** (8 * samples.dtype.itemsize - 1)
        samples = samples.astype(np.float32 if samples.dtype.itemsize <= 2 else np.float64)
        samples *= samples.dtype.type(1 / whole)
    track = MemoryTrack(np.ascontiguousarray(samples, samples.dtype.newbyteorder("=")))
    track.decoder = series.decoder
    metadata = Metadata(start=series.start, fields={k: printable(v.encode()) for k, v in series.fields.items()})
    found = Opened(track, series.text, rate, track.n_samples, faults, metadata)
    found.unit, found.counts, found.whole = series.unit, counts, whole
    return found


def _counts(samples: np.ndarray) -> Fault | None:
    """What is to be said where numbers look like counts of a converter and are read as if 1.0 (or 2^31 …) were full."""
    if not samples.size:
        return None
    way_out = "Say what they are in (--unit counts, --unit V …)"
    if samples.dtype.kind == "i":
        bits = 8 * samples.dtype.itemsize
        most = max(-int(samples.min()), int(samples.max()))
        if bits <= 16 or not 0 < most < _FULL_SCALE_16:
            return None
        what = (
            f"holds whole numbers of {bits} bits, read as parts of 2^{bits - 1}, and none is above {most:,}: they look"
        )
        what += f" like counts of 16 bits, {6.02 * (bits - 16):.0f} dB louder. {way_out}, or save them as int16."
        return Fault("warn", "counts", what)
    finite = samples[np.isfinite(samples)]
    largest = float(np.abs(finite).max(initial=0.0))
    if largest < 2 or (np.floor(finite[:1000]) != finite[:1000]).any() or (np.floor(finite) != finite).any():
        return None
    what = (
        f"holds whole numbers up to {largest:,.15g} where full scale is 1.0: they look like counts, and their levels in"
    )
    return Fault("warn", "counts", f"{what} dBFS mean nothing. {way_out}, or divide them by their full scale.")
