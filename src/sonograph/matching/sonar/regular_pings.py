"""When pings were sent that come at an interval: told by the first that are heard, and followed from one to the next.

No two clocks agree: ten millionths, which is usual, are 27 m of range after an hour. So each ping is looked for where
it is due after the one before; where it cannot be heard, it is where it was due. All looks only at samples near by, so
that a whole recording and a stream have the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sonograph.errors import SettingsError
from sonograph.matching.pulses.pulse_finding import pulses_of
from sonograph.matching.pulses.pulse_seeking import Wanted
from sonograph.matching.pulses.replica import Replica
from sonograph.sounds.source import Signal, Source

OPENING = 8
"""Pings that are heard before it is said when the first was sent."""
FEWEST = 3
"""Pulses that tell so, of them."""
NEAR = 0.05
"""Of the interval, or a pulse's length, within which a pulse comes at it; others are strangers, or echoes."""
TRIED = 100
"""Pulses that the others are held against."""
DRIFT = 0.5
"""Of a pulse's length, that an interval may be off over all pings that tell of it."""


def refuse_interval(interval: float, length: float) -> None:
    """Refuse an interval that a pulse does not fit into."""
    if length >= interval:
        raise SettingsError(
            f"ping_interval is {interval:g} s and the pulse is {length:g} s long; it must be shorter than the interval"
        )


def phase_of(times: np.ndarray, interval: float, length: float) -> float:
    """When one of some pings was sent, seconds, by all that come at the interval, which are at least half of them.

    Raises
    ------
    SettingsError
        The interval does not fit them.
    """
    near = max(length, NEAR * interval)
    best = np.zeros(0, int)
    for time in times[:: -(-len(times) // TRIED)]:
        turns = np.round((times - time) / interval)
        kept = np.flatnonzero(np.abs(times - time - turns * interval) <= near)
        best = kept if len(kept) > len(best) else best
    fits = times[best]
    turns = np.round((fits - fits[0]) / interval)
    off = fits - fits[0] - turns * interval
    drift = abs(float(np.polyfit(turns, off, 1)[0])) * np.ptp(turns) if len(fits) > 2 and np.ptp(turns) > 0 else 0.0
    if 2 * len(fits) < len(times) or drift > max(DRIFT * length, 1e-3 * interval):
        raise SettingsError(
            f"ping_interval is {interval:g} s, which does not fit: the pings that are found come about every "
            f"{float(np.median(np.diff(times))):.6g} s"
        )
    return float(fits[0] + float(np.median(off)))


def opening(interval: float, sample_rate: float) -> int:
    """Samples of a section in which the first pings are looked for."""
    return int(np.ceil(OPENING * interval * sample_rate))


def phase_in(samples: np.ndarray, sample_rate: float, replica: Replica, interval: float) -> float | None:
    """When a ping of a section (n,) was sent, in seconds from its first sample; None where too few are heard.

    Raises
    ------
    SettingsError
        The interval does not fit.
    """
    found = pulses_of(Signal(samples, sample_rate), Wanted(pulse=replica))
    times = np.array([hit.start for hit in found if hit.name == "pulse"])
    return phase_of(times, interval, replica.length) if len(times) >= FEWEST else None


def first_in(source: Source, channel: int, replica: Replica, interval: float) -> float | None:
    """When the first ping was sent of the first section in which pings are heard; None: there is none."""
    size = opening(interval, source.sample_rate)
    for begin in range(0, source.n_samples, size):
        stop = min(begin + size, source.n_samples)
        phase = phase_in(source.read(range(begin, stop))[channel], source.sample_rate, replica, interval)
        if phase is not None:
            return begin / source.sample_rate + phase % interval
    return None


def followed(first: float, interval: float, before: float, heard_near: Callable[[float], float]) -> list[float]:
    """Pings from the first on, one after the other, that were sent before a moment.

    Parameters
    ----------
    heard_near
        When the ping was sent that was due at a moment.
    """
    times: list[float] = []
    due = first
    while due < before:
        time = heard_near(due)
        if time < before:
            times.append(time)
        due = time + interval
    return times
