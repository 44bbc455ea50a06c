"""FLAC files taken apart into frames and put together otherwise, with what must come of them.

Each frame is under checksums and says where it belongs, so whatever is done to their order, what is heard must be the
clean sound in its place, no more may be lost than was touched, and any range must be what the blocks hold.
"""

import functools

import numpy as np

from sonograph.errors import SonographError
from sonograph.io.audio import open as open_sound
from tests.io import damaged

KINDS = ("fixed", "variable", "mislabelled", "one channel of 24 bits", "unknown length", "encoded")
WAYS = (
    "drop", "double", "swap", "move", "copy", "first ones", "flip", "zero", "junk", "number", "again", "joined",
    "other", "cut", "half a header",
)  # fmt: skip


class Clean:
    """A FLAC file as its header and its frames, and its samples."""

    def __init__(self, kind):
        chance = np.random.default_rng(KINDS.index(kind))
        self.kind, self.bits = kind, 24 if "24" in kind else 16
        top = 2 ** (self.bits - 1)
        self.numbers = chance.integers(-top, top, (1000, 1 if "24" in kind else 2))
        if kind == "encoded":
            data = damaged.encoded(damaged.sound(40_000, 2), "FLAC", "PCM_16")
            at = damaged.flac_frames(data)
            self.header, self.frames = data[: at[0]], [data[a:b] for a, b in zip(at, [*at[1:], len(data)], strict=True)]
            self.sizes = [4096] * 9 + [40_000 - 9 * 4096]
            self.firsts = [4096 * i for i in range(10)]
            self.numbers = None
        else:
            self.varies = kind in ("variable", "mislabelled")
            self.sizes = [int(size) for size in chance.integers(16, 90, 60)] if self.varies else [40] * 25
            self.firsts = [0]
            while self.firsts[-1] + self.sizes[len(self.firsts) - 1] < 1000:
                self.firsts.append(self.firsts[-1] + self.sizes[len(self.firsts) - 1])
            self.sizes = [min(size, 1000 - first) for size, first in zip(self.sizes, self.firsts, strict=False)]
            blocks = (16, 90) if self.varies else (40, 40)
            promised = 0 if kind == "unknown length" else None
            self.header = damaged.flac_header(self.numbers, self.bits, blocks, promised=promised)
            self.frames = [self.frame(i, self.firsts[i] if self.varies else i) for i in range(len(self.firsts))]

    def frame(self, i, number):
        """A frame that says a number."""
        part = self.numbers[self.firsts[i] : self.firsts[i] + self.sizes[i]]
        return damaged.flac_frame(part, self.bits, number, variable=self.kind == "variable")

    @functools.cached_property
    def samples(self):
        """What it sounds like, by libsndfile where libFLAC made it."""
        if self.numbers is not None:
            return (self.numbers.T / 2.0 ** (self.bits - 1)).astype(np.float32)
        import io

        import soundfile

        return soundfile.read(io.BytesIO(self.header + b"".join(self.frames)), dtype="float32")[0].T


@functools.cache
def clean(kind):
    return Clean(kind)


class Rearranged:
    """A file whose frames were changed.

    touched : frames that may be lost
    lies : places that a frame claims that is not of there
    doubtful : whether samples may lie behind the clean ones
    """

    def __init__(self, chance, kind=None, ways=None):
        self.clean = clean(kind or chance.choice(KINDS))
        self.frames = [(i, data) for i, data in enumerate(self.clean.frames)]
        self.before, self.after = self.clean.header, b""
        self.touched, self.lies, self.longer, self.said = 0, set(), False, []
        for way in ways or chance.choices(WAYS, k=chance.choice((1, 1, 1, 2, 3))):
            if len(self.frames) > 1:
                self.said.append(way)
                getattr(self, way.replace(" ", "_"))(chance)

    @property
    def data(self):
        return self.before + b"".join(data for _, data in self.frames) + self.after

    def drop(self, chance):
        del self.frames[chance.randrange(len(self.frames))]
        self.touched += 1

    def double(self, chance):
        i = chance.randrange(len(self.frames))
        self.frames.insert(chance.choice((i, chance.randrange(len(self.frames)))), self.frames[i])

    def swap(self, chance):
        i, k = chance.randrange(len(self.frames)), chance.randrange(len(self.frames))
        k = min(i + 1, len(self.frames) - 1) if chance.random() < 0.5 else k
        self.frames[i], self.frames[k] = self.frames[k], self.frames[i]
        self.touched += 2

    def move(self, chance):
        part, count = self._some(chance)
        at = self.frames.index(part[0])
        del self.frames[at : at + count]
        to = chance.randrange(len(self.frames) + 1)
        self.frames[to:to] = part
        self.touched += count

    def copy(self, chance):
        part, _ = self._some(chance)
        to = chance.randrange(len(self.frames) + 1)
        self.frames[to:to] = part

    def first_ones(self, chance):
        count = chance.randrange(1, len(self.frames))
        if chance.random() < 0.5:
            del self.frames[:count]
        else:
            self.frames[:count] = [(-1, bytes(len(data))) for _, data in self.frames[:count]]
        self.touched += count

    def flip(self, chance):
        i = chance.randrange(len(self.frames))
        data = self.frames[i][1]
        self.frames[i] = (-1, damaged.flipped(data, chance.randrange(len(data))))
        self.touched += 1

    def zero(self, chance):
        i = chance.randrange(len(self.frames))
        data = self.frames[i][1]
        at = chance.randrange(len(data))
        self.frames[i] = (-1, data[:at] + bytes(len(data) - at))
        self.touched += 1

    def junk(self, chance):
        junk = chance.randbytes(chance.choice((1, 3, 50, 400)))
        if chance.random() < 0.5:
            junk = chance.choice(self.clean.frames)[: chance.randrange(8, 60)]
        self.frames.insert(chance.randrange(len(self.frames) + 1), (-1, junk))

    def number(self, chance):
        """A frame says a number that is another's, or is nobody's, behind the last."""
        i = chance.randrange(len(self.frames))
        which = self.frames[i][0]
        if which < 0 or self.clean.numbers is None or self.lies:
            return
        other = chance.choice(
            (chance.randrange(len(self.clean.frames)), len(self.clean.frames) + chance.randrange(1000))
        )
        number = other
        if self.clean.varies:
            number = self.clean.firsts[other] if other < len(self.clean.firsts) else 1000 + other
        if other != which:
            self.frames[i] = (-1, self.clean.frame(which, number))
            self.lies.add(other)
            self.touched += 1

    def again(self, chance):
        """Its own beginning behind it, with or without the header."""
        own = b"".join(self.clean.frames[: chance.randrange(1, len(self.clean.frames))])
        own = own[: chance.randrange(len(own))] if chance.random() < 0.5 else own
        with_header = chance.random() < 0.5
        self.after += (self.clean.header if with_header else b"") + own
        self.longer |= with_header

    def joined(self, chance):
        self.after += self.clean.header + b"".join(self.clean.frames)
        self.longer = True

    def other(self, chance):
        """A FLAC file of another format behind it, or frames of one between its own."""
        numbers = np.zeros((400, 3), int)
        if chance.random() < 0.5:
            self.after += damaged.flac_verbatim(numbers, 16)
            self.longer = True
        else:
            to = chance.randrange(len(self.frames) + 1)
            self.frames[to:to] = [
                (-1, damaged.flac_frame(numbers[:40], 8, k)) for k in range(to, to + chance.randrange(1, 5))
            ]
            self.touched += 4

    def cut(self, chance):
        at = chance.randrange(len(self.frames))
        self.touched += len(self.frames) - at
        self.frames[at:] = [(-1, self.frames[at][1][: chance.randrange(len(self.frames[at][1]))])]

    def half_a_header(self, chance):
        self.after += self.clean.header[: chance.randrange(1, 42)]
        self.longer = True

    def _some(self, chance):
        count = chance.randrange(1, min(9, len(self.frames) + 1))
        at = chance.randrange(len(self.frames) - count + 1)
        return self.frames[at : at + count], count


def broken_law(path, case, chance):
    """What the reading of a file that was put together breaks, or "" for nothing."""
    path.write_bytes(case.data)
    wanted, about = case.clean.samples, f"{case.clean.kind}, {case.said}: "
    try:
        with open_sound(path) as sound:
            blocks = [*sound.blocks(chance.choice((None, 100, 777)))]
            found = np.concatenate([*blocks, np.empty((sound.n_channels, 0), np.float32)], axis=1)
            status, n_samples = sound.status, sound.n_samples
        for _ in range(3):
            first, stop = sorted((chance.randrange(n_samples + 1), chance.randrange(n_samples + 1)))
            with open_sound(path) as fresh:
                if fresh.n_samples != n_samples:
                    return f"{about}{fresh.n_samples} samples at first, then {n_samples}"
                if not np.array_equal(fresh.read(range(first, stop)), found[:, first:stop], equal_nan=True):
                    return f"{about}samples {first} to {stop} are others than in the blocks; {status}"
    except SonographError as error:
        return f"{about}{error}" if case.touched < len(case.clean.frames) - 2 else ""
    nowhere = case.clean.kind == "unknown length" and case.longer and case.touched  # how long the first was
    if nowhere or len(found) != len(wanted):
        return "" if status.word != "ok" else f"{about}ok, though frames were touched"
    heard = ~np.isnan(found).any(axis=0)
    allowed = np.ones(found.shape[1], bool)
    for which in case.lies:  # where the true frame is not in its place, nothing speaks against the false one
        there = len(case.said) == 1 and which in {i for i, _ in case.frames}
        if not there and which < len(case.clean.firsts):
            allowed[case.clean.firsts[which] : case.clean.firsts[which] + max(case.clean.sizes)] = False
    count = min(found.shape[1], wanted.shape[1])
    wrong = (found[:, :count] != wanted[:, :count]).any(axis=0) & heard[:count] & allowed[:count]
    if wrong.any():
        return f"{about}{wrong.sum()} samples are wrong or out of place, the first {wrong.argmax()}; {status}"
    may_end_later = case.longer or (case.lies and case.clean.kind == "unknown length")
    if heard[count:].any() and not may_end_later:
        return f"{about}samples behind the end; {status}"
    lost = wanted.shape[1] - int(heard[:count].sum())
    if lost > case.touched * max(case.clean.sizes):
        return f"{about}{lost} samples lost, more than was touched; {status}"
    if lost and (status.word == "ok" or (status.word == "warn" and case.clean.kind != "unknown length")):
        return f"{about}{lost} samples lost, unsaid; {status}"
    return ""
