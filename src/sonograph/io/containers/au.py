"""AU (also .snd): a header of six numbers."""

from __future__ import annotations

import struct

from sonograph.io.containers.extents import Claim, Layout, extent, with_size
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_PLAIN = {2: ("signed", 1), 3: ("signed", 2), 4: ("signed", 3), 5: ("signed", 4), 6: ("float", 4), 7: ("float", 8)}
_PLAIN |= {1: ("µ-law", 1), 27: ("A-law", 1)}
_CODECS = {23: "G.721", 25: "G.723", 26: "G.723"}


def layout_of(file: OpenFile) -> Layout:
    """Read an AU header.

    Raises
    ------
    SourceError
        A header that is cut or that cannot be.
    """
    head = file.at(0, 24)
    if len(head) < 24:
        raise file.error("no-format", "the AU header is cut. Copy the file again if you have the original.")
    big = head[:4] == b".snd"
    first, claimed, code, rate, n_channels = struct.unpack(">5I" if big else "<5I", head[4:])
    if code not in _PLAIN and code not in _CODECS:
        raise file.error("codec", f"its samples are written in a way that is not known (encoding {code}).")
    if not n_channels:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")
    if not 24 <= first <= max(24, file.size):
        raise file.error(
            "bad-format", f"the AU header says that the sound starts at byte {first:,}. It cannot be read."
        )
    faults: list[Fault] = []
    encoding = Encoding(*_PLAIN[code], big, 8 * _PLAIN[code][1]) if code in _PLAIN else None
    step = n_channels * encoding.width if encoding else 1
    claim = Claim("AU", first, claimed, step, None, None, float(rate * step) if encoding else 0.0, encoding, n_channels)
    expected, n_bytes = extent(file, claim, faults)
    before = with_size(file, first, n_bytes, 4, big, at=8) if expected is None and encoding is None else None
    return Layout(
        "AU", encoding, _CODECS.get(code, ""), float(rate), n_channels, first, n_bytes,
        None if expected is None or encoding is None else expected // step,
        n_bytes // step if encoding else None, [], faults, before=before, stop=first + n_bytes,
    )  # fmt: skip
