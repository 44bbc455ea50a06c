"""Recordings in a bucket beside the same on the disk: catalogue and standard minutes, with latency added on loopback.

    python -m benchmarks.buckets FOLDER [--hours 2] [--latency 0.1] [--repeats 3]

Recordings of ten minutes at 48 kHz are made in FOLDER and kept. A process of its own serves them as a bucket (`Shelf`),
over loopback, and each answer comes so much later. Prints Markdown; needs psutil.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import psutil

import sonograph as sg
from sonograph.archive.catalogues import looking
from tests.buckets import SET
from tests.fault_proxy import FaultProxy

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
RATE = 48_000
HEADERS, ALONE = 1280, 40
"""Files whose headers are read together, and one after the other."""


class Shelf(FaultProxy):
    """The files below a folder as a bucket that is read, without a store behind: `s3://shelf/…`."""

    def __init__(self, folder):
        super().__init__("", 0)
        self.folder = Path(folder)
        self.names = sorted(path.relative_to(folder).as_posix() for path in self.folder.rglob("*.wav"))

    def answer_of(self, method, path, headers, body):
        """(status, headers, body): a list in one page, or bytes."""
        if "list-type=" in path:
            return 200, [], self.listed(path.partition("prefix=")[2].partition("&")[0].replace("%2F", "/"))
        file = self.folder / path.removeprefix("/shelf/")
        if not file.is_file():
            return 404, [], b""
        found, asked = file.stat(), {name.lower(): value for name, value in headers.items()}.get("range")
        first, last = 0, found.st_size - 1
        if asked:
            first, last = (int(one) for one in asked.removeprefix("bytes=").split("-"))
            last = min(last, found.st_size - 1)
        facts = [("ETag", self.tag(found)), ("Last-Modified", "Wed, 01 May 2024 00:00:00 GMT")]
        facts.append(("Content-Range", f"bytes {first}-{last}/{found.st_size}"))
        if method == "HEAD":
            return 200, [*facts, ("Content-Length", str(found.st_size))], b""
        with file.open("rb", 0) as opened:
            return 206 if asked else 200, facts, os.pread(opened.fileno(), last + 1 - first, first)

    def listed(self, prefix):
        rows = []
        for name in self.names:
            if name.startswith(prefix):
                found = (self.folder / name).stat()
                rows.append(
                    f"<Contents><Key>{escape(name)}</Key><LastModified>2024-05-01T00:00:00.000Z</LastModified>"
                    f"<ETag>{escape(self.tag(found))}</ETag><Size>{found.st_size}</Size></Contents>"
                )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(rows)}</ListBucketResult>".encode()

    @staticmethod
    def tag(found):
        return f'"{found.st_size:x}{found.st_mtime_ns:x}"'


def serve(folder, latency):
    with Shelf(folder) as shelf:
        shelf.latency = latency
        print(shelf.url, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def served(folder, latency):
    """The environment leads to a shelf in a process of its own."""
    code = f"from benchmarks.buckets import serve; serve({str(folder)!r}, {latency})"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    os.environ.update(SET, AWS_ENDPOINT_URL=process.stdout.readline().strip())
    try:
        yield
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


class Memory:
    """The most that one process below this had, MB, while it is watched; the servers of files are left out."""

    def __enter__(self):
        self.most, self._ended = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        while not self._ended.wait(0.05):
            for one in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if not any("benchmarks.buckets" in word for word in one.cmdline()):
                        self.most = max(self.most, one.memory_info().rss / 1e6)

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


def make(folder, hours):
    """Long recordings for the minutes, short ones for the catalogue."""
    noise = np.random.default_rng(0)
    for number in range(6 * hours):
        path = folder / "long" / f"A_{BEGAN + timedelta(minutes=10 * number):%Y%m%d_%H%M%S}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            sg.write(path, sg.Signal(0.05 * noise.standard_normal(600 * RATE, "float32"), float(RATE)), bits=16)
    for number in range(HEADERS):
        few = "few" if number < ALONE else "many"
        path = folder / few / f"B_{BEGAN + timedelta(minutes=number):%Y%m%d_%H%M%S}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            sg.write(path, sg.Signal(0.05 * noise.standard_normal(RATE, "float32"), float(RATE)), bits=16)


def minutes(catalogue, at):
    shutil.rmtree(at, ignore_errors=True)
    plan = sg.archive.plan(catalogue, at=at, products=["minutes"], hours=1)
    began = time.perf_counter()
    sg.archive.run(plan, workers=1)
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=int, default=2)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    make(folder, arguments.hours)
    at = folder / "archive"
    print("| what | |\n|---|---|")
    with served(folder, arguments.latency):
        began = time.perf_counter()
        whole = sg.archive.scan("s3://shelf/many", zone="UTC")
        together = (time.perf_counter() - began) / len(whole)
        began = time.perf_counter()
        second = sg.archive.scan("s3://shelf/many", zone="UTC", catalogue=whole)
        again = (time.perf_counter() - began) / len(whole)
        assert second.read == 0
        looking.TOGETHER = 1
        began = time.perf_counter()
        alone = sg.archive.scan("s3://shelf/few", zone="UTC")
        one_by_one = (time.perf_counter() - began) / len(alone)
        each = "; ".join(f"{1e3 * one:.2f}" for one in (one_by_one, together, again))
        print(f"| scan, ms a file: one at a time; together; again | {each} |")
        print(f"| times as fast together | {one_by_one / together:.0f} |", flush=True)
        here = sg.archive.scan(folder / "long", zone="UTC")
        there = sg.archive.scan("s3://shelf/long", zone="UTC")
        took, most = {"here": [], "there": []}, {}
        for _ in range(arguments.repeats):
            for name, catalogue in (("here", here), ("there", there)):
                with Memory() as memory:
                    took[name].append(minutes(catalogue, at))
                most[name] = memory.most
    ratios = [one / other for one, other in zip(took["here"], took["there"], strict=True)]
    for name, words in (("here", "minutes from the disk"), ("there", "minutes from the bucket")):
        print(f"| {words}: s; MB of a process | {statistics.median(took[name]):.1f}; {most[name]:.0f} |")
    each = ", ".join(f"{one:.2f}" for one in ratios)
    print(f"| speed from the bucket / from the disk, median and each | {statistics.median(ratios):.2f} ({each}) |")


if __name__ == "__main__":
    main()
