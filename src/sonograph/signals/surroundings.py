"""What calls are heard in: a sea with swell, a chorus of others, and a room or a forest that answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.signals.calls import call, call_shapes
from sonograph.signals.noise import shaped
from sonograph.sounds.source import Signal

KNEE = 300.0  # Hz: below it the sea's noise is flat
SLOPE = -5.0 / 3.0  # of its power over frequency above: -17 dB a decade, as wind has it


def sea(
    duration: float, *, rms: float = 0.05, swell: float = 3.0, sample_rate: float = 48_000.0, seed: int = 0
) -> Signal:
    """Noise of a sea: coloured as the wind's is, and louder and softer as waves pass.

    Parameters
    ----------
    duration
        Seconds.
    rms
        Root mean square, FS.
    swell
        Standard deviation of its level in time, dB; it wanders within some ten seconds.
    sample_rate
        Samples per second, Hz.
    seed
        The same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A duration or a sample rate not above 0, an rms or a swell below 0.

    Notes
    -----
    Spectrum: flat below 300 Hz, from there -17 dB a decade, as the wind's noise is above its hump: Wenz, "Acoustic
    ambient noise in the ocean", Journal of the Acoustical Society of America 34, 1962.

    Examples
    --------
    >>> float(np.sqrt(np.mean(sea(5.0, rms=0.1).samples ** 2)).round(3))
    0.1
    """
    n = sampling.n_samples(duration, sample_rate)
    checks.quantity("rms", rms, "FS", least=0)
    checks.quantity("swell", swell, "dB", least=0)
    checks.generator(seed)
    frequencies = np.fft.rfftfreq(n, 1 / sample_rate)
    density = np.maximum(frequencies / KNEE, 1.0) ** SLOPE
    density[0] = 0.0
    slow = np.where((frequencies > 0) & (frequencies < 0.15), 1.0, 0.0)
    wander = shaped(slow, n, seed + 1)
    wander *= swell / max(float(wander.std()), 1e-30)
    samples = shaped(density, n, seed) * 10 ** (wander / 20)
    return Signal(rms / np.sqrt(np.mean(samples**2)) * samples, sample_rate)


def reverberant(
    sound: Signal, decay: float = 0.6, *, level: float = -10.0, damping: float = 4_000.0, seed: int = 0
) -> Signal:
    """A sound with what a room, a forest or a shallow sea answers: noise that decays, its high part first.

    Parameters
    ----------
    sound
        As it is made; one channel.
    decay
        Seconds until what is heard of an impulse is 60 dB down.
    level
        Energy of all that follows an impulse over its own, dB.
    damping
        Hz at which the decay takes half as long.
    seed
        Of the noise.

    Returns
    -------
    Signal
        float64, longer than the sound by `decay`.

    Raises
    ------
    SettingsError
        Several channels, a decay or a damping not above 0.

    Notes
    -----
    The response is an impulse and, from there on, Gaussian noise under an exponential (Polack, 1988), in eight
    octaves, each with a decay of its own: decay / (1 + f / damping).

    Examples
    --------
    >>> reverberant(call("arch"), 0.5).duration > call("arch").duration + 0.49
    True
    """
    from scipy.signal import oaconvolve

    if not isinstance(sound, Signal):
        raise SettingsError(f"sound is {checks.short(sound)}; it must be a Signal, as read(path) gives")
    checks.generator(seed)
    if sound.n_channels > 1:
        raise SettingsError(f"the sound has {sound.n_channels} channels; give one of them")
    checks.quantity("decay", decay, "s", above=0)
    checks.quantity("damping", damping, "Hz", above=0)
    checks.quantity("level", level, "dB")
    rate = sound.sample_rate
    n = max(2, sampling.n_samples(decay, rate))
    t = np.arange(n) / rate
    frequencies = np.fft.rfftfreq(n, 1 / rate)
    tail = np.zeros(n)
    for octave in range(8):
        top = rate / 2 / 2**octave
        inside = (frequencies <= top) & (frequencies > (top / 2 if octave < 7 else 0))
        middle = top / np.sqrt(2)
        noise = shaped(inside.astype(float), n, seed + octave)
        tail += noise * 10 ** (-3 * t / (decay / (1 + middle / damping)))
    tail[0] = 0
    tail *= np.sqrt(10 ** (level / 10) / max(float(np.sum(tail**2)), 1e-30))
    tail[0] = 1.0
    return Signal(oaconvolve(np.asarray(sound.samples, float).reshape(-1), tail), rate, sound.unit)


def chorus(
    duration: float,
    shapes: Sequence[str] | None = None,
    *,
    per_minute: float = 40.0,
    rms: float = 0.05,
    spread: float = 0.08,
    levels: float = 6.0,
    sample_rate: float = 48_000.0,
    seed: int = 0,
) -> Signal:
    """Many callers at once, as at dawn: calls at random times and levels, near and far, over soft noise.

    Parameters
    ----------
    duration
        Seconds.
    shapes
        Which of `call_shapes()` there are; all by default.
    per_minute
        How many calls, of all shapes together.
    rms
        Root mean square of all, FS.
    spread
        How far calls of a shape differ, as in `call`.
    levels
        Standard deviation of their levels, dB.
    sample_rate
        Samples per second, Hz.
    seed
        The same seed gives the same samples.

    Returns
    -------
    Signal
        float64, shape (n,).

    Raises
    ------
    SettingsError
        A shape that is not known, no shape, a duration, a sample rate or a number of calls not above 0.

    Examples
    --------
    >>> chorus(3.0, ["trill", "song"], sample_rate=24_000).n_samples
    72000
    """
    n = sampling.n_samples(duration, sample_rate)
    if not (shapes is None or isinstance(shapes, list | tuple)):
        raise SettingsError(f"shapes is {checks.short(shapes)}; it must be a list of names out of call_shapes()")
    named = tuple(call_shapes() if shapes is None else shapes)
    if not named:
        raise SettingsError("shapes are none; name some of call_shapes()")
    checks.quantity("per_minute", per_minute, above=0)
    checks.quantity("rms", rms, "FS", least=0)
    checks.quantity("levels", levels, "dB", least=0)
    random = checks.generator(seed)
    dry = np.zeros(n)
    for _ in range(random.poisson(per_minute * duration / 60)):
        shape = named[random.integers(len(named))]
        one = call(shape, sample_rate=sample_rate, spread=spread, seed=int(random.integers(1 << 30))).samples
        at = int(random.integers(n))
        part = one[: n - at] * 10 ** (random.normal(0, levels) / 20)
        dry[at : at + len(part)] += part
    samples = reverberant(Signal(dry, sample_rate), 0.7, level=-8.0, seed=seed).samples[:n]
    loud = max(float(np.sqrt(np.mean(samples**2))), 1e-6)
    density = 1.0 / np.maximum(np.fft.rfftfreq(n, 1 / sample_rate), 100.0)
    noise = shaped(density, n, seed + 1)
    samples = samples + noise * (0.1 * loud / np.sqrt(np.mean(noise**2)))
    return Signal(rms / np.sqrt(np.mean(samples**2)) * samples, sample_rate)
