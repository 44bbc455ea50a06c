"""Samples that lie in a file as plain numbers: found by position, read exactly, no library between.

Full scale is 2^(bits-1) of the container, so that all readers of a file agree; a float sample is taken as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from sonograph.errors import SonographError
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault, read_error

_PLACES, _LOOK = 16, 4096  # where samples are looked at to tell which bits they use, and how many at each
_SECTOR = 1024  # samples of each channel that are given up at a time where the disk fails


@dataclass(frozen=True)
class Encoding:
    """How one sample is written.

    kind : "signed", "unsigned", "float", "µ-law" or "A-law"
    width : bytes
    big : whether the most significant byte comes first
    bits : how many of the bits count
    low : whether they are the lowest of the bytes; formats want the highest
    """

    kind: str
    width: int
    big: bool
    bits: int
    low: bool = False

    @property
    def dtype(self) -> np.dtype:
        """What the samples are read as: float32 where it holds them exactly, float64 otherwise."""
        return np.dtype(np.float32 if self.width <= 3 or (self.kind == "float" and self.width == 4) else np.float64)

    @property
    def text(self) -> str:
        """As "16 bit PCM"."""
        if self.kind in LAWS:
            return self.kind
        return f"{self.bits} bit {'float' if self.kind == 'float' else 'PCM'}"

    def samples(self, data: bytes, n_channels: int) -> np.ndarray:
        """Bytes as samples (channels, n), the channels side by side in the bytes."""
        out = np.empty((n_channels, len(data) // (self.width * n_channels)), self.dtype)
        if self.kind in LAWS:
            values = LAWS[self.kind]()[np.frombuffer(data, np.uint8)]
        elif self.kind == "float":
            values = np.frombuffer(data, f"{'>' if self.big else '<'}f{self.width}")
        else:
            values = self._integers(data)
        out[:] = values.reshape(-1, n_channels).T
        if values.dtype.kind == "i":
            out *= self.dtype.type(2.0 ** ((8 * self.width - self.bits if self.low else 0) - 8 * values.itemsize + 1))
        return out

    def _integers(self, data: bytes) -> np.ndarray:
        """Signed integers, the sample in the highest bits of each."""
        wide = next(wide for wide in (1, 2, 4, 8) if self.width <= wide)
        spare = wide - self.width
        if not spare:
            values = np.frombuffer(data, f"{'>' if self.big else '<'}i{wide}")
            return values ^ np.array(-(2 ** (8 * wide - 1)), values.dtype) if self.kind == "unsigned" else values
        # each is read with bytes of its neighbour, which are then cleared: far quicker than moving bytes apart
        padded = data + bytes(spare) if self.big else bytes(spare) + data
        kind = f"{'>' if self.big else '<'}i{wide}"
        values = np.ndarray((len(data) // self.width,), kind, padded, 0, (self.width,))
        return values & np.array(-(1 << 8 * spare), kind)


def which_bits(file: OpenFile, encoding: Encoding, first: int, n_bytes: int, faults: list[Fault]) -> Encoding:
    """The encoding with `low` as the samples themselves tell, where fewer bits count than the bytes have.

    Formats want them in the highest bits, and zeros below. Samples that use the bits below, and none above, lie in the
    lowest; those that use all were counted wrongly. Both are said. A part of the samples is looked at.
    """
    spare = 8 * encoding.width - encoding.bits
    if encoding.kind != "signed" or spare <= 0:
        return encoding
    used, widest, size = False, 0, _LOOK * encoding.width
    for place in sorted({n_bytes * i // _PLACES // encoding.width * encoding.width for i in range(_PLACES)}):
        data = file.at(first + place, min(size, n_bytes - place))
        values = encoding._integers(data[: len(data) // encoding.width * encoding.width])
        values = values >> np.array(8 * (values.itemsize - encoding.width), values.dtype)
        if values.size:
            used = used or bool((values & np.array((1 << spare) - 1, values.dtype)).any())
            widest = max(widest, int(values.max()), -1 - int(values.min()))
    if not used:
        return encoding
    total = 8 * encoding.width
    if widest < 1 << (encoding.bits - 1):
        what = f"its samples of {encoding.bits} bits lie in the lowest of {total}, where the format wants the highest. "
        faults.append(Fault("warn", "low-bits", f"{what}{encoding.bits} bits were taken for full scale."))
        return replace(encoding, low=True)
    what = f"the header says that {encoding.bits} of {total} bits count and its samples use more. All were used."
    faults.append(Fault("warn", "bits", what))
    return encoding


@cache
def _mu_law() -> np.ndarray:
    """What each byte of µ-law means, full scale 1 (ITU-T G.711)."""
    code = ~np.arange(256) & 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return (np.where(code & 0x80, -size, size) / 32_768).astype(np.float32)


@cache
def _a_law() -> np.ndarray:
    """What each byte of A-law means, full scale 1 (ITU-T G.711)."""
    code = np.arange(256) ^ 0x55
    segment = (code & 0x70) >> 4
    size = ((code & 0x0F) << 4) + np.where(segment, 0x108, 8) << np.maximum(segment - 1, 0)
    return (np.where(code & 0x80, size, -size) / 32_768).astype(np.float32)


LAWS = {"µ-law": _mu_law, "A-law": _a_law}


class PcmTrack:
    """Plain samples in a part of a file."""

    decoder, seekable = "", True

    def __init__(self, file: OpenFile, encoding: Encoding, n_channels: int, first_byte: int, n_samples: int) -> None:
        self.file, self.encoding, self.n_channels = file, encoding, n_channels
        self.first_byte, self.dtype = first_byte, encoding.dtype
        self.n_samples: int | None = n_samples

    def place(self, sample: int) -> int:
        """The byte at which a sample begins."""
        return self.first_byte + sample * self.encoding.width * self.n_channels

    def cursor(self) -> PcmCursor:
        """A reader at the first sample."""
        return PcmCursor(self)


class PcmCursor:
    """A place in plain samples."""

    def __init__(self, track: PcmTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []

    def seek(self, sample: int) -> None:
        """Go to a sample."""
        self.position = sample

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n), fewer at the end or where the file was cut meanwhile."""
        track = self.track
        step = track.encoding.width * track.n_channels
        count = max(0, min(count, (track.n_samples or 0) - self.position))
        if not count:
            return np.empty((track.n_channels, 0), track.dtype)
        try:
            data = track.file.at(track.first_byte + self.position * step, count * step)
        except SonographError:
            raise  # a store that does not answer is not asked for every sample
        except OSError as error:
            return self._around(count, error)
        whole = len(data) // step * step
        self.position += whole // step
        return track.encoding.samples(data[:whole], track.n_channels)

    def _around(self, count: int, error: OSError) -> np.ndarray:
        """Samples that the disk gives only in part: what it does not is NaN, and no more than has to be."""
        self.faults.append(read_error(self.position, error))
        track, step = self.track, self.track.encoding.width * self.track.n_channels
        out = np.full((track.n_channels, count), np.nan, track.dtype)
        for first in range(0, count, _SECTOR):
            size = min(_SECTOR, count - first)
            try:
                data = track.file.at(track.first_byte + (self.position + first) * step, size * step)
            except OSError:
                continue
            samples = track.encoding.samples(data[: len(data) // step * step], track.n_channels)
            out[:, first : first + samples.shape[1]] = samples
        self.position += count
        return out

    def close(self) -> None:
        """Nothing to let go of."""
