"""AIFF and AIFF-C: what the header claims, and what the file holds."""

from __future__ import annotations

import math

from sonograph.io.containers import chunks
from sonograph.io.containers.chunks import Chunk
from sonograph.io.containers.layout import Layout
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_PLAIN = {b"NONE": "signed", b"twos": "signed", b"in24": "signed", b"in32": "signed", b"sowt": "little", b"raw ": "raw"}
_FLOATS = {b"fl32": 4, b"FL32": 4, b"fl64": 8, b"FL64": 8}
_LAWS = {b"ulaw": "µ-law", b"ULAW": "µ-law", b"alaw": "A-law", b"ALAW": "A-law"}
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
    start, there = _sound(file, sound, faults)
    step = n_channels * encoding.width if encoding else 1
    if not promised and there >= step:  # a recorder that lost power has not come back to count them
        promised = there // step
        what = "the header does not say how long the sound is, as when a recorder loses power. All of the "
        faults.insert(0, Fault("warn", "length-unknown", f"{what}{promised:,} samples that follow it were used."))
    n_samples = min(promised, there // step) if encoding else None
    if n_samples is not None and n_samples < promised:
        what = f"the header promises {promised:,} samples but the file has {n_samples:,} of them. What is there was "
        what += "used; copy the file again if you have the original."
        faults.append(Fault("partial", "data-cut", what))
    elif encoding and there // step > promised:
        what = f"the header promises {promised:,} samples and {there // step:,} are there. The header was believed."
        faults.append(Fault("warn", "sample-count", what))
    if end > file.size + 1 or end < start + (n_samples or 0) * step:
        what = f"the header says that the file has {end:,} bytes and it has {file.size:,}. Its size was believed."
        faults.append(Fault("warn", "form-size", what))
    return Layout(
        "AIFF",
        encoding,
        codec,
        sample_rate,
        n_channels,
        start,
        promised if encoding else None,
        n_samples,
        found,
        faults,
        big=True,
    )


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


def _sound(file: OpenFile, sound: Chunk | None, faults: list[Fault]) -> tuple[int, int]:
    """Where the samples start, and how many bytes of them there are."""
    if sound is None:
        return file.size, 0
    offset = int.from_bytes(file.at(sound.start, 4), "big")
    start = sound.start + 8 + offset
    lost_power = sound.claimed == 0 and file.size > start and not chunks.are_chunks(file, sound.start, chunks.BIG)
    if lost_power:
        faults.append(Fault("warn", "length-unknown", "its sound chunk does not say how long it is. All was used."))
        return start, max(0, file.size - start)
    if sound.claimed > sound.size:
        what = (
            f"its sound chunk promises {sound.claimed:,} bytes and the file ends after {sound.size:,}. What is there "
        )
        faults.append(Fault("partial", "data-cut", what + "was used; copy the file again if you have the original."))
    return start, max(0, sound.start + sound.size - start)


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
        raise file.error("codec", f"its samples are written in a way that is not known ({compression!r}).")
    if not 1 <= bits <= 64:
        raise file.error("bits", f"the header says {bits} bits a sample; they must be 1 to 64.")
    kind = _PLAIN[compression]
    width = -(-bits // 8)
    return Encoding("unsigned" if kind == "raw" and width == 1 else "signed", width, kind != "little", bits), ""
