"""What an echo sounder hears: the pulse itself, point targets, a volume of scatterers and a bottom, in micropascals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph import checks
from sonograph.errors import SettingsError
from sonograph.signals import sampling
from sonograph.sounds.source import Signal

PHASES = 16
"""Places between two samples where a scatterer may lie."""
DENSITY = 40
"""Scatterers in the length of a sample, at most …"""
MOST = 200_000
"""… and in all of a ping."""


def echo_sounder(
    pulse: Signal,
    *,
    n_pings: int = 10,
    interval: float = 0.25,
    first: float = 0.0,
    source_level: float = 200.0,
    targets: Sequence[tuple[float, float]] = (),
    volume: float | None = None,
    beam: float = -20.0,
    bottom: float | Sequence[float] | None = None,
    direct: float = 30.0,
    sound_speed: float = 1500.0,
    absorption: float = 0.0,
    noise: float = 60.0,
    seed: int = 0,
) -> Signal:
    """What the receiver of an echo sounder hears.

    Parameters
    ----------
    pulse
        What is sent, of one channel; its scale is of no account.
    n_pings, interval, first
        How many pings, seconds from one to the next, and when the first begins.
    source_level
        Of the pulse over the twentieth of it that is strongest, dB re 1 µPa m (rms).
    targets
        (range in m, target strength in dB re 1 m²) of each.
    volume
        Volume backscattering strength of all water, dB re 1 m⁻¹; None: none. It is made of many point scatterers at
        random ranges, others for each ping.
    beam
        Equivalent two-way beam angle, 10 log ψ, dB re 1 sr, of the volume.
    bottom
        Range of a bottom, m, of each ping or of all; None: none.
    direct
        dB below the source level, at 1 m, with which the pulse itself comes straight from sender to receiver.
    sound_speed, absorption
        m/s, and dB/m.
    noise
        Level of white noise, dB re 1 µPa (rms, of the whole band of the recording).
    seed
        The same seed gives the same samples.

    Returns
    -------
    Signal
        In µPa, float64; n_pings × interval long, at the rate of the pulse.

    Raises
    ------
    SettingsError
        A pulse that is longer than the interval, a range that is not above 0, and what else cannot be.

    Notes
    -----
    A target at range R gives the pulse, later by 2 R / sound_speed (exact between samples), at source_level + strength
    - 40 log R - 2 absorption R. A volume sv gives what sv ψ R² dR of backscattering cross-section does in each dR
    (Simmonds and MacLennan, "Fisheries Acoustics", 2005, chapter 5).

    Examples
    --------
    >>> from sonograph import signals
    >>> ping = signals.chirp(12_000, 24_000, 0.004, sample_rate=96_000)
    >>> heard = echo_sounder(ping, n_pings=2, targets=[(12.0, -40.0)])
    >>> heard.unit, heard.n_samples
    ('µPa', 48000)
    """
    if not isinstance(pulse, Signal):
        raise SettingsError(f"pulse is {checks.short(pulse)}; it must be a Signal, as chirp gives")
    rate = pulse.sample_rate
    n_pings = checks.whole("n_pings", n_pings, 1)
    checks.quantity("interval", interval, "s", above=0)
    checks.quantity("first", first, "s", least=0)
    checks.quantity("sound_speed", sound_speed, "m/s", above=0)
    checks.quantity("absorption", absorption, "dB/m", least=0)
    for name, value in (("source_level", source_level), ("direct", direct), ("noise", noise), ("beam", beam)):
        checks.quantity(name, value, "dB")
    if volume is not None:
        checks.quantity("volume", volume, "dB")
    targets = sampling.pairs("targets", targets, "metres and dB, as [(20.0, -30.0)]")
    if pulse.n_channels != 1:
        raise SettingsError(f"the pulse has {pulse.n_channels} channels; it must have one")
    if pulse.n_samples / rate >= interval:
        raise SettingsError(
            f"the pulse is {pulse.n_samples / rate:g} s long; it must be below interval, {interval:g} s"
        )
    n = sampling.n_samples(first + n_pings * interval, rate)
    random = checks.generator(seed)
    shape = np.asarray(pulse.read(range(pulse.n_samples))[0], float)
    power = np.convolve(np.abs(_analytic(shape)) ** 2, np.ones(max(1, len(shape) // 20)), "valid")
    strongest = power.max() / max(1, len(shape) // 20) / 2  # its edges ring, and are not what a level is of
    sent = shape * 10 ** (source_level / 20) / np.sqrt(strongest)
    lines = np.full(n_pings, np.nan) if bottom is None else _ranges(bottom, n_pings)
    received = 10 ** (noise / 20) * random.standard_normal(n)
    reach = sound_speed * interval / 2
    for number in range(n_pings):
        start = (first + number * interval) * rate
        _add(received, sent, np.array([start]), np.array([10 ** (-direct / 20)]))
        for distance, strength in targets:
            checks.quantity("range", distance, "m", above=0)
            gain = strength - 40 * np.log10(distance) - 2 * absorption * distance
            _add(received, sent, np.array([start + 2 * distance / sound_speed * rate]), np.array([10 ** (gain / 20)]))
        if volume is not None:
            _scatter(received, sent, start, (1.0, reach), volume + beam, sound_speed, absorption, random, rate)
        if np.isfinite(lines[number]):
            _bottom(received, sent, start, float(lines[number]), sound_speed, absorption, random, rate)
    return Signal(received, rate, "µPa")


def _ranges(bottom: object, n_pings: int) -> np.ndarray:
    """How far the bottom is at each ping, m; not a number where there is none."""
    try:
        return np.broadcast_to(sampling.moments(bottom), (n_pings,))
    except (SettingsError, ValueError):
        raise SettingsError(
            f"bottom is {checks.short(bottom)}; it must be metres, one number or one for each of {n_pings} pings"
        ) from None


def _analytic(samples: np.ndarray) -> np.ndarray:
    transform = np.fft.fft(samples)
    transform[len(samples) // 2 + 1 :] = 0
    transform[1 : (len(samples) + 1) // 2] *= 2
    return np.fft.ifft(transform)


def _scatter(
    received: np.ndarray, sent: np.ndarray, start: float, between: tuple[float, float], strength: float,
    speed: float, absorption: float, random: np.random.Generator, rate: float,
) -> None:  # fmt: skip
    """A volume: as many scatterers in each metre, each as strong as its share of the beam's shell there."""
    length = between[1] - between[0]
    count = int(min(MOST, DENSITY * length * 2 * rate / speed))
    distance = random.uniform(*between, count)
    # sv ψ R² dR of cross-section in dR, spread over the scatterers there, back over R⁴
    power = 10 ** ((strength - 2 * absorption * distance) / 10) * length / count / distance**2
    amplitude = np.sqrt(power) * random.standard_normal(count)
    _add(received, sent, start + 2 * distance / speed * rate, amplitude)


def _bottom(
    received: np.ndarray, sent: np.ndarray, start: float, distance: float, speed: float, absorption: float,
    random: np.random.Generator, rate: float,
) -> None:  # fmt: skip
    """A bottom: its first echo is its strongest, and what lies behind it fades within metres."""
    checks.quantity("bottom", distance, "m", above=0)
    behind = np.concatenate([[0.0], random.exponential(0.02 * distance, 400)])
    strength = np.concatenate([[1.0], 0.12 * random.standard_normal(400)]) * 10 ** (-30 / 20)
    places = distance + behind
    amplitude = strength / places * 10 ** (-2 * absorption * places / 20)
    _add(received, sent, start + 2 * places / speed * rate, amplitude)


def _add(received: np.ndarray, sent: np.ndarray, at: np.ndarray, amplitude: np.ndarray) -> None:
    """Copies of a pulse at places between samples: exact of one, to a sixteenth of a sample of many."""
    n = 1 << (len(sent) + 64).bit_length()
    transform = np.fft.rfft(sent, n)
    frequencies = np.fft.rfftfreq(n)
    whole = np.floor(at).astype(int)
    part = at - whole
    if len(at) > 1:
        step = np.minimum((part * PHASES).astype(int), PHASES - 1)
        offsets = (np.arange(PHASES) + 0.5) / PHASES
    else:
        step, offsets = np.zeros(1, int), part
    for number, offset in enumerate(offsets):
        copy = np.fft.irfft(
            transform * np.exp(-2j * np.pi * frequencies * (offset + 16)), n
        )  # what rings before it too
        here = step == number
        places = whole[here] - 16
        if len(places) == 1:
            first, stop = max(0, places[0]), min(len(received), places[0] + n)
            if first < stop:
                received[first:stop] += amplitude[here][0] * copy[first - places[0] : stop - places[0]]
            continue
        inside = (places >= 0) & (places < len(received))
        if not inside.any():
            continue
        begin, end = int(places[inside].min()), int(places[inside].max()) + 1
        train = np.bincount(places[inside] - begin, amplitude[here][inside], end - begin)
        size = 1 << (len(train) + n).bit_length()
        added = np.fft.irfft(np.fft.rfft(train, size) * np.fft.rfft(copy, size), size)[: len(train) + n]
        stop = min(len(received), begin + len(added))
        received[begin:stop] += added[: stop - begin]
