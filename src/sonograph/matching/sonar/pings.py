"""When each ping of a recording was sent, and what came back of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from sonograph.errors import SettingsError, SourceError
from sonograph.matching.pulses.narrow import Narrow
from sonograph.matching.pulses.pulse_band import pulse_band
from sonograph.matching.pulses.pulse_finding import Pulses, pulses_of
from sonograph.matching.pulses.pulse_seeking import Wanted, checked_band
from sonograph.matching.pulses.replica import Replica, replica_of
from sonograph.matching.sonar.regular_pings import first_in, followed, phase_of, refuse_interval
from sonograph.sounds.derived import recorded
from sonograph.sounds.source import Source

NONE_FOUND = (
    "no pings found: nothing stands out of the noise for a short time. Say which they are (pulse, or band and length), "
    "and, where they cannot be heard, when they were sent (ping_interval, or pings: a table of marks)."
)
BESIDE = 64
"""Samples to either side that a shift between samples reaches."""
CLEAR = 10.0
"""How many times what is around it a ping must be that says more exactly when it was sent."""
CLEARER = 30.0
"""The same where the next is looked for after it: noise does not do so in years."""
SOME = 20
"""Pings whose shape says how long they are."""
WIDER = 0.15
"""Of a pulse's band, that its filter is wider to either side."""


class Asked(Protocol):
    """What is asked for of pings, as `echogram` names it."""

    @property
    def pings(self) -> Any: ...  # noqa: D102
    @property
    def ping_interval(self) -> float | None: ...  # noqa: D102
    @property
    def first_ping(self) -> float | None: ...  # noqa: D102
    @property
    def pulse(self) -> Any: ...  # noqa: D102
    @property
    def band(self) -> Any: ...  # noqa: D102
    @property
    def length(self) -> float | None: ...  # noqa: D102
    @property
    def compress(self) -> bool: ...  # noqa: D102
    @property
    def channel(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Pings:
    """Pings, and the filter that their echoes go through.

    times : (pings,) seconds; of an echo at range 0: where a compressed pulse begins, or the middle of one that is not
    length, effective_length : seconds
    frequency : middle of the band, Hz
    compressed : whether the filter is a known pulse's own
    facts : how they were found
    interval : seconds from ping to ping, where it was said
    """

    times: np.ndarray
    length: float
    effective_length: float
    frequency: float
    compressed: bool
    narrow: Narrow
    facts: dict[str, Any]
    interval: float | None = None

    @property
    def beyond(self) -> int:
        """Samples after one that its filter looks at."""
        return self.narrow.delay + BESIDE

    def between(self, duration: float) -> float:
        """Seconds from ping to ping, at most, of a sound that lasts so long."""
        if self.interval is not None:
            return self.interval
        between = float(np.max(np.diff(self.times))) if len(self.times) > 1 else duration - float(self.times[0])
        if len(self.times) > 2:  # one that was not found makes no echo come later
            between = min(between, 1.5 * float(np.median(np.diff(self.times))))
        return between

    @property
    def shadow(self) -> int:
        """Samples before a ping in which it is heard already."""
        rising = 0 if self.compressed else round(self.length * self.narrow.sample_rate)
        return self.narrow.delay + rising + BESIDE

    def answer(self, source: Source, channel: int, time: float, first: int, n: int) -> np.ndarray:
        """Mean square of what came back, (n,), from `first` samples after a ping on; NaN where there is no data."""
        return np.abs(filtered(self.narrow, source, channel, time * source.sample_rate + first, n)) ** 2 / 2


def filtered(narrow: Narrow, source: Source, channel: int, at: float, n: int) -> np.ndarray:
    """What a filter gives at `at`, `at` + 1 … samples, between samples too; NaN where samples are missing or none."""
    from scipy import fft

    whole = int(np.floor(at))
    taps, delay = narrow.taps, narrow.delay
    begin = whole - (len(taps) - 1 - delay) - BESIDE
    stop = whole + n + delay + BESIDE
    samples = np.asarray(source.read(range(begin, stop))[channel], float)
    lost = ~np.isfinite(samples)
    size = fft.next_fast_len(len(samples) + len(taps) - 1)
    shift = np.exp(2j * np.pi * fft.fftfreq(size) * (at - whole))
    spectrum = fft.fft(np.where(lost, 0, samples), size) * _response(narrow, size) * shift
    out = fft.ifft(spectrum)[len(taps) - 1 + BESIDE :][:n]
    places = whole + np.arange(n)
    gone = (places < 0) | (places + (delay if delay == len(taps) - 1 else 0) >= source.n_samples)
    if lost.any():
        count = np.concatenate([[0], np.cumsum(lost)])
        from_ = BESIDE + np.arange(n)
        gone |= count[from_ + len(taps)] > count[from_]
    out[gone] = np.nan
    return out


@lru_cache(maxsize=4)
def _response(narrow: Narrow, size: int) -> np.ndarray:
    from scipy import fft

    return fft.fft(narrow.taps, size)


def pings_of(source: Source, asked: Asked) -> Pings:
    """The pings that somebody asks for: found, given, or by their interval.

    Raises
    ------
    SettingsError
        An interval that does not fit, pings that are none.
    SourceError
        No pings found.
    """
    rate = source.sample_rate
    duration = source.n_samples / rate
    replica = None if asked.pulse is None else replica_of(asked.pulse, rate)
    if asked.ping_interval is not None:
        if replica is not None:
            refuse_interval(asked.ping_interval, replica.length)
            return pings_of_a_pulse(replica, asked, _by_interval(source, asked, replica, asked.ping_interval))
        _refuse_longer(asked.ping_interval, duration)
    given = None if asked.pings is None else spans_of(asked.pings, _file(source))
    if given is not None and not len(given):
        raise SettingsError("pings is empty; give when each was sent, or leave it out and they are looked for")
    if given is not None and given[:, 0].min() >= duration:
        raise SettingsError(
            f"the pings begin at {given[:, 0].min():g} s and the sound ends at {duration:g} s; are they of another "
            f"file?"
        )
    found = None
    if given is None:
        band, length = (None, None) if replica is not None else (asked.band, asked.length)
        wanted = Wanted(band, length, replica)
        found = pulses_of(source, _with_channel(wanted, asked.channel))
    low, high, length = _band(source, asked, replica, found)
    if given is not None and len(given) > 1 and np.diff(given[:, 0]).max() <= length:
        raise SettingsError(
            f"the pulse is {length * 1e3:.4g} ms long and the pings come every "
            f"{np.diff(given[:, 0]).max() * 1e3:.4g} ms; it must be shorter than that"
        )
    compressed = replica is not None and asked.compress
    narrow = matched(replica) if replica is not None and asked.compress else _of_band(low, high, rate)
    middle = 0.0 if compressed else length / 2
    if given is not None:
        times = _refined(source, asked.channel, given, narrow, compressed, length)
        facts: dict[str, Any] = {"pings_by": "given"}
    else:
        assert found is not None  # noqa: S101  # as none are given
        times = _sent(found, middle, compressed, replica is not None)
        facts = {"pings_by": "found"}
        if asked.ping_interval is not None:
            times = _regular(times, asked.ping_interval, asked.first_ping, length, duration)
            facts = {"pings_by": "interval", "ping_interval": asked.ping_interval}
        elif not len(times):
            raise SourceError(NONE_FOUND)
    times = times[times < duration]
    facts |= {"low": low, "high": high, "ping_count": len(times)}
    effective = _effective(source, asked.channel, replica, compressed, narrow, times, length)
    middle_of_band = (low + high) / 2
    return Pings(times, length, effective, middle_of_band, compressed, narrow, facts, asked.ping_interval)


def pings_of_a_pulse(replica: Replica, asked: Asked, starts: np.ndarray) -> Pings:
    """Pings of a known pulse that come at an interval, which were sent at `starts`, seconds."""
    rate = replica.sample_rate
    low, high = band_of(replica)
    narrow = matched(replica) if asked.compress else _of_band(low, high, rate)
    times = starts if asked.compress else starts + replica.length / 2
    effective = replica.compressed_length if asked.compress else replica.effective_length
    facts = {"pings_by": "interval", "ping_interval": asked.ping_interval, "low": low, "high": high}
    facts |= {"ping_count": len(times)}
    middle = (low + high) / 2
    return Pings(times, replica.length, effective, middle, asked.compress, narrow, facts, asked.ping_interval)


def matched(replica: Replica) -> Narrow:
    """The filter that compresses a pulse, at every sample: an echo reads what it has where it is strongest."""
    narrow = Narrow.matched(replica.samples, replica.sample_rate)
    return Narrow(narrow.taps * np.sqrt(replica.strongest), 1, narrow.sample_rate, narrow.delay)


def _of_band(low: float, high: float, rate: float) -> Narrow:
    beside = WIDER * (high - low)  # the slopes of the filter shall take nothing of the pulse
    band = Narrow.band(max(low - beside, low / 2), min(high + beside, (high + rate / 2) / 2), rate)
    return Narrow(band.taps, 1, rate, band.delay)


def band_of(replica: Replica) -> tuple[float, float]:
    """Of a pulse, Hz, as a filter can have it."""
    low, high = replica.band
    return max(low, replica.sample_rate * 1e-6), min(high, replica.sample_rate / 2 * 0.999)


def _by_interval(source: Source, asked: Asked, replica: Replica, interval: float) -> np.ndarray:
    """When pings of a known pulse were sent, each followed from the one before; from 0 where none is heard."""
    rate, duration = source.sample_rate, source.n_samples / source.sample_rate
    _refuse_longer(interval, duration)
    narrow = matched(replica)
    before: np.ndarray = np.zeros(0)
    first = asked.first_ping
    if first is None:
        first = first_in(source, asked.channel, replica, interval) or 0.0
        before = first - interval * np.arange(int(first / interval), 0, -1)
    reach = reach_of(replica.length, rate)
    near = followed(
        first, interval, duration, lambda due: heard_near(source, asked.channel, due, narrow, reach, CLEARER)
    )
    return np.concatenate([before, near])


def _refuse_longer(interval: float, duration: float) -> None:
    if interval > duration:
        raise SettingsError(f"ping_interval is {interval:g} s, and the recording {duration:g} s long; it must be less")


def _with_channel(wanted: Wanted, channel: int) -> Wanted:
    return Wanted(wanted.band, wanted.length, wanted.pulse, wanted.per_hour, wanted.echoes, channel)


def _file(source: Source) -> Any:
    recording = recorded(source)
    return None if recording is None else recording.path


def _band(source: Source, asked: Asked, replica: Replica | None, found: Pulses | None) -> tuple[float, float, float]:
    """Band and length of the pings."""
    rate = source.sample_rate
    if replica is not None:
        return *band_of(replica), replica.length
    if found is not None and found.trains:
        train = found.trains[0]
        return train.low, train.high, train.length
    band = None if asked.band is None else checked_band(asked.band, rate)
    if band is None or asked.length is None:
        near = pulse_band(source, asked.channel, band)
        if near is None:
            raise SourceError(NONE_FOUND)
        return *(band or (near.low, near.high)), asked.length or near.length
    return *band, asked.length


def _sent(found: Pulses, middle: float, compressed: bool, known: bool) -> np.ndarray:
    """When the pulses that were found were sent; of those that are no echoes."""
    sent = [hit for hit in found if hit.name == "pulse"]
    if compressed:
        return np.array([hit.start for hit in sent])
    return np.array([hit.start + middle if known else (hit.start + hit.end) / 2 for hit in sent])


def _regular(times: np.ndarray, interval: float, first: float | None, length: float, duration: float) -> np.ndarray:
    """Pings at an interval, through those that were found; from the start of the recording where none were.

    Raises
    ------
    SettingsError
        The interval is shorter than the pulse, or does not fit what was found.
    """
    refuse_interval(interval, length)
    if first is None:
        first = phase_of(times, interval, length) % interval if len(times) else 0.0
    return np.arange(first, duration, interval)


def _refined(
    source: Source, channel: int, given: np.ndarray, narrow: Narrow, compressed: bool, length: float
) -> np.ndarray:
    """When given pings were sent, exactly, where they can be heard: (start, end) each."""
    if not compressed:
        return np.where(given[:, 1] > given[:, 0], given.mean(axis=1), given[:, 0] + length / 2)
    reach = reach_of(length, source.sample_rate)
    return np.array([heard_near(source, channel, float(time), narrow, reach, CLEAR) for time in given[:, 0]])


def reach_of(length: float, sample_rate: float) -> int:
    """Samples to either side of where a ping is due in which it is looked for."""
    return max(round(length * sample_rate), 8)


def heard_near(source: Source, channel: int, time: float, narrow: Narrow, reach: int, clear: float) -> float:
    """When a ping was sent, exactly, of which a filter says when about `time`; `time` itself where it is not clear."""
    rate = source.sample_rate
    power = np.abs(filtered(narrow, source, channel, time * rate - reach, 2 * reach + 1)) ** 2
    there = np.isfinite(power)
    if there.sum() <= reach:
        return time
    at = int(np.nanargmax(power))
    known = 0 < at < 2 * reach and there[at - 1 : at + 2].all()
    if not (known and power[at] > clear * float(np.median(power[there]))):
        return time
    a, b, c = np.sqrt(power[at - 1 : at + 2])
    bend = a - 2 * b + c
    return float(time + (at - reach + (0.5 * (a - c) / bend if bend < 0 else 0.0)) / rate)


def _effective(
    source: Source,
    channel: int,
    replica: Replica | None,
    compressed: bool,
    narrow: Narrow,
    times: np.ndarray,
    length: float,
) -> float:
    """Energy over the highest power: of the pulse as it is known, else of the pings as they are heard."""
    if replica is not None:
        return replica.compressed_length if compressed else replica.effective_length
    rate = source.sample_rate
    n = round(4 * length * rate)
    found = []
    for time in times[:SOME]:
        power = np.abs(filtered(narrow, source, channel, (time - 2 * length) * rate, n)) ** 2
        if np.isfinite(power).all() and power.max() > 0:
            above = np.maximum(power - np.quantile(power, 0.25), 0)
            found.append(float(above.sum() / np.quantile(above, 1 - 0.25 * length * rate / n)))
    return float(np.median(found)) / rate if found else length


def spans_of(pings: Any, file: Any) -> np.ndarray:
    """When pings were sent, (pings, 2) start and end, as somebody says it: seconds, marks, hits, or a table of marks.

    Those that are called "echo" count for nothing.
    """
    from sonograph.io.marks import read_marks

    if isinstance(pings, str | os.PathLike):
        pings = read_marks(pings, file)
    if not isinstance(pings, Iterable):
        raise SettingsError(f"pings is {pings!r}; it must be a list of seconds, marks, or the path of a table of marks")
    spans = []
    one: Any
    for one in pings:
        if getattr(one, "words", getattr(one, "name", "")) == "echo":
            continue
        try:
            start = float(getattr(one, "start", one))
            end = float(getattr(one, "end", start))
        except (TypeError, ValueError):
            raise SettingsError(f"one of the pings is {one!r}; it must be seconds, or a mark") from None
        if not (np.isfinite(start) and start >= 0):
            raise SettingsError(
                f"one of the pings is at {start:g} s; it must be 0 or more, from the start of the sound"
            )
        spans.append((start, end))
    return np.array(sorted(spans)).reshape(-1, 2)
