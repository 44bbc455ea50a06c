"""Pulses of a recording: pings, clicks, knocks; their onset, band and level, their echoes, and how regularly they come.

    found = sonograph.pulses("pings.wav")
    found[0].start, found[0].name, found.trains[0].period

A threshold is a rate: how many false ones an hour the noise of this very recording gives.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sonograph.checks import whole
from sonograph.errors import SettingsError
from sonograph.io import audio
from sonograph.matching.feed import blocks_of
from sonograph.matching.hits import Hit, Hits, Listened
from sonograph.matching.pulses.bursts import Burst
from sonograph.matching.pulses.pulse_band import pulse_band
from sonograph.matching.pulses.pulse_seeking import ECHOES, Label, Seeker, Sought, Wanted, checked_band
from sonograph.matching.pulses.pulse_train import Period, Role, decibels, roles_of
from sonograph.settings.arguments import answered
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source


@dataclass(frozen=True)
class PulseTrain:
    """What was looked for in one channel, and how regularly it came.

    low, high : the band, Hz
    length : of a pulse, seconds
    threshold : dB that a pulse must stand over the noise around it
    by_itself : whether band or length were found, not given
    n_pulses, n_echoes : how many there are
    period : seconds from pulse to pulse, by all of them together; None where they come irregularly
    period_error : its standard error, seconds
    file, channel : of which sound
    """

    low: float
    high: float
    length: float
    threshold: float
    by_itself: bool
    n_pulses: int
    n_echoes: int
    period: float | None
    period_error: float | None
    file: str = ""
    channel: int = 0


@dataclass(frozen=True, eq=False, repr=False)
class Pulses(Hits):
    """Hits that are pulses and echoes, and the trains that they make.

    `more` of each: level and level_unit; peak, s; interval, s since the pulse before; of an echo under, dB below its
    pulse, and after, s.

    trains : one for each channel in which something stood out
    """

    trains: Sequence[PulseTrain] = ()


@answered
def pulses(
    source: str | os.PathLike[str] | Source,
    *,
    band: tuple[float, float] | None = None,
    length: float | None = None,
    pulse: Any = None,
    per_hour: float = 1.0,
    echoes: float = ECHOES,
    channel: int | None = None,
) -> Pulses:
    """Pulses of a recording and their echoes, in the order of time; of each channel by itself.

    Parameters
    ----------
    source
        A file or a Source of any length; it is read in blocks.
    band
        (low, high), Hz. By default the one that stands highest over its own median.
    length
        Of a pulse, seconds. By default as long as what stands out in that band.
    pulse
        The pulse that was sent, if it is known: a file, a Signal, or words as "chirp:12k-24k:4ms". Then a matched
        filter looks for it, and band and length are its own.
    per_hour
        False ones an hour that noise as in this recording may give: the threshold.
    echoes
        dB under a pulse that a burst after it is called its echo.
    channel
        One channel, from 0; by default all.

    Returns
    -------
    Pulses
        A row for each: start (where its power reaches a quarter of its highest, or, of a known pulse, where that
        begins), end, low, high (the band), name ("pulse" or "echo"), score (dB over the noise around), per_hour (how
        often an hour noise gives as much), and in `more` its level (mean square in the band over its length, at its
        highest), its peak and what `Pulses` says.

    Raises
    ------
    SettingsError
        A band, a length or a pulse that the sound cannot have.
    SourceError
        A file that cannot be read.

    Notes
    -----
    The noise's power, averaged over a length, is as that of Gaussian noise with the spectrum that the band has in this
    recording, over a floor that is the median of some second around; where its low percentiles (20 and 70) lie further
    apart, as wide as these say (`Chance`). Two pulses nearer than two lengths are one.

    Examples
    --------
    >>> from sonograph import signals
    >>> found = pulses(signals.pings(6.0))
    >>> [hit.name for hit in found[:3]], round(found.trains[0].period, 4)
    (['pulse', 'echo', 'echo'], 1.0)
    """
    wanted = Wanted(band, length, pulse, per_hour, echoes, channel)
    if isinstance(source, str | os.PathLike):
        file = os.fspath(source)
        return audio.settled(file, lambda opened: pulses_of(opened, wanted, file))
    return pulses_of(checked_source(source), wanted)


def pulses_of(source: Source, wanted: Wanted, file: str = "") -> Pulses:
    """As `pulses`, of a Source that has a name."""
    per_hour, channel = wanted.per_hour, None if wanted.channel is None else whole("channel", wanted.channel, 0)
    channels = list(range(source.n_channels)) if channel is None else [channel]
    if channel is not None and not 0 <= channel < source.n_channels:
        raise SettingsError(f"channel is {channel}; the sound has {source.n_channels}, counted from 0")
    sought = [_sought(source, one, wanted) for one in channels]
    seekers = {one: Seeker(of, per_hour) for one, of in zip(channels, sought, strict=True) if of is not None}
    bursts: dict[int, list[Burst]] = {one: [] for one in seekers}
    n_samples = 0
    for block in blocks_of(source) if seekers else ():
        n_samples += block.shape[1]
        for one, seeker in seekers.items():
            bursts[one] += seeker.push(block[one])
    hits: list[Hit] = []
    trains = []
    hours = 0.0
    for one, seeker in seekers.items():
        spread = seeker.spread_after(bursts[one], n_samples)
        hours += seeker.hours
        least = spread.over_at(per_hour)
        found = [burst for burst in bursts[one] if burst.over >= least]
        roles, period = roles_of(found, wanted.echoes)
        label = Label(seeker.sought, source.unit, file, one)
        hits += [label.hit(b, role, spread, seeker.hours) for b, role in zip(found, roles, strict=True)]
        trains.append(_train(seeker.sought, least, roles, period, file, one))
    hits.sort(key=lambda hit: (hit.start, hit.channel))
    seconds = (n_samples if seekers else source.n_samples) / source.sample_rate
    hours = hours if seekers else seconds * len(channels) / 3600
    return Pulses(hits, [Listened(file, seconds, hours, source.sample_rate / 2)], trains)


def _sought(source: Source, channel: int, wanted: Wanted) -> Sought | None:
    rate, band, length = source.sample_rate, wanted.band, wanted.length
    if wanted.pulse is not None or (band is not None and length is not None):
        return Sought.given(rate, band, length, wanted.pulse)
    within = None if band is None else checked_band(band, rate)
    found = pulse_band(source, channel, within)
    if found is None:
        return None
    given = within or (found.low, found.high)
    seconds = max(found.length, 1 / (given[1] - given[0])) if length is None else length
    return Sought.given(rate, given, seconds, None, by_itself=True)


def _train(
    sought: Sought, over: float, roles: Sequence[Role], period: Period | None, file: str, channel: int
) -> PulseTrain:
    n_pulses = sum(role.name == "pulse" for role in roles)
    return PulseTrain(
        sought.low, sought.high, sought.length, decibels(over), sought.by_itself, n_pulses, len(roles) - n_pulses,
        None if period is None else period.seconds, None if period is None else period.error, file, channel,
    )  # fmt: skip
