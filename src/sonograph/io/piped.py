"""A WAV that is still being written, out of a pipe: samples as they come, without waiting for its end."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from sonograph.errors import SourceError
from sonograph.io.containers.riff import EXTENSIBLE, FLOAT, PCM
from sonograph.io.decoders.pcm import Encoding

HEAD = 12
"""Bytes that tell whether it is a WAV."""

AT_ONCE = 1 << 16
"""Bytes that are waited for, at most."""

LONGEST_CHUNK = 1 << 20
"""Bytes of a chunk before the samples that are passed over."""


class PipedWav:
    """A WAV that comes through a pipe.

    sample_rate, n_channels : of its samples
    format : as "WAV, 16 bit PCM"

    Parameters
    ----------
    stream
        Where it comes from, behind `head`.
    head
        Its first 12 bytes.

    Raises
    ------
    SourceError
        It is no WAV of plain samples.
    """

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self._stream = stream
        if not is_wav(head):
            raise SourceError("standard input: is no WAV. Pipe a WAV, or a sound file that ends.")
        form = b""
        while True:
            name, size = struct.unpack("<4sI", self._exactly(8))
            if name == b"data":
                break
            if size > LONGEST_CHUNK:
                raise SourceError(f"standard input: its header has a chunk of {size:,} bytes before the samples.")
            body = self._exactly(size + size % 2)
            form = body if name == b"fmt " else form
        if len(form) < 16:
            raise SourceError("standard input: the WAV header has no format chunk (fmt). It cannot be read.")
        tag, self.n_channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
        if tag == EXTENSIBLE and len(form) >= 26:
            tag = int.from_bytes(form[24:26], "little")
        width = -(-bits // 8)
        plain = tag == PCM and width in (1, 2, 3, 4)
        if not (plain or (tag == FLOAT and width in (4, 8))) or not self.n_channels or not rate:
            raise SourceError(f"standard input: a WAV of format {tag:#06x} with {bits} bits is not read from a pipe.")
        kind = "float" if tag == FLOAT else "unsigned" if width == 1 else "signed"
        self._encoding = Encoding(kind, width, False, bits)
        self.sample_rate = float(rate)
        self.format = f"WAV, {self._encoding.text}"

    def blocks(self) -> Iterator[np.ndarray]:
        """Samples (channels, n) as they come, to the end of the pipe."""
        step = self._encoding.width * self.n_channels
        at_once = max(step, min(AT_ONCE, int(self.sample_rate / 4) * step))
        left = b""
        while data := self._some(at_once):
            data = left + data
            whole = len(data) // step * step
            left = data[whole:]
            if whole:
                yield self._encoding.samples(data[:whole], self.n_channels)

    def _some(self, most: int) -> bytes:
        """What has come, at least a byte; none at the end."""
        read = getattr(self._stream, "read1", self._stream.read)
        return bytes(read(most))

    def _exactly(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) < count:
            raise SourceError("standard input: ends within the header of a WAV.")
        return data


def is_wav(head: bytes) -> bool:
    """Whether it begins as a WAV does."""
    return head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE"
