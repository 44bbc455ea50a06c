"""WAV, RF64, BW64 and W64: what the header claims, what the file holds, and where the two part ways.

The size of the file is the fact. A recorder that lost power leaves a data size of 0; a stream leaves 0xFFFFFFFF; a
copy that broke off leaves a promise that the file does not keep.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sonograph.io.containers import chunks
from sonograph.io.containers.chunks import Chunk
from sonograph.io.containers.extents import Claim, Layout, extent, with_size
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_GUID_TAIL = bytes.fromhex("800000aa00389b71")
_LAWS = {6: "A-law", 7: "µ-law"}
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
CODECS = {
    2: "MS ADPCM",
    0x11: "IMA ADPCM",
    0x31: "GSM 6.10",
    0x38: "NMS ADPCM",
    0x40: "G.721",
    0x50: "MP2",
    0x55: "MP3",
}
"""What is not plain samples, by its number in the header."""
_PACKED = (2, 0x11, 0x31)
"""Those whose header says how many samples a packet has."""


@dataclass(frozen=True)
class _Format:
    tag: int
    n_channels: int
    sample_rate: int
    byte_rate: int
    align: int
    bits: int
    valid: int
    packet: int


def layout_of(file: OpenFile) -> Layout:
    """Walk a WAV, RF64, BW64 or W64 file.

    Raises
    ------
    SourceError
        No format or no samples in it, or a format that cannot be.
    """
    head = file.at(0, 40)
    faults: list[Fault] = []
    long_sizes: dict[bytes, int] = {}
    if head[:16] == chunks.W64_RIFF:
        container, big, form, first = "W64", False, chunks.W64, 40
    else:
        container = {b"RIFF": "WAV", b"RIFX": "WAV"}.get(head[:4], head[:4].decode("latin-1"))
        big = head[:4] == b"RIFX"
        form, first = (chunks.BIG if big else chunks.RIFF), 12
    found = _collect(file, first, form, long_sizes)
    format_chunk, data = _one(found, b"fmt ", faults), _one(found, b"data", faults)
    if format_chunk is None:
        raise file.error("no-format", f"the {container} header has no format chunk (fmt). It cannot be read.")
    fmt = _format(file, format_chunk, container, big, faults)
    if data is None:
        raise file.error(
            "no-data",
            f"the {container} header has no data chunk: the file ends or breaks off at byte {file.size:,}. "
            "Copy it again if you have the original.",
        )
    encoding, codec = _encoding(file, fmt, big, faults)
    step = fmt.n_channels * encoding.width if encoding else max(1, fmt.align)
    claim = Claim(
        container, data.start, data.claimed, step, form, _end(head, container, big, long_sizes),
        float(fmt.sample_rate * step if encoding else fmt.byte_rate), encoding, fmt.n_channels,
    )  # fmt: skip
    expected, n_bytes = extent(file, claim, faults)
    if container == "WAV":
        _check_riff_size(file, head, big, data, n_bytes, faults)
    if b"samples" in long_sizes and encoding and long_sizes[b"samples"] not in (0, n_bytes // step):
        faults.append(
            Fault(
                "warn",
                "sample-count",
                f"the {container} header counts {long_sizes[b'samples']:,} samples and there "
                f"are {n_bytes // step:,}. The file's size was believed.",
            )
        )
    layout = Layout(
        container, encoding, codec, float(fmt.sample_rate), fmt.n_channels, data.start, n_bytes,
        None if expected is None or encoding is None else expected // step,
        n_bytes // step if encoding else None, found, faults, big,
    )  # fmt: skip
    if encoding is None:
        layout.packet = fmt.packet
        _of_codec(file, layout, expected, form)
    return layout


def _end(head: bytes, container: str, big: bool, long_sizes: dict[bytes, int]) -> int | None:
    """Where the file ends by its outermost size."""
    if container == "W64":
        return int.from_bytes(head[16:24], "little")
    size = int.from_bytes(head[4:8], "big" if big else "little")
    return 8 + (long_sizes.get(b"riff", size) if size == 0xFFFFFFFF else size)


def _of_codec(file: OpenFile, layout: Layout, expected: int | None, form: chunks.Form) -> None:
    """How many samples there are by the container's own count, and the header that a decoder is to see."""
    width = 8 if form is chunks.W64 else 4
    fact = next((chunk for chunk in layout.chunks if chunk.name == b"fact"), None)
    if fact is not None and fact.size >= width and expected is not None:
        count = int.from_bytes(file.at(fact.start, width), "big" if layout.big else "little")
        layout.expected = count if 0 < count < (1 << 8 * width) - 1 else None
    if expected is None:
        layout.before = with_size(file, layout.data, layout.n_bytes + (24 if width == 8 else 0), width, layout.big)
        layout.stop = layout.data + layout.n_bytes


def _collect(file: OpenFile, first: int, form: chunks.Form, long_sizes: dict[bytes, int]) -> list[Chunk]:
    found = []
    for chunk in chunks.walk(file, first, form, long_sizes):
        name = chunk.name[:4]
        if name == b"ds64":
            body = chunk.body(file, 24)
            if len(body) >= 16:
                long_sizes[b"riff"] = int.from_bytes(body[:8], "little")
                long_sizes[b"data"] = int.from_bytes(body[8:16], "little")
            if len(body) >= 24:
                long_sizes[b"samples"] = int.from_bytes(body[16:24], "little")
        found.append(Chunk(name, chunk.start, chunk.claimed, chunk.size))
    return found


def _one(found: list[Chunk], name: bytes, faults: list[Fault]) -> Chunk | None:
    several = [chunk for chunk in found if chunk.name == name]
    if len(several) > 1:
        what = f"has {len(several)} {name.decode().strip()} chunks. The first was used."
        faults.append(Fault("warn", f"several-{name.decode().strip()}", what))
    return several[0] if several else None


def _format(file: OpenFile, chunk: Chunk, container: str, big: bool, faults: list[Fault]) -> _Format:
    body = chunk.body(file, 64)
    if chunk.claimed > chunk.size or len(body) < 16:
        raise file.error(
            "bad-format",
            f"the format chunk of the {container} header is broken (byte {chunk.start:,}). Copy the file "
            "again if you have the original.",
        )
    tag, n_channels, rate, byte_rate, align, bits = struct.unpack(">HHIIHH" if big else "<HHIIHH", body[:16])
    more = int.from_bytes(body[16:18], "big" if big else "little") if len(body) >= 18 else 0
    whole = 16 if len(body) < 18 else 18 + more
    padded = whole + -whole % 8 if container == "W64" else whole
    if chunk.claimed not in (16, whole, padded) and not (tag == EXTENSIBLE and len(body) >= 40):
        what = f"the format chunk has {chunk.claimed:,} bytes where {18 + more if more else 16} would do."
        faults.append(Fault("warn", "format-size", what + " The first 16 were believed."))
    valid = bits
    if tag == EXTENSIBLE:
        valid = int.from_bytes(body[18:20], "big" if big else "little") or bits
        if len(body) < 40:
            raise file.error("bad-format", "the extended format chunk is cut. Copy the file again from the original.")
        tag, middle = struct.unpack(">IHH" if big else "<IHH", body[24:32])[0:3:2]
        if (middle, body[32:40]) != (0x10, _GUID_TAIL):
            tag = 0
    packet = int.from_bytes(body[18:20], "big" if big else "little") if tag in _PACKED and len(body) >= 20 else 0
    return _Format(tag, n_channels, rate, byte_rate, align, bits, valid, packet or 1024)


def _encoding(file: OpenFile, fmt: _Format, big: bool, faults: list[Fault]) -> tuple[Encoding | None, str]:
    if fmt.tag in CODECS:
        return None, CODECS[fmt.tag]
    if fmt.tag in _LAWS and fmt.n_channels:
        _check_byte_rate(fmt, 1, faults)
        return Encoding(_LAWS[fmt.tag], 1, big, 8), ""
    if fmt.tag not in (PCM, FLOAT, *_LAWS):
        raise file.error("codec", f"its samples are written in a way that is not known (format {fmt.tag:#06x}).")
    if not fmt.n_channels:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")
    width = -(-fmt.bits // 8)
    step = fmt.n_channels * width
    if fmt.align != step:
        room, rest = divmod(fmt.align, fmt.n_channels)
        if not rest and width <= room <= 8 and fmt.byte_rate != fmt.sample_rate * step:
            width = room
        else:
            what = f"the header says {fmt.align} bytes for a sample of all channels; {step} fit the rest of it."
            faults.append(Fault("warn", "block-align", what + " That was believed."))
    allowed = (4, 8) if fmt.tag == FLOAT else range(1, 9)
    if width not in allowed or fmt.bits < 1:
        kind = "float" if fmt.tag == FLOAT else "PCM"
        raise file.error("bits", f"the header says {fmt.bits} bits a sample, which {kind} samples cannot have.")
    _check_byte_rate(fmt, width, faults)
    kind = "float" if fmt.tag == FLOAT else "unsigned" if width == 1 else "signed"
    bits = fmt.valid if 0 < fmt.valid <= 8 * width else fmt.bits
    return Encoding(kind, width, big, bits), ""


def _check_byte_rate(fmt: _Format, width: int, faults: list[Fault]) -> None:
    wanted = fmt.sample_rate * fmt.n_channels * width
    if fmt.byte_rate != wanted:
        what = f"the header says {fmt.byte_rate:,} bytes a second where the rest of it says {wanted:,}. The rest was "
        faults.append(Fault("warn", "byte-rate", f"{what}believed: {fmt.sample_rate:,} samples a second."))


def _check_riff_size(file: OpenFile, head: bytes, big: bool, data: Chunk, n_bytes: int, faults: list[Fault]) -> None:
    end = 8 + int.from_bytes(head[4:8], "big" if big else "little")
    if end > file.size + 1 or end < data.start + n_bytes:
        what = f"the header says that the file has {end:,} bytes and it has {file.size:,}. Its size was believed."
        faults.append(Fault("warn", "riff-size", what))
