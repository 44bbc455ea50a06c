"""The file of a shard, as zarr would write it: the same bytes, without the steps between, which take as long again.

Chunks one behind the other, each packed by zstd and ended by its CRC; then where each begins and how long it is, and
the CRC of that (the codec "sharding_indexed" of Zarr v3). A chunk of nothing but the fill is left out.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from sonograph.archive.products.product import ArrayFacts
from sonograph.errors import MissingExtra

CHUNK = 1 << 20
"""Bytes of a chunk at most, before they are packed."""
LEVEL = 3
"""Of zstd."""
_NOT_THERE = 2**64 - 1
"""What stands in the index for a chunk that was left out, as its place and as its length."""


def chunk_rows(fact: ArrayFacts, rows: int) -> int:
    """Rows of a chunk: the most that divide a shard's and are no more than `CHUNK` bytes."""
    most = max(1, CHUNK // (np.dtype(fact.dtype).itemsize * int(np.prod(fact.shape, dtype=np.int64))))
    return max(n for n in range(1, min(rows, most) + 1) if rows % n == 0)


def pack(fact: ArrayFacts, rows: int, values: np.ndarray) -> bytes | None:
    """The file of a shard of so many rows, of which the last may not be there; None where all of them are the fill."""
    zstd, crc32c = _codecs()
    values = np.ascontiguousarray(values, np.dtype(fact.dtype).newbyteorder("<"))
    step, parts, index, begin = chunk_rows(fact, rows), list[bytes](), list[int](), 0
    for first in range(0, rows, step):
        chunk = values[first : first + step]
        if _is_fill(chunk, fact.fill):
            index += [_NOT_THERE, _NOT_THERE]
            continue
        if len(chunk) < step:
            chunk = np.concatenate([chunk, np.full((step - len(chunk), *fact.shape), fact.fill, chunk.dtype)])
        packed = bytes(zstd.encode(chunk))
        parts += [packed, struct.pack("<I", crc32c(packed))]
        index += [begin, len(packed) + 4]
        begin += len(packed) + 4
    if not parts:
        return None
    places = struct.pack(f"<{len(index)}Q", *index)
    return b"".join([*parts, places, struct.pack("<I", crc32c(places))])


def _is_fill(chunk: np.ndarray, fill: Any) -> bool:
    """Whether there is nothing but the fill; -0.0 is not 0.0, and any NaN is NaN."""
    if chunk.size and not _same(chunk[:1].ravel()[:1], fill):  # which tells of most
        return False
    return _same(chunk, fill)


def _same(values: np.ndarray, fill: Any) -> bool:
    if values.dtype.kind == "f" and np.isnan(fill):
        return bool(np.isnan(values).all())
    same = values == values.dtype.type(fill)
    if values.dtype.kind == "f" and fill == 0:
        same &= np.signbit(values) == np.signbit(fill)
    return bool(same.all())


def _codecs() -> tuple[Any, Any]:
    """What packs, and the CRC; both are there where zarr is."""
    try:
        from google_crc32c import value
        from numcodecs.zstd import Zstd
    except ImportError:
        raise MissingExtra("archives need the package zarr: pip install '.[archive]'") from None
    return Zstd(level=LEVEL, checksum=False), value
