"""`EchogramStream`: an echogram of a sound that goes on."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np

from sonograph.errors import SettingsError, SourceError
from sonograph.matching.pulses.replica import replica_of
from sonograph.matching.sonar.echograms import Echogram
from sonograph.matching.sonar.ping_rows import PingRows
from sonograph.matching.sonar.pings import (
    BESIDE,
    CLEARER,
    NONE_FOUND,
    Pings,
    heard_near,
    matched,
    pings_of_a_pulse,
    reach_of,
)
from sonograph.matching.sonar.ranging import Asked, checked_unit, labelled
from sonograph.matching.sonar.regular_pings import opening, phase_in, refuse_interval
from sonograph.settings.arguments import answered
from sonograph.sounds.source import checked_rate, checked_samples

NEVER = 1 << 62
"""Samples of a sound that goes on."""


class EchogramStream:
    """An echogram of a sound that goes on: blocks in, pings out, as `echogram` has them, bit for bit.

    The pulse and its interval are given. When the first ping was sent is told by the first eight, once they are heard,
    or given as `first_ping`; each further one is looked for where it is due. A ping comes `delay` seconds after it was
    sent, the first ones `opening` seconds.

    Parameters
    ----------
    pulse, ping_interval, first_ping, compress, sound_speed, temperature, salinity, depth, ranges, step, blind, gain
        As in `echogram`.
    absorption, quantity, source_level, beam
        As in `echogram`. Noise and bottom are told by pings before and after, and so of a whole recording only.
    sample_rate
        Samples per second, Hz.
    n_channels, channel
        Of the blocks that will come, and the one that is looked at.
    unit, start
        What samples are in, and when the first was taken.

    Raises
    ------
    SettingsError
        As `echogram`.

    Examples
    --------
    >>> from sonograph import signals
    >>> ping = signals.chirp(12_000, 24_000, 0.004, sample_rate=96_000)
    >>> sound = signals.echo_sounder(ping, n_pings=10, targets=[(12.0, -40.0)])
    >>> stream = EchogramStream(pulse=ping, ping_interval=0.25, sample_rate=96_000.0, unit="µPa")
    >>> parts = [stream.push(block) for block in np.array_split(sound.samples, 40)] + [stream.finish()]
    >>> sum(len(part.times) for part in parts), round(stream.delay, 3)
    (10, 0.259)
    """

    @answered
    def __init__(
        self,
        *,
        pulse: Any,
        ping_interval: float,
        sample_rate: float,
        first_ping: float | None = None,
        compress: bool = True,
        sound_speed: float | None = None,
        temperature: float | None = None,
        salinity: float = 35.0,
        depth: float = 0.0,
        ranges: tuple[float, float] | None = None,
        step: float | None = None,
        blind: float | None = None,
        gain: str = "40 log R",
        absorption: float | None = None,
        quantity: str = "level",
        source_level: float | None = None,
        beam: float | None = None,
        channel: int = 0,
        n_channels: int = 1,
        unit: str = "FS",
        start: datetime | None = None,
    ) -> None:
        rate = checked_rate(sample_rate)
        self._asked = asked = Asked(
            ping_interval=ping_interval, first_ping=first_ping, pulse=pulse, compress=compress, sound_speed=sound_speed,
            temperature=temperature, salinity=salinity, depth=depth, ranges=ranges, step=step, blind=blind, gain=gain,
            absorption=absorption, quantity=quantity, source_level=source_level, beam=beam, channel=channel,
        )  # fmt: skip
        if not 0 <= channel < n_channels:
            raise SettingsError(f"channel is {channel}; the sound has {n_channels}, counted from 0")
        checked_unit(asked, unit)
        self._replica = replica_of(pulse, rate)
        self._interval = float(ping_interval)
        self._middle = 0.0 if compress else self._replica.length / 2
        refuse_interval(self._interval, self._replica.length)
        self.n_channels = n_channels
        self._held = _Held(rate, unit, start)
        self._narrow = matched(self._replica)
        self._reach = reach_of(self._replica.length, rate)
        self._near = self._reach + self._narrow.delay + BESIDE + 2  # samples after a ping that tell when it was sent
        self._rows = PingRows(self._pings(np.zeros(0)), asked, asked.speed, self._interval)
        self._section = opening(self._interval, rate)
        self._due = first_ping
        self._sent: float | None = None  # the last ping that was, whose row is still to come
        self._finished = False

    @property
    def delay(self) -> float:
        """Seconds from a ping to its row, at most, beside the length of a block and once the first were heard."""
        rate = self._held.sample_rate
        return max(self._interval + self._near / rate, self._middle + (self._rows.n_samples + 1) / rate)

    @property
    def opening(self) -> float:
        """Seconds of sound after which the first rows come; they come as soon as others where `first_ping` is given."""
        return 0.0 if self._asked.first_ping is not None else self._section / self._held.sample_rate

    def push(self, block: np.ndarray) -> Echogram:
        """The pings that a further block completes, perhaps none; block : (n,) or (channels, n).

        Raises
        ------
        SettingsError
            A block of another number of channels, or after `finish`; an interval that does not fit what is heard.
        """
        samples = np.atleast_2d(checked_samples(block, self._held.unit))
        if self._finished:
            raise SettingsError("the stream is finished; begin another")
        if len(samples) != self.n_channels:
            raise SettingsError(f"the block has {len(samples)} channels; the stream has {self.n_channels}")
        self._held.take(samples[self._asked.channel])
        return self._given()

    def finish(self) -> Echogram:
        """The last pings.

        Raises
        ------
        SourceError
            No pings were heard at all, and no `first_ping` is given.
        """
        self._finished = True
        self._held.n_samples = self._held.end
        found = self._given()
        if self._due is None:
            raise SourceError(NONE_FOUND)
        return found

    def _given(self) -> Echogram:
        times: list[float] = []
        rows: list[np.ndarray] = []
        while self._begun() and (following := self._next()) is not None:
            if self._sent is not None:
                times.append(self._sent)
                sent, then = self._sent + self._middle, following + self._middle
                rows.append(self._rows.power_of(self._held, 0, sent, then))
            self._sent = following
            if math.isinf(following):
                break
            self._due = following + self._interval
            self._let_go()
        power = np.array(rows, np.float32).reshape(len(rows), self._rows.n).T
        return labelled(self._held, self._asked, self._pings(np.array(times)), self._rows, power)

    def _begun(self) -> bool:
        """Whether it is known when the first ping was sent."""
        held = self._held
        while self._due is None:
            stop = min(held.first + self._section, held.n_samples)
            if held.end < stop or stop <= held.first:
                return False
            samples = held.read(range(held.first, stop))[0]
            phase = phase_in(samples, held.sample_rate, self._replica, self._interval)
            if phase is not None:
                self._due = held.first / held.sample_rate + phase % self._interval
            else:
                held.forget(stop)
        return True

    def _next(self) -> float | None:
        """When the next ping was sent: infinity after the last; None while that is not known."""
        held, due = self._held, self._due
        assert due is not None  # noqa: S101  # it has begun
        duration = held.n_samples / held.sample_rate
        if self._sent == math.inf:
            return None
        if due >= duration:
            return math.inf
        wanted = due * held.sample_rate + self._near
        if self._sent is not None:
            wanted = max(wanted, (self._sent + self._middle) * held.sample_rate + self._rows.n_samples + 1)
        if held.end < min(wanted, held.n_samples):
            return None
        time = heard_near(held, 0, due, self._narrow, self._reach, CLEARER)
        return math.inf if time >= duration else time

    def _let_go(self) -> None:
        rate = self._held.sample_rate
        assert self._sent is not None  # noqa: S101
        taps = len(self._rows.pings.narrow.taps) + len(self._narrow.taps)
        self._held.forget(int(self._sent * rate) - taps - BESIDE - self._reach - 2)

    def _pings(self, starts: np.ndarray) -> Pings:
        return pings_of_a_pulse(self._replica, self._asked, starts)


class _Held:
    """What was pushed, from the sample `first` on, as a Source of one channel."""

    n_channels = 1
    calibration = None
    in_memory = True

    def __init__(self, sample_rate: float, unit: str, start: datetime | None) -> None:
        self.sample_rate, self.unit, self.start = sample_rate, unit, start
        self.n_samples = NEVER
        self.first = self.end = 0
        self._blocks: list[np.ndarray] = []
        self._samples = np.zeros(0, np.float32)

    def take(self, block: np.ndarray) -> None:
        self._blocks.append(block.copy())
        self.end += len(block)

    def read(self, samples: range) -> np.ndarray:
        if self._blocks:
            self._samples = np.concatenate([self._samples, *self._blocks])
            self._blocks = []
        begin, stop = (min(max(at, self.first), self.end) for at in (samples.start, samples.stop))
        out = np.zeros((1, len(samples)), self._samples.dtype)
        out[0, begin - samples.start : stop - samples.start] = self._samples[begin - self.first : stop - self.first]
        return out

    def forget(self, first: int) -> None:
        if first > self.first:
            self.read(range(0))
            first = min(first, self.end)
            self._samples = self._samples[first - self.first :].copy()
            self.first = first
