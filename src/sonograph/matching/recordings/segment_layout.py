"""How a segment lies on disk: a header that says what follows, then arrays, each at a multiple of 4096 bytes.

The header is one line that names the format, its length, a checksum of it, and JSON. Small arrays have their checksums
there, postings a sum of each bucket in an array of its own.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

VERSION = 1
MAGIC = b"SONOGRAPH LANDMARKS\n"
PAGE = 4096

ARRAYS = {
    "begins": "<i8", "lengths": "<i8", "sizes": "<i8", "modified": "<i8", "name_ends": "<i8", "names": "<u1",
    "buckets": "<u4", "counts": "<u4", "sums": "<u2", "when": "<u4",
}  # fmt: skip


def top_of(header: dict[str, Any]) -> bytes:
    """The first bytes of a segment."""
    body = json.dumps(header).encode()
    return MAGIC + b"%012d\n" % len(body) + hashlib.blake2b(body, digest_size=16).hexdigest().encode() + b"\n" + body


def pages(n_bytes: int) -> int:
    """So many bytes, up to whole pages."""
    return -(-n_bytes // PAGE) * PAGE
