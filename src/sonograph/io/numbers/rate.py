"""How many samples a second a column of times means: from its whole span, as exactly as its digits say.

Times that are printed with few digits have uneven steps though the clock was even: at 300 Hz three decimals give steps
of 3 and 4 ms. What the digits allow is believed; a step or a place that they do not is refused and named.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

UNEVEN = 1e-3
"""Steps may differ by so much of a step, whatever the digits."""

VAGUE, TOO_VAGUE = 1e-3, 1e-2
"""A rate that the digits leave open by more is said, and refused."""

_USUAL = (
    8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000, 176_400, 192_000, 250_000,
    256_000, 384_000, 500_000,
)  # fmt: skip
_DIGITS = re.compile(r"[-+]?(\d*)\.?(\d*)(?:e([-+]?\d+))?", re.IGNORECASE)
_FEW = 3  # steps that are off by a digit, of which a sample left out cannot be told from the digits
_WAY_OUT = "or give sample_rate (--sample-rate)."


class UnevenError(Exception):
    """Times that give no rate; `reason` is a code that does not change, `what` a sentence."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(what)
        self.reason, self.what = reason, what


@dataclass(frozen=True)
class Rate:
    """Samples per second, Hz; `doubt` is a sentence where the times leave it open, else ""."""

    value: float
    doubt: str = ""


def quantum(texts: list[str], times: np.ndarray) -> np.ndarray | float:
    """What the last digit of the times stands for, of each or of all, judged by the texts of some of them.

    >>> quantum(["0.003", "0.007"], np.array([0.003, 0.007]))
    0.001
    """
    decimals, significant = 0, 1
    digit: np.ndarray | float
    for text in texts:
        found = _DIGITS.fullmatch(text.strip().replace(",", "."))
        if found and (found[1] or found[2]):
            whole, fraction, power = found[1], found[2], int(found[3] or 0)
            decimals = max(decimals, len(fraction) - power)
            significant = max(significant, len((whole + fraction).lstrip("0")))
    size = np.abs(times)
    least, largest = 10.0**-decimals, float(np.nanmax(size, initial=0.0))
    digit = least
    if largest > 10.0 ** (significant - decimals):  # large ones have fewer decimals
        with np.errstate(divide="ignore"):
            places = np.floor(np.log10(np.where(size > 0, size, least))) + 1 - significant
        digit = np.maximum(least, 10.0**places)
    if significant > 14 or (significant > 7 and _are_single(times)):
        digit = np.maximum(digit, precision(times))
    return digit


def _are_single(times: np.ndarray) -> bool:
    """Whether all numbers are ones that float32 can hold, as where an instrument kept them so."""
    with np.errstate(over="ignore"):
        few = times[:100]
        return bool((few.astype(np.float32) == few).all() and (times.astype(np.float32) == times).all())


def precision(times: np.ndarray) -> np.ndarray:
    """The steps between neighbouring numbers, of float32 where that is what all of them are."""
    single = times.dtype == np.float32 or _are_single(times)
    return np.asarray(np.spacing(np.abs(times.astype(np.float32) if single else times)), float)


def rate_of(times: np.ndarray, digit: np.ndarray | float, where: np.ndarray, stated: float | None = None) -> Rate:
    """The rate of samples at these times.

    times : (n,) s
    digit : s, what the last digit of each (n,) or of all stands for
    where : (n,) the row of each, for sentences
    stated : Hz, what is said elsewhere; believed where the times agree

    Raises
    ------
    UnevenError
        They do not rise, or are uneven by more than their digits.
    """
    if len(times) < 2:
        raise UnevenError(
            "no-rate", "has a time in only one row, which gives no sample rate. Give sample_rate (--sample-rate)."
        )
    steps = np.diff(times)
    shortest, longest = float(steps.min()), float(steps.max())
    if not (shortest >= 0 and 0 < longest < math.inf):
        _refuse_times(times, steps, where)
    n, span = len(steps), float(times[-1] - times[0])
    order = np.arange(n + 1, dtype=float)
    if stated and (np.abs(order / stated - (times - times[0])) <= digit + UNEVEN / stated).all():
        return Rate(stated)
    step, last = span / n, float(np.max(digit))
    loose = last / span  # the part of the rate that digits at both ends leave open
    if max(longest - step, step - shortest) <= UNEVEN * step:
        differ = longest - shortest > last / 2  # by digits, not only by what binary numbers round
        return Rate(_round(n / span, max(1e-6, min(loose, VAGUE / 2) if differ else 0.0)))
    order *= step
    order -= times
    order += times[0]
    even = max(float(order.max()), -float(order.min())) <= last * (1 + 1e-6) and _within_digits(
        times, steps, step, digit
    )
    coarse = 2 * last > step
    usual = step if even and not coarse else float(np.partition(steps, (n - 1) // 2)[(n - 1) // 2])  # one that occurs
    few = coarse and (np.abs(steps - usual) > UNEVEN * usual).sum() < _FEW
    if not even or loose > TOO_VAGUE or few:
        raise UnevenError("uneven", _uneven(times, steps, usual, np.broadcast_to(digit, times.shape), where))
    rate = _round(n / span, loose)
    if coarse or loose > VAGUE:
        what = f"its times have so few digits that they give the rate only roughly: {rate:g} Hz, within"
        return Rate(rate, f"{what} {100 * loose:.2g} %. Give sample_rate (--sample-rate) if you know it.")
    return Rate(rate)


def _within_digits(times: np.ndarray, steps: np.ndarray, step: float, digit: np.ndarray | float) -> bool:
    """Whether each step is off by less than a digit, as it is where even times are printed."""
    some = 4 * np.spacing(max(abs(float(times[0])), abs(float(times[-1]))))
    if np.ndim(digit) == 0:
        return max(float(steps.max()) - step, step - float(steps.min())) < float(digit) * (1 - 1e-9) + some
    digits = np.asarray(digit)
    some += float(digits.max()) / len(steps)  # a step of the small digits can be as far from that of the whole span
    return bool((np.abs(steps - step) < np.maximum(digits[1:], digits[:-1]) * (1 - 1e-9) + some).all())


def _refuse_times(times: np.ndarray, steps: np.ndarray, where: np.ndarray) -> NoReturn:
    """Say why times do not rise."""
    if np.isnan(times).any():
        raise UnevenError("uneven", f"row {where[np.isnan(times).argmax()]} has no time. Fill it in, {_WAY_OUT}")
    if not np.isfinite(steps).all():
        raise UnevenError(
            "uneven", f"the time in row {where[1 + (~np.isfinite(steps)).argmax()]} is infinite. Mend it, {_WAY_OUT}"
        )
    if (steps == 0).all():
        raise UnevenError("uneven", f"all rows have the same time ({times[0]:g} s). Give sample_rate (--sample-rate).")
    if (steps < 0).all():
        what = f"its times fall, from {times[0] + 0.0:g} s in row {where[0]} to {times[-1]:g} s in row {where[-1]}"
        raise UnevenError("uneven", f"{what}. Sort the rows by time, {_WAY_OUT}")
    i = int((steps < 0).argmax())
    what = f"the time in row {where[i + 1]} ({times[i + 1]:.9g} s) is before that of the row above ({times[i]:.9g} s)"
    raise UnevenError("uneven", f"{what}. Sort the rows by time, {_WAY_OUT}")


def _uneven(times: np.ndarray, steps: np.ndarray, usual: float, digit: np.ndarray, where: np.ndarray) -> str:
    """What is uneven, and where it begins."""
    end = f". Resample it evenly, {_WAY_OUT}"
    if usual == 0:
        i = int((steps == 0).argmax())
        j = int(steps[i:].argmax()) + i if steps[i:].any() else len(steps)
        many = int((steps[i:] > 0).argmax()) + 1 if steps[i:].any() else len(steps) - i + 1
        what = f"{many} rows from row {where[i]} on have the same time ({times[i]:.9g} s)"
        rise = f", then it rises by {steps[j]:.6g} s" if j < len(steps) else ""
        return f"{what}{rise}: such times do not tell when a sample was taken. Give sample_rate (--sample-rate)."
    bigger = np.maximum(digit[1:], digit[:-1])
    bigger = np.where(bigger > usual / 2, 0.0, bigger)
    off = np.abs(steps - usual)
    for far in (off > np.maximum(UNEVEN * usual, 1.5 * bigger), off > np.maximum(UNEVEN * usual, 0.99 * bigger)):
        if not far.any():
            continue
        i = int(far.argmax())
        if steps[i] == 0:
            what = f"row {where[i + 1]} has the same time as the row above ({times[i]:.9g} s)"
        else:
            what = f"the time in row {where[i + 1]} is {steps[i]:.6g} s after the one before"
        return f"{what}; the others are {usual:.6g} s apart{end}"
    n = len(times) - 1
    drift = times - times[0] - np.arange(n + 1) * (times[-1] - times[0]) / n
    i = int(np.abs(drift).argmax())
    what = f"its times do not go evenly: row {where[i]} is {abs(drift[i]):.6g} s from where even steps would put it"
    return what + end


def _round(rate: float, loose: float) -> float:
    """The roundest rate, or of the roundest step, within a part `loose` of it: clocks are set to round numbers.

    >>> _round(299.995, 5e-5), _round(44099.7, 1e-5), _round(1 / 59.99999, 1e-6) == 1 / 60, _round(123.456789, 0)
    (300.0, 44100.0, True, 123.456789)
    """
    usual = min(_USUAL, key=lambda known: abs(known - rate))
    if abs(usual - rate) <= loose * rate:
        return float(usual)
    for digits in range(1, 16):
        for value in (rate, 1 / rate):
            short = float(f"{value:.{digits - 1}e}")
            if abs(short - value) <= loose * value:
                return short if value is rate else 1 / short
    return rate if math.isfinite(rate) else 0.0
