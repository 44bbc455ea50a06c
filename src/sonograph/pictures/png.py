"""A palette PNG in a few lines (ISO/IEC 15948): loading Pillow would take as long as drawing a minute of sound."""

from __future__ import annotations

import struct
import zlib

import numpy as np


def palette_png(pixels: np.ndarray, colours: bytes, text: dict[str, str]) -> bytes:
    """A PNG of numbers of colours.

    pixels  : (height, width) uint8, from the top
    colours : red, green and blue of each number, up to 256
    text    : words about it, kept in text chunks

    >>> palette_png(np.zeros((1, 1), np.uint8), bytes(3), {})[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    height, width = pixels.shape
    lines = np.zeros((height, 1 + width), np.uint8)  # each begins with its filter: none
    lines[:, 1:] = pixels
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)), (b"PLTE", colours)]
    chunks += [(b"iTXt", name.encode("latin-1") + bytes(5) + words.encode()) for name, words in text.items()]
    chunks += [(b"IDAT", zlib.compress(lines.tobytes(), 2)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*chunks, strict=True)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
