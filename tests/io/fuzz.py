"""Random damage for our own parsers, for minutes: python -m tests.io.fuzz [--minutes 5] [--seed N] [--keep FOLDER]

Each input is one of damaged.py or of those that earlier ones grew into, and one of OPERATIONS is done to it: bytes
changed, most of all in the header; two files spliced or several joined; a size that lies; the first frames deleted. It
is walked in this process, where only our own errors may come out; of every fifth, random ranges are read, also right
after opening, and must be what the blocks hold; every hundredth is also read whole in a child by the oracle of the
corpus tests. Every tenth is FLAC or Ogg damaged behind its header: as their checksums find that, each sample that is
not missing must be the clean one, in its place. Every seventh is FLAC whose frames were spliced, twice, dropped,
swapped, numbered wrongly or joined to others; there any range must also be what the blocks hold. What breaks a promise
is kept as a file and ends the run with status 1.

A further operation is a function (data, pool, chance) -> data in OPERATIONS; a further promise one (path, chance) ->
what is broken, or "", in PROMISES.
"""

import argparse
import io
import random
import re
import struct
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np
import soundfile

from sonograph.errors import SonographError
from sonograph.io.audio import open as open_sound
from sonograph.limits import Limits
from tests.io import damaged, flac_pieces
from tests.io.children import ask

LARGEST = 400_000
"""Bytes of an input; joined ones would grow without end."""
SIZED = (
    b"RIFF",
    b"RF64",
    b"ds64",
    b"data",
    b"fmt ",
    b"fact",
    b"LIST",
    b"FORM",
    b"COMM",
    b"SSND",
    b".snd",
    b"fLaC",
    b"Xing",
)
BORDER = re.compile(
    rb"OggS|\xff[\xf8\xf9][\x10-\xff]|\xff[\xfa\xfb][\x10-\xe0]|fLaC|RIFF|data|LIST|SSND|FORM|caff|ID3|TAG"
)
SIZES = (1, 2, 5, 40, 300, 2000, 5000)
NUMBERS = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF)
WORDS = (b"RIFF", b"RF64", b"ds64", b"data", b"fmt ", b"LIST", b"INFO", b"bext", b"iXML", b"guan", b"cue ", b"FORM",
         b"COMM", b"SSND", b"fLaC", b"OggS", b"ID3\3\0\0", b"Xing", b"caff", b"desc", b".snd", b"\xff\xfb", b"\xff\xf8",
         b"\x93NUMPY\1\0", b"time,x\n")  # fmt: skip


def seeds():
    for case in damaged.cases():
        yield case.data
    sound = damaged.sound(2000)
    for container in ("CAF", "AU", "W64", "RF64"):
        yield damaged.encoded(sound, container, "PCM_16")
    yield b"time,x\n0,1\n1,2\n2,3\n"
    yield b"\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (10,), }".ljust(127) + b"\n" + bytes(40)


def changed(data, pool, chance):
    """Some bytes other than they were."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        reach = len(out) if chance.random() < 0.3 else min(len(out), 200)
        at = chance.randrange(reach) if reach else 0
        kind = chance.randrange(7)
        if kind == 0:
            out[at : at + 4] = struct.pack(chance.choice("<>") + "I", chance.choice(NUMBERS))
        elif kind == 1 and out:
            out[min(at, len(out) - 1)] ^= 1 << chance.randrange(8)
        elif kind == 2:
            del out[at : at + chance.randrange(1, 40)]
        elif kind == 3:
            out[at:at] = out[at : at + chance.randrange(1, 40)]
        elif kind == 4:
            out[at:at] = chance.choice(WORDS)
        elif kind == 5:
            del out[at:]
        else:
            out[at : at + 8] = chance.randbytes(8)
    return bytes(out)


def spliced(data, pool, chance):
    """The beginning of one file and the end of another or of itself, most often cut at a chunk, page or frame."""
    other = chance.choice((data, chance.choice(pool)))
    return data[: border(data, chance)] + other[border(other, chance) :]


def joined(data, pool, chance):
    """Files one after another, as by cat; sometimes the last is a piece of itself."""
    parts = [chance.choice((data, data, chance.choice(pool))) for _ in range(chance.randrange(1, 3))]
    if chance.random() < 0.3:
        parts[-1] = parts[-1][: border(parts[-1], chance)]
    return b"".join([data, *parts])


def lying(data, pool, chance):
    """A number behind the name of a chunk that says too little, too much, nothing, or what it was less 2³²."""
    places = [found.end() for word in SIZED for found in re.finditer(re.escape(word), data)]
    if not places:
        return changed(data, pool, chance)
    at, order, size = chance.choice(places), chance.choice("<>"), chance.choice((4, 4, 8))
    before = int.from_bytes(data[at : at + size].ljust(size, b"\0"), "little" if order == "<" else "big")
    values = (*NUMBERS, before // 2, before * 2, before - 1, before + 1, before - 2**32, before + 2**31, len(data))
    lie = struct.pack(order + {4: "I", 8: "Q"}[size], chance.choice(values) % 256**size)
    return data[:at] + lie + data[at + size :]


def beheaded(data, pool, chance):
    """The first frames, pages or samples gone, the header kept."""
    places = borders(data)
    if len(places) < 3:
        return data[:44] + data[44 + chance.choice(SIZES) :]
    first = chance.randrange(1, min(4, len(places) - 1))
    last = chance.randrange(first + 1, min(first + 4, len(places)))
    return data[: places[first]] + data[places[last] :]


def borders(data):
    """Where chunks, pages and frames begin."""
    return [found.start() for found in BORDER.finditer(data)]


def border(data, chance):
    """One of those; anywhere where there is none."""
    places = borders(data)
    return chance.choice(places) if places and chance.random() < 0.8 else chance.randrange(len(data) + 1)


OPERATIONS = {"changed": changed, "spliced": spliced, "joined": joined, "lying": lying, "beheaded": beheaded}
"""What is done to a file, by name."""


def differing_reads(path, chance):
    """Where a range of a sound is not what its blocks hold, or "" for nowhere."""
    limits = Limits(samples=2_000_000)
    try:
        with open_sound(path, limits=limits) as sound:
            whole = np.concatenate([*sound.blocks(777), np.empty((sound.n_channels, 0), sound.dtype)], axis=1)
            n = whole.shape[1]
            if sound.n_samples != n:
                return f"says {sound.n_samples} samples and gives {n}"
            for i in range(6):
                first = chance.randrange(-3, n + 3)
                samples = range(first, first + chance.choice((1, 10, 600, 5000)))
                if i < 3:
                    with open_sound(path, limits=limits) as fresh:
                        found = fresh.read(samples)
                else:
                    found = sound.read(samples)
                inside = range(max(0, first), max(0, first, min(n, samples.stop)))
                found, held = found[:, inside.start - first : inside.stop - first], whole[:, inside.start : inside.stop]
                near = 1e-6 if "MP3" in sound.format or "MPEG" in sound.format else 0
                if not np.allclose(found, held, rtol=0, atol=near, equal_nan=True):
                    when = "first" if i < 3 else "later"
                    return f"{sound.format}: {samples}, a {when} read, is not what the blocks hold; {sound.status}"
    except SonographError:
        pass  # in a sentence, which the other promise looks at
    return ""


def protected():
    """Sounds whose every frame or page has a checksum: their bytes, where the header ends, their samples."""
    numbers = np.random.default_rng(0).integers(-(2**15), 2**15, (64 * 40, 2))
    sound = damaged.sound(120_000)
    for data in (
        damaged.encoded(damaged.sound(30_000, 2), "FLAC", "PCM_16"), damaged.flac_verbatim(numbers, 16),
        damaged.encoded(sound, "OGG"), damaged.encoded(sound, "OGG", "OPUS"),
        damaged.encoded(sound, "OGG", "OPUS", compression_level=0.5),
    ):  # fmt: skip
        pages = [found.start() for found in re.finditer(b"OggS", data)]
        samples = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0].T
        yield data, pages[2] if pages else 42, samples


def torn(data, begin, chance):
    """Bytes behind a place flipped, lost, twice, zeroed or elsewhere."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, other, size = chance.randrange(begin, len(out)), chance.randrange(begin, len(out)), chance.choice(SIZES)
        kind = chance.randrange(6)
        if kind == 0:
            out[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[at : at + size]
        elif kind == 2:
            out[at:at] = chance.choice((out[at : at + size], chance.randbytes(size)))
        elif kind == 3:
            out[at : at + size] = bytes(size)
        elif kind == 4:
            out[at : at + size] = out[other : other + size]
        else:
            del out[at + 1 :]
        if len(out) <= begin + 1:
            break
    return bytes(out)


def moved_samples(path, clean):
    """What is heard of a damaged sound and is not the clean one, or "" for nothing."""
    try:
        with open_sound(path) as sound:
            found = np.concatenate([*sound.blocks(999), np.empty((len(clean), 0), np.float32)], axis=1)
            status = sound.status
    except SonographError:
        return ""
    count = min(found.shape[1], clean.shape[1])
    heard = ~np.isnan(found[0])
    wrong = int((found[:, :count] != clean[:, :count])[:, heard[:count]].any(axis=0).sum()) + int(heard[count:].sum())
    unsaid = heard.sum() < clean.shape[1] and status.word in ("ok", "warn")
    return f"{wrong} samples are wrong or out of place; {status}" if wrong or unsaid else ""


def broken_promise(path, whole):
    """What a file breaks, or "" for nothing."""
    try:
        with open_sound(path, limits=Limits(samples=100_000_000), sample_rate=1.0) as sound:
            sound.status  # noqa: B018
            sound.read(range(-1, 3))
    except SonographError as error:
        if path.name not in str(error) or "\n" in str(error):
            return f"says {error}"
    except BaseException:
        return traceback.format_exc(limit=-3)
    if not whole:
        return ""
    (said,) = ask([path])
    good = "died" not in said and said["kind"] != "foreign" and said.get("agree", True) and said.get("anywhere", True)
    return "" if good else str(said)


PROMISES = (differing_reads,)
"""What every fifth input is held to, besides `broken_promise`."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    chance, pool, tried, found = random.Random(seed), list(seeds()), 0, 0
    whole_sounds = list(protected())
    print(f"seed {seed}")
    end = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzz.csv"
        while time.monotonic() < end and found < 20:
            tried += 1
            if tried % 10 == 0:
                whole, begin, clean = chance.choice(whole_sounds)
                data = torn(whole, begin, chance)
                path.write_bytes(data)
                wrong = moved_samples(path, clean)
            elif tried % 7 == 0:
                case = flac_pieces.Rearranged(chance)
                data = case.data
                wrong = flac_pieces.broken_law(path, case, chance)
            else:
                name = chance.choice(list(OPERATIONS))
                data = OPERATIONS[name](chance.choice(pool), pool, chance)[:LARGEST]
                path.write_bytes(data)
                wrong = broken_promise(path, whole=tried % 100 == 1)
                for promise in PROMISES if tried % 5 == 1 else ():
                    wrong = wrong or promise(path, chance)
                wrong = wrong and f"{name}: {wrong}"
            if wrong:
                found += 1
                options.keep.mkdir(exist_ok=True)
                (options.keep / f"{seed}-{tried}").write_bytes(data)
                print(f"{options.keep}/{seed}-{tried}: {wrong}")
            elif tried % 10 and tried % 7 and chance.random() < 0.02:
                pool.append(data)
    print(f"{tried:,} inputs, {found} broke a promise")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
