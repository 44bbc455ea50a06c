"""Honest ticks: where numbers stand on an axis, and how they read. Pure arithmetic."""

from __future__ import annotations

import math
from typing import NamedTuple

from sonograph.units import prefix


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


def decades(low: float, high: float, most: int) -> Ticks:
    """Powers of ten from low to high, at most so many; where there are fewer than three, with 2 and 5 of each.

    >>> decades(2e-9, 3e-3, 4).words, decades(0.3, 30.0, 8).words
    (['10⁻⁸', '10⁻⁶', '10⁻⁴'], ['0.5', '1', '2', '5', '10', '20'])
    """
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first >= 2:
        every = -(-(last - first + 1) // max(1, most))
        powers = [power for power in range(first, last + 1) if power % every == 0]
        return Ticks([10.0**power for power in powers], [with_power("", power) or "1" for power in powers])
    numbers = [float(f"{m}e{power}") for power in range(first - 1, last + 1) for m in (1, 2, 5)]
    shown = [number for number in numbers if low <= number <= high][: max(2, most)]
    plain = power_of_ten(low, high) == 0
    words = [f"{n:g}" if plain else f"{n / 10.0 ** math.floor(math.log10(n) + 1e-9):g}·{_ten(n)}" for n in shown]
    return Ticks(shown, words)


def _ten(number: float) -> str:
    return with_power("", math.floor(math.log10(number) + 1e-9)) or "1"


def around_zero(most: float, power: int = 0) -> Ticks:
    """Zero, and the largest of 1, 2, 5 times a power of ten that fits, either way; written in a power of ten.

    >>> around_zero(0.8).words, around_zero(800.0, 2).words
    (['−0.5', '0', '0.5'], ['−5', '0', '5'])
    """
    ten = 10.0 ** math.floor(math.log10(most))
    value = next(float(f"{ten * m:.6g}") for m in (5, 2, 1) if ten * m <= most)
    number = f"{value / 10.0**power:g}"
    return Ticks([-value, 0.0, value], [f"−{number}", "0", number])


def minus(number: str) -> str:
    """A number with a true minus sign, and no minus zero."""
    if number.startswith("-"):
        return number[1:] if float(number) == 0 else "−" + number[1:]
    return number


def frequency_unit(high: float) -> tuple[float, str]:
    """The unit of an axis that reaches so high, and its name: below 0.02 Hz cycles per hour, per day or per year.

    >>> frequency_unit(8000.0)[1], frequency_unit(0.008)[1], frequency_unit(1.4e-4)[1], frequency_unit(2e-7)[1]
    ('kHz', '1/h', '1/d', '1/a')
    """
    for least, seconds, name in ((0.02, 0, ""), (1e-3, 3600, "1/h"), (4e-7, 86_400, "1/d"), (0.0, 31_557_600, "1/a")):
        if high >= least and seconds:
            return 1 / seconds, name
        if high >= least:
            break
    unit, name = prefix(high / 2) if high >= 2000 else (1.0, "") if high >= 0.1 else prefix(high)
    return unit, f"{name}Hz"


def frequency(low: float, high: float, most: int) -> tuple[Ticks, str]:
    """Ticks of a linear frequency axis, and what the axis says: kHz where it reaches 2 kHz, cycles a day for tides.

    >>> frequency(0.0, 5e8, 5)[0].words, frequency(0.0, 0.0005, 5)[1]
    (['0', '100', '200', '300', '400', '500'], 'Frequency (1/d)')
    """
    unit, name = frequency_unit(max(abs(low), abs(high)))
    return decimal(low, high, most, unit), f"Frequency ({name})"


def level(low: float, high: float, most: int) -> Ticks:
    """Ticks of a colour bar: both ends as they are, and round numbers between that leave them room."""
    between = decimal(low, high, most)
    room = (high - low) / (2.2 * most)
    inner = [(p, w) for p, w in zip(*between, strict=True) if low + room < p < high - room]
    first, last = ends(low, high)
    return Ticks([low, *(p for p, _ in inner), high], [first, *(w for _, w in inner), last])


def ends(low: float, high: float) -> tuple[str, str]:
    """Both ends of a range, to a hundredth of it or better.

    >>> ends(-98.26, -18.26), ends(-80.0, 1e-9), ends(-0.7423, 1.0)
    (('−98.3', '−18.3'), ('−80', '0'), ('−0.74', '1'))
    """
    digits = max(1, 2 - math.floor(math.log10(high - low)))
    first, last = (
        minus(f"{end:.{0 if abs(end - round(end)) < 0.5 * 10**-digits else digits}f}") for end in (low, high)
    )
    return first, last


LETTERS = 5
"""Of a number that has room beside a panel; a point is half a letter."""


def short(low: float, high: float, most: int) -> tuple[Ticks, str, int]:
    """Round numbers from low to high that have room beside a panel, what is taken off them, and their power of ten.

    Fewer numbers need fewer digits; what hardly differs is written without what all have in common.

    >>> short(0.0, 2.5e-7, 3)
    (Ticks(places=[0.0, 1e-07, 2e-07], words=['0', '1', '2']), '', -7)
    >>> short(-98.15, -97.75, 8)[0].words, short(1000.0007, 1000.0029, 3)
    (['−98.1', '−98.0', '−97.9', '−97.8'], (Ticks(places=[1000.001, 1000.002], words=['−1', '0']), '1000.002', -3))
    """
    power = power_of_ten(low, high)
    ten = 10.0**power
    for fewer in range(most, 1, -1):
        there = decimal(low / ten, high / ten, fewer)
        several = len(there.places) > 1 or fewer == most
        if several and all(len(word) - 0.5 * ("." in word) <= LETTERS for word in there.words):
            return Ticks([float(f"{place * ten:.12g}") for place in there.places], there.words), "", power
    common = decimal(low, high, 4)
    zero, taken = common.places[len(common.places) // 2], common.words[len(common.places) // 2]
    there, _, power = short(low - zero, high - zero, most)
    return Ticks([float(f"{zero + place:.15g}") for place in there.places], there.words), taken, power


def with_taken(name: str, unit: str, taken: str, power: int) -> str:
    """What an axis of such numbers says.

    >>> with_taken("rms", "FS", "", -3), with_taken("Amplitude", "m/s²", "9.81", -3), with_taken("level", "", "−150", 0)
    ('rms (10⁻³ FS)', 'Amplitude (10⁻³ m/s², less 9.81 m/s²)', 'level (less −150)')
    """
    less = f"less {taken} {unit if power else ''}".rstrip() if taken else ""
    written = ", ".join(filter(None, (with_power(unit, power), less)))
    return f"{name} ({written})" if written else name


def power_of_ten(low: float, high: float) -> int:
    """The power of ten that numbers so small or so large are better written with; else 0."""
    size = max(abs(low), abs(high))
    return 0 if 0.05 <= size < 1000 or size == 0 else math.floor(math.log10(size))


def with_power(unit: str, power: int) -> str:
    """A unit, times a power of ten.

    >>> with_power("Hz", 3), with_power("1/Hz", -7), with_power("FS", -3), with_power("", 4)
    ('kHz', '10⁻⁷/Hz', '10⁻³ FS', '10⁴')
    """
    if not power:
        return unit
    if unit == "Hz" and power == 3:
        return "kHz"
    ten = "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return ten + unit[1:] if unit.startswith("1/") else f"{ten} {unit}".rstrip()
