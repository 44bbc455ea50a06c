"""TSPAIR and SLIST: how seismological data centres write samples as text.

    TIMESERIES NET_STA_LOC_CHA_Q, 12 samples, 1 sps, 2010-02-27T06:30:00.069538, SLIST, INTEGER, Counts

and then samples in rows, or a time and a sample in each. A gap makes a new such line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from sonograph.io.door import OpenFile
from sonograph.io.numbers.encoding import words
from sonograph.io.numbers.series import Series
from sonograph.io.status import Fault
from sonograph.units import known_unit

_HEAD = re.compile(
    r"TIMESERIES\s+(?P<name>\S+?),?\s+(?P<n>\d+) samples,\s*(?P<rate>[\d.eE+-]+) sps,\s*(?P<start>[\dT:.\-Z+]+),"
    r"\s*(?P<form>SLIST|TSPAIR)\s*,\s*(?P<kind>\w+)(?:,\s*(?P<unit>[^,\n]*))?"
)
_LONGEST_GAP = 1 << 26  # samples


def is_one(head: bytes) -> bool:
    """Whether a text begins as they do.

    >>> is_one(b"TIMESERIES XX_TEST__BHZ_R, 2 samples"), is_one(b"time,x")
    (True, False)
    """
    return head.lstrip(b"\xef\xbb\xbf \n\r").startswith(b"TIMESERIES ")


@dataclass
class _Part:
    name: str
    claimed: int
    rate: float
    start: datetime
    unit: str
    samples: np.ndarray


def series_of(file: OpenFile, text: bytes) -> Series:
    """The channels in such a text, one after the other where a channel has gaps, which are NaN.

    Raises
    ------
    SourceError
        A line that is none of theirs; channels that do not fit together.
    """
    faults: list[Fault] = []
    parts = _parts(file, text, faults)
    channels: dict[str, list[_Part]] = {}
    for part in parts:
        channels.setdefault(part.name, []).append(part)
    rate, first = parts[0].rate, min(part.start for part in parts)
    if {part.rate for part in parts} != {rate}:
        raise file.error("rate", "has parts of different sample rates. Save each as a file of its own.")
    joined = {name: _joined(file, own, faults) for name, own in channels.items()}
    starts = {own[0].start for own in channels.values()}
    if len(starts) > 1 or len({len(samples) for samples in joined.values()}) > 1:
        what = f"has channels of different times ({', '.join(channels)})"
        raise file.error("channels", f"{what}. Save each as a file of its own.")
    units = {part.unit for part in parts}
    written = units.pop() if len(units) == 1 else ""
    unit = known_unit(written) or known_unit(written.lower()) or known_unit(written.capitalize())
    fields = {f"column.{i}": name for i, name in enumerate(channels)}
    form = "TSPAIR" if b"TSPAIR" in text[:400] else "SLIST"
    return Series(np.stack(list(joined.values())), form, rate, unit, first, fields, faults)


def _parts(file: OpenFile, text: bytes, faults: list[Fault]) -> list[_Part]:
    heads = [m.start() for m in re.finditer(rb"^[^\S\n]*(?:\xef\xbb\xbf)?TIMESERIES ", text, re.MULTILINE)]
    parts = []
    for first, stop in zip(heads, [*heads[1:], len(text)], strict=True):
        line, _, body = text[first:stop].partition(b"\n")
        row = text.count(b"\n", 0, first) + 1
        found = _HEAD.match(words(line).strip().lstrip("\ufeff"))
        if found is None:
            raise file.error(
                "bad-row", f"row {row} begins as TIMESERIES and does not go on as that does. Mend that row."
            )
        samples = _samples(file, body, row + 1, found["form"], stop == len(text), faults)
        claimed, rate = int(found["n"]), float(found["rate"])
        if not rate > 0:
            raise file.error("rate", f"row {row} says {rate:g} samples a second; it must be above 0.")
        start = datetime.fromisoformat(found["start"]).replace(tzinfo=UTC)
        if len(samples) < claimed and not any(fault.reason == "row-cut" for fault in faults):
            what = f"promises {claimed:,} samples in row {row} and {len(samples):,} are there."
            faults.append(Fault("partial", "data-cut", f"{what} Copy it again if you have the original."))
        elif len(samples) > claimed:
            faults.append(
                Fault(
                    "warn",
                    "length",
                    f"promises {claimed:,} samples in row {row} and {len(samples):,} are there. All were used.",
                )
            )
        parts.append(_Part(found["name"].rstrip(","), claimed, rate, start, (found["unit"] or "").strip(), samples))
    return parts


def _samples(file: OpenFile, body: bytes, row: int, form: str, is_last: bool, faults: list[Fault]) -> np.ndarray:
    texts = (
        body.split() if form == "SLIST" else [line.split()[-1] for line in body.split(b"\n") if len(line.split()) == 2]
    )
    if form == "TSPAIR":
        odd = next((i for i, line in enumerate(body.split(b"\n")) if len(line.split()) not in (0, 2)), None)
        if odd is not None and not (is_last and odd == body.count(b"\n")):
            raise file.error("bad-row", f"row {row + odd} is not a time and a sample. Mend that row.")
    if is_last and texts and not body.endswith(b"\n"):
        faults.append(
            Fault("partial", "row-cut", "is cut in its last row, whose last number was left out. Copy it again.")
        )
        texts = texts[:-1]
    try:
        return np.array(list(map(float, texts)))
    except ValueError:
        odd_text = next(text for text in texts if not re.fullmatch(rb"[-+]?[\d.]+(?:[eE][-+]?\d+)?", text))
        raise file.error("bad-row", f"has {words(odd_text)[:40]!r} where a sample is expected. Mend it.") from None


def _joined(file: OpenFile, parts: list[_Part], faults: list[Fault]) -> np.ndarray:
    """The parts of one channel on its even times, NaN between them."""
    out, rate = [parts[0].samples], parts[0].rate
    n = len(parts[0].samples)
    for part in parts[1:]:
        at = (part.start - parts[0].start) / timedelta(seconds=1) * rate
        missing = round(at) - n
        if missing < 0:
            raise file.error("overlap", f"has parts of {part.name} that overlap. Save each as a file of its own.")
        if missing > _LONGEST_GAP:
            raise file.error(
                "gap", f"has a gap of {missing:,} samples in {part.name}. Save the parts as files of their own."
            )
        if missing:
            what = f"has a gap of {missing / rate:g} s in {part.name} before {part.start:%Y-%m-%dT%H:%M:%S}"
            faults.append(Fault("partial", "gap", f"{what}. It is no data."))
        out += [np.full(missing, np.nan), part.samples]
        n += missing + len(part.samples)
    return np.concatenate(out)
