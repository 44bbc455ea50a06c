"""Which ranges an echogram shows, and what came back of one ping at each of them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sonograph.errors import SettingsError
from sonograph.matching.sonar.pings import Pings
from sonograph.sounds.source import Source


class Shown(Protocol):
    """What is asked for of the ranges, as `echogram` names it."""

    @property
    def ranges(self) -> tuple[float, float] | None: ...  # noqa: D102
    @property
    def step(self) -> float | None: ...  # noqa: D102
    @property
    def blind(self) -> float | None: ...  # noqa: D102


class PingRows:
    """The ranges, and the power of each ping over them.

    Parameters
    ----------
    pings
        Whose filter and length they are.
    asked
        Which ranges.
    speed
        Of sound, m/s.
    between
        Seconds from ping to ping, at most.

    Raises
    ------
    SettingsError
        Ranges beyond the next ping; pings that come faster than they are long.
    """

    def __init__(self, pings: Pings, asked: Shown, speed: float, between: float) -> None:
        self.pings = pings
        self.rate = pings.narrow.sample_rate
        sample = speed / 2 / self.rate
        self.mean_of = 1 if asked.step is None else max(1, round(asked.step / sample))
        self.step = self.mean_of * sample
        reach = self._reach(speed, between)
        low, high = asked.ranges if asked.ranges is not None else (0.0, reach)
        if low >= reach:
            raise SettingsError(
                f"ranges begins at {low:g} m; what comes back until the next ping is nearer than {reach:.4g} m"
            )
        self.first = round(low / sample)
        self.n = max(1, int((min(high, reach) - low) / self.step))
        self.ranges = (self.first + np.arange(self.n) * self.mean_of + (self.mean_of - 1) / 2) * sample
        blind = speed * pings.length / 2 if asked.blind is None else asked.blind
        self.blind = self.ranges < blind

    def _reach(self, speed: float, between: float) -> float:
        """How far something may be whose echo comes before the next ping, m."""
        length = self.pings.length
        if between <= length:
            raise SettingsError(
                f"the pulse is {length * 1e3:.4g} ms long and the pings come every {between * 1e3:.4g} ms; "
                f"it must be shorter than that"
            )
        return speed / 2 * max(between - (self.pings.shadow + 2) / self.rate, 0.5 * (between - length))

    @property
    def n_samples(self) -> int:
        """From a ping on, that its row looks at."""
        return self.first + self.n * self.mean_of + self.pings.beyond

    def power_of(self, source: Source, channel: int, time: float, following: float) -> np.ndarray:
        """(ranges,) float32, mean square of what was read; `following`: when the next ping is sent, or infinity."""
        power = self.pings.answer(source, channel, time, self.first, self.n * self.mean_of)
        until = (following - time) * self.rate
        known = int(max(0.0, min(until - self.first - self.pings.shadow, len(power))))
        power[known:] = np.nan  # there the next is heard
        row = power.reshape(self.n, self.mean_of).mean(axis=1) if self.mean_of > 1 else power
        row = row.astype(np.float32)
        row[self.blind] = np.nan
        return row
