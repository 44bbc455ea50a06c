"""Sounds as instruments make them: a plucked string, a guitar, a kick and a snare drum.

Each is scaled so that its loudest sample is `amplitude`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.sounds.source import Signal

G_MAJOR = (98.00, 123.47, 146.83, 196.00, 246.94, 392.00)
"""The open G chord of a guitar, lowest string first, Hz: G2 B2 D3 G3 B3 G4 in equal temperament, A4 = 440 Hz."""

STRING_LOSS = 3e-6  # dB/s per Hz²: what a partial at 1 kHz loses beyond a low one is 3 dB a second
SHORTEST_STRING = 8  # samples; a shorter loop is out of tune
KICK_FIRST, KICK_LAST, KICK_FALL = 150.0, 50.0, 0.03  # Hz, Hz, s
KICK_FADE, BEATER_FADE = 0.15, 0.02  # s
BEATER, WIRES = 0.1, 0.5  # rms of the noise at time 0, a tone being 1
SNARE_HEAD = (185.0, 185.0 * 1.593)  # Hz; an ideal membrane's first two modes are 1 : 1.593
HEAD_FADE, WIRES_FADE = 0.1, 0.2  # s


def pluck(
    frequency: float,
    duration: float,
    *,
    decay: float = 4.0,
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
    seed: int = 0,
) -> Signal:
    """A plucked string (Karplus and Strong), in tune.

    Parameters
    ----------
    frequency
        Pitch, Hz; at most an eighth of the sample rate.
    duration
        Seconds.
    decay
        Seconds in which the string itself loses 60 dB; higher partials fall faster.
    sample_rate
        Samples per second, Hz.
    amplitude
        The loudest sample, FS.
    seed
        Of the pluck, which sets how loud each partial is; the same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A frequency not above 0 or above an eighth of the sample rate; a duration, a decay or a sample rate not above 0.

    Notes
    -----
    Spectrum: lines at the multiples of `frequency`, each as loud as chance has it; up to an eighth of the sample rate
    they are within a cent of their place. The one at f Hz falls by 60 / decay + 3 (f / 1 kHz)² dB a second: within 5 %
    for strings up to 440 Hz and lines up to a twentieth of the sample rate, and faster above; slower for a low string
    at a high rate (below 80 Hz at 48 kHz), as a loop that averages three neighbours does no more. Noise runs round
    that loop: Karplus and Strong, "Digital synthesis of plucked-string and drum timbres", Computer Music Journal 7(2),
    1983. Its length is not rounded to samples, by cubic Lagrange interpolation: Laakso et al., "Splitting the unit
    delay", IEEE Signal Processing Magazine 13(1), 1996.

    Examples
    --------
    >>> string = pluck(110.0, 2.0, amplitude=0.5)
    >>> abs(string.samples).max()
    np.float64(0.5)
    """
    n = sampling.n_samples(duration, sample_rate)
    checks.quantity("decay", decay, "s", above=0)
    return _scaled(_string(frequency, n, sample_rate, decay, checks.generator(seed)), sample_rate, amplitude)


def guitar(
    frequencies: Sequence[float] = G_MAJOR,
    duration: float = 3.9,
    *,
    strum: float = 0.03,
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
    seed: int = 0,
) -> Signal:
    """A chord of plucked strings, strummed.

    Parameters
    ----------
    frequencies
        Pitch of each string in the order of the strum, Hz.
    duration
        Seconds.
    strum
        Seconds from one string to the next; each starts on the nearest sample.
    sample_rate
        Samples per second, Hz.
    amplitude
        The loudest sample, FS.
    seed
        Of the plucks; the same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        No frequency, or one that `pluck` refuses; a strum below 0 or so slow that a string comes after the end;
        a duration or a sample rate not above 0.

    Notes
    -----
    Spectrum: that of `pluck` with a decay of 4 s for each string, from its start on.

    Examples
    --------
    >>> guitar([82.41, 123.47], 2.0, sample_rate=22_050).n_samples
    44100
    """
    n = sampling.n_samples(duration, sample_rate)
    checks.quantity("strum", strum, "s", least=0)
    frequencies = checks.numbers("frequencies", frequencies)
    if not frequencies:
        raise SettingsError("frequencies is empty; it must hold one number or more, a string each")
    starts = [round(i * strum * sample_rate) for i in range(len(frequencies))]
    if starts[-1] >= n:
        raise SettingsError(
            f"strum is {strum}; with {len(frequencies)} strings in {duration} s it must be below "
            f"{duration / (len(frequencies) - 1):g} s"
        )
    random = checks.generator(seed)
    samples = np.zeros(n)
    for start, frequency in zip(starts, frequencies, strict=True):
        samples[start:] += _string(frequency, n - start, sample_rate, 4.0, random)
    return _scaled(samples, sample_rate, amplitude)


def kick(duration: float = 1.25, *, sample_rate: float = 48_000.0, amplitude: float = 1.0, seed: int = 0) -> Signal:
    """A kick drum: a low tone that drops, and the knock of the beater.

    Parameters
    ----------
    duration
        Seconds.
    sample_rate
        Samples per second, Hz.
    amplitude
        The loudest sample, FS.
    seed
        Of the knock; the same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A sample rate not above 300 Hz, twice the highest frequency; a duration not above 0.

    Notes
    -----
    Spectrum: a line at 50 + 100 exp(-t / 0.03 s) Hz that falls by 57.9 dB a second (to 1/e in 0.15 s),
    and white noise, its rms at first a tenth of the line's amplitude, that falls by 434 dB a second (to 1/e in 0.02 s).

    Examples
    --------
    >>> kick(sample_rate=22_050).n_samples
    27562
    """
    checks.quantity(
        "sample_rate", sample_rate, "Hz", above=2 * KICK_FIRST, because=f"the drum starts at {KICK_FIRST:g} Hz"
    )
    t = sampling.times(duration, sample_rate)
    cycles = KICK_LAST * t - (KICK_FIRST - KICK_LAST) * KICK_FALL * np.expm1(-t / KICK_FALL)
    drum = np.sin(2 * np.pi * cycles) * np.exp(-t / KICK_FADE)
    beater = checks.generator(seed).normal(scale=BEATER, size=t.shape) * np.exp(-t / BEATER_FADE)
    return _scaled(drum + beater, sample_rate, amplitude)


def snare(duration: float = 1.87, *, sample_rate: float = 48_000.0, amplitude: float = 1.0, seed: int = 0) -> Signal:
    """A snare drum: two low tones of the head, and the rattle of the wires.

    Parameters
    ----------
    duration
        Seconds.
    sample_rate
        Samples per second, Hz.
    amplitude
        The loudest sample, FS.
    seed
        Of the rattle; the same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A sample rate not above 589.41 Hz, twice the highest tone; a duration not above 0.

    Notes
    -----
    Spectrum: lines at 185 and 294.7 Hz that fall by 86.9 dB a second (to 1/e in 0.1 s), in white noise, its rms at
    first half of a line's amplitude, that falls by 43.4 dB a second (to 1/e in 0.2 s). The lines are the first two
    modes of an ideal membrane: Fletcher and Rossing, "The physics of musical instruments", chapter 3.

    Examples
    --------
    >>> snare(sample_rate=22_050).n_samples
    41234
    """
    checks.quantity(
        "sample_rate", sample_rate, "Hz", above=2 * SNARE_HEAD[1], because=f"the head sounds {SNARE_HEAD[1]:g} Hz"
    )
    t = sampling.times(duration, sample_rate)
    head = sum(np.sin(2 * np.pi * f * t) for f in SNARE_HEAD) * np.exp(-t / HEAD_FADE)
    wires = checks.generator(seed).normal(scale=WIRES, size=t.shape) * np.exp(-t / WIRES_FADE)
    return _scaled(head + wires, sample_rate, amplitude)


def _string(frequency: float, n: int, sample_rate: float, decay: float, random: np.random.Generator) -> np.ndarray:
    """A string of noise in a loop one period long: shape (n,)."""
    highest = sample_rate / SHORTEST_STRING
    if checks.quantity("frequency", frequency, "Hz", above=0) > highest:
        raise SettingsError(
            f"frequency is {frequency}; it must be {highest:g} Hz or less (because at sample_rate {sample_rate:g} "
            f"its string would be shorter than {SHORTEST_STRING} samples, and out of tune)"
        )
    period = sample_rate / frequency
    step = int(period) - 2  # the rest of the period is the delay of the taps: 1 to 2 samples, and 1
    # The side tap that loses STRING_LOSS f² in a second's rounds: |1 - 4 side sin²(πf/rate)| per round, in dB.
    side = min(0.25, STRING_LOSS * np.log(10) / 80 * (sample_rate / np.pi) ** 2 / frequency)
    loss = 10 ** (-3 / (frequency * decay))
    taps = loss * np.convolve(_lagrange(period - step - 1), [side, 1 - 2 * side, side])
    reach = step + len(taps) - 1
    string = random.uniform(-1, 1, reach)
    samples = np.empty(max(n, reach))
    samples[:reach] = string - string.mean()
    for at in range(reach, n, step):
        samples[at : at + step] = np.convolve(samples[at - reach : at], taps, "valid")[: n - at]
    return samples[:n]


def _lagrange(delay: float) -> np.ndarray:
    """Four taps that delay by 1 to 2 samples: the cubic through them."""
    taps = np.arange(4)
    return np.array([np.prod([(delay - m) / (k - m) for m in taps if m != k]) for k in taps])


def _scaled(samples: np.ndarray, sample_rate: float, amplitude: float) -> Signal:
    """The sound with `amplitude` as its loudest sample."""
    checks.quantity("amplitude", amplitude, "FS", least=0)
    return Signal(samples * (amplitude / np.abs(samples).max()), sample_rate)
