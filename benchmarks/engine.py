"""The engine beside other libraries: power, complex, log-mel; speech, music, bats, ocean; one thread and two.

Prints Markdown. `--quick` for a tenth of the sound.
"""

import argparse
import os
import platform
from dataclasses import dataclass

import numpy as np

from benchmarks import peers
from benchmarks.timing import in_turns, table
from sonograph import Band, BandSettings, LevelSettings, Signal, StftSettings, engines, pieces, spectrogram
from sonograph.computing.stream import Stream
from sonograph.engines import memory


@dataclass(frozen=True)
class Use:
    """What somebody listens to."""

    window_length: int
    hop: int
    n_fft: int
    rate: float
    seconds: float


USES = {
    "speech": Use(400, 160, 400, 16_000, 1600),
    "music": Use(2048, 512, 2048, 44_100, 600),
    "bats": Use(512, 64, 512, 384_000, 20),
    "ocean": Use(65_536, 32_768, 65_536, 96_000, 280),
}


def sound_of(use, tenth):
    n = int(use.rate * use.seconds / (10 if tenth else 1))
    return np.random.default_rng(0).standard_normal(n, dtype=np.float32)


def settings_of(use, **more):
    return StftSettings(
        window_length=use.window_length, hop=use.hop, n_fft=use.n_fft, edges="inside", scaling="raw", **more
    )


def mel_weights(use, bands=128):
    import librosa

    return librosa.filters.mel(sr=use.rate, n_fft=use.n_fft, n_mels=bands, dtype=np.float64)


def mel_settings(use, weights):
    step = use.rate / use.n_fft
    bands = []
    for row in weights:
        first, last = np.flatnonzero(row)[[0, -1]]
        middle = float(np.argmax(row)) * step
        bands.append(
            Band(
                first=int(first),
                weights=tuple(row[first : last + 1]),
                centre=middle,
                low=float(first - 1) * step,
                high=float(last + 1) * step,
            )
        )
    return LevelSettings(of=BandSettings(of=settings_of(use), bands=tuple(bands)), reference=1.0, floor=-100)


def power_ways(x, use, threads):
    sound, settings = Signal(x, use.rate), settings_of(use)
    engine = engines.default(threads=threads)
    shape = spectrogram(sound, settings, engine=engine).values.shape
    out = memory.empty((shape[1], shape[0]), x.dtype)[0].T

    def whole_in_pieces():
        for _ in pieces(sound, settings, at_most=2048, engine=engine, reuse=True):
            pass

    def whole_as_stream():
        stream = Stream(settings, sample_rate=use.rate, engine=engine, reuse=True)
        for first in range(0, len(x), 1 << 20):
            stream.push(x[first : first + (1 << 20)])
        stream.finish()

    return {
        "sonograph": lambda: spectrogram(sound, settings, engine=engine).values,
        "sonograph, given out": lambda: spectrogram(sound, settings, engine=engine, out=out).values,
        "sonograph, pieces": whole_in_pieces,
        "sonograph, stream": whole_as_stream,
    }


def main(arguments=None):
    """Print the tables."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    options.add_argument("--quick", action="store_true", help="a tenth of the sound")
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args(arguments)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ")
    print(f"NumPy {np.__version__}, float32, medians of {given.rounds} rounds in turns, one process.")
    if peers.missing():
        print(f"Not installed, so not in the tables: {', '.join(peers.missing())}.")
    if peers.here("torch"):
        import torch

        torch.set_num_threads(1)
    for name, use in USES.items():
        x = sound_of(use, given.quick)
        seconds = len(x) / use.rate
        what = f"{name}: {seconds:g} s at {use.rate:g} Hz, {use.n_fft}/{use.hop}"
        ways = power_ways(x, use, 1) | peers.power(x, use, 1)
        print(table(f"Power, {what}, one thread", in_turns(ways, given.rounds), "sonograph", seconds))
        two = {f"sonograph, {t} thread{'s' * (t > 1)}": power_ways(x, use, t)["sonograph, given out"] for t in (1, 2)}
        print(table(f"Threads, {what}", in_turns(two, given.rounds), "sonograph, 2 threads", seconds))
        sound, settings = Signal(x, use.rate), settings_of(use, quantity="transform")
        engine = engines.default(threads=1)
        out = spectrogram(sound, settings, engine=engine).values
        ways = {
            "sonograph": lambda s=sound, c=settings, e=engine: spectrogram(s, c, engine=e).values,
            "sonograph, given out": lambda s=sound, c=settings, e=engine, o=out: spectrogram(s, c, engine=e, out=o),
        }
        ways |= peers.transform(x, use)
        print(table(f"Complex, {what}, one thread", in_turns(ways, given.rounds), "sonograph", seconds))
        if name in ("speech", "music"):
            weights = mel_weights(use, 80 if name == "speech" else 128)
            settings = mel_settings(use, weights)
            ways = {"sonograph": lambda s=sound, c=settings, e=engine: spectrogram(s, c, engine=e).values}
            ways |= peers.log_mel(x, use, weights)
            title = f"Log-mel {len(weights)}, {what}, one thread"
            print(table(title, in_turns(ways, given.rounds), "sonograph", seconds))
    sizes(given)


def sizes(given):
    """Every size against the best FFT library in a loop."""
    print("\n**Power, every size, a quarter of it as hop, one thread: the fastest FFT library's loop over ours**\n")
    print("| n_fft | ours ms | best loop ms | ratio | ratio, given out |\n|---|---|---|---|---|")
    for n in (256, 320, 400, 512, 640, 800, 1024, 1536, 2048, 3072, 4096, 6000, 8192, 16_384, 32_768, 65_536):
        use = Use(n, n // 4, n, 44_100, 60 if given.quick else 300)
        x = sound_of(use, tenth=False)
        ours = power_ways(x, use, 1)
        loops = {k: v for k, v in peers.power(x, use, 1).items() if k.endswith("loop")}
        both = {k: ours[k] for k in ("sonograph", "sonograph, given out")} | loops
        results = in_turns(both, given.rounds)
        best = min(results[k][0] for k in loops)
        fresh, given_out = (results[k][0] for k in ("sonograph", "sonograph, given out"))
        print(f"| {n} | {fresh * 1e3:.1f} | {best * 1e3:.1f} | {best / fresh:.2f} | {best / given_out:.2f} |")


if __name__ == "__main__":
    main()
