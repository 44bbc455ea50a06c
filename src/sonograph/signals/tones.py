"""Sounds whose phase is a closed formula: tones, chirps; and clicks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.sounds.source import Signal


def tone(
    frequency: float | Sequence[float],
    duration: float,
    *,
    sample_rate: float = 48_000.0,
    amplitude: float | Sequence[float] = 1.0,
    unit: str = "FS",
) -> Signal:
    """A sine, or the sum of several; each starts at phase 0.

    Parameters
    ----------
    frequency
        Hz; a number, or one for each sine.
    duration
        Seconds.
    sample_rate
        Samples per second, Hz.
    amplitude
        Peak of the sine, in `unit`; a number for all sines, or one for each.
    unit
        What the samples are measured in.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A frequency that is not above 0 and below half the sample rate, a duration or a sample rate not above 0,
        an amplitude below 0, or not as many amplitudes as frequencies.

    Notes
    -----
    Spectrum: a line at each frequency with the mean square amplitude² / 2. In FS, amplitude 1 is
    the full-scale sine: 0 dBFS (AES17).

    Examples
    --------
    >>> tone(12_000, 1e-4).samples.round(12)
    array([ 0.,  1.,  0., -1.,  0.])
    """
    n = sampling.n_samples(duration, sample_rate)
    frequencies = [sampling.frequency("frequency", f, sample_rate) for f in np.ravel(frequency)]
    amplitudes = [checks.quantity("amplitude", a, unit, least=0) for a in np.ravel(amplitude)]
    if np.ndim(amplitude) == 0:
        amplitudes *= len(frequencies)
    if len(amplitudes) != len(frequencies):
        raise SettingsError(
            f"amplitude is {len(amplitudes)} numbers; with {len(frequencies)} frequencies it must be "
            f"{len(frequencies)}, or one for all"
        )
    samples = np.zeros(n)
    for f, a in zip(frequencies, amplitudes, strict=True):
        # The remainder is exact: a whole number of hertz keeps its phase however long the sound is.
        cycles = np.fmod(f * np.arange(n), sample_rate) / sample_rate
        samples += a * np.sin(2 * np.pi * cycles)
    return Signal(samples, sample_rate, unit)


def chirp(
    first: float,
    last: float,
    duration: float,
    *,
    kind: str = "linear",
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
) -> Signal:
    """A sine that glides from one frequency to another.

    Parameters
    ----------
    first, last
        Hz at time 0 and at `duration`; up or down.
    duration
        Seconds.
    kind
        "linear": the same number of hertz every second. "logarithmic": the same number of octaves.
    sample_rate
        Samples per second, Hz.
    amplitude
        Peak, FS.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A frequency not below half the sample rate, below 0, or 0 where the glide is logarithmic;
        a duration or a sample rate not above 0; another kind.

    Notes
    -----
    Spectrum: at any moment a line at `chirp_frequency` with the mean square amplitude² / 2. Over the
    whole sound, between the two frequencies, the mean square density is amplitude² / (2 |last - first|) if
    linear, flat, and amplitude² / (2 f |ln(last / first)|) at frequency f if logarithmic, 10 dB less
    a decade; both ripple at the ends. The phase is the integral of the frequency in closed form:
    Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine technique", 2000.

    Examples
    --------
    >>> chirp(100, 10_000, 2.0, kind="logarithmic").n_samples
    96000
    """
    t = sampling.times(duration, sample_rate)
    nepers = _glide(first, last, kind)
    sampling.frequency("first", first, sample_rate, least=0)
    sampling.frequency("last", last, sample_rate, least=0)
    checks.quantity("amplitude", amplitude, "FS", least=0)
    if nepers == 0:
        cycles = first * t + (last - first) * t**2 / (2 * duration)
    else:
        cycles = first * duration / nepers * np.expm1(nepers * t / duration)
    return Signal(amplitude * np.sin(2 * np.pi * cycles), sample_rate)


def chirp_frequency(
    times: np.ndarray, first: float, last: float, duration: float, *, kind: str = "linear"
) -> np.ndarray:
    """Frequency of `chirp` at `times`.

    Parameters
    ----------
    times : (...)
        Seconds.
    first, last, duration, kind
        As given to `chirp`.

    Returns
    -------
    (...)
        Hz.

    Raises
    ------
    SettingsError
        Another kind, a logarithmic glide to or from 0 Hz, a duration not above 0.

    Examples
    --------
    >>> chirp_frequency(np.array([0.0, 1.0, 2.0]), 100, 10_000, 2.0, kind="logarithmic").round(9)
    array([  100.,  1000., 10000.])
    """
    t = sampling.moments(times)
    checks.quantity("duration", duration, "s", above=0)
    checks.quantity("first", first, "Hz")
    checks.quantity("last", last, "Hz")
    nepers = _glide(first, last, kind)
    if nepers == 0:
        return first + (last - first) * t / duration
    return first * np.exp(nepers * t / duration)


def _glide(first: float, last: float, kind: str) -> float:
    """How far a logarithmic chirp goes, in nepers; 0 for a linear one (and for one that stays)."""
    if not isinstance(kind, str) or kind not in ("linear", "logarithmic"):
        raise SettingsError(f"kind is {checks.short(repr(kind))}; it must be linear or logarithmic")
    if kind == "linear":
        return 0.0
    for name, value in (("first", first), ("last", last)):
        checks.quantity(name, value, "Hz", above=0, because="no number of octaves leads to or from 0 Hz")
    return float(np.log(last / first))


def clicks(
    times: float | Sequence[float],
    duration: float,
    *,
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
) -> Signal:
    """Silence with a click of a single sample at each of `times`.

    Parameters
    ----------
    times
        Seconds; each click falls on the nearest sample, and clicks on one sample add up.
    duration
        Seconds.
    sample_rate
        Samples per second, Hz.
    amplitude
        Value of the sample, FS.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A time before the first or after the last sample; a duration or a sample rate not above 0.

    Notes
    -----
    Spectrum: of one click, flat from 0 to half the sample rate, phase linear in its time; its energy density
    is 2 (amplitude / sample_rate)² FS²s/Hz, one-sided. Many at equal steps make lines at the multiples of their rate.

    Examples
    --------
    >>> clicks([0.001, 0.003], 0.005, sample_rate=1000).samples
    array([0., 1., 0., 1., 0.])
    """
    n = sampling.n_samples(duration, sample_rate)
    checks.quantity("amplitude", amplitude, "FS", least=0)
    samples = np.zeros(n)
    for time in np.ravel(times):
        where = round(checks.quantity("times", time, "s", least=0) * sample_rate)
        if where >= n:
            raise SettingsError(
                f"times is {time}; it must be 0 to {(n - 1) / sample_rate:g} s (because the last sample is there)"
            )
        samples[where] += amplitude
    return Signal(samples, sample_rate)
