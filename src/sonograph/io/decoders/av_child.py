"""The process that decodes with FFmpeg, through PyAV; nothing else imports it.

It is given an open file and limits, and writes what it decoded to its standard output: records of a length (4 bytes)
and that many bytes. First a JSON of what the sound is, then blocks of interleaved float32, an empty record, and a JSON
of what went wrong. FFmpeg follows playlists to other files and hosts and has crashed on valid files, so it is told
which formats it may take the file for, and when it dies, only this process does.
"""

from __future__ import annotations

import itertools
import json
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import av  # type: ignore[import-not-found, unused-ignore]
import numpy as np

from sonograph.io.decoders.confined import Bytes

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aac,avi,flv,amr,ogg,mpegts,mpeg,wv,ac3,eac3,tta,ape,mpc,mpc8,tak,rm,dsf,iff,"
    "shn,dts,voc"
)
_ROUNDED = 0.0025
"""s; twice what a time can be off in a container that counts milliseconds, and a little."""
_SMALLEST_GAP = 0.005
"""s; a smaller step in time is rounding. Four times as much where a container's times are rougher."""
_LATE = 4
"""Packets that are held back until the end of the sound is known."""
_LONGEST_GAP = 3600.0  # s; a larger step in time is taken for a broken clock


def record(data: bytes) -> None:
    """Write a record."""
    sys.stdout.buffer.write(struct.pack("<I", len(data)) + data)


def main(descriptor: int) -> None:
    """Decode the first sound of an open file to standard output."""
    av.logging.set_level(av.logging.PANIC)
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    container: Any = av.open(Bytes(descriptor), options=options, metadata_errors="replace")
    if not container.streams.audio:
        record(json.dumps({"error": "holds no sound"}).encode())
        return
    stream = container.streams.audio[0]
    stream.thread_type = "NONE"
    walk = Walk(container, stream)
    frames = walk.frames()
    first = next(frames, None)
    if first is None:
        record(json.dumps({"error": "holds no sound that can be decoded"}).encode())
        return
    description = {
        "sample_rate": first.sample_rate,
        "n_channels": first.layout.nb_channels,
        "codec": stream.codec_context.codec.long_name,
        "container": container.format.long_name,
        "version": f"FFmpeg {av.ffmpeg_version_info} (PyAV {av.__version__})",
        "metadata": dict(list({**container.metadata, **stream.metadata}.items())[:1000]),
    }
    record(json.dumps(description).encode())
    record_end(*decode(walk, frames, first, length_of(container, stream, Bytes(descriptor))))


def record_end(fault: str, doubt: str) -> None:
    """Say that this was all, and what was wrong."""
    record(b"")
    record(json.dumps({"fault": fault, "doubt": doubt}).encode())
    sys.stdout.buffer.flush()


@dataclass
class Length:
    """How long a container says that its sound is.

    seconds : 0 where it says nothing
    within : how exactly, seconds
    samples : by a tag that counts them (iTunSMPB); 0 where there is none
    trims : whether the last packet's time says how much of it is sound
    """

    seconds: float
    within: float
    samples: int = 0
    trims: bool = False


def length_of(container: Any, stream: Any, file: Bytes) -> Length:
    """How long the container says that its sound is."""
    texts = {name.upper(): value for name, value in {**container.metadata, **stream.metadata}.items()}
    if "mov" in container.format.name:
        tag = texts.get("ITUNSMPB", "").split()
        counted = (
            int(tag[3], 16) if len(tag) > 3 and all(set(word) <= set("0123456789abcdefABCDEF") for word in tag) else 0
        )
        seconds = float(stream.duration * stream.time_base) if stream.duration else 0.0
        return Length(seconds, 1.0 / max(1, ticks(file)), counted, trims=True)
    if "matroska" in container.format.name:
        hours, _, rest = texts.get("DURATION", "").partition(":")
        minutes, _, seconds = rest.partition(":")
        try:
            return Length(3600 * int(hours) + 60 * int(minutes) + float(seconds), _ROUNDED)
        except ValueError:
            alone = len(container.streams) == 1
            return Length((container.duration or 0) / 1e6, _ROUNDED if alone else 0.1)
    if stream.duration:
        return Length(float(stream.duration * stream.time_base), 0.1)
    return Length((container.duration or 0) / 1e6, 0.1)


def ticks(file: Bytes) -> int:
    """The ticks of a second in which an MP4 file counts its edits; 1000 where it does not say."""
    position, stop, inside = 0, file.size, False
    while position + 8 <= stop:
        file.seek(position)
        head = file.read(40)
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        if inside and name == b"mvhd" and len(head) >= 32:
            at = 28 if head[8] else 20
            return int.from_bytes(head[at : at + 4], "big") or 1000
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if name == b"moov" and not inside:
            position, inside = position + 8, True
        elif size < 8:
            break
        else:
            position += size
    return 1000


@dataclass
class Walk:
    """A way through the packets of a sound.

    before : how long before 0 the first starts, seconds: what a decoder needs to find its way
    end : when the last that was met ends, seconds
    """

    container: Any
    stream: Any
    before: float = field(default=0.0, init=False)
    end: float | None = field(default=None, init=False)

    def frames(self) -> Iterator[Any]:
        """What the packets hold, decoded."""
        for packet in self.container.demux(self.stream):
            if packet.pts is not None:
                self.before = max(self.before, -float(packet.pts * packet.time_base))
            if packet.pts is not None and packet.duration and not packet.is_discard:
                end = float((packet.pts + packet.duration) * packet.time_base)
                self.end = end if self.end is None else max(self.end, end)
            yield from packet.decode()


class Writer:
    """Writes samples, and holds the last few packets back, so that those beyond the sound's end can be left out.

    done : samples that were met; held : those of them that are held back
    """

    def __init__(self) -> None:
        self.done = self.held = 0
        self._late: list[np.ndarray] = []

    def add(self, samples: np.ndarray) -> None:
        """Samples (n, channels)."""
        self.done, self.held = self.done + len(samples), self.held + len(samples)
        self._late.append(samples)
        while len(self._late) > _LATE:
            self.held -= len(self._late[0])
            record(self._late.pop(0).astype("<f4", copy=False).tobytes())

    def finish(self, surplus: int = 0) -> None:
        """Write what was held back, but for so many samples."""
        if self._late:
            samples = np.concatenate(self._late)
            record(samples[: len(samples) - surplus].astype("<f4", copy=False).tobytes())


def decode(walk: Walk, frames: Iterator[Any], first: Any, length: Length) -> tuple[str, str]:
    """Write the samples, with NaN where the file's times leave a hole; what went wrong, and what is to be doubted."""
    rate, n_channels, writer = first.sample_rate, first.layout.nb_channels, Writer()
    zero = None if first.pts is None else float(first.pts * first.time_base)
    smallest = _SMALLEST_GAP if length.within < 0.1 else 4 * _SMALLEST_GAP
    try:
        fault = write(writer, itertools.chain([first], frames), rate, n_channels, zero, smallest)
    except (av.FFmpegError, ValueError, MemoryError):
        fault = f"cannot be decoded after {writer.done / rate:.3f} s"
    surplus, doubt = 0, ""
    count = counted(walk, length, rate, zero or 0.0)
    if not fault and 0 < count < writer.done:
        surplus = writer.done - count
        if surplus >= writer.held:
            doubt = f"counts {count:,} samples and {writer.done:,} are there. All were used"
            surplus = 0
    writer.finish(surplus)
    return fault or missing(walk, length, writer.done, rate, zero or 0.0), doubt


def counted(walk: Walk, length: Length, rate: int, zero: float) -> int:
    """How many samples the container counts; 0 where it does not."""
    if length.samples:
        return length.samples
    if not length.trims or walk.end is None:
        return 0
    count = round((walk.end - zero) * rate)
    by_edits = round(length.seconds * rate)
    return by_edits if 0 < by_edits < count - length.within * rate - 1 else count


def missing(walk: Walk, length: Length, done: int, rate: int, zero: float) -> str:
    """That the sound ends before the container says so, or nothing."""
    if length.samples:
        return "" if done >= length.samples else f"promises {length.samples:,} samples and ends after {done:,}"
    seconds = max(0.0, zero) + done / rate
    end = walk.end + walk.before if walk.end is not None and length.within == _ROUNDED else seconds
    if end < length.seconds - length.within - 1.0 / rate:
        return f"promises {length.seconds:.3f} s and ends after {end:.3f} s"
    return ""


def write(
    writer: Writer, frames: Iterable[Any], rate: int, n_channels: int, zero: float | None, smallest: float
) -> str:
    """Write frames, and NaN for holes from so many seconds on; what went wrong."""
    packed = None
    for frame in frames:
        if frame.sample_rate != rate or frame.layout.nb_channels != n_channels:
            return f"changes its rate or its channels after {writer.done / rate:.3f} s"
        # to_ndarray of planar sound of 8 or more channels reads past its end; packed sound is safe
        packed = packed or av.AudioResampler(format="flt", layout=frame.layout, rate=rate)
        time = None if frame.pts is None else float(frame.pts * frame.time_base)
        hole = 0 if time is None or zero is None else round((time - zero) * rate) - writer.done
        if hole > _LONGEST_GAP * rate:
            return f"has a time that cannot be after {writer.done / rate:.3f} s"
        if hole > smallest * rate:
            for first in range(0, hole, 1 << 16):
                writer.add(np.full((min(1 << 16, hole - first), n_channels), np.nan, np.float32))
        for part in packed.resample(frame):
            writer.add(part.to_ndarray().reshape(-1, n_channels).copy())
    return ""
