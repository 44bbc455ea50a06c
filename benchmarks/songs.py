"""Songs that nobody wrote: chords, a tune, a bass and drums from a seed, played by people who are never quite in time.

No two bars are equal, so a place in a song is known by what is heard there. The same seed gives the same song.

    python -m benchmarks.songs FOLDER FIRST LAST [SECONDS]     writes FLAC files
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import butter, fftconvolve, lfilter

RATE = 22_050
SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 1, 4, 5, 7, 8, 11),
    (0, 2, 4, 7, 9, 12, 14),
)


@dataclass
class Voice:
    """An instrument: how it makes a note."""

    kind: str
    partials: np.ndarray
    stretch: float  # of the partials of a string
    decay: float  # 1/s
    index: float  # of the modulation
    ratio: float
    detune: float
    low_pass: tuple
    attack: float  # s
    release: float
    vibrato: float
    vibrato_rate: float  # Hz


def voice(rng):
    """An instrument at random."""
    kind = ("partials", "modulated", "plucked", "saws")[rng.integers(4)]
    n = int(rng.integers(3, 12))
    return Voice(
        kind,
        partials=rng.uniform(0.1, 1, n) / np.arange(1, n + 1) ** rng.uniform(0.3, 1.8),
        stretch=1 + rng.uniform(0, 4e-4),
        decay=10 ** rng.uniform(-0.5, 0.8),
        index=rng.uniform(0.5, 5),
        ratio=float(rng.choice([1, 2, 3, 1.414, 3.5, 0.5])),
        detune=rng.uniform(0.001, 0.008),
        low_pass=butter(2, rng.uniform(800, 5000) / (RATE / 2)),
        attack=10 ** rng.uniform(-2.7, -0.9),
        release=rng.uniform(0.05, 0.4),
        vibrato=float(rng.choice([0, rng.uniform(0, 0.3)])),
        vibrato_rate=rng.uniform(4, 7),
    )


def tone(rng, voice, hertz, seconds):
    """One note."""
    n = int(RATE * (seconds + voice.release))
    t = np.arange(n) / RATE
    phase = 2 * np.pi * hertz * t + voice.vibrato * np.sin(2 * np.pi * voice.vibrato_rate * t) * hertz * 0.01
    y = np.zeros(n)
    if voice.kind == "partials":
        for k, loud in enumerate(voice.partials, 1):
            if hertz * k * voice.stretch**k > 9500:
                break
            y += loud * np.sin(k * phase * voice.stretch ** (k - 1)) * np.exp(-voice.decay * k**0.7 * t)
    elif voice.kind == "modulated":
        side = voice.index * np.exp(-2 * voice.decay * t) * np.sin(voice.ratio * phase)
        y = np.sin(phase + side) * np.exp(-voice.decay * t)
    elif voice.kind == "plucked":
        period = max(2, int(RATE / hertz))
        y[:period] = rng.uniform(-1, 1, period)
        loop = np.zeros(period + 2)
        loop[[0, period, period + 1]] = 1, -0.4985, -0.4985
        y = lfilter([1], loop, y)
    else:
        for k in (-1, 0, 1):
            y += 2 * ((hertz * (1 + k * voice.detune) * t + 0.37 * k) % 1) - 1
        y = lfilter(*voice.low_pass, y)
    envelope = np.minimum(1, np.arange(n) / max(1, int(voice.attack * RATE)))
    fall = int(voice.release * RATE)
    envelope[-fall:] *= np.linspace(1, 0, fall)
    y *= envelope
    return (y / (np.abs(y).max() + 1e-9)).astype(np.float32)


def drums(rng):
    """A kick, a snare, a hat and a tom."""
    t = np.arange(int(0.3 * RATE)) / RATE

    def hiss(low, high, order):
        corner = rng.uniform(low, high) / (RATE / 2)
        return lfilter(*butter(order, corner, "high"), rng.standard_normal(len(t)))

    glide = rng.uniform(40, 60) * t + rng.uniform(2, 8) * (1 - np.exp(-30 * t))
    kick = np.sin(2 * np.pi * glide) * np.exp(-rng.uniform(8, 20) * t)
    snare = 0.5 * np.sin(2 * np.pi * rng.uniform(160, 240) * t) + hiss(800, 2500, 1)
    snare *= np.exp(-rng.uniform(12, 30) * t)
    hat = hiss(4000, 8000, 2) * np.exp(-rng.uniform(30, 90) * t)
    tom = np.sin(2 * np.pi * (rng.uniform(80, 160) * t + 3 * (1 - np.exp(-20 * t)))) * np.exp(-12 * t)
    return [x / np.abs(x).max() for x in (kick, snare, hat, tom)]


class Player:
    """Puts notes into a song, each a little before or after its beat."""

    def __init__(self, rng, seconds):
        self.rng, self.y = rng, np.zeros(int(RATE * (seconds + 3)))
        self.unsteady = rng.uniform(0.002, 0.02)  # s
        self._notes = {}

    def put(self, sound, at, loud):
        first = min(len(self.y), max(0, int((at + self.rng.normal(0, self.unsteady)) * RATE)))
        stop = min(len(self.y), first + len(sound))
        self.y[first:stop] += loud * sound[: stop - first]

    def note(self, voice, hertz, seconds, at, loud):
        key = (id(voice), round(12 * np.log2(hertz)), int(seconds * 20))
        if key not in self._notes:
            self._notes[key] = tone(self.rng, voice, hertz, seconds)
        self.put(self._notes[key], at, loud)


def song(seed, seconds=40.0):
    """(n,) samples at `RATE`."""
    rng = np.random.default_rng(seed)
    beat = 60 / rng.uniform(60, 175)
    root, off = rng.uniform(48, 60), rng.normal(0, 0.2)
    scale = SCALES[rng.integers(len(SCALES))]
    player, kit = Player(rng, seconds), drums(rng)
    chords, lead, bass = voice(rng), voice(rng), voice(rng)
    progression = rng.integers(0, 7, int(rng.integers(2, 9)))
    plays = rng.random(4) < [0.85, 0.8, 0.75, 0.75]
    plays[rng.integers(1, 3)] = True
    patterns = [rng.random(8) < share for share in (0.35, 0.25, 0.6, 0.1)]
    gain = 10 ** (rng.uniform(-18, 0, 4) / 20)
    degree, begin, bar = int(rng.integers(7, 14)), 0.0, 0

    def hertz(step, octave=0):
        return 440 * 2 ** ((root + off + octave + 12 * (step // 7) + scale[step % 7] - 69) / 12)

    while begin < seconds:
        chord = int(progression[bar % len(progression)]) if rng.random() < 0.9 else int(rng.integers(0, 7))
        if plays[1]:
            step = rng.choice([4, 2, 1, 0.5])
            for place in np.arange(0, 4, step):
                for third in (0, 2, 4) if rng.random() < 0.7 else (0, 2, 4, 6):
                    loud = gain[1] * rng.uniform(0.2, 0.4)
                    player.note(chords, hertz(chord + third), step * beat * 0.9, begin + place * beat, loud)
        if plays[2]:
            place = 0.0
            while place < 4:
                long = float(rng.choice([0.25, 0.5, 0.5, 1, 1, 1.5, 2]))
                degree = int(np.clip(degree + rng.integers(-3, 4), 5, 18))
                if rng.random() < 0.85:
                    loud = gain[2] * rng.uniform(0.4, 0.9)
                    player.note(lead, hertz(degree), long * beat, begin + place * beat, loud)
                place += long
        if plays[3]:
            for place in (0, 1, 2, 3) if rng.random() < 0.5 else (0, 1.5, 2.5):
                loud = gain[3] * rng.uniform(0.5, 0.9)
                player.note(bass, hertz(chord, -12), beat * 0.8, begin + place * beat, loud)
        if plays[0]:
            for drum, pattern in zip(kit, patterns, strict=True):
                for k in range(8):
                    if pattern[k] ^ (rng.random() < 0.08):
                        player.put(drum, begin + k * beat / 2, gain[0] * rng.uniform(0.4, 0.9))
        begin += 4 * beat
        bar += 1
    return _recorded(rng, player.y, int(RATE * seconds))


def _recorded(rng, y, n):
    """In a room or not, with some noise, driven hard or not."""
    if rng.random() < 0.6:
        y = y + rng.uniform(0.1, 0.5) * reverberation(rng, y, rng.uniform(0.2, 1.2))
    y = y[:n] + 10 ** rng.uniform(-4.5, -2.5) * rng.standard_normal(n)
    if rng.random() < 0.3:
        y = np.tanh(y / np.abs(y).max() * rng.uniform(1, 4))
    return (y / np.abs(y).max() * rng.uniform(0.3, 0.95)).astype(np.float32)


def reverberation(rng, y, seconds):
    """What comes back from the walls of a room: as loud as `y`, 60 dB less after so many seconds."""
    n = int(RATE * seconds)
    echo = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    return fftconvolve(y, echo / np.sqrt((echo**2).sum()))[: len(y)]


def write_songs(folder, seeds, seconds=40.0):
    """FLAC files of songs, those that are there already left alone; their paths."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = [Path(folder) / f"song{seed:06d}.flac" for seed in seeds]
    for path, seed in zip(paths, seeds, strict=True):
        if not path.is_file():
            soundfile.write(path, song(seed, seconds), RATE, subtype="PCM_16")
    return paths


if __name__ == "__main__":
    into, first, last, *seconds = sys.argv[1:]
    write_songs(into, range(int(first), int(last)), *map(float, seconds))
