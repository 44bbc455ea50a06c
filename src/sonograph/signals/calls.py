"""Calls of the shapes that animals make, with every note's frequency known: what detectors are tried on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sonograph import checks
from sonograph.checks import one_of
from sonograph.signals import sampling
from sonograph.sounds.source import Signal


class Note(NamedTuple):
    """A note of a call: a tone whose frequency is a parabola in time.

    start, length : s
    first, middle, last : its frequency at its beginning, half way and at its end, Hz
    overtones : amplitude of each harmonic over that of the first, beginning with the first
    beats : how often a second its loudness goes to nothing and back; 0 for a steady one
    attack : of its length, how much it takes to come up; it goes down in as much again, or in the rest of it below 0
    level : its amplitude over that of the loudest note
    """

    start: float
    length: float
    first: float
    middle: float
    last: float
    overtones: tuple[float, ...] = (1.0,)
    beats: float = 0.0
    attack: float = 0.2
    level: float = 1.0


def _row(count: int, every: float, length: float, *frequencies: float, **more: object) -> tuple[Note, ...]:
    first, middle, last = frequencies
    return tuple(Note(k * every, length, first, middle, last, **more) for k in range(count))  # type: ignore[arg-type]


_REED = tuple(0.8**k for k in range(12))
CALLS: dict[str, tuple[Note, ...]] = {
    "trill": _row(9, 0.065, 0.045, 6200, 5000, 4200, attack=0.3),
    "sweep": (Note(0, 0.5, 5200, 3400, 2500, attack=0.1),),
    "arch": (Note(0, 0.35, 2000, 3800, 2100, (1, 0.4, 0.1), attack=0.25),),
    "hoot": (Note(0, 0.22, 760, 800, 760, (1, 0.3), attack=0.3), Note(0.34, 0.4, 760, 790, 700, (1, 0.3), attack=0.3)),
    "buzz": (Note(0, 0.6, 4500, 4600, 4500, (1, 0.15), beats=72, attack=0.15),),
    "upcall": (Note(0, 0.9, 600, 850, 1600, (1, 0.25), attack=0.25),),
    "pulsed": (Note(0, 0.7, 520, 560, 480, _REED, attack=0.1),),
    "chirps": _row(4, 0.11, 0.06, 7000, 7150, 7000, beats=48, attack=0.3),
    "warble": tuple(Note(0.105 * k, 0.1, 2600, 3600 if k % 2 else 2200, 2600, (1, 0.2), attack=0.15) for k in range(7)),
    "phrase": (
        Note(0, 0.12, 6000, 6100, 5900, attack=0.2),
        Note(0.16, 0.15, 4400, 4500, 4300, (1, 0.1), attack=0.2),
        Note(0.36, 0.12, 6000, 6100, 5900, attack=0.2),
        Note(0.52, 0.15, 4400, 4500, 4300, (1, 0.1), attack=0.2),
    ),
    "croak": _row(7, 0.085, 0.055, 210, 230, 200, overtones=(0.1, 0.2, 0.5, 0.9, 1, 0.9, 0.6, 0.3), attack=-0.1),
    "song": (
        Note(0, 0.15, 2400, 2900, 2700, attack=0.2),
        Note(0.2, 0.1, 3600, 3300, 3500, attack=0.2),
        Note(0.34, 0.25, 2100, 2300, 3000, (1, 0.2), attack=0.15),
        Note(0.66, 0.08, 5200, 4600, 4000, attack=0.3, level=0.6),
        Note(0.78, 0.2, 3000, 2500, 2800, beats=40, attack=0.1, level=0.8),
    ),
}
"""Shapes of calls: whistles, sweeps, trills, buzzes, croaks and calls of many harmonics, each of notes."""


def call(
    shape: str = "phrase",
    *,
    sample_rate: float = 48_000.0,
    amplitude: float = 1.0,
    spread: float = 0.0,
    seed: int = 0,
) -> Signal:
    """A call of a shape that animals make.

    Parameters
    ----------
    shape
        One of `call_shapes()`.
    sample_rate
        Samples per second, Hz; what lies above half of it is not there.
    amplitude
        Of the loudest note's first harmonic, FS.
    spread
        How far one animal's calls differ, as a share: times, lengths and frequencies of all notes together are off by
        as much (one standard deviation, each on its own), and each note's frequency by a quarter of it.
    seed
        Of the chance in `spread`.

    Returns
    -------
    Signal
        float64, shape (n,), as long as its notes.

    Raises
    ------
    SettingsError
        A shape that is not known, a spread beyond 0 to 0.2, a sample rate not above 0.

    Notes
    -----
    Spectrum: each note is a line that follows a parabola through three frequencies (`call_notes`), its harmonics above.
    No species is meant: the shapes are those that detectors meet, after Catchpole and Slater, "Bird song", 2008, and
    Au and Hastings, "Principles of marine bioacoustics", 2008.

    Examples
    --------
    >>> round(call("upcall").duration, 3)
    0.9
    """
    sample_rate = checks.quantity("sample_rate", sample_rate, "Hz", above=0)
    checks.quantity("amplitude", amplitude, "FS", least=0)
    notes = call_notes(shape, spread=spread, seed=seed)
    n = sampling.n_samples(max(note.start + note.length for note in notes), sample_rate)
    samples = np.zeros(n)
    for note in notes:
        first, stop = (min(n, int(np.ceil(at * sample_rate))) for at in (note.start, note.start + note.length))
        t = (np.arange(first, stop) / sample_rate - note.start) / note.length
        slope, bend = _parabola(note)
        turns = note.length * (note.first * t + slope * t**2 / 2 + bend * t**3 / 3)
        frequency = note.first + slope * t + bend * t**2
        wave = sum(
            loudness * np.sin(2 * np.pi * (k + 1) * turns) * ((k + 1) * frequency < sample_rate / 2)
            for k, loudness in enumerate(note.overtones)
        )
        samples[first:stop] += note.level * _envelope(note, t) * wave
    return Signal(amplitude * samples, sample_rate)


def call_shapes() -> tuple[str, ...]:
    """The shapes that `call` knows.

    Examples
    --------
    >>> call_shapes()[:3]
    ('trill', 'sweep', 'arch')
    """
    return tuple(CALLS)


def call_notes(shape: str = "phrase", *, spread: float = 0.0, seed: int = 0) -> tuple[Note, ...]:
    """The notes of `call`: when each is, and which frequencies it goes through.

    Parameters
    ----------
    shape, spread, seed
        As given to `call`.

    Returns
    -------
    tuple of Note
        start and length in seconds, frequencies in Hz.

    Examples
    --------
    >>> call_notes("sweep")[0].last
    2500
    """
    one_of("shape", shape, call_shapes())
    checks.number("spread", spread, 0, 0.2)
    if not spread:
        return CALLS[shape]
    random = checks.generator(seed)
    pace, pitch = np.exp(spread * random.standard_normal(2))
    notes = []
    for note in CALLS[shape]:
        own = pitch * np.exp(spread / 4 * random.standard_normal())
        frequencies = {name: getattr(note, name) * own for name in ("first", "middle", "last")}
        notes.append(note._replace(start=note.start * pace, length=note.length * pace, **frequencies))
    return tuple(notes)


def _parabola(note: Note) -> tuple[float, float]:
    """b and c of first + b t + c t², which goes through the three frequencies at t = 0, 1/2 and 1."""
    bend = 2 * (note.first + note.last - 2 * note.middle)
    return note.last - note.first - bend, bend


def _envelope(note: Note, t: np.ndarray) -> np.ndarray:
    """Loudness over the note: up and down along a raised cosine, or down along an exponential to -40 dB."""
    up = np.sin(np.pi / 2 * np.clip(t / abs(note.attack), 0, 1)) ** 2
    down = 10 ** (-2 * t) if note.attack < 0 else np.sin(np.pi / 2 * np.clip((1 - t) / note.attack, 0, 1)) ** 2
    beats = 1.0 if not note.beats else np.sin(np.pi * note.beats * note.length * t) ** 2
    return up * down * beats
