"""Cutting, joining, mixing and fading sounds in memory, sample by sample; `Signal`'s methods lead here.

Seconds are taken to the nearest sample. Nothing is resampled, mixed down or scaled unasked, and what is missing stays
missing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.checks import number, pair, whole
from sonograph.errors import SettingsError

if TYPE_CHECKING:
    from sonograph.sounds.source import Signal


def selected(sound: Signal, seconds: Any, channel: Any) -> Signal:
    """The part between two times, or one channel of it."""
    samples = sound.samples
    if channel is not None:
        channel = whole("channel", channel, 0, sound.n_channels - 1, f"the sound has {sound.n_channels}; ")
        samples = samples if samples.ndim == 1 else samples[channel]
    if seconds is None:
        return replace(sound, samples=samples)
    start, end = pair("seconds", seconds)
    if not 0 <= start < end:
        raise SettingsError(f"seconds is {start:g} to {end:g}; it must be 0 or more and begin before it ends")
    first, last = round(start * sound.sample_rate), round(end * sound.sample_rate)
    if last > sound.n_samples:
        raise SettingsError(f"seconds end at {end:g} s; this sound ends at {sound.duration:g} s")
    began = None if sound.start is None else sound.start + timedelta(seconds=first / sound.sample_rate)
    return replace(sound, samples=samples[..., first:last], start=began)


def joined(sound: Signal, later: tuple[Signal, ...], crossfade: Any) -> Signal:
    """Sounds one after the other; with `crossfade` each begins so many seconds before the one before it ends."""
    over = _samples("crossfade", crossfade, sound.sample_rate)
    parts = [sound, *later]
    for other in later:
        _refuse_unlike(sound, other)
    for one in parts if over and later else ():
        if one.n_samples < over * (1 + (one is not parts[0] and one is not parts[-1])):
            raise SettingsError(f"crossfade is {float(crossfade):g} s; one of the sounds is {one.duration:g} s long")
    if not over:
        return replace(sound, samples=np.concatenate([one.samples for one in parts], axis=-1))
    rise = _rise(over)
    out = parts[0].samples
    for one in parts[1:]:
        between = out[..., -over:] * np.sqrt(1 - rise**2) + one.samples[..., :over] * rise
        kind = np.result_type(out, one.samples)
        out = np.concatenate([out[..., :-over], between.astype(kind), one.samples[..., over:]], axis=-1)
    return replace(sound, samples=out)


def mixed(sound: Signal, other: Signal, at: Any) -> Signal:
    """Two sounds together, the other from `at` seconds on; as long as both reach."""
    _refuse_unlike(sound, other)
    first = _samples("at", at, sound.sample_rate)
    n = max(sound.n_samples, first + other.n_samples)
    shape = (*sound.samples.shape[:-1], n)
    out = np.zeros(shape, np.result_type(sound.samples, other.samples))
    out[..., : sound.n_samples] = sound.samples
    out[..., first : first + other.n_samples] += other.samples
    return replace(sound, samples=out)


def faded(sound: Signal, rise: Any, fall: Any) -> Signal:
    """From and to silence, along a quarter of a sine, whose squares of both sides of a crossfade add up to 1."""
    into, out = (_samples(name, value, sound.sample_rate) for name, value in (("rise", rise), ("fall", fall)))
    if into + out > sound.n_samples:
        raise SettingsError(
            f"rise and fall are {float(rise):g} and {float(fall):g} s; the sound is {sound.duration:g} s long"
        )
    weights = np.ones(sound.n_samples, sound.samples.dtype)
    weights[:into] = _rise(into)
    weights[sound.n_samples - out :] = _rise(out)[::-1]
    return replace(sound, samples=sound.samples * weights)


def amplified(sound: Signal, decibels: Any) -> Signal:
    """Louder or quieter."""
    factor = 10.0 ** (number("decibels", decibels, -400.0, 400.0) / 20)
    return replace(sound, samples=sound.samples * sound.samples.dtype.type(factor))


def _rise(count: int) -> np.ndarray:
    """From silence to the whole, each at the middle of its sample."""
    return np.asarray(np.sin((np.arange(count) + 0.5) / max(1, count) * (np.pi / 2)))


def _samples(name: str, seconds: Any, sample_rate: float) -> int:
    return round(number(name, seconds, 0.0) * sample_rate)


def _refuse_unlike(sound: Signal, other: Any) -> None:
    """Refuse sounds that cannot lie on one time axis as they are."""
    if type(other) is not type(sound):
        raise SettingsError(f"one of the sounds is {type(other).__name__}; it must be a Signal, as read(path) gives")
    ways = {"sample_rate": ", resample(…) one of them", "unit": "", "n_channels": ", mono(…) takes one of several"}
    for name, way in ways.items():
        mine, yours = getattr(sound, name), getattr(other, name)
        if mine != yours:
            raise SettingsError(f"{name} is {mine} and {yours}; sounds must be alike{way}")
    if sound.calibration != other.calibration:
        raise SettingsError("the sounds have two calibrations; they must have one, or none")
