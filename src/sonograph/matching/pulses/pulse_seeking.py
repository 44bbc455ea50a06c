"""What pulses are looked for in one channel, and the look itself: filter, bursts, and what the noise is like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.checks import quantity
from sonograph.errors import SettingsError
from sonograph.matching.hits import Hit
from sonograph.matching.pulses.background import Background, Spread
from sonograph.matching.pulses.bursts import Burst, Bursts
from sonograph.matching.pulses.narrow import Narrow, Narrowed
from sonograph.matching.pulses.pulse_train import Role, decibels
from sonograph.matching.pulses.replica import Replica, replica_of
from sonograph.units import level_unit, reference_power

ECHOES = 10.0
"""dB under a pulse that a burst after it is called its echo."""
LONGEST_FILTER = 1 << 20
"""Samples of a filter; a band that needs more is too narrow for its rate."""


@dataclass(frozen=True)
class Wanted:
    """What `pulses` is asked for, as it names it.

    Raises
    ------
    SettingsError
        It cannot be, whatever the sound.
    """

    band: Any = None
    length: Any = None
    pulse: Any = None
    per_hour: float = 1.0
    echoes: float = ECHOES
    channel: int | None = None

    def __post_init__(self) -> None:
        if not 1e-6 <= quantity("per_hour", self.per_hour, above=0) <= 3600:
            raise SettingsError(f"per_hour is {self.per_hour:g}; it must be 1e-6 to 3600 false ones an hour")
        quantity("echoes", self.echoes, "dB", least=0)
        if self.length is not None:
            quantity("length", self.length, "s", above=0)
        if self.pulse is not None and not (self.band is None and self.length is None):
            raise SettingsError("pulse is given with band or length, which it has itself; leave out one or the other")


@dataclass(frozen=True, eq=False)
class Sought:
    """A band in which pulses of a length are looked for, or a pulse that is known."""

    low: float
    high: float
    length: float
    narrow: Narrow
    by_itself: bool = False
    replica: Replica | None = None

    @classmethod
    def given(cls, rate: float, band: Any, length: Any, pulse: Any, *, by_itself: bool = False) -> Sought:
        """As somebody says it.

        Raises
        ------
        SettingsError
            It cannot be, at this rate.
        """
        if pulse is not None:
            replica = replica_of(pulse, rate)
            low, high = replica.band
            narrow = Narrow.matched(replica.samples, rate, max(1, int(rate / (4 * (high - low)))))
            taps = narrow.taps * np.sqrt(replica.strongest)  # it reads what the echo has at its strongest
            return cls(low, high, replica.length, Narrow(taps, narrow.step, rate, narrow.delay), False, replica)
        low, high = checked_band(band, rate)
        seconds = quantity("length", length, "s", above=0)
        if seconds * (high - low) < 0.9:
            raise SettingsError(
                f"length is {seconds * 1e3:.3g} ms; in a band of {high - low:.4g} Hz it must be "
                f"{1e3 / (high - low):.3g} ms or more, as nothing in it is shorter: widen the band"
            )
        return cls(low, high, seconds, Narrow.band(low, high, rate), by_itself)


class Seeker:
    """One channel: its band, the bursts in it, and what its noise is like."""

    def __init__(self, sought: Sought, per_hour: float) -> None:
        self.sought = sought
        narrow = sought.narrow
        self._filter = Narrowed(narrow)
        known = sought.replica is not None
        n = 1 if known else max(1, round(sought.length * narrow.rate))
        self._background = Background(narrow.autocorrelation, n, narrow.rate)
        white = self._background.chance
        resolution = 3 / (sought.high - sought.low)
        fine = 0 if known else max(1, round(min(sought.length / 4, resolution) * narrow.rate))
        least = white.over_at(per_hour)  # no other noise has a lower one
        self._bursts = Bursts(narrow.rate, sought.length, n, fine, least, white.chance.shape)

    @property
    def delay(self) -> float:
        """Seconds between a pulse and its burst."""
        return self._bursts.delay + self._filter.delay

    @property
    def hours(self) -> float:
        """Of sound that was not missing."""
        return self._bursts.n_there / self.sought.narrow.rate / 3600

    @property
    def spread(self) -> Spread:
        """What the noise is like, as far as it was heard."""
        return self._background.chance

    def push(self, samples: np.ndarray) -> list[Burst]:
        """Bursts that are known with these samples (n,)."""
        return self._found(self._filter.push(samples), last=False)

    def finish(self, n_samples: int) -> list[Burst]:
        """Those of the rest of a sound of so many samples."""
        return self._found(self._filter.finish(n_samples), last=True)

    def spread_after(self, bursts: list[Burst], n_samples: int) -> Spread:
        """Add the bursts of the rest to those before; what the noise was like."""
        bursts += self.finish(n_samples)
        return self.spread

    def _found(self, band: np.ndarray, *, last: bool) -> list[Burst]:
        self._background.hear(band)
        found = self._bursts.push(band, last=last)
        for over in self._bursts.overs:
            self._background.count(over)
        self._bursts.overs.clear()
        return found


class Label:
    """Bursts into rows."""

    def __init__(self, sought: Sought, unit: str, file: str, channel: int) -> None:
        self._sought, self._file, self._channel = sought, file, channel
        reference = reference_power(unit, "spectrum")
        self._reference, self._unit = reference, level_unit(unit, "spectrum", reference)
        replica = sought.replica
        self._peak = 0.0 if replica is None else float(np.argmax(replica.envelope)) / replica.sample_rate

    def hit(self, burst: Burst, role: Role, spread: Spread, hours: float) -> Hit:
        """A burst, what it is, and how often noise does as much in these hours."""
        per_hour = spread.per_hour(burst.over)
        more = {
            "level": round(decibels(burst.power / self._reference), 2),
            "level_unit": self._unit,
            "peak": round(burst.peak + self._peak, 6),
            "interval": None if role.interval is None else round(role.interval, 6),
            "under": None if role.under is None else round(role.under, 2),
            "after": None if role.after is None else round(role.after, 6),
        }
        return Hit(
            max(burst.start, 0.0), max(burst.end, burst.start, 0.0), self._sought.low, self._sought.high, role.name,
            round(decibels(burst.over), 3), per_hour, hours=hours, extrapolated=per_hour * hours < 1,
            channel=self._channel, file=self._file, more=more,
        )  # fmt: skip


def checked_band(band: Any, rate: float) -> tuple[float, float]:
    """A band that a sound of this rate can have.

    Raises
    ------
    SettingsError
        It cannot.
    """
    try:
        low, high = (float(edge) for edge in band)
    except (TypeError, ValueError):
        raise SettingsError(f"band is {band!r}; it must be two frequencies, (low, high)") from None
    if not 0 < low < high < rate / 2:
        raise SettingsError(
            f"band is {low:g} to {high:g} Hz; at sample rate {rate:g} Hz it must lie above 0 and below "
            f"{rate / 2:g} Hz, its low below its high"
        )
    if 20 * rate / (high - low) > LONGEST_FILTER:
        raise SettingsError(
            f"band is {low:g} to {high:g} Hz; at sample rate {rate:g} Hz it must be "
            f"{20 * rate / LONGEST_FILTER:.3g} Hz wide or more: resample the sound first"
        )
    return low, high
