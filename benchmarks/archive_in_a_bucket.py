"""An archive on the disk and in an emulated bucket that answers 100 ms later, and the memory that a ledger takes.

    python -m benchmarks.archive_in_a_bucket FOLDER [--hours 8] [--rate 24000] [--latency 0.1] [--marks 1000000]

Recordings of an hour are made in FOLDER and kept. Each way computes minutes and overview anew by two processes, in
turns. Prints Markdown.
"""

import argparse
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np

import sonograph as sg
from tests.buckets import emulated

BEGAN = datetime(2024, 5, 1, tzinfo=UTC)
ROUNDS = 3

# a coordinator that writes so many marks and joins them; says MB at its highest
LEDGER = """
import sys
from pathlib import Path
from sonograph.archive.stores.files import files_of
from sonograph.archive.stores.marks import Mark
url, count, LABEL = sys.argv[1], int(sys.argv[2]), "A_96000Hz/minutes/0123456789abcdef"
files = files_of(url)
with files.alone():
    marks = files.marks("ledger")
    for first in range(0, count, 1000):
        marks.mark([Mark(LABEL, n, f"{n:016x}", "done", 86400, {"density": [n, n], "peak": [n, n]})
                    for n in range(first, first + 1000)])
    marks.compact({LABEL: count})
    assert files.marks("ledger").key(LABEL, count - 1) == f"{count - 1:016x}"
said = Path("/proc/self/status").read_text()  # getrusage would tell the most of the process that began this one
print(int(said.split("VmHWM:")[1].split()[0]) / 1024)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--rate", type=int, default=24_000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--marks", type=int, default=1_000_000)
    given = parser.parse_args()
    recordings = given.folder / f"{given.hours}h_{given.rate}"
    recordings.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0)
    for hour in range(given.hours):
        path = recordings / f"A_{BEGAN + timedelta(hours=hour):%Y%m%d_%H%M%S}.wav"
        if not path.exists():
            samples = 0.05 * noise.standard_normal(3600 * given.rate, "float32")
            sg.write(path, sg.Signal(samples, float(given.rate)))
    catalogue = sg.archive.scan(recordings, zone="UTC")

    with emulated() as store:

        def seconds(at):
            shutil.rmtree(given.folder / "archive", ignore_errors=True)
            plan = sg.archive.plan(catalogue, ("minutes", "overview"), at=at, hours=1)
            began = time.perf_counter()
            sg.archive.run(plan, workers=2)
            return time.perf_counter() - began

        store.proxy.latency = given.latency
        found = [(seconds(given.folder / "archive"), seconds(f"{store.bucket()}/archive")) for _ in range(ROUNDS)]
        print("| an archive of | on the disk, s | in the bucket, s | speed in the bucket |\n|---|---|---|---|")
        disk, bucket = (median(one) for one in zip(*found, strict=True))
        ratio = median(one / other for one, other in found)
        print(f"| {given.hours} tasks | {disk:.1f} | {bucket:.1f} | {ratio:.2f} × |\n")
        store.proxy.latency = 0.0
        if given.marks:
            out = subprocess.run([sys.executable, "-c", LEDGER, store.bucket(), str(given.marks)], capture_output=True,
                                 text=True, check=True)  # fmt: skip
            print(f"{given.marks:,} marks: {float(out.stdout):.0f} MB at the highest")


if __name__ == "__main__":
    main()
