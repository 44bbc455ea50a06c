"""An adding run that is killed again and again, and very many tiny files: what the index holds afterwards.

    python -m benchmarks.finding_killed FOLDER [--times 30] [--tiny 20000]

Songs, tiny files and indices are made in FOLDER. Stops where an index does not open, loses what was said to be done, or
is at the end another than that of a run which nothing disturbed.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.songs import RATE, write_songs
from sonograph.matching import Index

ADD = """
import sys
from pathlib import Path
from sonograph.matching import Index, adding
adding.OFTEN = 0.05
index = Index.open(sys.argv[1])
def tell(found, known):
    if not known:
        print(*(one.name for one in found), sep="\\n", flush=True)
print("open", flush=True)
index.add_files(sorted(str(path) for path in Path(sys.argv[2]).iterdir()), processes=1, tell=tell)
"""


def killed(folder, times):
    """Kill a run so many times at random moments; the index must hold all that it was said to hold, and no more."""
    songs = folder / "killed songs"
    files = [os.fspath(path) for path in sorted(write_songs(songs, range(4 * times), 6.0))]
    path = folder / "killed.index"
    shutil.rmtree(path, ignore_errors=True)
    Index.create(path)
    rng, done, halves = np.random.default_rng(0), set(), 0
    for _ in range(times):
        with subprocess.Popen([sys.executable, "-c", ADD, path, songs], stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            time.sleep(float(rng.uniform(0.0, 0.5)))
            process.send_signal(signal.SIGKILL)
            done |= set(process.stdout.read().rpartition("\n")[0].splitlines())
        halves += any(".part" in one.name for one in path.iterdir())
        index = Index.open(path)
        index.check()
        held = [recording.name for recording in index.recordings]
        assert held == files[: len(held)], "files are missing, or in another order"
        assert done <= set(held), "what was said to be done is not there"
    before = len(index)
    index.add_files(files)
    quiet = folder / "quiet.index"
    shutil.rmtree(quiet, ignore_errors=True)
    other = Index.create(quiet)
    other.add_files(files)
    for one in (index, other):
        one.merge()
    assert [part.path.read_bytes() for part, _ in index.segments] == [
        part.path.read_bytes() for part, _ in other.segments
    ]
    print(f"killed {times} times, {halves} with a file half written: {before} of {len(files)} files were in, all that")
    print("were said to be; gone on with, the index is that of a run which nothing disturbed, byte for byte")


def tiny(folder, count):
    """Index so many files of a tenth of a second."""
    place = folder / f"{count} tiny"
    if not place.exists():
        place.mkdir()
        y = np.random.default_rng(0).standard_normal(RATE // 10 + count).astype("float32") * 0.1
        for k in range(count):
            soundfile.write(place / f"{k:06d}.wav", y[k : k + RATE // 10], RATE, subtype="PCM_16")
    path = folder / "tiny.index"
    shutil.rmtree(path, ignore_errors=True)
    index = Index.create(path)
    files = [os.fspath(one) for one in sorted(place.iterdir())]
    began, used = time.perf_counter(), time.process_time()
    index.add_files(files, processes=1)
    took, used = time.perf_counter() - began, time.process_time() - used
    assert len(Index.open(path)) == count
    print(
        f"{count:,} tiny files: {took:.0f} s, {1e3 * used / count:.2f} ms a file (CPU), {len(index.segments)} segments"
    )


def main(arguments=None):
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--tiny", type=int, default=20_000)
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    killed(asked.folder, asked.times)
    tiny(asked.folder, asked.tiny)


if __name__ == "__main__":
    main()
