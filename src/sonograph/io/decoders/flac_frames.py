"""FLAC frames decoded by a compiled program of our own: several at a time, each under its own checksum."""

from __future__ import annotations

import sys
import threading
from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.engines.compiled import build
from sonograph.io.containers.flac import Bytes, Format, Frame
from sonograph.io.decoders import flac_program
from sonograph.io.decoders.flac_bits import SPARE, STATE
from sonograph.io.decoders.flac_libsndfile import PlainFrames, longest
from sonograph.io.decoders.flac_near import NearBytes
from sonograph.io.decoders.flac_subframes import LOOKS_BACK

_APART = 40
"""Numbers between those of one channel and the next, else all would begin in one set of the cache."""


class _Program:
    """The program in memory."""

    def __init__(self) -> None:
        self.decode: Any = build.loaded(flac_program.text()).function("decode", flac_program.ARGUMENTS)
        self.crcs = _crc16_tables()


@lru_cache(maxsize=1)
def program() -> _Program | None:
    """None on machines that nothing can be compiled on."""
    return None if build.unable() else _Program()


def _crc16_tables() -> np.ndarray:
    """(8, 256): the CRC-16 of a byte, of it and a zero, and so on (RFC 9639, 9.3)."""
    tables = np.empty((8, 256), np.uint16)
    crc = np.arange(256, dtype=np.uint32) << 8
    for _ in range(8):
        crc = np.where(crc & 0x8000, crc << 1 ^ 0x8005, crc << 1) & 0xFFFF
    tables[0] = crc
    for i in range(1, 8):
        before = tables[i - 1].astype(np.uint32)
        tables[i] = (before << 8 & 0xFFFF) ^ tables[0][before >> 8]
    return tables


class _Memory(threading.local):
    """What a thread decodes in."""

    def __init__(self) -> None:
        self.work, self.state, self.weights = (
            np.empty(0, np.int64),
            np.zeros(STATE, np.int64),
            np.zeros(LOOKS_BACK, np.int64),
        )


_memory = _Memory()


class Frames:
    """The frames of a file. Any thread may decode."""

    name = f"sonograph {sys.modules['sonograph'].__version__}"

    def __init__(self, file: Bytes, program: _Program) -> None:
        self._file, self._program = file, program

    def refuses(self, frame: Frame) -> str | None:
        """Nothing: any number of bits can be decoded."""

    def is_whole(self, place: int, size: int, sound: Format) -> bool:
        """Whether a frame can be decoded, its checksum included."""
        out = np.empty((sound.n_channels, size), np.float64)
        try:
            good, _ = self.decode(np.array([place], np.int64), np.array([size], np.int64), sound, out, 0)
        except OSError:
            return False
        return bool(good[0])

    def decode(
        self, places: np.ndarray, sizes: np.ndarray, sound: Format, out: np.ndarray, width: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decode frames into `out`, one behind the other; which of them are whole, and the bytes of all for the MD5.

        places, sizes : (frames,) int64, rising: the bytes that they begin at, and their samples of each channel
        out : (channels, samples or more), float32 or float64; nothing is written for a frame that is not whole
        width : bytes of a number for the MD5; 0 for none

        Raises
        ------
        OSError
            The disk failed.
        """
        start, most = int(places[0]), longest(int(sizes.max()), sound)
        span = int(places[-1]) - start + most
        if span > 2 * len(places) * most and len(places) > 1:  # much between them that is no frame
            raise OSError
        data = self._file.at(start, span + SPARE)
        if len(data) < span + SPARE:
            data += bytes(SPARE)
        channels, memory, pitch = len(out), _memory, LOOKS_BACK + int(sizes.max()) + _APART
        if memory.work.size < channels * pitch:
            memory.work = np.empty(channels * pitch, np.int64)
        lengths, encoded = np.zeros(len(sizes), np.int64), np.empty(int(sizes.sum()) * channels * width, np.uint8)
        offsets = places - start
        self._program.decode(
            np.frombuffer(data, np.uint8).ctypes.data, len(data) - SPARE, offsets.ctypes.data, sizes.ctypes.data,
            len(sizes), sound.bits, channels, memory.work[LOOKS_BACK:].ctypes.data, pitch, memory.state.ctypes.data,
            memory.weights.ctypes.data, self._program.crcs.ctypes.data, out.ctypes.data, out.strides[0] // out.itemsize,
            int(out.dtype == np.float64), encoded.ctypes.data, width, lengths.ctypes.data,
        )  # fmt: skip
        return lengths > 0, encoded


def decoder_of(file: NearBytes, *, mislabelled: bool) -> Frames | PlainFrames:
    """What decodes the frames of a file: the compiled program, or libsndfile where nothing can be compiled."""
    compiled = program()
    return PlainFrames(file.file, mislabelled=mislabelled) if compiled is None else Frames(file, compiled)
