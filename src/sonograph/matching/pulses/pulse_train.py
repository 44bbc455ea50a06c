"""Which bursts are pulses and which their echoes, and how regularly the pulses come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sonograph.matching.pulses.bursts import Burst

WITHIN = 5.0
"""Seconds after a pulse in which a weaker burst may be its echo."""
NEAR = 0.05
"""Of the period: a burst this near to where the next pulse is due is a pulse, however weak."""
STEADY = 0.02
"""Of the period: pulses that come no more regularly than this have none."""
STRONGEST = 6.0
"""dB below the strongest that the pulses may be that a period is looked for in first."""


class Role(NamedTuple):
    """What a burst is: "pulse", with the seconds since the one before, or "echo", of which pulse.

    interval : seconds since the pulse before, of a pulse; None of the first
    under : dB below the pulse, of an echo
    after : seconds after the pulse, of an echo
    """

    name: str
    interval: float | None = None
    under: float | None = None
    after: float | None = None


class Period(NamedTuple):
    """How regularly pulses come: seconds from one to the next, its standard error, and how many pulses tell so."""

    seconds: float
    error: float
    n: int


class Train:
    """Names bursts in their order: a burst that is `echoes` dB under the pulse before, soon after it, is its echo."""

    def __init__(self, echoes: float, period: Period | None = None) -> None:
        self.echoes, self.period = echoes, period
        self._pulse: Burst | None = None

    def role(self, burst: Burst) -> Role:
        """What the next burst is."""
        before = self._pulse
        if before is None:
            self._pulse = burst
            return Role("pulse")
        after = burst.start - before.start
        under = decibels(before.power) - decibels(burst.power)
        if under >= self.echoes and after <= WITHIN and not self._due(after):
            return Role("echo", under=under, after=after)
        self._pulse = burst
        return Role("pulse", interval=after)

    def _due(self, after: float) -> bool:
        if self.period is None:
            return False
        turns = after / self.period.seconds
        return round(turns) >= 1 and abs(turns - round(turns)) < NEAR


def roles_of(bursts: Sequence[Burst], echoes: float) -> tuple[list[Role], Period | None]:
    """What each burst is, and the period of the pulses."""
    first = Train(echoes)
    roles = [first.role(burst) for burst in bursts]
    period = period_of([burst for burst, role in zip(bursts, roles, strict=True) if role.name == "pulse"])
    if period is not None:  # a pulse that is due is no echo of the one before
        second = Train(echoes, period)
        roles = [second.role(burst) for burst in bursts]
    return roles, period


def period_of(pulses: Sequence[Burst]) -> Period | None:
    """The period of pulses, of which some may be missing and some strangers; None where they have none.

    The strongest, within 6 dB, tell it roughly; a straight line through all that lie near to it tells it exactly.
    """
    if len(pulses) < 3:
        return None
    strongest = max(decibels(pulse.power) for pulse in pulses)
    strong = [pulse for pulse in pulses if decibels(pulse.power) > strongest - STRONGEST]
    best: Period | None = None
    for some in (strong, list(pulses)):
        for moment in ("start", "peak"):
            found = _fitted(np.array([getattr(pulse, moment) for pulse in some]))
            if found is not None and (best is None or found.error < best.error):
                best = found
        if best is not None:
            return best
    return None


def _fitted(times: np.ndarray) -> Period | None:
    if len(times) < 3:
        return None
    rough = float(np.median(np.diff(times)))
    if rough <= 0:
        return None
    line = np.array([rough, times[0]])
    kept, turns = times, np.arange(len(times), dtype=float)
    for _ in range(3):
        steps = np.diff(times) / line[0]
        turns = np.concatenate([[0], np.cumsum(np.round(steps))])
        off = times - (turns * line[0] + np.median(times - turns * line[0]))
        near = np.abs(off) < 3 * np.median(np.abs(off)) + STEADY * line[0] / 4
        kept, turns = times[near], turns[near]
        if len(kept) < 3 or len(np.unique(turns)) < len(turns):
            return None
        line = np.polyfit(turns, kept, 1)
        if line[0] <= 0:
            return None
    rest = kept - np.polyval(line, turns)
    if np.sqrt(np.mean(rest**2)) > STEADY * line[0] or len(kept) < 0.6 * len(times):
        return None
    error = float(np.sqrt(np.sum(rest**2) / max(1, len(kept) - 2) / np.sum((turns - turns.mean()) ** 2)))
    return Period(float(line[0]), error, len(kept))


def decibels(power: float) -> float:
    """Of a mean square."""
    return 10 * float(np.log10(max(power, 1e-300)))
