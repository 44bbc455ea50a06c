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
SOME = 20
"""Pings whose shape says how long they are."""
WIDER = 0.15
"""Of a pulse's band, that its filter is wider to either side."""
DRIFT = 0.5
"""Of a pulse's length, that an interval may be off over all pings."""


class Asked(Protocol):
    """What is asked for of pings, as `echogram` names it."""

    @property
    def pings(self) -> Any: ...  # noqa: D102
    @property
    def ping_interval(self) -> float | None: ...  # noqa: D102
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
    """

    times: np.ndarray
    length: float
    effective_length: float
    frequency: float
    compressed: bool
    narrow: Narrow
    facts: dict[str, Any]

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
    replica = None if asked.pulse is None else replica_of(asked.pulse, rate)
    if asked.ping_interval is not None and replica is not None:
        _refuse_long(replica.length, asked.ping_interval)
    given = None if asked.pings is None else spans_of(asked.pings, _file(source))
    if given is not None and not len(given):
        raise SettingsError("pings is empty; give when each was sent, or leave it out and they are looked for")
    if given is not None and given[:, 0].min() >= source.n_samples / rate:
        raise SettingsError(
            f"the pings begin at {given[:, 0].min():g} s and the sound ends at {source.n_samples / rate:g} s; are they "
            f"of another file?"
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
    if replica is not None and asked.compress:
        taps = Narrow.matched(replica.samples, rate)
        narrow = Narrow(taps.taps * np.sqrt(replica.strongest), 1, rate, taps.delay)
    else:
        beside = WIDER * (high - low)  # the slopes of the filter shall take nothing of the pulse
        band = Narrow.band(max(low - beside, low / 2), min(high + beside, (high + rate / 2) / 2), rate)
        narrow = Narrow(band.taps, 1, rate, band.delay)
    compressed = replica is not None and asked.compress
    middle = 0.0 if compressed else length / 2
    if given is not None:
        times = _refined(source, asked.channel, given, narrow, compressed, length)
        facts: dict[str, Any] = {"pings_by": "given"}
    else:
        assert found is not None  # noqa: S101  # as none are given
        times = _sent(found, middle, compressed, replica is not None)
        facts = {"pings_by": "found"}
        if asked.ping_interval is not None:
            times = _regular(times, asked.ping_interval, length, source.n_samples / rate)
            facts = {"pings_by": "interval", "ping_interval": asked.ping_interval}
        elif not len(times):
            raise SourceError(NONE_FOUND)
    times = times[times < source.n_samples / rate]
    facts |= {"low": low, "high": high, "ping_count": len(times)}
    effective = _effective(source, asked.channel, replica, compressed, narrow, times, length)
    return Pings(times, length, effective, (low + high) / 2, compressed, narrow, facts)


def _with_channel(wanted: Wanted, channel: int) -> Wanted:
    return Wanted(wanted.band, wanted.length, wanted.pulse, wanted.per_hour, wanted.echoes, channel)


def _file(source: Source) -> Any:
    recording = recorded(source)
    return None if recording is None else recording.path


def _refuse_long(length: float, interval: float) -> None:
    if length >= interval:
        raise SettingsError(
            f"ping_interval is {interval:g} s and the pulse is {length:g} s long; it must be shorter than the interval"
        )


def _band(source: Source, asked: Asked, replica: Replica | None, found: Pulses | None) -> tuple[float, float, float]:
    """Band and length of the pings."""
    rate = source.sample_rate
    if replica is not None:
        low, high = replica.band
        return max(low, rate * 1e-6), min(high, rate / 2 * 0.999), replica.length
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


def _regular(times: np.ndarray, interval: float, length: float, duration: float) -> np.ndarray:
    """Pings at an interval, through those that were found; from the start of the recording where none were.

    Raises
    ------
    SettingsError
        The interval is longer than the recording, shorter than the pulse, or does not fit what was found.
    """
    _refuse_long(length, interval)
    if interval > duration:
        raise SettingsError(f"ping_interval is {interval:g} s, and the recording {duration:g} s long; it must be less")
    if not len(times):
        return np.arange(0.0, duration, interval)
    turns = np.round((times - times[0]) / interval)
    off = times - times[0] - turns * interval
    if len(times) > 2 and np.ptp(turns) > 0:
        slope = float(np.polyfit(turns, off, 1)[0])
        drift = abs(slope) * np.ptp(turns)
        if drift > max(DRIFT * length, 1e-3 * interval) or np.median(np.abs(off)) > max(length, 0.05 * interval):
            raise SettingsError(
                f"ping_interval is {interval:g} s, which does not fit: the pings that are found come about every "
                f"{float(np.median(np.diff(times))):.6g} s"
            )
    first = (times[0] + float(np.median(off))) % interval
    return np.arange(first, duration, interval)


def _refined(
    source: Source, channel: int, given: np.ndarray, narrow: Narrow, compressed: bool, length: float
) -> np.ndarray:
    """When given pings were sent, exactly, where they can be heard: (start, end) each."""
    times = (
        given[:, 0].copy()
        if compressed
        else np.where(given[:, 1] > given[:, 0], given.mean(axis=1), given[:, 0] + length / 2)
    )
    if not compressed:
        return times
    rate = source.sample_rate
    reach = max(round(length * rate), 8)
    for number, time in enumerate(times):
        power = np.nan_to_num(np.abs(filtered(narrow, source, channel, time * rate - reach, 2 * reach + 1)) ** 2)
        at = int(np.argmax(power))
        if 0 < at < 2 * reach and power[at] > CLEAR * float(np.median(power)):
            a, b, c = np.sqrt(power[at - 1 : at + 2])
            bend = a - 2 * b + c
            times[number] = time + (at - reach + (0.5 * (a - c) / bend if bend < 0 else 0.0)) / rate
    return times


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
