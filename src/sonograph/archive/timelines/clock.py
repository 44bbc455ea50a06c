"""A clock turns samples of a timeline into UTC and back. A table of integers: no sample is moved for it, ever.

Between two rows samples follow each other at the steady rate of the first. Where samples are missing no time is lost,
as each run of samples has a row of its own.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from itertools import chain, islice
from operator import eq, le, lt
from typing import Any, overload

import numpy as np

from sonograph.archive.segments.moments import moment_at, ns_of, zoned
from sonograph.archive.segments.segment import SECOND
from sonograph.checks import short
from sonograph.errors import SettingsError

_HOLDS = 9_000_000_000
"""The largest numerator of a rate, whose nanoseconds 64 bits hold: it is true to a part in 1e10, 0.3 ms a month."""


def rate_of(sample_rate: float | Fraction) -> Fraction:
    """A sample rate as a fraction of whole numbers that are small enough to count with.

    >>> rate_of(48_000.0), rate_of(44_100 * (1 + 5e-6))
    (Fraction(48000, 1), Fraction(88200441, 2000))
    """
    exact = Fraction(sample_rate)
    return exact.limit_denominator(max(1, int(_HOLDS / max(exact, Fraction(1, 1000)))))


@dataclass(frozen=True, eq=False)
class Clock:
    """When the samples of a timeline were taken.

    Parameters
    ----------
    firsts
        The first sample of each row, rising from 0.
    utc_ns
        When it was taken, ns since 1970 UTC.
    rates
        Samples per second from there on.

    Raises
    ------
    SettingsError
        Rows of other lengths, none, or not rising.

    Examples
    --------
    >>> clock = Clock((0, 480_000), (0, 60_000_000_000), (Fraction(48_000), Fraction(48_000)))
    >>> clock.utc_ns_at(48_000), clock.utc_ns_at(480_001), clock.sample_at(60_000_020_833)
    (1000000000, 60000020833, 480001)
    """

    firsts: Sequence[int]
    utc_ns: Sequence[int]
    rates: Sequence[Fraction]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Clock):
            return NotImplemented
        return len(self.firsts) == len(other.firsts) and all(map(eq, chain(*self._lists), chain(*other._lists)))

    def __hash__(self) -> int:
        return hash((len(self.firsts), self.firsts[0], self.utc_ns[0]))

    @property
    def _lists(self) -> tuple[Sequence[int], Sequence[int], Sequence[Fraction]]:
        return self.firsts, self.utc_ns, self.rates

    def __post_init__(self) -> None:
        rising = all(map(lt, self.firsts, islice(self.firsts, 1, None)))
        if not self.firsts or not len(self.firsts) == len(self.utc_ns) == len(self.rates) or not rising:
            raise SettingsError(f"firsts are {short(self.firsts)}; a clock has rows of three, whose firsts rise")

    @overload
    def utc_ns_at(self, samples: int) -> int: ...
    @overload
    def utc_ns_at(self, samples: np.ndarray) -> np.ndarray: ...
    def utc_ns_at(self, samples: Any) -> Any:
        """When samples were taken, ns since 1970 UTC, rounded down: one, or an array of them."""
        if not isinstance(samples, np.ndarray):
            row = self._row(int(samples))
            first, utc_ns, rate = self.firsts[row], self.utc_ns[row], self.rates[row]
            return utc_ns + (int(samples) - first) * SECOND * rate.denominator // rate.numerator
        if max(rate.numerator for rate in self.rates) > _HOLDS:
            flat = [self.utc_ns_at(int(one)) for one in samples.ravel()]
            return np.array(flat, np.int64).reshape(samples.shape)
        firsts, utcs, numerators, denominators = self._columns
        rows = np.maximum(np.searchsorted(firsts, samples, side="right") - 1, 0)
        whole, rest = np.divmod((samples.astype(np.int64) - firsts[rows]) * denominators[rows], numerators[rows])
        return utcs[rows] + whole * SECOND + rest * SECOND // numerators[rows]

    def sample_at(self, utc_ns: int) -> int:
        """The first sample that was taken at a time, ns since 1970 UTC, or after it.

        Where none was taken for a while, the first one behind that.
        """
        utc_ns = int(utc_ns)
        row = max(0, bisect_right(self._rising_utc, utc_ns) - 1)
        rate, passed = self.rates[row], utc_ns - self.utc_ns[row]
        sample = self.firsts[row] - (-passed * rate.numerator // (SECOND * rate.denominator))
        after = self.firsts[row + 1] if row + 1 < len(self.firsts) else None
        return sample if after is None else min(sample, after)

    def time_at(self, sample: int) -> datetime:
        """When a sample was taken, in UTC, to the microsecond below it."""
        return moment_at(self.utc_ns_at(sample))

    def sample_of(self, moment: datetime) -> int:
        """The first sample that was taken at a time, which has its zone, or after it."""
        return self.sample_at(ns_of(zoned("moment", moment)))

    def rows(self) -> list[dict[str, int]]:
        """The table, as JSON can hold it: first_sample, utc_ns, and the rate as rate_numerator / rate_denominator."""
        return [
            {"first_sample": first, "utc_ns": utc_ns, "rate_numerator": rate.numerator,
             "rate_denominator": rate.denominator}
            for first, utc_ns, rate in zip(self.firsts, self.utc_ns, self.rates, strict=True)
        ]  # fmt: skip

    @staticmethod
    def of_rows(rows: Sequence[dict[str, int]]) -> Clock:
        """The clock whose table this is."""
        return Clock(
            tuple(row["first_sample"] for row in rows),
            tuple(row["utc_ns"] for row in rows),
            tuple(Fraction(row["rate_numerator"], row["rate_denominator"]) for row in rows),
        )

    def _row(self, sample: int) -> int:
        return max(0, bisect_right(self.firsts, sample) - 1)

    @cached_property
    def _rising_utc(self) -> Sequence[int]:
        """When the rows begin; where a clock was put back, not before the row in front."""
        if all(map(le, self.utc_ns, islice(self.utc_ns, 1, None))):
            return self.utc_ns
        return array("q", np.maximum.accumulate(np.array(self.utc_ns, np.int64)).tobytes())

    @cached_property
    def _columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        listed = (self.firsts, self.utc_ns, [r.numerator for r in self.rates], [r.denominator for r in self.rates])
        return tuple(np.array(column, np.int64) for column in listed)  # type: ignore[return-value]


@dataclass(frozen=True)
class ClockCheck:
    """What a recorder's clock said at times that are known: from its time to the true one.

    said_ns, utc_ns : its time and the true one, each ns since 1970 UTC, once or twice

    Raises
    ------
    SettingsError
        More than two, none, or two at the same time; a clock that is wrong by more than a thousandth.

    Examples
    --------
    >>> check = ClockCheck((0, 10**15), (0, 10**15 + 5 * 10**9))  # 5 ppm slow
    >>> check.true_ns(2 * 10**14), float(check.pace)
    (200001000000000, 1.000005)
    """

    said_ns: tuple[int, ...]
    utc_ns: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.said_ns) != len(self.utc_ns) or len(self.said_ns) not in (1, 2) or len(set(self.said_ns)) == 0:
            raise SettingsError(f"clock_check has {len(self.said_ns)} times; it must be one or two, each with its UTC")
        if len(self.said_ns) == 2 and self.said_ns[0] == self.said_ns[1]:
            raise SettingsError("clock_check has one time of the recorder twice; it must be two, or once")
        if abs(self.pace - 1) > Fraction(1, 1000):
            ppm = float((self.pace - 1) * 1_000_000)
            raise SettingsError(
                f"clock_check tells a clock that is wrong by {ppm:,.0f} ppm; no clock is: check days and zones"
            )

    @property
    def pace(self) -> Fraction:
        """True seconds in each of the recorder's."""
        if len(self.said_ns) == 1:
            return Fraction(1)
        return Fraction(self.utc_ns[1] - self.utc_ns[0], self.said_ns[1] - self.said_ns[0])

    def true_ns(self, said_ns: int) -> int:
        """The true time when the recorder's clock said so, ns since 1970 UTC."""
        return self.utc_ns[0] + round((said_ns - self.said_ns[0]) * self.pace)
