"""What a walk through a file of plain samples finds, and the one rule: the size of the file is the fact."""

from __future__ import annotations

from dataclasses import dataclass, field

from sonograph.io.containers.chunks import Chunk
from sonograph.io.decoders.pcm import Encoding
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault


@dataclass
class Layout:
    """What a walk through a file's structure found.

    container : as "WAV"
    encoding : how samples are written; None where a codec is needed
    codec : the codec's name, "" for plain samples
    data : where the samples start, bytes
    expected : samples of each channel that the file promises; None where it promises nothing
    n_samples : samples of each channel that are there; None where only decoding tells
    chunks : the chunks around the samples; big : whether their numbers start with the most significant byte
    faults : what is wrong
    """

    container: str
    encoding: Encoding | None
    codec: str
    sample_rate: float
    n_channels: int
    data: int
    expected: int | None
    n_samples: int | None
    chunks: list[Chunk] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    big: bool = False


def extent(
    file: OpenFile, claimed: int | None, there: int, step: int, container: str, faults: list[Fault]
) -> tuple[int | None, int]:
    """How many samples are promised (None where the length is unknown), and how many bytes of them there are.

    `claimed` and `there` are bytes, `step` those of a sample of all channels.
    """
    if claimed is None:
        what = f"the {container} header does not say how long the sound is, as when a recorder loses power. All of the "
        what += f"{there // step:,} samples that follow it were used."
        faults.append(Fault("warn", "length-unknown", what))
        return None, there
    if claimed > there:
        what = f"the header promises {claimed // step:,} samples but the file ends after {there // step:,} "
        what += f"(byte {file.size:,}). What is there was used; copy the file again if you have the original."
        faults.append(Fault("partial", "data-cut", what))
        return claimed // step, there
    if claimed % step:
        faults.append(Fault("warn", "sample-cut", "the last sample is not whole. It was left out."))
    return claimed // step, claimed
