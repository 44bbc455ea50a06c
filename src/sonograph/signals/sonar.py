"""Sounds under water: a dolphin-like whistle and a train of sonar pings with their echoes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.sounds.source import Signal

OVERTONE = 0.1  # the second harmonic's amplitude over the first's: -20 dB
FADE = 0.1  # of the whistle's duration, at each end


def whistle(
    duration: float = 1.0,
    *,
    low: float = 5_000.0,
    high: float = 11_000.0,
    loops: int = 2,
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
) -> Signal:
    """A whistle as dolphins make it: a tone that loops up and down, with an overtone.

    Parameters
    ----------
    duration
        Seconds.
    low, high
        Hz; it starts and ends at `low`.
    loops
        How often it goes up to `high` and back.
    sample_rate
        Samples per second, Hz; above four times `high`, so that the overtone fits.
    amplitude
        Peak of the tone, FS; the overtone has a tenth of it.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A frequency not above 0 or too high, low not below high, loops below 1, a duration or a sample rate not above 0.

    Notes
    -----
    Spectrum: a line at `whistle_frequency` with the mean square amplitude² / 2, and one 20 dB below it at twice that
    frequency. Both fade in and out over a tenth of the duration (raised cosine). Signature whistles of
    bottlenose dolphins lie in 4 to 20 kHz, last about a second and repeat a loop: Janik and Sayigh, "Communication
    in bottlenose dolphins", Journal of Comparative Physiology A 199, 2013.

    Examples
    --------
    >>> whistle(0.5).n_samples
    24000
    """
    t = sampling.times(duration, sample_rate)
    checks.quantity(
        "high",
        high,
        "Hz",
        above=0,
        below=sample_rate / 4,
        because=f"its overtone must fit in sample_rate {sample_rate:g}",
    )
    checks.quantity("low", low, "Hz", above=0, below=high, because="the whistle goes up from there")
    checks.quantity("amplitude", amplitude, "FS", least=0)
    if checks.quantity("loops", loops, least=1) % 1:
        raise SettingsError(f"loops is {loops}; it must be a whole number, 1 or more")
    rate = loops / duration
    phase = np.pi * (low + high) * t - (high - low) / (2 * rate) * np.sin(2 * np.pi * rate * t)
    envelope = np.sin(np.pi / 2 * np.clip(np.minimum(t, duration - t) / (FADE * duration), 0, 1)) ** 2
    return Signal(amplitude * envelope * (np.sin(phase) + OVERTONE * np.sin(2 * phase)), sample_rate)


def whistle_frequency(
    times: np.ndarray,
    duration: float = 1.0,
    *,
    low: float = 5_000.0,
    high: float = 11_000.0,
    loops: int = 2,
) -> np.ndarray:
    """Frequency of `whistle` at `times`.

    Parameters
    ----------
    times : (...)
        Seconds.
    duration, low, high, loops
        As given to `whistle`.

    Returns
    -------
    (...)
        Hz: (low + high) / 2 - (high - low) / 2 × cos(2π loops t / duration).

    Examples
    --------
    >>> whistle_frequency(np.array([0.0, 0.25, 0.5]))
    array([ 5000., 11000.,  5000.])
    """
    checks.quantity("duration", duration, "s", above=0)
    for name, value in (("low", low), ("high", high), ("loops", loops)):
        checks.quantity(name, value)
    turn = np.cos(2 * np.pi * loops / duration * sampling.moments(times))
    return (low + high) / 2 - (high - low) / 2 * turn


def pings(
    duration: float = 5.0,
    *,
    frequency: float = 12_000.0,
    length: float = 0.02,
    interval: float = 1.0,
    echoes: Sequence[tuple[float, float]] = ((0.12, 15.0), (0.35, 30.0)),
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
) -> Signal:
    """A train of sonar pings, each followed by its echoes.

    Parameters
    ----------
    duration
        Seconds.
    frequency
        Of the ping, Hz.
    length
        Of the ping, seconds.
    interval
        Seconds from one ping to the next; the first starts at interval / 2.
    echoes
        (delay in seconds, attenuation in dB) of each echo; in sea water 0.12 s is there and back over about 90 m.
    sample_rate
        Samples per second, Hz.
    amplitude
        Peak of the ping, FS. Where pings and echoes overlap they add.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A frequency that is not above 0 and below half the sample rate; a length, an interval, a duration or a
        sample rate not above 0; an echo with a delay or an attenuation below 0.

    Notes
    -----
    Spectrum: a line at `frequency`, 1.44 / length Hz wide where it is 3 dB down (the pings have the shape of a Hann
    window; Harris, "On the use of windows for harmonic analysis", Proceedings of the IEEE 66(1), 1978). The energy of
    a ping is 3/16 amplitude² length FS²s. An echo is the ping later and lower, exact between samples.

    Examples
    --------
    >>> sound = pings(1.0, echoes=[(0.25, 20.0)])
    >>> (abs(sound.samples[24_000:36_000]).max() / abs(sound.samples[36_000:]).max()).round(6)
    np.float64(10.0)
    """
    n = sampling.n_samples(duration, sample_rate)
    sampling.frequency("frequency", frequency, sample_rate)
    checks.quantity("length", length, "s", above=0)
    checks.quantity("interval", interval, "s", above=0)
    checks.quantity("amplitude", amplitude, "FS", least=0)
    copies = [(0.0, 0.0)]
    for delay, attenuation in sampling.pairs("echoes", echoes, "seconds and dB, as [(0.25, 20)]"):
        checks.quantity("delay", delay, "s", least=0)
        checks.quantity("attenuation", attenuation, "dB", least=0, because="an echo is no louder than its ping")
        copies.append((delay, attenuation))
    samples = np.zeros(n)
    for start in np.arange(interval / 2, duration, interval):
        for delay, attenuation in copies:
            begin = start + delay
            first, last = (min(n, int(np.ceil(edge * sample_rate))) for edge in (begin, begin + length))
            t = np.arange(first, last) / sample_rate - begin
            shape = np.sin(np.pi * t / length) ** 2 * np.sin(2 * np.pi * frequency * t)
            samples[first:last] += amplitude * 10 ** (-attenuation / 20) * shape
    return Signal(samples, sample_rate)
