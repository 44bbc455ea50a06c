"""The FM test signal: a tone that swings slowly, in noise that fades. The module is not called as its function is."""

from __future__ import annotations

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.sounds.source import Signal

CARRIER = 3000.0  # Hz
AMPLITUDE = 2 * np.sqrt(2)  # V: 2 V rms
DEPTH = 500.0  # rad
RATE = 0.25  # Hz
HIGHEST = CARRIER + DEPTH * RATE
DENSITY = 0.01  # V²/Hz at time 0
FADE = 5.0  # s in which the noise falls to 1/e


def fm(duration: float = 10.0, *, sample_rate: float = 10_000.0, noise: bool = True, seed: int = 0) -> Signal:
    """The tutorial's FM test signal: a tone that swings slowly about 3 kHz, in noise that fades.

    Parameters
    ----------
    duration
        Seconds.
    sample_rate
        Samples per second, Hz.
    noise
        Whether the noise is there.
    seed
        Of the noise; the same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,), in V; 100 000 samples by default.

    Raises
    ------
    SettingsError
        A sample rate not above 6250 Hz, twice the highest frequency; a duration not above 0.

    Notes
    -----
    Spectrum: a line of 2 V rms (4 V², 6.02 dB re 1 V) at `fm_frequency`, 3000 - 125 sin(2π 0.25 t) Hz. White
    noise with the one-sided density 0.01 V²/Hz (-20 dB re 1 V²/Hz) at time 0, falling by 1.74 dB a second.
    It is the signal of the examples of `scipy.signal.stft` and `scipy.signal.spectrogram`.

    Examples
    --------
    >>> fm(noise=False).samples.std().round(3)
    np.float64(2.0)
    """
    checks.quantity(
        "sample_rate",
        sample_rate,
        "Hz",
        above=2 * HIGHEST,
        because=f"the tone reaches {HIGHEST:g} Hz",
    )
    if not isinstance(noise, bool):
        raise SettingsError(f"noise is {checks.short(noise)}; it must be True or False")
    t = sampling.times(duration, sample_rate)
    swing = DEPTH * np.cos(2 * np.pi * RATE * t)
    samples = AMPLITUDE * np.sin(2 * np.pi * CARRIER * t + swing)
    if noise:
        rms = np.sqrt(DENSITY * sample_rate / 2)
        samples += checks.generator(seed).normal(scale=rms, size=t.shape) * np.exp(-t / FADE)
    return Signal(samples, sample_rate, "V")


def fm_frequency(times: np.ndarray) -> np.ndarray:
    """Frequency of the tone in `fm` at `times`.

    Parameters
    ----------
    times : (...)
        Seconds.

    Returns
    -------
    (...)
        Hz: the rate of its phase, 3000 - 125 sin(2π 0.25 t).

    Examples
    --------
    >>> fm_frequency(np.array([0.0, 1.0, 3.0]))
    array([3000., 2875., 3125.])
    """
    return CARRIER - DEPTH * RATE * np.sin(2 * np.pi * RATE * sampling.moments(times))
