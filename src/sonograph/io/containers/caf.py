"""CAF: chunks with sizes of eight bytes, of which the last may be left unknown."""

from __future__ import annotations

import struct

from sonograph.io.containers import chunks
from sonograph.io.containers.aiff import ima4_header
from sonograph.io.containers.content import word
from sonograph.io.containers.extents import Claim, Layout, extent
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
    rate, name, flags, n_bytes, packet, n_channels, bits = struct.unpack(">d4s5I", body)
    if data is None or file.size < data.start + 4:
        raise file.error("no-data", "the CAF file ends before its samples. Copy it again if you have the original.")
    if not n_channels:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")
    if name != b"lpcm" and name not in _CODECS and name not in _LAWS:
        raise file.error("codec", f"its samples are written in a way that is not known ({word(name)}).")
    faults: list[Fault] = []
    encoding = _encoding(file, flags, n_bytes, n_channels, bits) if name == b"lpcm" else None
    encoding = Encoding(_LAWS[name], 1, True, 8) if name in _LAWS else encoding
    step = n_channels * encoding.width if encoding else 1
    start = data.start + 4  # after the count of edits
    size = data.claimed if data.claimed < 0 else max(0, data.claimed - 4)
    per_second = {b"lpcm": rate * step, b"ima4": rate / 64 * 34 * n_channels}.get(name, rate if encoding else 0.0)
    claim = Claim("CAF", start, size, step, chunks.CAF, None, per_second, encoding, n_channels)
    expected, n_bytes = extent(file, claim, faults)
    layout = Layout(
        "CAF", encoding, _CODECS.get(name, ""), rate, n_channels, start, n_bytes,
        None if expected is None or encoding is None else expected // step,
        n_bytes // step if encoding else None, found, faults, big=True,
    )  # fmt: skip
    if encoding is None:
        layout.packet = packet or layout.packet
        _of_codec(file, layout, name, flags)
    return layout


def _of_codec(file: OpenFile, layout: Layout, name: bytes, flags: int) -> None:
    """How many samples there are by the table of packets, and the header that a decoder is to see."""
    packets = next((chunk for chunk in layout.chunks if chunk.name == b"pakt"), None)
    if packets is not None and packets.size >= 24:
        _, valid, layout.skipped, _ = struct.unpack(">qqii", file.at(packets.start, 24))
        layout.expected = valid if valid > 0 else None
        layout.skipped = max(0, layout.skipped)
    if name == b"ima4":  # which libsndfile reads in AIFF-C only; the packets are the same
        layout.before = ima4_header(layout.sample_rate, layout.n_channels, layout.n_bytes)
        layout.stop = layout.data + layout.n_bytes
    elif not flags:  # how many bits ALAC has: libsndfile looks for them there, FFmpeg leaves it 0
        layout.before = _with_bits(file, layout)


def _with_bits(file: OpenFile, layout: Layout) -> bytes | None:
    head = bytearray(file.at(0, layout.data))
    cookie = next((chunk for chunk in layout.chunks if chunk.name == b"kuki"), None)
    about = next(chunk for chunk in layout.chunks if chunk.name == b"desc")
    body = b"" if cookie is None else cookie.body(file, 64)
    if body[4:8] == b"frma":
        body = body[24:]
    bits = {16: 1, 20: 2, 24: 3, 32: 4}.get(body[5] if len(body) > 5 else 0)
    if bits is None:
        return None
    head[about.start + 12 : about.start + 16] = bits.to_bytes(4, "big")
    return bytes(head)


def _encoding(file: OpenFile, flags: int, n_bytes: int, n_channels: int, bits: int) -> Encoding:
    width = n_bytes // n_channels
    if width * n_channels != n_bytes or width not in ((4, 8) if flags & _FLOAT else range(1, 9)):
        raise file.error(
            "bits", f"the header says {n_bytes} bytes for a sample of {n_channels} channels. It cannot be."
        )
    return Encoding("float" if flags & _FLOAT else "signed", width, not flags & _LITTLE, bits)
