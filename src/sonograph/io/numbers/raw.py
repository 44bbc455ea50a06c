"""Samples without a header: what they are is said by whoever reads them, as 48000:2:s16le."""

from __future__ import annotations

import re

from sonograph.errors import SettingsError
from sonograph.io.decoders.pcm import Encoding, PcmTrack
from sonograph.io.decoders.tracks import Opened, check_sound
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

FORMATS = {
    "s8": Encoding("signed", 1, False, 8),
    "u8": Encoding("unsigned", 1, False, 8),
    **{
        f"{letter}{bits}{end}": Encoding(kind, bits // 8, end == "be", bits)
        for letter, kind, widths in (
            ("s", "signed", (16, 24, 32)),
            ("u", "unsigned", (16, 32)),
            ("f", "float", (32, 64)),
        )
        for bits in widths
        for end in ("le", "be")
    },
    "mulaw": Encoding("µ-law", 1, False, 8),
    "alaw": Encoding("A-law", 1, False, 8),
}
"""How one sample may be written: signed, unsigned or float, bits, the byte that comes first (little or big)."""

PAIRS = {f"c{name}": name for name in FORMATS if name[0] in "suf"}
"""Complex samples (I/Q) as radios write them: the real part and then the imaginary one, each so: cu8, cs16le, cf32 …"""

SUFFIXES = {f".{name}": name for name in ("cu8", "cs8", "cs16", "cf32", "cf64")}
"""Files of complex samples without a header, which are called by what is in them."""

_OTHER_NAMES = {
    "int8": "s8", "uint8": "u8", "int16": "s16", "int24": "s24", "int32": "s32", "float32": "f32", "float": "f32",
    "float64": "f64", "double": "f64", "ulaw": "mulaw", "complex64": "cf32", "complex128": "cf64",
}  # fmt: skip


def parsed(raw: str) -> tuple[float, int, Encoding, bool]:
    """Rate, channels and encoding as they are typed, and whether samples are complex, which are two numbers each.

    The least significant byte comes first where nothing is said.

    >>> parsed("8000:1:s16") == parsed("8000:1:s16le"), parsed("44100:2:float32")[2].text, parsed("2.4e6:1:cu8")[3]
    (True, '32 bit float', True)

    Raises
    ------
    SettingsError
        It is not RATE:CHANNELS:FORMAT, or a format that is not known.
    """
    found = (
        re.fullmatch(r"([\d.]+(?:e\d+)?):(\d{1,5}):(\w+)", raw.strip(), re.IGNORECASE) if isinstance(raw, str) else None
    )
    try:
        rate, channels = (float(found[1]), int(found[2])) if found else (0.0, 0)
    except ValueError:
        rate, channels = 0.0, 0
    if found is None or rate <= 0 or channels <= 0:
        raise SettingsError(f"raw is {raw!r}; it must be RATE:CHANNELS:FORMAT, as 48000:2:s16le")
    name = found[3].lower()
    name = _OTHER_NAMES.get(name, name)
    part = PAIRS.get(name) or PAIRS.get(f"{name}le")
    encoding = FORMATS.get(part or name) or FORMATS.get(f"{name}le")
    if encoding is None:
        raise SettingsError(
            f"raw has the format {found[3]!r}; it must be one of {', '.join(FORMATS)}, or one of numbers with a c "
            f"before it for complex samples (I/Q), as cf32"
        )
    return rate, channels, encoding, part is not None


def open_raw(file: OpenFile, raw: str) -> Opened:
    """All bytes of a file as samples."""
    sample_rate, n_channels, encoding, pairs = parsed(raw)
    n_channels *= 1 + pairs
    check_sound(file, sample_rate, n_channels)
    if not file.size:
        raise file.error("empty-file", "is empty (0 bytes). Copy it again if you have the original.")
    faults: list[Fault] = []
    step = encoding.width * n_channels
    n_samples, left = divmod(file.size, step)
    if left:
        faults.append(Fault("warn", "sample-cut", "the last sample is not whole. It was left out."))
    track = PcmTrack(file, encoding, n_channels, 0, n_samples)
    text = f"raw I/Q, {encoding.text}" if pairs else f"raw, {encoding.text}"
    return Opened(track, text, sample_rate, n_samples, faults, pairs=pairs)
