"""A part of a sound as people type it: from when to when, and between which frequencies."""

from __future__ import annotations

import re
from typing import NamedTuple

from sonograph.errors import SettingsError
from sonograph.notes import note

FREQUENCY = r"(-?\d+(?:\.\d+)?)(k?)(?:Hz)?"
TIME = r"(?:(\d+):)?(?:(\d+):)?(\d+(?:\.\d+)?)s?"


class Part(NamedTuple):
    """When, seconds, and at which frequencies, Hz; None for all."""

    seconds: tuple[float, float] | None = None
    hertz: tuple[float, float] | None = None


def part_of(text: str, before: str, example: str) -> Part:
    """The part that a text names: "1.2-1.9,2k-8k", "1.2-1.9", ",2k-8k" or "2k-8k".

    before : what an error begins with
    example : what it shows

    Raises
    ------
    SettingsError
        It names none.

    Examples
    --------
    >>> part_of("1.2-1.9,2k-8k", "", ""), part_of("500Hz-2kHz", "", "")
    (Part(seconds=(1.2, 1.9), hertz=(2000.0, 8000.0)), Part(seconds=None, hertz=(500.0, 2000.0)))
    >>> part_of("-700k--300k", "", "").hertz  # of complex samples
    (-700000.0, -300000.0)
    >>> part_of("1-2,A3-A5", "", "")
    Part(seconds=(1.0, 2.0), hertz=(220.0, 880.0))
    """
    if not text:
        return Part()
    first, _, second = text.partition(",")
    if not second and (re.search("k|Hz", first) or _notes(first)):
        first, second = "", first
    times = re.fullmatch(f"{TIME}-{TIME}", first) if first else None
    band = re.fullmatch(f"{FREQUENCY}-{FREQUENCY}", second) if second else None
    limits = _notes(second)
    if (first and not times) or (second and not band and limits is None):
        raise SettingsError(f"{before}: the part is {text!r}; it must be FROM-TO,LOW-HIGH, as {example}")
    when = None
    if times:
        when = _seconds(*times.groups()[:3]), _seconds(*times.groups()[3:])
        if when[0] >= when[1]:
            raise SettingsError(
                f"{before}: the part begins at {when[0]:g} s; it must end after that, not at {when[1]:g}"
            )
    if band:
        low, high = (float(band[i]) * (1000 if band[i + 1] else 1) for i in (1, 3))
        if not band[2] and band[4] and low < high / 1000:  # 2-8k
            low *= 1000
        if low >= high:
            raise SettingsError(f"{before}: the part is from {low:g} to {high:g} Hz; its low must be below its high")
        limits = low, high
    if limits and limits[0] >= limits[1]:
        raise SettingsError(f"{before}: the part is {second}; its low must be below its high")
    return Part(when, limits)


def _notes(text: str) -> tuple[float, float] | None:
    """From one note to another, Hz: "C2-C7"."""
    low, high = (note(part) for part in text.partition("-")[::2])
    return None if low is None or high is None else (low, high)


def _seconds(hours: str | None, minutes: str | None, seconds: str) -> float:
    if minutes is None:
        hours, minutes = None, hours
    return 3600 * float(hours or 0) + 60 * float(minutes or 0) + float(seconds)
