"""Features of very many clips: an archive's run beside a loop over the files, and reading them beside WebDataset.

    python -m benchmarks.clips [CLIPS] [--rounds 3]

Clips of 1 s at 16 kHz in ten folders, which are their labels, are made in a temporary folder. Prints Markdown. Reading
needs Torch; it is compared with the package webdataset where that is installed (pip install webdataset), and tarfile.
"""

import argparse
import importlib.util
import multiprocessing
import resource
import shutil
import tarfile
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np

import sonograph as sg
from sonograph import archive, engines, learning
from sonograph.analysis.over_time import over_time

RATE = 16_000
MEL = sg.LogSettings(
    of=sg.BandSettings(
        of=sg.StftSettings(window_length=400, hop=160, n_fft=512, edges="inside"), bands=sg.MelBank(n_bands=64)
    )
)
FORMS = {"frames": "log-mel 64, all frames", "summary": "log-mel 64, summed up"}
BATCH = 64
BUFFER = 1000
"""Clips that webdataset mixes, about as many as ours."""


def make(folder, count):
    """WAVs of noise, 16 bit, in ten folders."""
    noise = np.random.default_rng(0)
    for label in range(10):
        Path(folder, f"label{label}").mkdir(parents=True)
    for number in range(count):
        sound = sg.Signal(0.1 * noise.standard_normal(RATE, "float32"), float(RATE))
        sg.write(Path(folder, f"label{number % 10}", f"{number:06d}.wav"), sound)


def scan(at):
    """headers read, the catalogue written"""
    archive.clips(learning.from_folders(at / "in")).save(at / "clips.parquet")


def plan(at, form):
    """planned"""
    archive.plan(at / "clips.parquet", archive.ClipFeatures(MEL, form), at=at / f"{form}.archive")


def loop(at, form):
    """a loop over the files, into one array"""
    engines.default(threads=1)
    paths = sorted(str(path) for path in (at / "in").rglob("*.wav"))
    out = None
    for row, path in enumerate(paths):
        values = sg.spectrogram(sg.read(path), MEL).values
        if form == "summary":
            values = over_time(values).ravel()
        if out is None:
            shape = (len(paths), *values.shape)
            out = np.lib.format.open_memmap(at / f"{form}.npy", "w+", values.dtype, shape)
        out[row] = values
    out.flush()


def run(at, form, workers):
    """archive run"""
    archive.run(at / f"{form}.archive", workers=workers)


def returned(step, *arguments):
    """What a step returns that is done in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as one:
        return one.submit(step, *arguments).result()


def alone(step, *arguments):
    """A step in a process of its own: s by the clock; processor s, and MB at most, of it and of its children."""
    return returned(_observed, step, arguments)


def _observed(step, arguments):
    whose = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    before = [resource.getrusage(who) for who in whose]
    began = time.perf_counter()
    step(*arguments)
    took, after = time.perf_counter() - began, [resource.getrusage(who) for who in whose]
    used = sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))
    return took, used, *(one.ru_maxrss / 1024 for one in after)


def computing(at, count, rounds):
    """What a run takes over a loop, in turns; the best of each by the processor."""
    print(f"\n**{count:,} clips of 1 s at {RATE} Hz, WAV of 16 bits, one process**\n")
    print("| | processor ms a clip | ms a clip by the clock | over the loop | MB at most: own, worker |")
    print("|---|---|---|---|---|")

    def line(words, found, base=None):
        took, used, own, worker = found
        over = "" if base is None else f"{used / base:.2f}"
        each = f"{1e3 * used / count:.3f} | {1e3 * took / count:.3f}"
        print(f"| {words} | {each} | {over} | {own:.0f}, {worker:.0f} |", flush=True)

    line("headers read, catalogue written", alone(scan, at))
    for form, words in FORMS.items():
        found = {"a loop over the files": [], "archive run --processes 1": [], "the same without a child process": []}
        for _ in range(rounds):
            for way, workers in zip(found, (None, 1, 0), strict=True):
                if workers is None:
                    found[way].append(alone(loop, at, form))
                    continue
                shutil.rmtree(at / f"{form}.archive", ignore_errors=True)
                planned = alone(plan, at, form)
                found[way].append(alone(run, at, form, workers))
        best = {way: min(listed, key=lambda one: one[1]) for way, listed in found.items()}
        base = best["a loop over the files"][1]
        line(f"{words}: planned", planned)
        for way, of in best.items():
            line(f"{words}: {way}", of, base)
        line(f"{words}: a run with nothing to do", alone(run, at, form, 1))
        alone(check, at, form, count)


def check(at, form, count):
    """The loop and the archive hold the same bits."""
    held, alone = archive.open(at / f"{form}.archive").held("clip_features"), np.load(at / f"{form}.npy", mmap_mode="r")
    for first in range(0, count, 1000):
        rows = range(first, min(first + 1000, count))
        found = held.read(rows, ["features"])["features"]
        np.testing.assert_array_equal(found.reshape(len(rows), *alone.shape[1:]), alone[first : rows.stop])


def shards(at):
    """The archive of frames as tar files."""
    from sonograph.archive.exports import webdataset as tars
    from sonograph.archive.reading.clip_rows import ClipRows

    (at / "shards").mkdir()
    tars.web_dataset(ClipRows(at / "frames.archive"), at / "shards")


def ours(at):
    """from_archive, shuffled"""
    import torch

    dataset = learning.SoundDataset.from_archive(at / "frames.archive", seed=0)
    return (len(labels) for _, labels in torch.utils.data.DataLoader(dataset, batch_size=BATCH))


def in_order(at):
    """from_archive, in the order of the rows"""
    import torch

    dataset = learning.SoundDataset.from_archive(at / "frames.archive", shuffle=False)
    return (len(labels) for _, labels in torch.utils.data.DataLoader(dataset, batch_size=BATCH))


def theirs(at):
    """webdataset, shuffled"""
    import torch
    import webdataset

    tars = sorted(str(path) for path in (at / "shards").glob("*.tar"))
    dataset = webdataset.WebDataset(tars, shardshuffle=len(tars), seed=0).shuffle(BUFFER)
    dataset = dataset.decode().to_tuple("npy", "cls")
    return (len(labels) for _, labels in torch.utils.data.DataLoader(dataset, batch_size=BATCH))


def by_tarfile(at):
    """a loop of tarfile, in order"""
    held, count = [], 0
    for path in sorted((at / "shards").glob("*.tar")):
        with tarfile.open(path, "r|") as tar:
            for member in tar:
                if member.name.endswith(".npy"):
                    held.append(np.load(BytesIO(tar.extractfile(member).read())))
                if len(held) == BATCH:
                    np.stack(held)
                    held, count = [], count + BATCH
                    yield BATCH
    if held:
        np.stack(held)
        yield len(held)


def read_all(at, way, rounds):
    """Processor s of an epoch after another that does not count, of several, and the clips of one."""
    found = []
    for _ in range(rounds + 1):
        began, used = time.perf_counter(), time.process_time()
        count = sum(way(at))
        found.append((time.process_time() - used, time.perf_counter() - began))
    return min(found[1:]), count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def reading(at, count, rounds):
    """What an epoch takes, as batches of Torch."""
    ways = [ours, in_order, by_tarfile]
    if importlib.util.find_spec("torch") is None:
        print("\nReading for training was left out: Torch is not installed (make torch).")
        return
    if importlib.util.find_spec("webdataset") is None:
        print("\nThe package webdataset is not installed (pip install webdataset): beside a loop of tarfile alone.")
    else:
        ways.insert(1, theirs)
    alone(shards, at)
    print(f"\n**An epoch of {count:,} clips of log-mel, batches of {BATCH}, no worker processes**\n")
    print("| | processor ms a clip | by the clock | clips a second | over ours | MB at most |")
    print("|---|---|---|---|---|---|")
    base = None
    for way in ways:
        (used, took), n_clips, most = returned(read_all, at, way, rounds)
        assert n_clips == count
        base = base or used
        each = f"{1e3 * used / count:.4f} | {1e3 * took / count:.4f} | {count / used:,.0f}"
        print(f"| {way.__doc__} | {each} | {used / base:.2f} | {most:.0f} |", flush=True)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="?", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        at = Path(room)
        alone(make, at / "in", given.clips)
        computing(at, given.clips, given.rounds)
        reading(at, given.clips, given.rounds)


if __name__ == "__main__":
    main()
