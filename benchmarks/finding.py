"""Find recordings again: how many of their cuts, how many foreign sounds by mistake, how fast, how much memory.

    python -m benchmarks.finding FOLDER [--songs 400] [--cuts 150] [--foreign 3000] [--seed 1]

Songs and an index are made in FOLDER, and kept for the next run. Beside ours, on the same cuts: a fixed number of
aligned landmarks, as audfprint accepts (5), on our landmarks, without neighbouring buckets, speeds and background; and
chromaprint's fingerprints, where fpcalc is installed. Prints Markdown.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks import queries
from benchmarks.queries import NAMES, RATE
from benchmarks.songs import write_songs
from benchmarks.timing import STATUS
from sonograph import Signal
from sonograph.matching import Index
from sonograph.matching.recordings.fitting import constants_from
from sonograph.matching.recordings.landmark import landmarks
from sonograph.matching.recordings.postings import PER_FRAME
from sonograph.matching.recordings.search import excesses

SHARED = Path(__file__).parents[2] / "shared" / "data"
AUDFPRINT = 5
"""Landmarks that must be aligned, in audfprint (its README)."""

WANTED = {
    "noise 5 dB": 97, "noise 0 dB": 92, "noise -5 dB": 75, "phone in a café": 95, "reverberation": 97, "3 s": 98,
    "3 s, 5 dB": 92,
}  # fmt: skip
"""Per cent that is wanted; of all other conditions 99."""


def signal(y):
    return Signal(queries.as_16_bit(y), float(RATE))


class FixedCount:
    """Landmarks in their own bucket only, at one speed, and as many aligned as a fixed count asks for."""

    def __init__(self, index):
        self.index = index

    def find(self, sound):
        """(recording, offset, how many are aligned) of the best; None where none is."""
        found = landmarks(sound, self.index.settings)
        inside = found.buckets >= 0
        buckets = found.buckets[inside]
        at = np.rint(found.peaks.times[found.pairs[inside, 0]]).astype(np.int64)
        best = (None, 0.0, 0)
        for segment, _ in self.index.segments:
            wanted, which = np.unique(buckets, return_inverse=True)
            counts, times = segment.hits(wanted, None)
            ends = np.cumsum(counts)
            for_each = counts[which]
            total = int(for_each.sum())
            if not total:
                continue
            where = np.arange(total) + np.repeat((ends - counts)[which] - np.cumsum(for_each) + for_each, for_each)
            begin = times[where].astype(np.int64) // PER_FRAME - np.repeat(at, for_each)
            places, aligned = np.unique(begin, return_counts=True)
            k = int(aligned.argmax())
            if aligned[k] > best[2]:
                number = int(segment.recording_at(places[k : k + 1] + 50.0)[0])
                offset = (places[k] - segment.begins[number]) / self.index.settings.frames_per_second
                best = (segment.name(number), float(offset), int(aligned[k]))
        return best


class Chromaprint:
    """The least share of differing bits over all places in all recordings."""

    def __init__(self, paths):
        self.names = [str(path) for path in paths]
        kept = [self.bits(path) for path in paths]
        self.ends = np.cumsum([len(bits) for bits in kept])
        self.all = np.concatenate(kept)

    @staticmethod
    def bits(path):
        """(n,) numbers of 32 bits, one each eighth of a second."""
        command = ["fpcalc", "-raw", "-json", "-length", "0", str(path)]
        done = subprocess.run(command, capture_output=True, check=False)
        return np.array(json.loads(done.stdout or b'{"fingerprint": []}')["fingerprint"], np.uint32)

    def find(self, path):
        """(recording, share of the bits that differ) of the best; None where there is no fingerprint."""
        asked = self.bits(path)
        n = len(asked)
        if not n or n > len(self.all):
            return None, 1.0
        differ = np.zeros(len(self.all) - n + 1, np.int32)
        for k, word in enumerate(asked):
            differ += np.bitwise_count(self.all[k : k + len(differ)] ^ word)
        whole = np.searchsorted(self.ends, np.arange(len(differ)), side="right") == np.searchsorted(
            self.ends, np.arange(len(differ)) + n - 1, side="right"
        )
        best = int(np.where(whole, differ, 1 << 30).argmin())
        return self.names[int(np.searchsorted(self.ends, best, side="right"))], differ[best] / (32 * n)


def recordings(folder, n_songs):
    """Paths of what is put into the index: songs, and real sounds where they are."""
    paths = write_songs(folder / "songs", range(n_songs))
    return ([*queries.real_recordings(SHARED)[0]] if SHARED.is_dir() else []) + paths


def outside(folder):
    """Paths of sounds that are in no index, for noise and as foreign ones."""
    if SHARED.is_dir():
        return queries.real_recordings(SHARED)[1]
    return write_songs(folder / "outside", range(900_000, 900_006), 10.0)


def indexed(folder, paths):
    """The index, made now on one core unless it is there; and how that went."""
    path = folder / "songs.index"
    if path.exists():
        return Index.open(path), None
    index = Index.create(path)
    began, used = time.perf_counter(), time.process_time()
    index.add_files([str(path) for path in paths], processes=1)
    return index, (time.perf_counter() - began, time.process_time() - used)


def cuts_of(paths, seed, count):
    """(path, place, samples of the whole) of cuts, a quarter of them of real recordings."""
    rng = np.random.default_rng(seed)
    sounds = {path: queries.load(path) for path in paths}
    real = [path for path in paths if not path.name.startswith("song")]
    songs = [path for path in paths if path.name.startswith("song")]
    for group, n in ((real, count // 4 if real else 0), (songs, count - (count // 4 if real else 0))):
        if n:
            for i, at in queries.cuts(rng, [sounds[path] for path in group], n):
                yield group[i], at, sounds[group[i]]


def recall(index, paths, noises, seed, count, peers):
    """Rows of every condition: {name: [(found, right place, offset error, votes)]} of ours and of the peers."""
    rng = np.random.default_rng(seed + 1000)
    noise = queries.Noise([queries.load(path) for path in noises])
    rows = {name: [] for name in NAMES}
    for path, at, whole in cuts_of(paths, seed, count):
        for name, y in queries.conditions(rng, whole, at, noise):
            sound = signal(y)
            matches = index.find(sound, speeds=0.05 if name.endswith("5 %") else 0.02)
            right = [match for match in matches if match.recording == str(path)]
            error = min((abs(match.offset - at / RATE) for match in right), default=np.nan)
            wrong = any(match.recording != str(path) for match in matches)
            row = {"ours": bool(right), "error": error, "wrong": wrong, "real": not path.name.startswith("song")}
            row |= {peer: find(sound, str(path)) for peer, find in peers.items()}
            rows[name].append(row)
    return rows


def foreign_sounds(noises, seed, count):
    """(kind, samples): half of them songs of the same generator."""
    rng = np.random.default_rng(seed)
    for y in queries.foreign_songs(200_000 + 10_000 * seed, count // 2):
        yield "song", y
    for y in queries.foreign_sounds(rng, count - count // 2, noises):
        yield "sound", y


def calibration_table(index, noises, seed, count):
    """Markdown: chances that were stated, and the share of foreign sounds that were below them."""
    chances, kinds, found = [], [], []
    for kind, y in foreign_sounds(noises, seed, count):
        found.append(excesses(index, signal(y), 0.02))
        chances.append(index.constants.chance(found[-1][0]))
        kinds.append(kind)
    chances, kinds = np.array(chances), np.array(kinds)
    lines = ["\n| stated chance | all | songs | other sounds |", "|---|---|---|---|"]
    for stated in (0.1, 0.03, 0.01, 0.003, 0.001):
        seen = [np.mean(chances[part] < stated) for part in (kinds != "", kinds == "song", kinds == "sound")]
        lines.append(f"| {stated} | " + " | ".join(f"{share:.4f}" for share in seen) + " |")
    accepted = int((chances < 1e-3).sum())
    lines.append(f"\n{accepted} of {len(chances)} foreign sounds were accepted at 0.001.")
    return "\n".join(lines), found


def table(rows):
    """Markdown: per cent of each condition."""
    peers = [name for name in rows["clean"][0] if name not in ("ours", "error", "wrong", "real")]
    lines = [
        "\n| condition | wanted | sonograph | real, songs | " + " | ".join(peers) + " | offset: median, 95 % (ms) |",
        "|---|---|---|---|" + "---|" * (len(peers) + 1),
    ]
    for name, cuts in rows.items():
        share = lambda key, part=cuts: 100 * float(np.mean([row[key] for row in part])) if part else float("nan")  # noqa: E731
        real, songs = [row for row in cuts if row["real"]], [row for row in cuts if not row["real"]]
        errors = [1e3 * row["error"] for row in cuts if row["ours"]]
        cells = [
            f"{WANTED.get(name, 99)}",
            f"**{share('ours'):.1f}**",
            f"{share('ours', real):.0f}, {share('ours', songs):.0f}",
        ]
        cells += [f"{share(peer):.0f}" for peer in peers]
        cells.append(f"{np.median(errors):.1f}, {np.percentile(errors, 95):.0f}" if errors else "")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    wrong = sum(row["wrong"] for cuts in rows.values() for row in cuts)
    lines.append(f"\n{wrong} of {sum(map(len, rows.values()))} queries had a match in another recording.")
    return "\n".join(lines)


def peers_for(index, paths, folder):
    """Peers by name: each says whether a sound is found in the right recording."""
    fixed = FixedCount(index)

    def at_least(count):
        def find(sound, name):
            found, _, aligned = fixed.find(sound)
            return found == name and aligned >= count

        return find

    peers = {f"{AUDFPRINT} aligned": at_least(AUDFPRINT), "12 aligned": at_least(12)}
    if shutil.which("fpcalc"):
        chromaprint = Chromaprint(paths)

        def chroma(sound, name):
            path = folder / "query.wav"
            soundfile.write(path, sound.samples, RATE, subtype="PCM_16")
            found, differ = chromaprint.find(path)
            return found == name and differ < 0.35

        peers["chromaprint"] = chroma
    return peers


def foreign_by_peers(peers_index, noises, seed, count):
    """How many foreign sounds a fixed count accepts."""
    fixed = FixedCount(peers_index)
    aligned = [fixed.find(signal(y))[2] for _, y in foreign_sounds(noises, seed, count)]
    return {least: int(np.sum(np.array(aligned) >= least)) for least in (AUDFPRINT, 12)}


def timed(index, paths, speeds, seed):
    """Median seconds of a query, file to answer."""
    took = []
    for _, at, whole in cuts_of(paths, seed, 20):
        sound = signal(whole[at : at + 5 * RATE])
        began = time.perf_counter()
        index.find(sound, speeds=speeds)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def main(arguments=None):
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--songs", type=int, default=400)
    parser.add_argument("--cuts", type=int, default=150)
    parser.add_argument("--foreign", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--constants", action="store_true", help="print what calibrating by these foreign sounds gives")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    paths = recordings(asked.folder, asked.songs)
    noises = outside(asked.folder)
    index, took = indexed(asked.folder, paths)
    size = sum(path.stat().st_size for path in index.path.iterdir())
    print(f"\n**{len(index)} recordings, {index.seconds / 3600:.2f} h, {size / 1e6:.1f} MB, seed {asked.seed}**\n")
    if took:
        print(f"indexed at {index.seconds / took[0]:,.0f} × real time ({index.seconds / took[1]:,.0f} × of CPU time)")
    print(f"{index.n_landmarks / index.seconds:.1f} landmarks a second")
    if asked.cuts:
        peers = {} if asked.no_peers else peers_for(index, paths, asked.folder)
        print(table(recall(index, paths, noises, asked.seed, asked.cuts, peers)), flush=True)
        for speeds in (0.0, 0.02, 0.05):
            print(f"\na query of 5 s, speeds ±{speeds:.0%}: {1e3 * timed(index, paths, speeds, asked.seed):.0f} ms")
    if asked.foreign:
        text, found = calibration_table(index, noises, asked.seed, asked.foreign)
        print(text, flush=True)
        if asked.constants:
            print(constants_from([one for one, _ in found], [alone for _, alone in found]))
        if not asked.no_peers:
            fewer = min(asked.foreign, 600)
            accepted = foreign_by_peers(index, noises, asked.seed, fewer)
            print(f"\nof {fewer} of them a fixed count accepted: {accepted}")
    print(f"\npeak memory {_peak():.0f} MB")


def _peak():
    return int(next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
