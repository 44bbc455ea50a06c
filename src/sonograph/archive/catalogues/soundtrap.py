"""What a SoundTrap writes beside its sound: NAME.log.xml, with the time in UTC and the gaps that nobody hears.

Host and PAMGuard's decoder write, for each gap, "Sampling Gap 60000 us at sample 123456 (2.57 s), chunk 12", and
"added 2880 zeros" behind it where they filled it: those samples were never taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ENDING = ".log.xml"
MOST = 1 << 22
"""Bytes of such a file that are looked at."""
_EVENT = re.compile(r'<WavFileHandler\s+([A-Za-z]+)\s*=\s*"([^"]{0,400})"')
_GAP = re.compile(r"Sampling Gap (\d+) us at sample (\d+)")
_ADDED = re.compile(r"added (\d+) zeros")
_FORMS = ("%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %I:%M:%S %p")


@dataclass(frozen=True)
class Gap:
    """Samples that were not taken.

    sample : of the file, before which they are missing
    filled : how many zeros the file has in their place, from that sample on
    microseconds : how long it was
    """

    sample: int
    filled: int
    microseconds: int


@dataclass(frozen=True)
class Log:
    """What such a file says. start : of the first sample; gain : high or low."""

    start: datetime | None
    gain: str
    gaps: tuple[Gap, ...]
    total_us: int


def log_in(text: str) -> Log:
    """What the text of a NAME.log.xml says; no entity of it is followed, and what is not understood is left out.

    >>> log = log_in('<WavFileHandler SamplingStartTimeUTC="2016-02-21T06:30:00" />'
    ...              '<WavFileHandler SamplingStartTimeSubS="250000 us" />'
    ...              '<WavFileHandler Info="Sampling Gap 60000 us at sample 480 (0.01 s), chunk 2" />')
    >>> log.start.isoformat(), log.gaps
    ('2016-02-21T06:30:00.250000+00:00', (Gap(sample=480, filled=0, microseconds=60000),))
    """
    values: dict[str, str] = {}
    gaps: list[Gap] = []
    for name, value in _EVENT.findall(text):
        values.setdefault(name, value)
        if found := _GAP.search(value):
            gaps.append(Gap(int(found[2]), 0, int(found[1])))
        elif (found := _ADDED.search(value)) and gaps:
            gaps[-1] = Gap(gaps[-1].sample, int(found[1]), gaps[-1].microseconds)
    gain = re.search(r'<AUDIO\s[^>]*Gain\s*=\s*"(\w{1,20})"', text)
    start = _moment(values.get("SamplingStartTimeUTC", ""))
    if start is not None:
        start += timedelta(microseconds=_number(values.get("SamplingStartTimeSubS", "")))
    total = _number(values.get("CumulativeSamplingGap", ""))
    return Log(start, gain[1].lower() if gain else "", tuple(gaps), total)


def _moment(text: str) -> datetime | None:
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _number(text: str) -> int:
    found = re.match(r"\s*(-?\d{1,15})", text)
    return int(found[1]) if found else 0
