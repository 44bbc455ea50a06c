"""What a walk through a file of samples finds, and the one rule of lengths: the size of the file is the fact.

What a header says of its length is a claim. It is believed where the sound ends there: where nothing follows but chunks
and tags. Where it says that it does not know, or more of the sound follows, all that is there is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sonograph.io.containers import behind
from sonograph.io.containers.chunks import Chunk, Form
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault

_ROUND = 1 << 32
_MOST = (0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
_HEADER = 1024
"""What programs write that cannot go back to put the length there: the most that a field holds, less their header."""
_SOX = 0x7FFFF000
"""What SoX writes, down to a whole sample (its wav.c)."""


@dataclass
class Layout:
    """What a walk through a file's structure found.

    container : as "WAV"
    encoding : how samples are written; None where a codec is needed
    codec : the codec's name, "" for plain samples
    data, n_bytes : where the samples start, bytes, and how many bytes of them there are
    expected : samples of each channel that the file promises; None where it promises nothing
    n_samples : samples of each channel that are there; None where only decoding tells
    chunks : the chunks around the samples; big : whether their numbers start with the most significant byte
    faults : what is wrong
    before : the bytes before the samples as a decoder is to see them, where those in the file would mislead it
    stop : where it is to see the file's end, bytes; None where the file ends
    skipped : samples that a decoder gives before the first
    packet : samples that a codec packs together; 1024 where the file does not say
    """

    container: str
    encoding: Encoding | None
    codec: str
    sample_rate: float
    n_channels: int
    data: int
    n_bytes: int
    expected: int | None
    n_samples: int | None
    chunks: list[Chunk] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    big: bool = False
    before: bytes | None = None
    stop: int | None = None
    skipped: int = 0
    packet: int = 1024

    def view(self, file: OpenFile) -> View:
        """The file as a decoder is to see it."""
        return View(file) if self.before is None else View(file, self.data, self.stop, self.before)


@dataclass(frozen=True)
class Claim:
    """What a header says of where its samples are.

    container : as "WAV"
    start, size : the first byte of the samples, and how many bytes of them it claims; a negative size is none
    step : bytes of a sample of all channels, or of a codec's packet
    form : how its chunks are written; None where it has none
    end : where the file ends by its own outermost size; None where it has none
    per_second : bytes of a second of sound; 0 where they are not known
    encoding, n_channels : how the samples are written; None where a codec is needed
    unknown : sizes that always stand for "not known"; others only where `end` is not the end of the file
    """

    container: str
    start: int
    size: int
    step: int
    form: Form | None
    end: int | None = None
    per_second: float = 0.0
    encoding: Encoding | None = None
    n_channels: int = 1
    unknown: tuple[int, ...] = (0xFFFFFFFF,)

    def is_none(self, file: OpenFile) -> bool:
        """Whether the size stands for "not known"."""
        if self.size <= 0 or self.size in self.unknown:
            return True
        if self.end is not None and 0 <= file.size - self.end <= 1:
            return False
        near = any(most - _HEADER <= self.size <= most for most in _MOST)
        return near or self.size in (_SOX, _SOX // self.step * self.step)

    def amount(self, n_bytes: int) -> str:
        """So much of the sound in words, as "40,000 samples (2.500 s)"."""
        many = f"{n_bytes // self.step:,} samples" if self.encoding else f"{n_bytes:,} bytes"
        return f"{many} ({n_bytes / self.per_second:.3f} s)" if self.per_second > 0 else many


def extent(file: OpenFile, claim: Claim, faults: list[Fault]) -> tuple[int | None, int]:
    """How many bytes of samples are promised (None where the length is unknown), and how many there are."""
    there, end = max(0, file.size - claim.start), claim.start + claim.size
    after = behind.behind(file, end, claim.form) if 0 <= claim.size <= there else None
    if after is not None and not after.kind and (claim.size or end == file.size or after.between):
        return _whole(claim, claim.size, faults)
    if claim.is_none(file):
        n_bytes = behind.sound_stop(file, claim.start, claim.form) - claim.start
        what = f"the {claim.container} header does not say how long the sound is, as when a recorder loses power. All "
        what += f"of the {claim.amount(n_bytes)} that follow it were used."
        faults.append(Fault("warn", "length-unknown", what))
        return None, n_bytes
    if after is None:
        what = f"the header promises {claim.amount(claim.size)} but the file ends after {claim.amount(there)} "
        what += f"(byte {file.size:,}). What is there was used; copy the file again if you have the original."
        faults.append(Fault("partial", "data-cut", what))
        return claim.size, there
    for more in range(claim.size + _ROUND, there + 2, _ROUND):
        if more >= there - 1 or not behind.behind(file, claim.start + more, claim.form).kind:
            what = f"the size in the header went round 2^32: it says {claim.amount(claim.size)} and there are "
            faults.append(Fault("warn", "length-wrong", f"{what}{claim.amount(min(more, there))}. All were used."))
            return None, min(more, there)
    if after.kind == "file" or after.between:
        _say_left_out(file, claim, after, faults)
        return _whole(claim, claim.size, faults)
    return _stale(file, claim, faults)


def _whole(claim: Claim, n_bytes: int, faults: list[Fault]) -> tuple[int, int]:
    if claim.encoding is not None and n_bytes % claim.step:
        faults.append(Fault("warn", "sample-cut", "the last sample is not whole. It was left out."))
    return n_bytes, n_bytes


def _say_left_out(file: OpenFile, claim: Claim, after: behind.Behind, faults: list[Fault]) -> None:
    n_bytes = file.size - after.first
    if after.kind == "file":
        long = f", {n_bytes / claim.per_second:.3f} s if they are written like it" if claim.per_second > 0 else ""
        what = f"another sound file follows it in the same file (byte {after.first:,}), as when files are joined. Its "
        what += f"{n_bytes:,} bytes{long}, were left out; cut the file there to read them."
        faults.append(Fault("partial", "joined", what))
    elif n_bytes > behind.LITTLE:
        what = f"{n_bytes:,} bytes after the sound and what belongs to it are none. They were left out."
        faults.append(Fault("warn", "trailing", what))


def _stale(file: OpenFile, claim: Claim, faults: list[Fault]) -> tuple[int | None, int]:
    """What is no chunk, no tag and no file follows the declared end: more of the sound, or nothing of it."""
    end = claim.start + claim.size
    stop = behind.sound_stop(file, end, claim.form)
    if stop - end < claim.step:
        return _whole(claim, claim.size, faults)
    more = claim.encoding is not None and behind.goes_on(file, claim.encoding, claim.n_channels, claim.start, end, stop)
    outside = claim.end is not None and end <= claim.end <= end + 8  # where the file says that all of it ends
    if outside and stop - end <= behind.LITTLE and not more:
        return _whole(claim, claim.size, faults)
    what = f"the header promises {claim.amount(claim.size)} and {claim.amount(stop - end)} more follow "
    if behind.are_zeros(file, end, stop):
        faults.append(
            Fault("warn", "trailing", f"{what.replace(' more', ' of zeros')}(byte {end:,}). They were left out.")
        )
    elif stop - end <= behind.FEW:
        faults.append(Fault("warn", "trailing", f"{stop - end:,} bytes after the sound are none. They were left out."))
    elif not more:
        what = what.replace(" more", " of something else") if claim.encoding else what
        faults.append(Fault("partial", "length-wrong", f"{what}(byte {end:,}). They were left out."))
    else:
        what += f"(byte {end:,}), as when a recorder loses power. All were used."
        faults.append(Fault("warn", "length-wrong", what))
        return None, stop - claim.start
    return _whole(claim, claim.size, faults)


def with_size(file: OpenFile, start: int, size: int, width: int, big: bool, at: int = 0) -> bytes:
    """The bytes before the samples with their size made true; it stands just before them, or at a place of its own."""
    head = bytearray(file.at(0, start))
    place = at or start - width
    most = (1 << 8 * width) - 2
    head[place : place + width] = min(size, most).to_bytes(width, "big" if big else "little")
    return bytes(head)
