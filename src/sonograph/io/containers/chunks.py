"""Chunks: the boxes that WAV, RF64, W64, AIFF and CAF files are made of. A size in a header is a claim, not a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sonograph.io.door import OpenFile

W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
"""What a W64 file begins with."""
MOST_CHUNKS = 100_000
"""A file with more is not walked further."""


@dataclass(frozen=True)
class Chunk:
    """One chunk: its name, where its content starts, how long it says it is, how much of that is there."""

    name: bytes
    start: int
    claimed: int
    size: int

    def body(self, file: OpenFile, most: int = 1 << 20) -> bytes:
        """The content, at most so many bytes of it."""
        return file.at(self.start, min(self.size, most))


@dataclass(frozen=True)
class Form:
    """How a family of files writes its chunks.

    header : bytes before the content of each
    read : name and claimed length of the content, from such a header
    align : chunks start at multiples of this
    """

    header: int
    read: Callable[[bytes], tuple[bytes, int]]
    align: int = 2


RIFF = Form(8, lambda h: (h[:4], int.from_bytes(h[4:8], "little")))
BIG = Form(8, lambda h: (h[:4], int.from_bytes(h[4:8], "big")))
W64 = Form(24, lambda h: (h[:16], int.from_bytes(h[16:24], "little", signed=True) - 24), align=8)
CAF = Form(12, lambda h: (h[:4], int.from_bytes(h[4:12], "big", signed=True)), align=1)


def walk(file: OpenFile, first: int, form: Form, long_sizes: dict[bytes, int] | None = None) -> Iterator[Chunk]:
    """The chunks from a position on, until the file ends or what follows is none.

    `long_sizes` are the real sizes of chunks that say 0xFFFFFFFF, as RF64 lists them; it may be filled on the way.
    """
    position = first
    for _ in range(MOST_CHUNKS):
        chunk = header_at(file, position, form, long_sizes)
        if chunk is None:
            return
        yield chunk
        end = chunk.start + max(0, chunk.claimed)
        position = end + -end % form.align
        if position > end and is_name(file.at(end, 4)) and not is_name(file.at(position, 4)):
            position = end  # written by a program that forgot to pad


def header_at(file: OpenFile, position: int, form: Form, long_sizes: dict[bytes, int] | None = None) -> Chunk | None:
    """The chunk whose header is at a position; None where there can be none."""
    header = file.at(position, form.header)
    if len(header) < form.header:
        return None
    name, claimed = form.read(header)
    if form.header < 24 and not is_name(name):
        return None
    if claimed == 0xFFFFFFFF and long_sizes:
        claimed = long_sizes.get(name, claimed)
    start = position + form.header
    size = file.size - start if claimed < 0 else min(claimed, file.size - start)
    return Chunk(name, start, claimed, size)


def is_name(name: bytes) -> bool:
    """Whether four bytes can be the name of a chunk.

    >>> is_name(b"fmt "), is_name(b"\\0\\0\\1\\0")
    (True, False)
    """
    return len(name) == 4 and all(32 <= byte < 127 for byte in name)


def are_chunks(file: OpenFile, first: int, form: Form) -> bool:
    """Whether what follows a position, up to the end of the file, is nothing but whole chunks."""
    end = first
    for chunk in walk(file, first, form):
        if chunk.size != chunk.claimed:
            return False
        end = chunk.start + chunk.size
    return file.size - end <= 1
