"""Dates and times of day as instruments and spreadsheets write them, as nanoseconds.

01/02/2024 may be in January or in February. What decides is a number above 12 in the same column, then points (which
write the day first), then which of the two makes the times even; where nothing does, it is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

_DATE = (
    r"(?:(?P<year>\d{4})(?P<s1>[-/.]?)(?P<month>\d{1,2})(?P=s1)(?P<day>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<s2>[-/.])(?P<b>\d{1,2})(?P=s2)(?P<late>\d{4}|\d{2})"
    r"|(?P<day3>\d{1,2})[- ](?P<name>[A-Za-z]{3,9})\.?[- ](?P<late3>\d{4}|\d{2}))"
)
_TIME = (
    r"(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9})\d*)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<zone>Z|UTC|GMT|[-+]\d{2}:?(?:\d{2})?))?"
)
_CLOCK = _TIME.replace(":?(?P<minute>", ":(?P<minute>")  # alone, 1200 is a number
_MOMENT = re.compile(rf"{_DATE}(?:(?:T|[ ,_]+){_TIME})?")
_OF_DAY = re.compile(_CLOCK)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PARTS = ("year", "month", "day", "a", "b", "late", "day3", "late3", "hour", "minute", "second", "fraction")
SECOND, HOUR, DAY = 10**9, 3600 * 10**9, 86_400 * 10**9


class NoMomentError(ValueError):
    """A text that is no date as those before it; `index` says which."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


@dataclass(frozen=True)
class Moments:
    """The times of rows.

    ns : since 1970, or since midnight where no date is given
    quantum : seconds of their last digit
    dated, zoned : whether they hold a date; whether they say their zone
    turned : the same, the month and the day the other way round, where both can be; else None
    """

    ns: np.ndarray
    quantum: float
    dated: bool
    zoned: bool
    turned: np.ndarray | None = None


def is_moment(text: str) -> bool:
    """Whether a field holds a date, a time of day or both.

    >>> [is_moment(text) for text in ("2024-02-01T10:00:00Z", "31.12.2024", "10:00:00.5", "20240101", "12.5")]
    [True, True, True, False, False]
    """
    return not text.isdigit() and (_MOMENT.fullmatch(text) or _OF_DAY.fullmatch(text)) is not None


def moments(texts: Any) -> Moments:
    """Texts as times, a list of them or an array of bytes; all must be written alike.

    Raises
    ------
    NoMomentError
        One is none, or has no date or zone as the others have.
    """
    parts = _alike(texts) or _one_by_one(texts.astype("U").tolist() if isinstance(texts, np.ndarray) else texts)
    n = len(texts)
    if "hour" in parts:
        of_day = (parts["hour"] * 3600 + parts["minute"] * 60 + parts["second"] - parts["offset"]) * SECOND
        of_day = of_day + parts["fraction"]
        _check(parts, "hour", 24)
        _check(parts, "minute", 59)
        _check(parts, "second", 60)
    else:
        of_day = np.zeros(n, np.int64)
    zoned, quantum = bool(parts["zoned"][0]), float(parts["quantum"][0])
    if "day" not in parts:
        wraps = np.diff(of_day, prepend=of_day[:1]) < -DAY // 2  # midnight
        return Moments(of_day + np.cumsum(wraps) * DAY, quantum, False, zoned)
    year, month, day, turned = parts["year"], parts["month"], parts["day"], None
    if parts["open"][0]:
        first, second = month, day  # as they stand; neither says which it is
        by_month, by_day = (first <= 12).all(), (second <= 12).all()
        if parts["points"][0] or not by_month:
            month, day = second, first
        elif by_month and by_day:
            month, day = second, first
            turned = _days(year, first, second)
    ns = _days(year, month, day) * DAY + of_day
    return Moments(ns, quantum, True, zoned, None if turned is None else turned * DAY + of_day)


def is_put_forward_or_back(ns: np.ndarray) -> bool:
    """Whether times are even but for steps that are an hour too long or too short, as where summer begins or ends.

    >>> hours = np.array([0, 1, 3, 4])
    >>> is_put_forward_or_back(hours * 3600 * SECOND), is_put_forward_or_back(hours * 60 * SECOND)
    (True, False)
    """
    steps = np.diff(ns)
    off = np.abs(steps - np.partition(steps, len(steps) // 2)[len(steps) // 2])
    off = off[off != 0]
    return 0 < len(off) <= 1 + len(steps) // 3 and bool((off == HOUR).all())


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days since 1970."""
    bad = (month < 1) | (month > 12) | (day < 1) | (year < 1700) | (year > 2260)
    if bad.any():
        raise NoMomentError(int(bad.argmax()))
    months = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    days = months.astype("M8[D]") + (day - 1).astype("m8[D]")
    bad = days.astype("M8[M]") != months
    if bad.any():
        raise NoMomentError(int(bad.argmax()))
    return np.asarray(days.astype(np.int64))


def _check(parts: dict[str, np.ndarray], name: str, most: int) -> None:
    bad = parts[name] > most
    if bad.any():
        raise NoMomentError(int(bad.argmax()))


def _match(text: str) -> re.Match[str] | None:
    return _MOMENT.fullmatch(text) or _OF_DAY.fullmatch(text)


def _alike(texts: Any) -> dict[str, np.ndarray] | None:
    """Texts whose digits stand in the same places, all at once; None where they do not."""
    first = texts[0] if isinstance(texts[0], str) else bytes(texts[0]).decode("latin-1")
    found = _match(first)
    if found is None:
        raise NoMomentError(0)
    groups = found.groupdict()
    if groups.get("name") or groups.get("half") or not first.isascii():
        return None
    try:
        letters = np.array(texts, dtype="S")
    except UnicodeEncodeError:
        return None
    if letters.dtype.itemsize != len(first):
        return None
    grid = letters.view(np.uint8).reshape(len(texts), -1)
    changing = np.zeros(len(first), bool)
    for name in _PARTS:
        if groups.get(name):
            changing[slice(*found.span(name))] = True
    if (grid[:, ~changing] != grid[0, ~changing]).any():
        return None
    digits = grid[:, changing]
    if ((digits < 48) | (digits > 57)).any():
        return None

    def number(name: str) -> np.ndarray:
        first, stop = found.span(name)
        value = np.zeros(len(grid), np.int64)
        for place in range(first, stop):
            value = value * 10 + (grid[:, place] - 48)
        return value

    numbers = {name: number(name) for name in _PARTS if groups.get(name)}
    return _named(numbers, groups, len(texts))


def _one_by_one(texts: list[str]) -> dict[str, np.ndarray]:
    """Texts that are written each a little differently."""
    rows: list[dict[str, np.ndarray]] = []
    for i, text in enumerate(texts):
        found = _match(text)
        if found is None:
            raise NoMomentError(i)
        groups = found.groupdict()
        numbers = {name: np.array([int(groups[name])]) for name in _PARTS if groups.get(name)}
        rows.append(_named(numbers, groups, 1))
        if rows[-1].keys() != rows[0].keys() or rows[-1]["zoned"] != rows[0]["zoned"]:
            raise NoMomentError(i)
    found_parts = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    found_parts["quantum"] = np.full(len(texts), found_parts["quantum"].min())
    return found_parts


def _named(numbers: dict[str, np.ndarray], groups: dict[str, str | None], n: int) -> dict[str, np.ndarray]:
    """The numbers in a date as year, month, day …, whichever way it is written.

    open : whether the month and the day may be the other way round; they are then as they stand
    """
    parts: dict[str, np.ndarray] = {}
    text = groups.get
    if "year" in numbers:
        parts |= {name: numbers[name] for name in ("year", "month", "day")}
    elif "a" in numbers:
        parts |= {"year": _year(numbers["late"]), "month": numbers["a"], "day": numbers["b"]}
    elif "day3" in numbers:
        name = (text("name") or "")[:3].lower()
        month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
        parts |= {"year": _year(numbers["late3"]), "month": np.full(n, month), "day": numbers["day3"]}
    if "hour" in numbers:
        hour = numbers["hour"]
        if half := text("half"):
            hour = hour % 12 + (12 if half in "pP" else 0)
        parts |= {"hour": hour, "minute": numbers["minute"]}
        parts["second"] = numbers.get("second", np.zeros(n, np.int64))
        digits = len(text("fraction") or "")
        parts["fraction"] = numbers.get("fraction", np.zeros(n, np.int64)) * 10 ** (9 - digits)
        quantum = 10.0**-digits if text("second") else 60.0
        parts["offset"] = np.full(n, _offset(text("zone") or ""))
    else:
        quantum = 86_400.0
    parts["quantum"] = np.full(n, quantum)
    parts["zoned"] = np.full(n, bool(text("zone")))
    parts["open"] = np.full(n, "a" in numbers)
    parts["points"] = np.full(n, text("s2") == ".")
    return parts


def _year(late: np.ndarray) -> np.ndarray:
    """Two digits as the years from 1970 to 2069."""
    return np.where(late < 70, late + 2000, np.where(late < 100, late + 1900, late))


def _offset(zone: str) -> int:
    """Seconds that a zone is ahead."""
    if zone in ("", "Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds
