"""SigMF: samples of a radio in FILE.sigmf-data, and in FILE.sigmf-meta beside it, as JSON, what they are.

The Signal Metadata Format 1.2 (sigmf.org): its datatype, sample rate, channels, and of the first capture the frequency
and the time. Annotations are not read.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sonograph.errors import SettingsError, SonographError
from sonograph.io.opening import Opening
from sonograph.io.status import Fault, Unreadable, shown
from sonograph.units import tuned

META, DATA = ".sigmf-meta", ".sigmf-data"
LARGEST = 1 << 26
"""Bytes of metadata that are read; those of an hour with many annotations are a few million."""

_KINDS = {"f": "f", "i": "s", "u": "u"}


@dataclass(frozen=True)
class Described:
    """What the metadata say.

    data   : where the samples lie
    raw    : what they are, as `sonograph.open` takes it
    centre : what the receiver was tuned to at first, Hz; 0 where that is not said, or samples are real
    start  : when the first sample was taken
    fields : all that is said of the recording, by name
    """

    data: Path
    raw: str
    centre: float
    start: datetime | None
    fields: dict[str, str]
    faults: list[Fault] = field(default_factory=list)

    def opening(self, how: Opening) -> Opening:
        """How the data are opened; what is typed of their start counts, and of their format nothing may be.

        Raises
        ------
        SettingsError
            A rate or a format beside a file that says its own.
        """
        for name in ("sample_rate", "raw", "time_column"):
            value = getattr(how, name)
            if value is not None and value != getattr(self, name, None):
                raise SettingsError(f"{name} is {value!r}; the {META} says what the samples are: leave it out")
        return how.but(raw=self.raw, start=how.start if how.start is not None else self.start)


def described(path: Any) -> Described | None:
    """What SigMF says of a file that is part of it; None of any other.

    Raises
    ------
    SourceError
        There are no metadata beside the data, or they say too little, or what is not known.
    """
    if not isinstance(path, str | os.PathLike) or not os.fsdecode(path).lower().endswith((META, DATA)):
        return None  # of most files, without taking their path apart
    if Path(os.fsdecode(path)).suffix.lower() not in (META, DATA):
        return None
    given = Path(os.fsdecode(path))
    meta = given.with_suffix(META)

    def refuse(reason: str, what: str) -> SonographError:
        return Unreadable(f"{shown(path)}: {what}", reason)

    if "://" in os.fsdecode(path):
        raise refuse("no-metadata", "is SigMF, whose two files are read from a disk. Copy both there.")
    try:
        if meta.stat().st_size > LARGEST:
            raise refuse("bad-metadata", f"its {META} is {meta.stat().st_size:,} bytes. That is none.")
        parsed = json.loads(meta.read_text(encoding="utf-8"))
    except OSError:
        raise refuse("no-metadata", f"has no {meta.name} that can be read beside it. Put it there.") from None
    except ValueError:
        raise refuse("bad-metadata", f"its {META} is no JSON. Save it again.") from None
    about = parsed.get("global") if isinstance(parsed, dict) else None
    captures = parsed.get("captures") if isinstance(parsed, dict) else None
    if not isinstance(about, dict):
        raise refuse("bad-metadata", f'its {META} has no "global". Save it again.')
    captures = [one for one in captures if isinstance(one, dict)] if isinstance(captures, list) else []
    first = captures[0] if captures else {}
    rate, channels = about.get("core:sample_rate"), about.get("core:num_channels", 1)
    if not _is_number(rate) or not float(rate or 0) > 0:
        raise refuse("no-rate", f'its {META} has no "core:sample_rate" above 0. Write it there.')
    if not isinstance(channels, int) or isinstance(channels, bool) or channels < 1:
        raise refuse("channels", f'its {META} has a "core:num_channels" that is none.')
    format = _format(about.get("core:datatype"))
    if not format:
        raise refuse(
            "bad-format", f'its {META} has the "core:datatype" {about.get("core:datatype")!r}, which is not known.'
        )
    if any(one.get("core:header_bytes") for one in captures) or about.get("core:trailing_bytes"):
        raise refuse("bad-format", f"its {META} says that other bytes lie among the samples. Save it without them.")
    data = meta.with_suffix(DATA)
    if not data.exists():
        raise refuse("no-data", f"has no {data.name} beside it. Put it there.")
    tunings = [one["core:frequency"] for one in captures if _is_number(one.get("core:frequency"))]
    centre = float(tunings[0]) if tunings and "core:frequency" in first and format[0] == "c" else 0.0
    faults = []
    if any(one != tunings[0] for one in tunings):
        what = f"is tuned to {len(set(tunings))} frequencies one after the other. They are counted from the first, "
        faults.append(Fault("warn", "tuned-again", f"{what}{tuned(float(tunings[0]))}, in all of it."))
    texts = {name: str(value) for name, value in about.items() if isinstance(value, str | int | float)}
    return Described(data, f"{float(rate or 0)!r}:{channels}:{format}", centre, _time(first), texts, faults)


def _format(datatype: Any) -> str:
    """A datatype of SigMF as the formats are called here; "" for one that is not known.

    >>> _format("cf32_le"), _format("ri16_be"), _format("cu8"), _format("cf16_le")
    ('cf32le', 's16be', 'cu8', '')
    """
    found = re.fullmatch(r"([cr])([fiu])(8|16|32|64)(?:_(le|be))?", datatype) if isinstance(datatype, str) else None
    if found is None:
        return ""
    from sonograph.io.numbers.raw import FORMATS

    name = f"{_KINDS[found[2]]}{found[3]}{found[4] or ''}"
    return (name if found[1] == "r" else f"c{name}") if name in FORMATS else ""


def _time(capture: dict[str, Any]) -> datetime | None:
    """When a capture began; None where it does not say so with its zone."""
    text = capture.get("core:datetime")
    if not isinstance(text, str) or capture.get("core:sample_start", 0):
        return None
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00")))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
