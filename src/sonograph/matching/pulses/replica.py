"""The pulse that was sent, where it is known: as a file, a Signal, or in words as chirp:12k-24k:4ms."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.sounds.source import Signal, Source

EDGE = 0.05
"""Of a pulse in words, how much of its length it rises and falls (half a cosine each), as a transducer does."""
BAND = 0.01
"""What of a pulse's energy may lie outside its band, half of it to either side."""
LONGEST = 60.0
"""Seconds of a pulse."""
_WORDS = re.compile(
    r"(chirp|tone):([0-9.eE+]+)(k?)(?:Hz)?(?:-([0-9.eE+]+)(k?)(?:Hz)?)?:([0-9.eE+-]+)\s*(s|ms|us|µs)", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Replica:
    """A pulse, at the rate of the sound that it is looked for in.

    samples : (n,) float64; its scale is of no account
    sample_rate : Hz
    """

    samples: np.ndarray
    sample_rate: float

    @property
    def length(self) -> float:
        """Seconds."""
        return len(self.samples) / self.sample_rate

    @property
    def analytic(self) -> np.ndarray:
        """(n,) complex."""
        n = len(self.samples)
        transform = np.fft.fft(self.samples)
        transform[n // 2 + 1 :] = 0
        transform[1 : (n + 1) // 2] *= 2
        return np.fft.ifft(transform)

    @property
    def strongest(self) -> float:
        """Its power where it is strongest, twice its mean square there: over a twentieth of it, as edges ring."""
        power = np.abs(self.analytic) ** 2
        total = np.concatenate([[0.0], np.cumsum(power)])
        n = max(1, len(power) // 20)
        return float(np.max(total[n:] - total[:-n])) / n

    @property
    def envelope(self) -> np.ndarray:
        """Its power over that where it is strongest, (n,)."""
        return np.abs(self.analytic) ** 2 / self.strongest

    @property
    def band(self) -> tuple[float, float]:
        """From where to where all but a hundredth of its energy lies, Hz."""
        n = 1 << (2 * len(self.samples) - 1).bit_length()
        energy = np.cumsum(np.abs(np.fft.rfft(self.samples, n)) ** 2)
        low, high = np.searchsorted(energy, energy[-1] * np.array([BAND / 2, 1 - BAND / 2]))
        step = self.sample_rate / n
        return float(max(low - 1, 0) * step), float((high + 1) * step)

    @property
    def effective_length(self) -> float:
        """Of the pulse itself, seconds: its energy over its highest power."""
        return float(self.envelope.sum()) / self.sample_rate

    @property
    def compressed_length(self) -> float:
        """Of the pulse behind its matched filter, seconds: energy over highest power, as echopype's tau_effective."""
        n = 1 << (2 * len(self.samples) - 1).bit_length()
        transform = np.fft.fft(self.analytic, n)
        power = np.abs(np.fft.ifft(np.abs(transform) ** 2)) ** 2
        return float(power.sum() / power[0]) / self.sample_rate


def replica_of(pulse: Any, sample_rate: float) -> Replica:
    """A pulse as somebody gives it, at a rate.

    Parameters
    ----------
    pulse
        A Signal, a Source or the path of a file, of one channel; or words: "chirp:LOW-HIGH:LENGTH", a linear sweep from
        the first frequency to the second, or "tone:FREQUENCY:LENGTH", whose first and last twentieth rise and fall.
    sample_rate
        Of the sound, Hz; a pulse of another rate is resampled.

    Raises
    ------
    SettingsError
        Words that say no pulse; one with frequencies above half the rate; of several channels; of silence.
    SourceError
        A file that cannot be read.

    Examples
    --------
    >>> replica = replica_of("chirp:12k-24k:4ms", 96_000.0)
    >>> round(replica.length, 6), round(1e6 * replica.compressed_length)
    (0.004, 88)
    """
    if isinstance(pulse, Replica):
        if pulse.sample_rate != sample_rate:
            raise SettingsError(f"the pulse is at {pulse.sample_rate:g} Hz and the sound at {sample_rate:g} Hz")
        return pulse
    if isinstance(pulse, str) and (match := _WORDS.fullmatch(pulse.strip())):
        return _spoken(pulse, match, sample_rate)
    if isinstance(pulse, str) and pulse.split(":")[0].lower() in ("chirp", "tone") and not os.path.lexists(pulse):
        raise SettingsError(
            f"pulse is {pulse!r}; it must be a file, chirp:LOW-HIGH:LENGTH as chirp:12k-24k:4ms, or tone:12k:4ms"
        )
    from sonograph.io.sources import resample

    if isinstance(pulse, str | os.PathLike):
        from sonograph.io import audio

        pulse = audio.read(pulse, calibration=False)
    if not isinstance(pulse, Source):
        raise SettingsError(
            f"pulse is {short(pulse)}; it must be a Signal, a file, or words as chirp:12k-24k:4ms or tone:12k:4ms"
        )
    if pulse.n_channels != 1:
        raise SettingsError(f"the pulse has {pulse.n_channels} channels; it must have one: give mono(pulse, channel=0)")
    if pulse.n_samples / pulse.sample_rate > LONGEST:
        raise SettingsError(
            f"the pulse is {pulse.n_samples / pulse.sample_rate:g} s long; it must be {LONGEST:g} s at most"
        )
    if pulse.sample_rate != sample_rate:
        pulse = resample(pulse, sample_rate)
    samples = np.asarray(pulse.read(range(pulse.n_samples))[0], float)
    if len(samples) < 2 or not np.isfinite(samples).all() or not samples.any():
        raise SettingsError("the pulse is silent, of one sample, or has samples missing; give the pulse that was sent")
    return Replica(samples - samples.mean(), sample_rate)


def _spoken(words: str, match: re.Match[str], sample_rate: float) -> Replica:
    kind, *numbers, length, unit = match.groups()
    try:
        low, high = (
            float(text) * (1000 if kilo else 1) if text else None for text, kilo in (numbers[:2], numbers[2:4])
        )
        seconds = float(length) * {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}[unit.lower()]
    except ValueError:
        raise SettingsError(f"pulse is {words!r}; its numbers cannot be read") from None
    if (kind.lower() == "chirp") != (high is not None):
        raise SettingsError(f"pulse is {words!r}; a chirp has two frequencies, as chirp:12k-24k:4ms, and a tone one")
    high = low if high is None else high
    assert low is not None and high is not None  # noqa: S101  # the expression has a first number
    for hertz in (low, high):
        if not 0 < hertz < sample_rate / 2:
            raise SettingsError(
                f"pulse is {words!r}; at sample rate {sample_rate:g} Hz its frequencies must be above 0 and below "
                f"{sample_rate / 2:g} Hz"
            )
    n = round(seconds * sample_rate)
    if not 8 <= n <= LONGEST * sample_rate:
        raise SettingsError(
            f"pulse is {words!r}; at {sample_rate:g} Hz its length must be {8 / sample_rate * 1e3:.3g} ms to "
            f"{LONGEST:g} s"
        )
    t = np.arange(n) / sample_rate
    rise = np.clip(np.minimum(t + 0.5 / sample_rate, seconds - t - 0.5 / sample_rate) / (EDGE * seconds), 0, 1)
    taper = np.sin(np.pi / 2 * rise) ** 2
    phase = 2 * np.pi * (low * t + (high - low) / (2 * seconds) * t * t)
    return Replica(taper * np.sin(phase), sample_rate)


def sent(pulse: str, *, sample_rate: float, amplitude: float = 1.0) -> Signal:
    """A pulse in words as a Signal."""
    return Signal(amplitude * replica_of(pulse, sample_rate).samples, sample_rate)
