"""What becomes of a cut of a recording on its way to an ear: noise, coders, telephones, rooms and other speeds.

`conditions` makes the queries of one place in a recording; `foreign` sounds that no index of these recordings holds.
"""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, fftconvolve, sosfilt

from benchmarks.songs import RATE, reverberation, song

SECONDS = 5
SPEEDS = (0.95, 0.98, 1.02, 1.05)


def load(path):
    """A file as one channel at `RATE`."""
    y, rate = soundfile.read(path, dtype="float32", always_2d=True)
    y = y.mean(axis=1)
    return y if rate == RATE else soxr.resample(y, rate, RATE)


def pink(rng, n):
    """Noise whose power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(len(spectrum)))), n)


class Noise:
    """White, pink, a babble of six, or one sound of the surroundings over a little pink, by lot."""

    def __init__(self, sounds):
        self.sounds = [y / (y.std() + 1e-9) for y in sounds]

    def __call__(self, rng, n):
        kind = int(rng.integers(4))
        if kind == 0:
            return rng.standard_normal(n)
        if kind == 1:
            return pink(rng, n)
        one = lambda: np.roll(np.resize(self.sounds[rng.integers(len(self.sounds))], n), rng.integers(n))  # noqa: E731
        if kind == 2:
            return sum(one() for _ in range(6))
        soft = pink(rng, n)
        return one() + 0.3 * soft / soft.std()

    def over(self, rng, x, decibels):
        """`x` with noise so far below it."""
        noise = self(rng, len(x))
        return x + noise / noise.std() * x.std() * 10 ** (-decibels / 20)


def mp3(x, kilobits):
    """Coded and decoded again, by lame where it is installed, else by libsndfile; the coders' delay taken off."""
    x = np.clip(x, -1, 1)
    if shutil.which("lame"):
        command = ["lame", "-r", "-s", "22.05", "-m", "m", "--bitwidth", "16", "-b", str(kilobits), "--quiet", "-", "-"]
        raw = np.int16(x * 32767).tobytes()
        coded = io.BytesIO(subprocess.run(command, input=raw, capture_output=True, check=True).stdout)
    else:
        coded = io.BytesIO()
        level = float(np.interp(kilobits, (24, 32, 64), (0.9, 0.8, 0.4)))
        with soundfile.SoundFile(coded, "w", RATE, 1, format="MP3", compression_level=level) as file:
            file.write(x)
        coded.seek(0)
    y = load(coded)[: len(x) + 4000]
    lag = int(np.argmax(fftconvolve(y, x[::-1])[len(x) - 1 : len(x) + 3999]))
    return y[lag : lag + len(x)]


def band(x, low, high, order=4):
    return sosfilt(butter(order, [low / (RATE / 2), high / (RATE / 2)], "band", output="sos"), x)


def played(whole, at, speed, seconds=SECONDS):
    """A cut played so many times as fast."""
    return soxr.resample(whole[at : at + int(seconds * RATE * speed)], RATE * speed, RATE)


def conditions(rng, whole, at, noise):
    """(name, samples) of every condition, of the cut that begins at a sample."""
    n, short = SECONDS * RATE, 3 * RATE
    x = whole[at : at + n].astype(float)
    yield "clean", x
    for decibels in (10, 5, 0, -5):
        yield f"noise {decibels} dB", noise.over(rng, x, decibels)
    yield "MP3 64", mp3(x, 64)
    yield "MP3 24", mp3(x, 24)
    for speed in SPEEDS:
        yield f"speed {round(100 * speed - 100):+d} %", played(whole, at, speed)
    yield "telephone", band(x, 300, 3400)
    yield "8 kHz", soxr.resample(soxr.resample(x, RATE, 8000), 8000, RATE)
    yield "reverberation", x + 0.7 * reverberation(rng, x, 0.8)
    room = noise.over(rng, band(x + 0.5 * reverberation(rng, x, 0.4), 250, 6000), 5)
    yield "phone in a café", mp3(0.3 * room / np.abs(room).max(), 32)
    yield "3 s", x[:short]
    yield "3 s, 5 dB", noise.over(rng, x[:short], 5)


NAMES = (
    "clean", "noise 10 dB", "noise 5 dB", "noise 0 dB", "noise -5 dB", "MP3 64", "MP3 24", "speed -5 %", "speed -2 %",
    "speed +2 %", "speed +5 %", "telephone", "8 kHz", "reverberation", "phone in a café", "3 s", "3 s, 5 dB",
)  # fmt: skip


def cuts(rng, recordings, count):
    """(which recording, at which sample) of places that are not all but silent."""
    long = [i for i, y in enumerate(recordings) if len(y) > 5.5 * RATE]
    share = np.sqrt([len(recordings[i]) for i in long])
    for i in rng.choice(long, count, p=share / share.sum()):
        y = recordings[i]
        for _ in range(50):
            at = int(rng.uniform(0, len(y) - 5.5 * RATE))
            if y[at : at + SECONDS * RATE].std() > 0.1 * y.std():
                break
        yield int(i), at


def as_16_bit(y):
    """As a file of 16 bits would keep it."""
    y = np.asarray(y, float)
    peak = np.abs(y).max(initial=0)
    return (np.round(y * (0.97 / peak if peak > 0.97 else 1) * 32767) / 32768).astype(np.float32)


def foreign_songs(first, count):
    """Cuts of songs of the same kind that are in no index."""
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        y = song(seed, 6.0 + rng.uniform(0, 6))
        yield y[-SECONDS * RATE :]


def foreign_sounds(rng, count, files):
    """Noises, tones, clicks, beeps, instruments, silence and cuts of files."""
    n = SECONDS * RATE
    t = np.arange(n) / RATE
    sounds = [load(path) for path in files]
    for k in range(count):
        kind = k % 6
        if kind == 0:
            yield 0.2 * rng.standard_normal(n)
        elif kind == 1:
            low = 10 ** rng.uniform(2, 3.3)
            yield 0.2 * band(pink(rng, n) * 30, low, low * rng.uniform(1.5, 4))
        elif kind == 2:
            hertz, pulse = 10 ** rng.uniform(2.2, 3.6), rng.uniform(0.5, 12)
            yield 0.3 * np.sin(2 * np.pi * hertz * t) * (np.sin(2 * np.pi * pulse * t) > rng.uniform(-1, 0.9))
        elif kind == 3:
            y = np.zeros(n)
            for _ in range(int(rng.integers(4, 60))):
                at, hertz = int(rng.uniform(0, n - 400)), 10 ** rng.uniform(2.3, 3.6)
                long = min(n - at, int(RATE * rng.uniform(0.02, 0.6)))
                s = np.arange(long) / RATE
                fall = rng.uniform(0.1, 1) * np.exp(-rng.uniform(2, 20) * s)
                y[at : at + long] += fall * np.sin(2 * np.pi * hertz * s)
            yield 0.2 * y
        elif kind == 4:
            period = int(RATE / 10 ** rng.uniform(0, 1.2))
            yield np.where(np.arange(n) % period < 20, 0.5, 0.0) + 1e-3 * rng.standard_normal(n)
        else:
            y = sounds[rng.integers(len(sounds))]
            at = int(rng.uniform(0, max(1, len(y) - n)))
            yield played(np.resize(y, max(len(y), 2 * n)), at, rng.uniform(0.7, 1.4))[:n]


def real_recordings(shared):
    """Files of music, speech, birds and the sea to be put into an index; and others that are not."""
    shared = Path(shared)
    inside = sorted((shared / "music_speech_ccby_pd").glob("*.ogg"))
    inside = [path for path in inside if not path.name.endswith(".hq.ogg")]
    inside += sorted((shared / "hydrophone_osekit_mit").glob("sample*.wav"))
    outside = [shared / "whisper_mit" / "jfk.flac", shared / "kaldifeat_reference_apache2" / "test.wav"]
    outside += sorted((shared / "birds_maad_bsd3").glob("*.wav")) + sorted((shared / "oneshots_cc0").glob("*.flac"))
    outside += sorted((shared / "birds_opensoundscape_mit").glob("*.wav"))
    outside += sorted((shared / "tones_mit").glob("*16KHZ_mono.flac"))
    return inside, outside
