"""Tiles for the viewer: how soon a first picture, a cold tile and the whole overview are there, and what a pan costs.

    python -m benchmarks.viewing_tiles [HOURS] [FOLDER]

Makes a recording of so many hours (2; 24 take 8.3 GB), 48 kHz, 16 bits, as RF64, and two hours of it as FLAC, and views
them with the settings that are usual (2048, hop 512). Prints Markdown: wall and processor seconds, and the load of the
machine, without which wall seconds say little.
"""

import contextlib
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import soundfile

import sonograph
from sonograph import StftSettings
from sonograph.web.tiles import Cancelled, Tiles

RATE = 48_000
FLAC_HOURS = 2.0


def recording(folder, hours, suffix):
    """Noise with a tone, a minute of it turned by a prime for each minute."""
    path = folder / f"long.{suffix}"
    minute = np.random.default_rng(0).standard_normal(60 * RATE) * 0.05
    minute = ((minute + 0.1 * np.sin(np.arange(60 * RATE) * 0.3)) * 32767).astype(np.int16)
    form = {"wav": "RF64", "flac": "FLAC"}[suffix]
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16", format=form) as file:
        for i in range(round(hours * 60)):
            file.write(np.roll(minute, i * 7919))
    return path


class Clock:
    """Wall and processor seconds from here on."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def __call__(self):
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def p(seconds, share):
    return 1000 * float(np.percentile(seconds, share))


def timed(what, places):
    seconds = []
    clock = Clock()
    for place in places:
        begun = time.perf_counter()
        what(*place)
        seconds.append(time.perf_counter() - begun)
    return seconds, 1000 * clock()[1] / len(places)


def row(name, seconds, cpu, unit="ms"):
    print(f"| {name} | {p(seconds, 50):.0f} | {p(seconds, 95):.0f} | {cpu:.0f} |")


def view(path, hours):
    name, settings = path.suffix[1:].upper(), StftSettings()
    cache = path.parent / f"cache-{path.suffix[1:]}"
    with sonograph.open(path) as source:
        tiles, clock = Tiles(cache=cache), Clock()
        layer = tiles.add(source, settings)
        layer.tile(0, "max", layer.top_level, 1, 0, 0)
        row(f"{name}, {hours:g} h: preview of the whole", [clock()[0]], 1000 * clock()[1])
        overview(layer, name, hours)
        tiles.close()
        kept, fresh = Tiles(cache=cache), Tiles()
        columns = layer.n_frames // (128 * 256)
        some = np.random.default_rng(1).permutation(columns)[:20]
        sevens = [(0, "max", 7, 0, int(c), 0) for c in some]
        row(f"{name}: level 7 from the disk", *timed(kept.add(source, settings).tile, sevens))
        layer = fresh.add(source, settings)
        row(f"{name}: a cold tile of level 7, 350 s of sound", *timed(layer.tile, sevens))
        row(f"{name}: the same, from memory", *timed(layer.tile, sevens))
        row(f"{name}: cold, level 3", *timed(layer.tile, [(0, "max", 3, 0, 16 * int(c) + 5, 0) for c in some]))
        kept.close()
        fresh.close()
        if path.suffix == ".wav":
            pan(source, settings)
    shutil.rmtree(cache)


def overview(layer, name, hours):
    done, clock = threading.Event(), Clock()
    layer.build(lambda share: done.set() if share == 1 else None)
    done.wait()
    wall, cpu = clock()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {name}: the exact overview of {hours:g} h, seconds | {wall:.1f} | | {cpu:.1f} |")
    print(f"| {name}: memory at most by then, MB | {peak:.0f} | | |")


def pan(source, settings):
    """A fast pan over an hour at level 4: each tile is wanted for 20 ms, the last ones stay."""
    tiles = Tiles()
    layer, ends = tiles.add(source, settings), []
    columns = 3600 * RATE // 512 // (16 * 256)

    def ask(column, cancelled):
        try:
            layer.tile(0, "max", 4, 0, column, 0, cancelled=cancelled)
            ends.append(column)
        except Cancelled:
            pass

    wanted = []
    for column in range(columns):
        cancelled = threading.Event()
        thread = threading.Thread(target=ask, args=(column, cancelled))
        thread.start()
        wanted.append((thread, cancelled))
        if len(wanted) > 4:
            wanted[-5][1].set()
        time.sleep(0.02)
    for thread, _ in wanted:
        thread.join()
    parts = len(layer._strips.parts(4, 0))
    computed = tiles.workers.n_parts / parts
    print(f"| a fast pan over {columns} tiles of an hour: computed / shown | {computed / len(ends):.2f} | | |")

    cancelled, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: (begun.set(), ask_quietly(layer, cancelled)))
    thread.start()
    begun.wait()
    time.sleep(0.03)
    left = time.perf_counter()
    cancelled.set()
    thread.join()
    tiles.workers.close()
    row("work goes on after the last asker has left", [time.perf_counter() - left], 0)


def ask_quietly(layer, cancelled):
    with contextlib.suppress(Cancelled):
        layer.tile(0, "max", 7, 0, 3, 0, cancelled=cancelled)


def main(arguments):
    hours = float(arguments[0]) if arguments else 2.0
    with tempfile.TemporaryDirectory(dir=arguments[1] if len(arguments) > 1 else None) as folder:
        print("| tiles of 48 kHz, window 2048, hop 512 | median ms | p95 ms | processor ms each |\n|---|---|---|---|")
        for suffix, length in (("wav", hours), ("flac", min(hours, FLAC_HOURS))):
            path = recording(Path(folder), length, suffix)
            view(path, length)
            path.unlink()
        print(f"\nLoad of the machine, of {os.cpu_count()} cores: {os.getloadavg()[1]:.1f}.")


if __name__ == "__main__":
    main(sys.argv[1:])
