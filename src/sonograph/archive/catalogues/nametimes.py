"""Times in the names of files: the forms that recorders write, one of which fits every file of a folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DAY, _TIME = r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)", r"(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)"
_SHORT = r"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d)"


@dataclass(frozen=True)
class Form:
    """How a time stands in a name.

    words : as people write it
    pattern : what finds it
    """

    words: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class NameTime:
    """What a name tells.

    moment : with a zone where the name has one
    beside : the name without its time, which tells recorders apart
    resolution_ns : how exact it is
    """

    moment: datetime
    beside: str
    resolution_ns: int


FORMS = tuple(
    Form(words, re.compile(pattern, re.ASCII))
    for words, pattern in (
        ("YYYYMMDDTHHMMSS[Z]", rf"(?<!\d){_DAY}T{_TIME}(?P<f>\.\d{{1,9}})?(?P<z>Z)?(?!\d)"),
        ("YYYY-MM-DD_HH-MM-SS", r"(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)_"
         r"(?P<H>\d\d)-(?P<M>\d\d)-(?P<S>\d\d)(?!\d)"),
        ("YYYYMMDD_HHMMSS", rf"(?<!\d){_DAY}_{_TIME}(?!\d)"),
        ("YYMMDD_HHMMSS", rf"(?<!\d){_SHORT}_{_TIME}(?!\d)"),
        ("YYMMDDHHMMSS after a serial", rf"(?<=^)(?P<serial>\d{{1,12}})\.{_SHORT}{_TIME}(?!\d)"),
        ("eight hexadecimal digits", r"^(?P<x>[0-9A-F]{8})$"),
    )
)  # fmt: skip
"""The forms, the most telling first."""


def time_in(name: str, form: Form) -> NameTime | None:
    """The time that a name tells in a form; None where it does not, or tells two.

    >>> time_in("NRS11_20200101_005960.wav", FORMS[2]).moment.isoformat()  # second 60 is the next minute
    '2020-01-01T01:00:00'
    >>> time_in("5678.190405123015.wav", FORMS[4])
    NameTime(moment=datetime.datetime(2019, 4, 5, 12, 30, 15), beside='5678', resolution_ns=1000000000)
    """
    stem = name.rpartition(".")[0] or name
    found = list(form.pattern.finditer(stem))
    moments = [moment for one in found if (moment := _moment(one)) is not None]
    if len(moments) != 1:
        return None
    one = next(one for one in found if _moment(one) is not None)
    kept = one["serial"] if "serial" in one.groupdict() else ""
    beside = f"{stem[: one.start()]}{kept}{stem[one.end() :]}".strip(" _-.")
    digits = len(one.groupdict().get("f") or ".") - 1
    return NameTime(moments[0], beside, 10 ** (9 - digits))


def times_in(names: Sequence[str]) -> tuple[dict[str, NameTime], list[str]]:
    """What the names of a folder's files tell, and those that tell nothing.

    One form must fit every name. Where none does, names of different make are taken apart (two recorders in one
    folder), and one form must fit every name of a make.

    >>> found, left = times_in(["A_20240501_043000.wav", "A_20240501_044000.wav", "notes.wav"])
    >>> sorted(found), left
    (['A_20240501_043000.wav', 'A_20240501_044000.wav'], ['notes.wav'])
    """
    if (whole := _fitting(names)) is not None:
        return whole, []
    found: dict[str, NameTime] = {}
    for make in Counter(map(_make, names)):
        found |= _fitting([name for name in names if _make(name) == make]) or {}
    return found, [name for name in names if name not in found]


def _fitting(names: Iterable[str]) -> dict[str, NameTime] | None:
    names = list(names)
    for form in FORMS:
        found: dict[str, NameTime] = {}
        for name in names:
            moment = time_in(name, form)
            if moment is None:
                break
            found[name] = moment
        else:
            return found
    return None


def _make(name: str) -> str:
    """How a name is made: its letters, and how many digits stand together."""
    stem = name.rpartition(".")[0] or name
    return "hexadecimal" if FORMS[-1].pattern.match(stem) else re.sub(r"\d", "9", stem)


def _moment(found: re.Match[str]) -> datetime | None:
    part: Callable[[str], int] = lambda name: int(found[name])  # noqa: E731
    groups = found.groupdict()
    if "x" in groups:
        seconds = int(found["x"], 16)
        return datetime.fromtimestamp(seconds, UTC) if 1 << 28 <= seconds < 1 << 32 else None
    year = part("y")
    year += (1900 if year >= 69 else 2000) if year < 100 else 0
    if part("M") > 59 or part("S") > 60:
        return None
    try:
        moment = datetime(year, part("m"), part("d"), part("H"), part("M"), tzinfo=UTC if groups.get("z") else None)
        return moment + timedelta(seconds=part("S") + float(f"0{groups.get('f') or ''}"))
    except (ValueError, OverflowError):
        return None
