"""Pulses and echograms: what a promised rate is worth, what is found, how fast, how much memory, how exact.

    python -m benchmarks.sonar [rates found speed echogram]

Beside ours on the same sounds: a band's energy over its median with the threshold that is usual, 10 dB, and the matched
filter of scipy.signal.correlate with the sound in memory. Prints Markdown. Everything is made from seeds.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import butter, correlate, lfilter, sosfilt

from sonograph import Signal, Source, echogram, pulses, signals

RATE = 48_000
LENGTH, BAND = 0.004, (8_500, 11_500)


def noise(kind, seconds, rate, seed):
    """Half an hour's backgrounds: white, falling with frequency, a resonance in the band, swell, rain of clicks."""
    random = np.random.default_rng(seed)
    sound = random.standard_normal(int(seconds * rate)).astype(np.float32)
    if kind == "falling":
        sound = lfilter([1], [1, -0.98], sound)
    if kind == "resonant":
        sound = lfilter([1], [1, -1.2, 0.85], sound)
    if kind == "swelling":
        sound *= 1 + 0.5 * np.sin(2 * np.pi * np.arange(len(sound)) / rate / 9)
    if kind == "bursting":
        sound *= np.repeat(np.exp(0.5 * random.standard_normal(int(seconds) + 1)), rate)[: len(sound)]
    return sound.astype(np.float32)


def pings(times, n, amplitude=1.0, rate=RATE):
    sound = np.zeros(n, np.float32)
    for start in times:
        first, stop = max(0, int(np.ceil(start * rate))), min(n, int(np.ceil((start + LENGTH) * rate)))
        t = np.arange(first, stop) / rate - start
        sound[first:stop] += amplitude * np.sin(2 * np.pi * 10_000 * t)
    return sound


def rates():
    print("\n| half an hour of noise; band, length | 5 promised | 60 | 300 |\n|---|---|---|---|")
    for kind, band, length in (
        ("white", (1000, 1800), 0.0026), ("white", (1000, 2000), 0.03), ("falling", (200, 1800), 0.01),
        ("resonant", (1000, 1800), 0.0026), ("swelling", (1000, 2000), 0.005), ("bursting", (1000, 2000), 0.005),
    ):  # fmt: skip
        sound = Signal(noise(kind, 1800, 8000, 7), 8000.0)
        counted = [len(pulses(sound, band=band, length=length, per_hour=rate)) for rate in (10, 120, 600)]
        print(
            f"| {kind}; {band[0]} to {band[1]} Hz, {1000 * length:g} ms |",
            " | ".join(map(str, counted)),
            "|",
            flush=True,
        )
    sound = Signal(noise("white", 1800, RATE, 8), float(RATE))
    for pulse in ("chirp:9k-12k:5ms", "tone:10k:5ms"):
        counted = [len(pulses(sound, pulse=pulse, per_hour=rate)) for rate in (10, 120, 600)]
        print(f"| white; matched filter, {pulse} |", " | ".join(map(str, counted)), "|", flush=True)


class Pinging(Source):
    """An hour of pings in white noise, made minute by minute; some have an echo."""

    sample_rate, n_samples, n_channels, unit = float(RATE), 3600 * RATE, 1, "FS"

    def __init__(self, times, level, echo=None):
        self.rms = np.float32(np.sqrt(0.5 * 10 ** (-level / 10) * (RATE / 2) / (BAND[1] - BAND[0])))
        self.sent = [(times, 1.0)]
        if echo is not None:
            self.sent.append((times + echo[0], 10 ** (-echo[1] / 20)))
        self.seed, self.minute = int(100 + level), (-1, None)

    def read(self, samples):
        parts = [np.zeros((1, max(0, -samples.start)), np.float32)]
        for minute in range(max(samples.start, 0) // (60 * RATE), -(-min(samples.stop, self.n_samples) // (60 * RATE))):
            first = minute * 60 * RATE
            parts.append(self._of(minute)[None, max(0, samples.start - first) : samples.stop - first])
        parts.append(np.zeros((1, max(0, samples.stop - self.n_samples)), np.float32))
        return np.concatenate(parts, axis=1)

    def _of(self, minute):
        if self.minute[0] != minute:
            random = np.random.default_rng((self.seed, minute))
            sound = self.rms * random.standard_normal(60 * RATE, np.float32)
            begin = 60 * minute
            for times, amplitude in self.sent:
                near = times[(times > begin - LENGTH) & (times < begin + 60)] - begin
                sound += pings(near, 60 * RATE, amplitude)
            self.minute = minute, sound
        return self.minute[1]


def found():
    """An hour: one ping about every two seconds."""
    times = 0.7 + 2.0480 * np.arange(1757)
    echoes = (0.1234, 12.0)
    print("\n| 1,757 pings in an hour, 4 ms; dB over noise in 3 kHz", end=" | ")
    print("within 1 ms | worst of them, rms (ms) | false | named | period off |")
    print("|---|---|---|---|---|---|")
    for level, echo in ((10, None), (25, echoes), (5, None), (3, None)):
        got = pulses(Pinging(times, level, echo), band=BAND, length=LENGTH)
        every = np.sort(np.concatenate([times, times + echo[0]])) if echo else times
        off, hits = nearest(got.column("start"), every), [hit.name for hit in got]
        at = np.searchsorted(every, got.column("start") - 0.01)
        wanted = ["echo" if echo and k % 2 else "pulse" for k in at]
        right = sum(one == other for one, other in zip(hits, wanted, strict=True))
        hit = off < 0.001
        period = got.trains[0].period
        wrong = "none" if period is None else f"{abs(period / 2.048 - 1):.0e}"
        beside = f", each with an echo {echo[1]:g} dB under it" if echo else ""
        share, rms = 100 * hit.sum() / len(every), np.sqrt(np.mean(off[hit] ** 2))
        cells = [f"{level}{beside}", f"{share:.2f} %", f"{1000 * off[hit].max():.2f}, {1000 * rms:.2f}"]
        cells += [str(int((off > 0.01).sum())), f"{right} of {len(hits)}", wrong]
        print("|", " | ".join(cells), "|", flush=True)


def nearest(starts, times):
    """Seconds from each to the nearest of some times."""
    at = np.clip(np.searchsorted(times, starts)[:, None] + [-1, 0], 0, len(times) - 1)
    return np.abs(starts[:, None] - times[at]).min(axis=1)


JOBS = {
    "`pulses`, band and length given": "pulses(path, band=BAND, length=LENGTH)",
    "`pulses`, found by itself": "pulses(path)",
    "`pulses`, matched filter": "pulses(path, pulse='chirp:9k-12k:5ms')",
    "energy in the band, in memory": "energy(path)",
    "scipy.signal.correlate, in memory": "matched(path)",
}


def energy(path):
    sound, rate = soundfile.read(path, dtype="float32")
    power = sosfilt(butter(4, BAND, "bandpass", fs=rate, output="sos"), sound) ** 2
    smooth = np.convolve(power, np.ones(192) / 192, "same")
    return np.flatnonzero(smooth > 10 * np.median(smooth))


def matched(path):
    sound, rate = soundfile.read(path, dtype="float32")
    sent = signals.chirp(9_000.0, 12_000.0, 0.005, sample_rate=rate).samples.astype(np.float32)
    power = correlate(sound, sent, "valid", "fft") ** 2
    return np.flatnonzero(power > 30 * np.median(power[::97]))


def one(job, path):
    globals()["path"] = path
    began = time.process_time()
    eval(JOBS[job], globals())  # noqa: S307
    status = Path("/proc/self/status").read_text()  # the kernel counts a child's peak from its parent's on in rusage
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    print(f"{time.process_time() - began:.1f} | {peak:.0f}")


def speed():
    print("\n| an hour of 48 kHz, a WAV of 16 bits | CPU s | peak MB |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.wav"
        with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
            for minute in range(60):
                sound = 0.02 * noise("white", 60, RATE, minute) + pings(0.7 + 2.0 * np.arange(29), 60 * RATE, 0.2)
                file.write(sound)
        for job in JOBS:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.sonar", "--one", job, str(path)],
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"| {job} | {done.stdout.strip()} |", flush=True)


def sounder():
    print("\n| echoes of a 4 ms chirp, 12 to 24 kHz, 20 pings | compressed | not |\n|---|---|---|")
    plain = signals.chirp(12_000.0, 24_000.0, 0.004, sample_rate=96_000).samples
    ping = Signal(plain * np.sin(np.pi * (np.arange(384) + 0.5) / 384) ** 0.5, 96_000.0)
    targets = [(12.0, -40.0), (47.3, -45.0), (101.7, -35.0)]
    offs = []
    for seed in range(5):
        sea = {"targets": targets, "absorption": 0.004, "noise": 75.0, "first": 0.0123456 + 1e-3 * seed, "seed": seed}
        heard = signals.echo_sounder(ping, n_pings=20, **sea)
        for compress in (True, False):
            asked = {"quantity": "TS", "source_level": 200, "absorption": 0.004, "compress": compress}
            got = sorted(echogram(heard, pulse=ping, **asked).targets(n=3))
            offs.append((compress, np.array(got)[:, :2] - np.array(targets)))
    for name, column, scale, unit in (("range off by at most", 0, 1000, "mm"), ("TS off by at most", 1, 1, "dB")):
        worst = [max(np.abs(off[:, column]).max() for c, off in offs if c is way) * scale for way in (True, False)]
        print(f"| {name} | " + " | ".join(f"{value:.2g} {unit}" for value in worst) + " |")
    sv = {True: [], False: []}
    for seed in range(5):
        sea = signals.echo_sounder(ping, n_pings=40, volume=-60.0, beam=-20.0, absorption=0.004, seed=seed)
        for compress, values in sv.items():
            asked = {"quantity": "Sv", "source_level": 200, "beam": -20, "absorption": 0.004, "compress": compress}
            got = echogram(sea, pulse=ping, **asked).select(ranges=(10, 120))
            values.append(10 * np.log10(np.mean(10 ** (got.mean() / 10))) + 60)
    cells = [f"{np.mean(values):+.2f} ± {np.std(values):.2f} dB" for values in sv.values()]
    print("| Sv of a volume of scatterers off by |", " | ".join(cells), "|")


def main(argv):
    if argv[:1] == ["--one"]:
        return one(*argv[1:])
    parts = {"echogram": sounder, "rates": rates, "speed": speed, "found": found}
    for name, part in parts.items():
        if not argv or name in argv:
            part()
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
