"""Honest ticks: where numbers stand on an axis, and how they read. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)


class Ticks(NamedTuple):
    """Where ticks stand, in the unit of the axis, and what each says."""

    places: list[float]
    words: list[str]


def step_for(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that cuts `span` into `most` parts or fewer.

    >>> step_for(80, 8), step_for(0.3, 5)
    (10.0, 0.1)
    """
    least = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(least))
    return next(float(f"{power * m:.6g}") for m in (1, 2, 5, 10, 20) if power * m >= least * (1 - 1e-9))


def decimal(low: float, high: float, most: int, unit: float = 1.0) -> Ticks:
    """Round numbers from low to high, at most so many, with just the decimals that they need.

    >>> decimal(0, 11025, 6, unit=1000).words
    ['0', '2', '4', '6', '8', '10']
    """
    step = step_for((high - low) / unit, most)
    first, last = math.ceil(low / unit / step - 1e-9), math.floor(high / unit / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    numbers = [i * step for i in range(first, last + 1)]
    return Ticks([n * unit for n in numbers], [minus(f"{n:.{digits}f}") for n in numbers])


def around_zero(most: float) -> Ticks:
    """Zero, and the largest of 1, 2, 5 times a power of ten that fits, either way.

    >>> around_zero(0.8).words
    ['−0.5', '0', '0.5']
    """
    power = 10.0 ** math.floor(math.log10(most))
    value = next(float(f"{power * m:.6g}") for m in (5, 2, 1) if power * m <= most)
    return Ticks([-value, 0.0, value], [f"−{value:g}", "0", f"{value:g}"])


def minus(number: str) -> str:
    """A number with a true minus sign, and no minus zero."""
    if number.startswith("-"):
        return number[1:] if float(number) == 0 else "−" + number[1:]
    return number


def clock(seconds: float, *, hours: bool) -> str:
    """Seconds as min:s or h:min:s.

    >>> clock(754, hours=False), clock(3661, hours=True)
    ('12:34', '1:01:01')
    """
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def time(low: float, high: float, most: int, start: datetime | None = None) -> tuple[Ticks, str]:
    """Ticks of a time axis in seconds, and what the axis says: s, from two minutes on min:s, from two hours h:min:s.

    Where it is known when the recording began, the time of day in its zone.

    >>> ticks, words = time(0, 600, 4)
    >>> ticks.words, words
    (['0:00', '5:00', '10:00'], 'Time (min:s)')
    """
    span = high - low
    if start is not None and span / most >= 0.5:
        return _of_day(low, high, most, start)
    if high <= 120 or span / most < 10:
        return decimal(low, high, most), "Time (s)"
    step = _time_step(span, most)
    hours = high > 7200
    places = [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Ticks(list(places), [clock(p, hours=hours) for p in places]), f"Time ({'h:min:s' if hours else 'min:s'})"


def _time_step(span: float, most: int) -> int:
    return next((s for s in TIME_STEPS if span / s <= most), None) or math.ceil(span / most / 86_400) * 86_400


def _of_day(low: float, high: float, most: int, start: datetime) -> tuple[Ticks, str]:
    span = high - low
    step = (
        next((s for s in (1, 2, 5, 10, *TIME_STEPS) if span / s <= most), None)
        or math.ceil(span / most / 86_400) * 86_400
    )
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    after = (start - midnight).total_seconds()
    of_day = [
        i * step for i in range(math.ceil((low + after) / step - 1e-9), math.floor((high + after) / step + 1e-9) + 1)
    ]
    moments = [midnight + timedelta(seconds=s) for s in of_day]
    form = "%Y-%m-%d" if step >= 86_400 else "%H:%M" if step >= 60 else "%H:%M:%S"
    zone = start.tzname() or "local"
    days = sorted({f"{moment:%Y-%m-%d}" for moment in moments} or {f"{start:%Y-%m-%d}"})
    day = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return Ticks([s - after for s in of_day], [f"{m:{form}}" for m in moments]), f"Time on {day} ({zone})"


def frequency(low: float, high: float, most: int) -> tuple[Ticks, str]:
    """Ticks of a linear frequency axis in hertz, and what the axis says: kHz where it reaches 2 kHz."""
    unit, name = (1000.0, "kHz") if high >= 2000 else (1.0, "Hz")
    return decimal(low, high, most, unit), f"Frequency ({name})"


def level(low: float, high: float, most: int) -> Ticks:
    """Ticks of a colour bar: both ends as they are, and round numbers between that leave them room."""
    between = decimal(low, high, most)
    room = (high - low) / (2.2 * most)
    inner = [(p, w) for p, w in zip(*between, strict=True) if low + room < p < high - room]
    digits = 0 if high - low >= 10 and all(f"{end:.1f}".endswith(".0") for end in (low, high)) else 1
    end: Callable[[float], str] = lambda value: minus(f"{value:.{digits}f}")  # noqa: E731
    return Ticks([low, *(p for p, _ in inner), high], [end(low), *(w for _, w in inner), end(high)])
