"""An index of 1,000 hours with hubs: the time and memory of a query, of opening and of merging.

    python -m benchmarks.finding_large FOLDER [--hours 1000]

FOLDER holds the songs and the index of `benchmarks.finding`. Their landmarks are repeated with changes until there are
so many hours: each copy is moved in frequency and time, and a fifth of it elsewhere, so that recordings are unlike but
keep the beat, the few pitches and the full buckets of music. Prints Markdown.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks import queries
from benchmarks.finding import cuts_of, recordings, signal
from benchmarks.queries import RATE
from sonograph.matching import Index
from sonograph.matching.recordings.manifest import Manifest, write_manifest
from sonograph.matching.recordings.postings import GAP, PER_FRAME, Postings, Recording
from sonograph.matching.recordings.segment_writing import write_segment

PART_HOURS = 125.0


def varied(segment, shape, rng):
    """(buckets, times) of all landmarks of a segment, as another song of the same kind would have them.

    Each recording is moved by a pitch of its own, its pairs by some cells and frames, a fifth of them elsewhere.
    """
    n, m, k = shape
    buckets = (
        np.repeat(np.arange(n * m * k), np.diff(segment.starts))
        if segment.buckets is None
        else np.repeat(segment.buckets.astype(np.int64), np.diff(segment.starts))
    )
    when = segment.when.astype(np.int64)
    recording = segment.recording_at(when / PER_FRAME)
    frequency, apart, later = buckets // (m * k), buckets // k % m, buckets % k
    pitch = rng.integers(-12, 13, segment.n_recordings)
    tempo = rng.uniform(0.85, 1.15, segment.n_recordings)
    frequency = np.clip(frequency + pitch[recording] + rng.integers(-1, 2, len(when)), 0, n - 1)
    apart = np.clip(apart + rng.integers(-1, 2, len(when)), 0, m - 1)
    later = np.clip(np.rint(later * tempo[recording]).astype(np.int64), 2, k - 1)
    begin = segment.begins[recording] * PER_FRAME
    moved = begin + ((when - begin) * np.minimum(tempo[recording], 1.0)).astype(np.int64)
    stray = rng.random(len(when)) < 0.2
    moved[stray] = begin[stray] + rng.integers(0, segment.lengths[recording[stray]] * PER_FRAME)
    return (frequency * m + apart) * k + later, moved


def large_index(folder, source, hours):
    """An index of so many hours, in segments of 125."""
    path = folder / f"{hours:.0f}.index"
    if path.exists():
        return Index.open(path)
    source.merge()  # of several segments the first would be repeated alone
    [(original, _)] = source.segments
    settings = source.settings
    rng = np.random.default_rng(0)
    copies_a_part = max(1, round(PART_HOURS * 3600 / source.seconds))
    parts = max(1, round(hours / PART_HOURS))
    partial = folder / "partial.index"
    shutil.rmtree(partial, ignore_errors=True)
    Index.create(partial, settings)
    names = []
    for part in range(parts):
        buckets, when, recordings_here, begins, end = [], [], [], [], 0
        for copy in range(copies_a_part):
            if part == copy == 0:
                counts = np.diff(original.starts)
                all_buckets = np.arange(settings.n_buckets) if original.buckets is None else original.buckets
                b, w = np.repeat(all_buckets.astype(np.int64), counts), original.when.astype(np.int64)
            else:
                b, w = varied(original, settings.shape, rng)
            buckets.append(b.astype(np.uint32))
            when.append((w + end * PER_FRAME).astype(np.uint32))
            begins.append(original.begins + end)
            for number in range(original.n_recordings):
                name = original.name(number) if part == copy == 0 else f"copy {part} {copy} {number}"
                recordings_here.append(Recording(name, int(original.lengths[number])))
            end += original.end + GAP
        postings = Postings.sorted(np.concatenate(buckets), np.concatenate(when), settings.n_buckets)
        names.append(f"{part + 1:08d}.segment")
        write_segment(partial / names[-1], settings, recordings_here, np.concatenate(begins), postings)
        print(f"segment {part + 1} of {parts}", file=sys.stderr, flush=True)
    write_manifest(partial, Manifest(settings, tuple((name, frozenset()) for name in names), n_written=len(names)))
    partial.rename(path)
    return Index.open(path)


MERGE = """
import sys, time
from pathlib import Path
from sonograph.matching import Index
index = Index.open(sys.argv[1])
began = time.process_time()
index.merge()
took = time.process_time() - began
began = time.process_time()
Index.open(sys.argv[1])
opened = time.process_time() - began
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(took, opened, int(peak.split()[1]) / 1024)
"""

FIND = """
import sys, time, statistics
from pathlib import Path
import numpy as np
import sonograph as sg
from sonograph.matching import Index
began = time.process_time()
index = Index.open(sys.argv[1])
opened = time.process_time() - began
queries = [sg.Signal(y, 22050.0) for y in np.load(sys.argv[2])]
from sonograph.matching.recordings.search import _peaks_of, Wish, at_speeds, query_of
took = {}
for label, speeds in (("one speed", 0.0), ("five", 0.02), ("eleven", 0.05)):
    times = []
    for sound in [queries[0], *queries]:
        began = time.process_time()
        peaks, _ = _peaks_of(index, sound)
        query = query_of(peaks, 0, index.settings)
        for rates in Wish(speeds=speeds).rates:
            list(at_speeds(index, query, rates))
        times.append(time.process_time() - began)
    took[label] = statistics.median(times[1:])
status = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
peak, private = (int(status[name].split()[0]) / 1024 for name in ("VmHWM", "RssAnon"))
print(opened, *took.values(), peak, private)
"""


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


def main(arguments=None):
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=1000.0)
    parser.add_argument("--songs", type=int, help="as for benchmarks.finding [those that are in FOLDER]")
    parser.add_argument("--no-merge", action="store_true")
    asked = parser.parse_args(arguments)
    source = Index.open(asked.folder / "songs.index")
    source.merge()
    index = large_index(asked.folder, source, asked.hours)
    size = sum(path.stat().st_size for path in index.path.iterdir())
    hours = index.seconds / 3600
    print(
        f"\n**{hours:,.0f} h, {index.n_landmarks:,} landmarks, {len(index.segments)} segments, {size / 1e6:,.0f} MB**\n"
    )
    paths = recordings(asked.folder, asked.songs or len(list((asked.folder / "songs").glob("*.flac"))))
    cuts = [(path, at, whole[at : at + 5 * RATE]) for path, at, whole in cuts_of(paths, 5, 16)]
    np.save(asked.folder / "queries.npy", np.stack([queries.as_16_bit(y) for *_, y in cuts]))
    fullest = np.max([np.diff(segment.starts).max() for segment, _ in index.segments])
    print(f"the fullest bucket holds {fullest:,} landmarks\n")
    if not asked.no_merge and len(index.segments) > 1:
        took, _, peak = run(MERGE, index.path)
        index = Index.open(index.path)
        size = sum(path.stat().st_size for path in index.path.iterdir())
        print(
            f"merged in {took:.0f} s (CPU), at most {peak:,.0f} MB; then {size / 1e6 / hours * 100:.1f} MB per 100 h\n"
        )
    opened, one, five, eleven, peak, private = run(FIND, index.path, asked.folder / "queries.npy")
    print("Seconds of processor time:\n")
    print("| opening | one speed | five speeds | eleven speeds | memory, pages of the index included | without |")
    print("|---|---|---|---|---|---|")
    print(f"| {1e3 * opened:.0f} ms | {one:.3f} s | {five:.3f} s | {eleven:.3f} s | {peak:.0f} MB | {private:.0f} MB |")
    right, times = 0, []
    for path, at, y in cuts:
        began = time.perf_counter()
        matches = index.find(signal(y))
        times.append(time.perf_counter() - began)
        right += (
            bool(matches) and Path(matches[0].recording).name == path.name and abs(matches[0].offset - at / RATE) < 0.05
        )
    print(f"\n{right} of {len(cuts)} clean cuts were found; `find` took {statistics.median(times):.3f} s in the median")


if __name__ == "__main__":
    main()
