"""AIFF and AIFF-C: what the header claims, and what the file holds."""

from __future__ import annotations

import math
import struct

from sonograph.io.containers import chunks
from sonograph.io.containers.content import word
from sonograph.io.containers.extents import Claim, Layout, extent
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_PLAIN = {b"NONE": "signed", b"twos": "signed", b"in24": "signed", b"in32": "signed", b"sowt": "little", b"raw ": "raw"}
_FLOATS = {b"fl32": 4, b"FL32": 4, b"fl64": 8, b"FL64": 8}
_LAWS = {b"ulaw": "µ-law", b"ULAW": "µ-law", b"alaw": "A-law", b"ALAW": "A-law"}
_NOT_KNOWN = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000)
_CODECS = {b"ima4": "IMA ADPCM", b"GSM ": "GSM 6.10"}


def layout_of(file: OpenFile) -> Layout:
    """Walk an AIFF file.

    Raises
    ------
    SourceError
        No format or no samples in it, or a format that cannot be.
    """
    head = file.at(0, 12)
    faults: list[Fault] = []
    found = list(chunks.walk(file, 12, chunks.BIG))
    common = next((chunk for chunk in found if chunk.name == b"COMM"), None)
    sound = next((chunk for chunk in found if chunk.name == b"SSND"), None)
    body = common.body(file, 64) if common else b""
    if len(body) < 18:
        raise file.error("no-format", "the AIFF header has no whole format chunk (COMM). It cannot be read.")
    n_channels, promised, bits = (int.from_bytes(body[a:b], "big") for a, b in ((0, 2), (2, 6), (6, 8)))
    sample_rate = extended(body[8:18])
    compression = body[18:22] if head[8:12] == b"AIFC" else b"NONE"
    encoding, codec = _encoding(file, compression, bits, n_channels)
    end = 8 + int.from_bytes(head[4:8], "big")
    step = n_channels * encoding.width if encoding else {"IMA ADPCM": 34 * n_channels}.get(codec, 1)
    start, n_bytes, block = file.size, 0, 0
    if sound is not None:
        offset, block = (int.from_bytes(file.at(sound.start + at, 4), "big") for at in (0, 4))
        start = sound.start + 8 + offset
        per_second = sample_rate * (step if encoding else step / 64 if codec == "IMA ADPCM" else 0.0)
        size = max(0, sound.claimed - 8 - offset)
        claim = Claim("AIFF", start, size, step, chunks.BIG, end, per_second, encoding, n_channels, unknown=())
        _, n_bytes = extent(file, claim, faults)
    n_samples = n_bytes // step if encoding else None
    layout = Layout(
        "AIFF", encoding, codec, sample_rate, n_channels, start, n_bytes, n_samples, n_samples, found, faults, big=True
    )
    if encoding:
        _compare(layout, promised, max(1, block // step), abs(file.size - end) <= 1)
    elif codec == "IMA ADPCM":
        layout.packet = 64
        layout.expected = None if promised <= n_bytes // step else promised  # some count its packets, some its samples
    else:
        layout.expected = promised or None
    if end > file.size + 1 or end < start + n_bytes // step * step:
        what = f"the header says that the file has {end:,} bytes and it has {file.size:,}. Its size was believed."
        faults.append(Fault("warn", "form-size", what))
    return layout


def _compare(layout: Layout, promised: int, block: int, is_sure: bool) -> None:
    """The header's own count of samples beside what is there: as for a size, the file is the fact."""
    there, faults = layout.n_samples or 0, layout.faults
    if there and (promised == 0 or (promised in _NOT_KNOWN and not is_sure)):
        what = "the header does not say how long the sound is, as when a recorder loses power. All of the "
        faults.insert(0, Fault("warn", "length-unknown", f"{what}{there:,} samples that follow it were used."))
    elif promised > there:
        what = f"the header promises {promised:,} samples but the file has {there:,} of them. What is there was "
        what += "used; copy the file again if you have the original."
        layout.expected = promised
        faults.append(Fault("partial", "data-cut", what))
    elif there - promised >= block:
        what = f"the header promises {promised:,} samples and {there:,} are there. All were used."
        faults.append(Fault("warn", "sample-count", what))
    else:
        layout.expected = layout.n_samples = promised  # what follows fills the last block


def ima4_header(sample_rate: float, n_channels: int, n_bytes: int) -> bytes:
    """What stands before IMA ADPCM in an AIFF-C file."""
    n_packets = n_bytes // (34 * n_channels)
    mantissa, exponent = math.frexp(sample_rate)
    rate = struct.pack(">HQ", exponent + 16382, int(mantissa * 2**64))
    common = struct.pack(">HIH", n_channels, n_packets, 16) + rate + b"ima4\0\0"
    body = b"AIFCCOMM" + struct.pack(">I", len(common)) + common + b"SSND" + struct.pack(">III", n_bytes + 8, 0, 0)
    return b"FORM" + struct.pack(">I", len(body) + n_bytes) + body


def extended(ten: bytes) -> float:
    """An 80 bit float, as AIFF writes its sample rate; NaN and infinity included.

    >>> extended(bytes.fromhex("400eac44000000000000"))
    44100.0
    """
    exponent, mantissa = int.from_bytes(ten[:2], "big"), int.from_bytes(ten[2:], "big")
    sign = -1.0 if exponent & 0x8000 else 1.0
    exponent &= 0x7FFF
    if exponent == 0x7FFF:
        return math.nan
    try:
        return sign * math.ldexp(mantissa, exponent - 16383 - 63)
    except OverflowError:
        return math.inf


def _encoding(file: OpenFile, compression: bytes, bits: int, n_channels: int) -> tuple[Encoding | None, str]:
    if not n_channels:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")
    if compression in _FLOATS:
        width = _FLOATS[compression]
        return Encoding("float", width, True, 8 * width), ""
    if compression in _LAWS:
        return Encoding(_LAWS[compression], 1, True, 8), ""
    if compression in _CODECS:
        return None, _CODECS[compression]
    if compression not in _PLAIN:
        raise file.error("codec", f"its samples are written in a way that is not known ({word(compression)}).")
    if not 1 <= bits <= 64:
        raise file.error("bits", f"the header says {bits} bits a sample; they must be 1 to 64.")
    kind = _PLAIN[compression]
    width = -(-bits // 8)
    return Encoding("unsigned" if kind == "raw" and width == 1 else "signed", width, kind != "little", bits), ""
