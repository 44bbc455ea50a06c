"""All that is in a FLAC file as one sound: its places, how long it is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sonograph.io.containers.flac import StreamInfo
from sonograph.io.containers.flac_places import Index, IsWhole, Numbering, Part, parts
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_USED = "What can be decoded was used, and the rest marked as missing; copy the file again from the original."
_DAY = 86_400  # seconds; of a sound that is cut and promises more, the promise is not where the next one begins


@dataclass
class Whole:
    """One or more sounds of a file, one behind the other.

    n_samples : up to the last that can be decoded
    expected : what the headers promise, or the frames where that is more
    checks : for each sound the sample behind it and the MD5 of all its samples, None where they cannot be compared
    """

    index: Index
    n_samples: int = 0
    expected: int = 0
    checks: list[tuple[int, bytes | None]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def whole(file: OpenFile, info: StreamInfo, common: Numbering, is_whole: IsWhole) -> Whole:
    """Go through all of a file, of whose first sound the header and what its frames have in common are known.

    Sounds of another format than the first end it, and are counted.
    """
    total = Whole(Index())
    base, count, begins, other, left_out = 0, 0, 0, None, 0.0
    for part in parts(file, info, common, is_whole):
        sound = part.numbering.format
        if not count:
            first, total.index = part, part.index
            total.faults += header_faults(part.info, part.numbering)
        elif other is None and (sound == first.numbering.format or not len(part.index)):
            begins = begins or base
            _append(total.index, part.index, base)
        else:
            other = other or (base, sound)
            left_out += max(part.info.n_samples, part.reach) / max(1, sound.sample_rate)
            continue
        count += 1
        total.faults += _part_faults(part, base, count)
        if part.end:
            total.n_samples = base + part.end
        total.checks.append((base + part.end, part.info.md5 if part.is_complete and any(part.info.md5) else None))
        promised = max(part.info.n_samples, part.reach)
        total.expected = base + promised
        base += promised if promised <= _DAY * sound.sample_rate else part.reach
    rate = first.numbering.format.sample_rate
    if begins:
        what = f"holds {count} FLAC files, one behind the other; the second begins at {_when(begins, rate)}. All were "
        total.faults.append(Fault("warn", "joined", f"{what}read, in their order."))
    if other:
        what = f"another FLAC file begins at {_when(other[0], rate)}, of {other[1]} where the first has "
        what += f"{first.numbering.format}. {left_out:.3f} s were left out. Split the file there to read them."
        total.faults.append(Fault("partial", "joined", what))
    return total


def header_faults(info: StreamInfo, common: Numbering) -> list[Fault]:
    """What is wrong where a header says another format than the frames, whose checksums it has not."""
    if common.format == info.format:
        return []
    what = f"the header says {info.format} and the frames {common.format}. The frames were believed, as each has a "
    return [Fault("warn", "header", f"{what}checksum; compare it with the original.")]


def length_faults(promised: int, there: int, number: int = 1) -> list[Fault]:
    """What is wrong where a header promises more samples or fewer than there are."""
    header = "the header" if number == 1 else f"header {number} of those in the file"
    if promised > there:
        what = f"{header} promises {promised:,} samples but the last that can be decoded is {there:,}. What is "
        return [Fault("partial", "data-cut", f"{what}there was used; copy the file again from the original.")]
    if 0 < promised < there:
        what = f"{header} promises {promised:,} samples and {there:,} are there. All of them were used."
        return [Fault("warn", "sample-count", what)]
    return []


def _part_faults(part: Part, base: int, number: int) -> list[Fault]:
    sound, faults = part.numbering.format, []
    if part.changes:
        sample, other, seconds = part.changes
        what = f"the sound changes from {sound} to {other} at {_when(base + sample, sound.sample_rate)}. "
        what += f"{seconds:.3f} s of that were left out. Save them as a file of their own."
        faults.append(Fault("partial", "format-change", what))
    if part.strays[0]:
        count, sample = part.strays
        what = f"frames of {count / max(1, sound.sample_rate):.3f} s are out of order or there twice, the first for "
        faults.append(Fault("partial", "frames", f"{what}{_when(base + sample, sound.sample_rate)}. {_USED}"))
    if not part.info.n_samples and part.reach > part.end and not part.changes:
        what = f"its last frames, from {_when(base + part.end, sound.sample_rate)} on, cannot be decoded. {_USED}"
        faults.append(Fault("partial", "data-cut", what))
    return faults + length_faults(part.info.n_samples, part.end, number)


def _append(index: Index, more: Index, base: int) -> None:
    for i in range(len(more)):
        if i in more.spare:
            index.spare[len(index)] = more.spare[i]
        index.add(
            more.offsets[i], base + more.firsts[i], more.sizes[i], own=bool(more.own[i]), follows=bool(more.follows[i])
        )


def _when(sample: int, rate: int) -> str:
    return f"{sample / max(1, rate):.3f} s (sample {sample:,})"
