"""What products of an archive cost: `python -m benchmarks.archive_products speed [RATE]`, or `year [DAYS [FOLDER]]`.

`speed` writes ten minutes of noise as FLAC and WAV, and computes products of them in one process: processor time a
minute, over that of decoding alone. `year` is a recorder of 8 kHz that records six minutes of each hour, whose samples
are a function of their number, so that no disk counts: minutes and overview through a whole run, which is kept in
FOLDER, and goes on there where it was ended.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from sonograph import Signal, archive, engines, timeline, write
from sonograph.archive.catalogues.catalogue import Catalogue
from sonograph.archive.products.product import Product, computed, product_of
from sonograph.archive.runs.coordinator import Coordinator
from sonograph.archive.segments.moments import ns_of
from sonograph.archive.segments.segment import Segment
from sonograph.archive.timelines.timeline import Part, Timeline
from sonograph.jobs.places import Here, Processes

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
MINUTES = 10
BLOCK = 1 << 20
YEAR_RATE = 8000


class Synthetic(Timeline):
    """A recorder whose samples are a function of their number: noise that repeats, and a tone of each day."""

    def _of(self, part: Part, samples: range) -> np.ndarray:
        day = samples.start // (24 * 3600 * YEAR_RATE)
        return (_periodic(_NOISE, samples) + _periodic(_TONES[day % len(_TONES)], samples))[None]

    def part(self, samples: range) -> Synthetic:
        few = super().part(samples)
        few.__class__ = Synthetic
        return few


_NOISE = (0.02 * np.random.default_rng(0).standard_normal((1 << 20) + 7)).astype(np.float32)
_TONES = [
    (0.1 * np.sin(2 * np.pi * hertz * np.arange(8000) / 8000)).astype(np.float32) for hertz in range(300, 3300, 100)
]


def _periodic(table: np.ndarray, samples: range) -> np.ndarray:
    first = samples.start % len(table)
    inside = table[first : first + len(samples)]
    if len(inside) == len(samples):
        return inside  # without a copy, so that what is measured is not this
    return np.concatenate([inside, np.resize(table, len(samples) - len(inside))])


def six_minutes_an_hour(days: int) -> Catalogue:
    """Recordings that are not there."""
    hours = [BEGAN + timedelta(hours=hour) for hour in range(24 * days)]
    return Catalogue(tuple(
        Segment(
            f"/synthetic/A_{hour:%Y%m%d_%H%M%S}.wav", 0, 360 * YEAR_RATE, ns_of(hour), "name", float(YEAR_RATE), 1,
            size=720 * YEAR_RATE + 44, status="ok", recorder="synthetic", format="WAV, 16 bit PCM",
        )
        for hour in hours
    ), folder="/")  # fmt: skip


def seconds(work) -> float:
    """Processor time."""
    began = time.process_time()
    work()
    return time.process_time() - began


def speed(rate: int) -> None:
    """Print what products cost beside decoding."""
    combinations = ["minutes"], ["overview"], ["ltsa"], ["minutes", "overview"], ["minutes", "overview", "ltsa"]
    noise = 0.05 * np.random.default_rng(0).standard_normal(MINUTES * 60 * rate)
    engines.default(threads=1)
    print(f"{MINUTES} minutes at {rate} Hz, 16 bits; processor ms a minute, and over decoding alone")
    for ending in ("flac", "wav"):
        with tempfile.TemporaryDirectory() as room:
            file = Path(room) / f"A_{BEGAN:%Y%m%d_%H%M%S}.{ending}"
            write(file, Signal(noise, float(rate)))

            def source(file: Path = file) -> Timeline:
                return timeline(str(file), zone="UTC")

            def decode() -> None:
                sound = source()
                for first in range(0, sound.n_samples, BLOCK):
                    sound.read(range(first, min(first + BLOCK, sound.n_samples)))

            alone = min(seconds(decode) for _ in range(3)) / MINUTES
            print(f"{ending:5} decoding {1e3 * alone:31.1f}")
            for names in combinations:
                products = [product_of(name) for name in names]

                def work(products: list[Product] = products) -> None:
                    sound = source()
                    computed(sound, [(one, one.rows(sound)) for one in products])

                work()
                took = min(seconds(work) for _ in range(3)) / MINUTES
                print(f"{'':5} {' + '.join(names):30} {1e3 * took:9.1f} {took / alone:7.2f}")
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def year(days: int, at: Path) -> None:
    """Print how long a year takes, through the same tasks and stores as any archive; one that was ended goes on."""
    if not at.exists():
        archive.plan(six_minutes_an_hour(days), ("minutes", "overview"), at=at, hours=24)
    plan = archive.Plan.open(at)
    for one in plan.timelines:
        one.__class__ = Synthetic
    began, cpu = time.perf_counter(), os.times()
    cores = len(os.sched_getaffinity(0))
    place = Processes(cores, preload=("benchmarks.archive_products",)) if cores > 1 else Here()
    ran = Coordinator(plan, place).run()
    after = os.times()
    used = sum(after[:4]) - sum(cpu[:4])
    size = sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
    print(f"{days} days at 8 kHz, a tenth recorded: {time.perf_counter() - began:.0f} s on {cores} cores, "
          f"{used:.0f} s of processor, {ran.done} shards, {ran.kept} done before, {size / 1e6:.0f} MB")  # fmt: skip
    most = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    print("MB at most: worker {:.0f}, coordinator {:.0f}".format(*most))


if __name__ == "__main__":
    if sys.argv[1:2] == ["year"]:
        with tempfile.TemporaryDirectory() as room:
            folder = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(room, "year.archive")
            year(int(sys.argv[2]) if len(sys.argv) > 2 else 366, folder)
    else:
        speed(int(sys.argv[2]) if len(sys.argv) > 2 else 48_000)
