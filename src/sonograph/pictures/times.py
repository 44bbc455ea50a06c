"""Where times stand on an axis, and how they read: seconds, h:min:s, days, years, or the time of day and the date."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sonograph.pictures.ticks import Ticks, decimal

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
MANY = 120  # seconds from which on they are read as min:s
HOUR = 3600  # seconds, likewise as h:min:s
DAY = 86_400
YEAR = 31_557_600  # seconds, of 365.25 days
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400)
FEW = 3  # seconds in which whole ones are too few to be numbered
FINE = 0.02  # seconds; a shorter span of a time that is a hundred times as long is told from a round time on


def clock(seconds: float, *, hours: bool, digits: int = 0) -> str:
    """Seconds as min:s or h:min:s, to so many decimals.

    >>> clock(754, hours=False), clock(3661, hours=True), clock(-5, hours=False), clock(61.25, hours=False, digits=2)
    ('12:34', '1:01:01', '−0:05', '1:01.25')
    """
    units = round(abs(seconds) * 10**digits)
    minutes, rest = divmod(units, 60 * 10**digits)
    sign = "−" if seconds < 0 and units else ""
    last = f"{rest // 10**digits:02}" + (f".{rest % 10**digits:0{digits}}" if digits else "")
    return sign + (f"{minutes // 60}:{minutes % 60:02}:{last}" if hours else f"{minutes}:{last}")


def time(low: float, high: float, most: int, start: datetime | None = None) -> tuple[Ticks, str]:
    """Ticks of a time axis, and what it says: µs, ms, s, from two minutes on min:s, from an hour h:min:s, days, years.

    Where it is known when the recording began, the time of day in its zone. A moment is in seconds after a whole one.

    >>> ticks, words = time(0, 600, 4)
    >>> ticks.words, words
    (['0:00', '5:00', '10:00'], 'Time (min:s)')
    >>> ticks, words = time(100.0001, 100.0002, 4)
    >>> ticks.words, words
    (['0', '20', '40', '60', '80', '100'], 'Microseconds after 100.0001 s')
    >>> ticks, words = time(0, 4e6, 5)
    >>> ticks.words, words
    (['0', '10', '20', '30', '40'], 'Time (days)')
    >>> ticks, words = time(5395.2, 5396.2, 4)
    >>> ticks.words, words
    (['0.2', '0.4', '0.6', '0.8', '1.0', '1.2'], 'Seconds after 1:29:55 (h:min:s)')
    """
    if start is not None:
        return _of_day(low, high, most, start)
    if high <= MANY and not (high - low < FINE and max(abs(low), abs(high)) > 100 * (high - low)):
        there, name = _in_seconds(low, high, most, max(abs(low), abs(high)))
        return there, f"Time ({name})"
    hours = high > HOUR
    form = "h:min:s" if hours else "min:s"
    if high - low < FEW:
        first, digits = _begin(low, high)
        there, name = _in_seconds(low - first, high - first, most, (high - low) / 2)
        if high <= MANY:
            return _later(there, first), f"{NAMES[name]} after {first:.{digits}f} s"
        return _later(there, first), f"{NAMES[name]} after {clock(first, hours=hours, digits=digits)} ({form})"
    step = _step(high - low, most)
    if step >= DAY:
        unit, name = (YEAR, "years") if high - low > 3 * YEAR else (DAY, "days")
        return decimal(low, high, most, float(unit)), f"Time ({name})"
    places = [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Ticks(list(places), [clock(p, hours=hours) for p in places]), f"Time ({form})"


NAMES = {"s": "Seconds", "ms": "Milliseconds", "µs": "Microseconds"}


def _in_seconds(low: float, high: float, most: int, size: float) -> tuple[Ticks, str]:
    """Decimal numbers in the unit that suits a size, and its name."""
    unit, name = (1.0, "s") if size >= 0.1 else (1e-3, "ms") if size >= 1e-4 else (1e-6, "µs")
    return decimal(low, high, max(most, min(6, 2 * most)), unit), name


def _begin(low: float, high: float) -> tuple[float, int]:
    """A round time from which on a short span is told, and its decimals: whole seconds, tenths …, as long as the span.

    >>> _begin(5395.2, 5396.2), _begin(97.25012, 97.25018)
    ((5395.0, 0), (97.2501, 4))
    """
    digits = max(0, -math.ceil(math.log10(high - low) - 1e-9))
    return round(math.floor(low * 10**digits + 1e-6) / 10**digits, digits), digits


def _later(there: Ticks, seconds: float) -> Ticks:
    return Ticks([place + seconds for place in there.places], there.words)


def _step(span: float, most: int) -> int:
    return next((s for s in STEPS if span / s <= most), None) or math.ceil(span / most / 86_400) * 86_400


def _of_day(low: float, high: float, most: int, start: datetime) -> tuple[Ticks, str]:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    after = (start - midnight).total_seconds()
    zone = start.tzname() or "local"
    if high - low < FEW:
        begin, digits = _begin(low + after, high + after)
        there, name = _in_seconds(low + after - begin, high + after - begin, most, (high - low) / 2)
        days, rest = divmod(begin, 86_400)
        written = clock(rest, hours=True, digits=digits).rjust(8 + (digits > 0) + digits, "0")
        moment = f"{written} on {midnight + timedelta(days=days):%Y-%m-%d}"
        return _later(there, begin - after), f"{NAMES[name]} after {moment} ({zone})"
    first, last = (f"{start + timedelta(seconds=s):%Y-%m-%d}" for s in (low, high - 1e-6 * (high - low)))
    day = first if first == last else f"{first} to {last}"
    step = _step(high - low, most)
    if step > 14 * DAY and len((months := _of_year(low, high, most, start)).places) > 1:
        return months, f"Time on {day} ({zone})"
    of_day = [
        i * step for i in range(math.ceil((low + after) / step - 1e-9), math.floor((high + after) / step + 1e-9) + 1)
    ]
    moments = [midnight + timedelta(seconds=s) for s in of_day]
    form = "%Y-%m-%d" if step >= 86_400 else "%H:%M" if step >= 60 else "%H:%M:%S"
    return Ticks([s - after for s in of_day], [f"{m:{form}}" for m in moments]), f"Time on {day} ({zone})"


def _of_year(low: float, high: float, most: int, start: datetime) -> Ticks:
    """The first days of months or of years, in the zone of `start`; years beyond the calendar's have none."""
    months = next((m for m in MONTHS if (high - low) / (m * YEAR / 12) <= most), MONTHS[-1])
    begin = start + timedelta(seconds=low)
    number = math.ceil((begin.year * 12 + begin.month - 1) / months) * months
    there = Ticks([], [])
    while number // 12 <= datetime.max.year:
        moment = start.replace(number // 12, number % 12 + 1, 1, 0, 0, 0, 0)
        place = (moment - start).total_seconds()
        if place > high:
            break
        if place >= low:
            there.places.append(place)
            there.words.append(f"{moment:%Y}" if months % 12 == 0 else f"{moment:%Y-%m}")
        number += months
    return there
