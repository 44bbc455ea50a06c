"""Noise of a stated density or rms. Gaussian; what is stated is the expectation."""

from __future__ import annotations

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.sounds.source import Signal


def white_noise(
    duration: float,
    *,
    density: float | None = None,
    rms: float | None = None,
    sample_rate: float = 48_000.0,
    unit: str = "FS",
    seed: int = 0,
) -> Signal:
    """Noise with the same power in every hertz.

    Parameters
    ----------
    duration
        Seconds.
    density
        Mean square per hertz, one-sided, in unit²/Hz. Give this or `rms`.
    rms
        Root mean square in `unit`. Give this or `density`.
    sample_rate
        Samples per second, Hz.
    unit
        What the samples are measured in.
    seed
        The same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        Both or neither of density and rms, or one that is below 0; a duration or a sample rate not above 0.

    Notes
    -----
    Spectrum: flat from 0 to half the sample rate; rms² = density × sample_rate / 2. A finite piece scatters
    about that: the average of m independent periodograms by 1 / √m.

    Examples
    --------
    >>> white_noise(10.0, density=1e-6, sample_rate=20_000).samples.std().round(3)
    np.float64(0.1)
    """
    n = sampling.n_samples(duration, sample_rate)
    if (density is None) == (rms is None):
        raise SettingsError(
            f"density is {density} and rms is {rms}; one of them must be given "
            "(because rms² = density × sample_rate / 2)"
        )
    if density is not None:
        rms = np.sqrt(checks.quantity("density", density, f"{unit}²/Hz", least=0) * sample_rate / 2)
    scale = checks.quantity("rms", rms, unit, least=0)
    return Signal(checks.generator(seed).normal(scale=scale, size=n), sample_rate, unit)


def pink_noise(
    duration: float,
    *,
    density_at_1khz: float,
    sample_rate: float = 48_000.0,
    unit: str = "FS",
    seed: int = 0,
) -> Signal:
    """Noise with the same power in every octave.

    Parameters
    ----------
    duration
        Seconds.
    density_at_1khz
        Mean square per hertz at 1000 Hz, one-sided, in unit²/Hz.
    sample_rate
        Samples per second, Hz.
    unit
        What the samples are measured in.
    seed
        The same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,); it may be played in a loop, as its end runs on into its start.

    Raises
    ------
    SettingsError
        A density below 0; a duration or a sample rate not above 0.

    Notes
    -----
    Spectrum: density_at_1khz × 1000 Hz / f at frequency f, so 10 dB less a decade, exactly in expectation at each
    multiple of 1 / duration; an octave holds density_at_1khz × 1000 Hz × ln 2. No mean. Each coefficient
    of the Fourier transform is drawn with its own variance: Timmer and König, "On generating power law
    noise", Astronomy and Astrophysics 300, 1995.

    Examples
    --------
    >>> sound = pink_noise(10.0, density_at_1khz=1e-6, unit="Pa")
    >>> sound.n_samples, sound.unit
    (480000, 'Pa')
    """
    n = sampling.n_samples(duration, sample_rate)
    level = checks.quantity("density_at_1khz", density_at_1khz, f"{unit}²/Hz", least=0)
    frequencies = np.fft.rfftfreq(n, 1 / sample_rate)
    density = np.zeros(len(frequencies))
    density[1:] = level * 1000.0 / frequencies[1:]
    return Signal(shaped(density * sample_rate, n, seed), sample_rate, unit)


def shaped(density: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Normal noise (n,) of a one-sided power spectral density (n // 2 + 1,), per cycle a sample."""
    draws = checks.generator(seed).normal(size=(len(density), 2))
    transform = np.sqrt(density * n / 4) * (draws[:, 0] + 1j * draws[:, 1])
    ends = [0, -1] if n % 2 == 0 else [0]
    transform[ends] = np.sqrt(2) * transform[ends].real  # real by symmetry, so one draw carries all of it
    return np.fft.irfft(transform, n)
