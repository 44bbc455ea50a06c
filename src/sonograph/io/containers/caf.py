"""CAF: chunks with sizes of eight bytes, of which the last may be left unknown."""

from __future__ import annotations

import struct

from sonograph.io.containers import chunks
from sonograph.io.containers.layout import Layout, extent
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_LAWS = {b"ulaw": "µ-law", b"alaw": "A-law"}
_CODECS = {b"alac": "ALAC", b"ima4": "IMA ADPCM"}
_FLOAT, _LITTLE = 1, 2


def layout_of(file: OpenFile) -> Layout:
    """Walk a CAF file.

    Raises
    ------
    SourceError
        No format or no samples in it, or a format that cannot be.
    """
    found = list(chunks.walk(file, 8, chunks.CAF))
    description = next((chunk for chunk in found if chunk.name == b"desc"), None)
    data = next((chunk for chunk in found if chunk.name == b"data"), None)
    body = description.body(file, 32) if description else b""
    if len(body) < 32:
        raise file.error("no-format", "the CAF header has no whole format chunk (desc). It cannot be read.")
    rate, name, flags, n_bytes, _, n_channels, bits = struct.unpack(">d4s5I", body)
    lost_power = data is not None and data.claimed in (0, 4) and not chunks.are_chunks(file, data.start + 4, chunks.CAF)
    if data is None or file.size < data.start + 4:
        raise file.error("no-data", "the CAF file ends before its samples. Copy it again if you have the original.")
    if not n_channels:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")
    if name != b"lpcm" and name not in _CODECS and name not in _LAWS:
        raise file.error("codec", f"its samples are written in a way that is not known ({name!r}).")
    faults: list[Fault] = []
    encoding = _encoding(file, flags, n_bytes, n_channels, bits) if name == b"lpcm" else None
    encoding = Encoding(_LAWS[name], 1, True, 8) if name in _LAWS else encoding
    step = n_channels * encoding.width if encoding else 1
    start = data.start + 4  # after the count of edits
    claimed = None if data.claimed < 0 or lost_power else max(0, data.claimed - 4)
    expected, there = extent(file, claimed, file.size - start, step, "CAF", faults)
    n_samples = there // step if encoding else None
    expected = expected if encoding else None
    codec = _CODECS.get(name, "")
    return Layout("CAF", encoding, codec, rate, n_channels, start, expected, n_samples, found, faults, big=True)


def _encoding(file: OpenFile, flags: int, n_bytes: int, n_channels: int, bits: int) -> Encoding:
    width = n_bytes // n_channels
    if width * n_channels != n_bytes or width not in ((4, 8) if flags & _FLOAT else range(1, 9)):
        raise file.error(
            "bits", f"the header says {n_bytes} bytes for a sample of {n_channels} channels. It cannot be."
        )
    return Encoding("float" if flags & _FLOAT else "signed", width, not flags & _LITTLE, bits)
