"""NIST SPHERE: a text header of named values, and samples after it. Compressed ones (shorten, wavpack) are named."""

from __future__ import annotations

import re

from sonograph.io.containers.extents import Claim, Layout, extent
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_LINE = re.compile(rb"^(\w+) +-(i|r|s\d+) (.*)$", re.MULTILINE)
_LAWS = {"ulaw": "µ-law", "mu-law": "µ-law", "alaw": "A-law"}


def layout_of(file: OpenFile) -> Layout:
    """Read a SPHERE header.

    Raises
    ------
    SourceError
        A header that is cut or that cannot be, or samples that are compressed.
    """
    start = file.at(8, 8).strip()
    first = int(start) if start.isdigit() else 0
    if not 16 <= first <= file.size:
        raise file.error(
            "no-format", "the SPHERE header is cut or says no length. Copy the file again from the original."
        )
    head = file.at(0, min(first, 1 << 20)).partition(b"\nend_head")[0]
    texts = {name.decode(): value.decode("latin-1").strip() for name, _, value in _LINE.findall(head)}
    n_channels, width = _whole(file, texts, "channel_count", 1), _whole(file, texts, "sample_n_bytes", 2)
    rate, count = _whole(file, texts, "sample_rate", 0), _whole(file, texts, "sample_count", 0)
    coding, _, packed = texts.get("sample_coding", "pcm").lower().partition(",")
    if packed:
        what = f"is a SPHERE file whose samples are compressed ({packed.strip()[:40]}), which is not read here. "
        raise file.error("codec", what + "Save it as WAV or FLAC, for example with sph2pipe.")
    if coding not in ("pcm", *_LAWS) or not 1 <= width <= 8 or n_channels < 1:
        what = (
            f"is a SPHERE file of {coding[:40]} samples of {width} bytes in {n_channels} channels, which is not known."
        )
        raise file.error("codec", what + " Save it as WAV or FLAC.")
    if coding in _LAWS:
        encoding = Encoding(_LAWS[coding], 1, False, 8)
    else:
        bits = min(_whole(file, texts, "sample_sig_bits", 8 * width), 8 * width)
        order = texts.get(
            "sample_byte_format", "01"
        )  # where the lowest byte is 0: "10" is big, as are "3210" and the like
        encoding = Encoding("signed", width, order[:1] not in ("0", "1") or order[:2] == "10", bits or 8 * width)
    step, faults = n_channels * encoding.width, list[Fault]()
    claim = Claim("SPHERE", first, count * step, step, None, None, float(rate * step), encoding, n_channels)
    expected, n_bytes = extent(file, claim, faults)
    return Layout(
        "SPHERE", encoding, "", float(rate), n_channels, first, n_bytes,
        None if expected is None else expected // step, n_bytes // step, [], faults,
    )  # fmt: skip


def _whole(file: OpenFile, texts: dict[str, str], name: str, otherwise: int) -> int:
    text = texts.get(name, str(otherwise))
    number = text.partition(".")[0]
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise file.error("bad-format", f"the SPHERE header says that {name} is {text[:40]}; it must be a whole number.")
    return int(number)
