"""Reading FLAC beside libsndfile: `python -m benchmarks.flac [SECONDS]` makes a sound and reads it both ways in turn.

Both read it forward in blocks. libsndfile checks the frames alone; ours also takes the MD5 of the whole.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import lfilter

import sonograph

BLOCK = 1 << 18


def sound(seconds: float, channels: int, rate: int) -> np.ndarray:
    """Noise through a resonance that swells and fades: about as hard to predict as music."""
    count = round(seconds * rate)
    noise = np.random.default_rng(0).standard_normal((count, channels)).astype(np.float32)
    samples = lfilter([1], [1, -1.6, 0.8], noise, axis=0)
    samples[:, 1:] = 0.7 * samples[:, :1] + 0.3 * samples[:, 1:]
    samples *= 0.3 + 0.7 * np.abs(np.sin(2.1 / rate * np.arange(count)))[:, None]
    return np.asarray(np.clip(0.1 * samples / np.std(samples), -0.99, 0.99))


def library(path: Path) -> None:
    """All of a file by libsndfile."""
    with soundfile.SoundFile(path) as file:
        for _ in file.blocks(BLOCK, dtype="float32", always_2d=True):
            pass


def ours(path: Path) -> None:
    """All of a file by Sonograph."""
    with sonograph.open(path) as file:
        for _ in file.blocks(BLOCK):
            pass
        if file.status.word != "ok":
            raise SystemExit(str(file.status))


def whole(path: Path) -> None:
    """The same into one array."""
    sonograph.read(path)


def times(works: dict, path: Path, rounds: int = 5) -> dict:
    """The least seconds on the clock and of the processor, both ways in turn."""
    least = dict.fromkeys(works, (np.inf, np.inf))
    for _ in range(rounds):
        for name, work in works.items():
            clock, processor = time.perf_counter(), time.process_time()
            work(path)
            used = time.process_time() - processor
            taken = time.perf_counter() - clock
            least[name] = tuple(min(pair) for pair in zip(least[name], (taken, used), strict=True))
    return least


def main(seconds: float) -> None:
    """Make each file, read it, and print a row."""
    works = {"soundfile, blocks": library, "soundfile.read": lambda path: soundfile.read(path, dtype="float32"),
             "sonograph, blocks": ours, "sonograph.read": whole}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        print("|", " | ".join([f"{seconds:g} s of", *works, "blocks ÷ blocks"]), "|")
        for rate, channels, subtype in ((44_100, 2, "PCM_16"), (22_050, 1, "PCM_16"), (96_000, 2, "PCM_24")):
            path = Path(folder) / "a.flac"
            soundfile.write(path, sound(seconds, channels, rate), rate, subtype=subtype)
            least = times(works, path)
            cells = [f"{taken:.2f} s, {used:.2f} s" for taken, used in least.values()]
            ratios = [a / b for a, b in zip(least["sonograph, blocks"], least["soundfile, blocks"], strict=True)]
            print("|", " | ".join([f"{rate} Hz, {channels}, {subtype}", *cells, "{:.2f}, {:.2f}".format(*ratios)]), "|")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)
