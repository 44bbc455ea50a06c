"""MPEG audio opened: alone, or in a chunk of a WAV file, whose own count of samples says where it ends."""

from __future__ import annotations

from dataclasses import replace

from sonograph.io.containers import mpeg
from sonograph.io.containers.content import PEEK, REACH
from sonograph.io.containers.extents import Layout
from sonograph.io.containers.metadata import Metadata
from sonograph.io.containers.mpeg_sounds import Sounds, walk
from sonograph.io.containers.tags import after_id3, before_tags
from sonograph.io.decoders.mp3_decoding import MpegTrack
from sonograph.io.decoders.tracks import Opened, check_sound
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault

_MOST_ADDED = 4  # frames that an encoder puts around a sound


def open_mpeg(file: OpenFile) -> Opened:
    """Open a file of MPEG audio frames.

    Raises
    ------
    SourceError
        It has none any more, or they cannot be decoded.
    """
    tags = after_id3(file)
    stop = before_tags(file, tags, file.size)
    sounds = _walk(file, tags, stop, REACH if tags else PEEK)
    return Opened(MpegTrack(file, sounds), sounds.frame.name, sounds.frame.sample_rate, sounds.expected, sounds.faults)


def open_in_chunk(file: OpenFile, layout: Layout, metadata: Metadata) -> Opened:
    """Open the MPEG audio in the data chunk of a WAV file.

    Raises
    ------
    SourceError
        It has no frames, or they cannot be decoded.
    """
    stop = layout.data + layout.n_bytes
    sounds = _walk(file, layout.data, before_tags(file, layout.data, stop), REACH)
    faults = list(layout.faults)
    if layout.expected is not None:
        sounds = _ended(sounds, layout.expected)
    frame = sounds.frame
    if (layout.sample_rate, layout.n_channels) != (frame.sample_rate, frame.n_channels):
        what = f"the header says {layout.n_channels} channels at {layout.sample_rate:g} Hz and its frames say "
        what += f"{frame.n_channels} at {frame.sample_rate:g} Hz. They were believed."
        faults.append(Fault("warn", "rate", what))
    text = f"{layout.container}, {frame.name}"
    return Opened(MpegTrack(file, sounds), text, frame.sample_rate, sounds.expected, faults + sounds.faults, metadata)


def _walk(file: OpenFile, first: int, stop: int, within: int) -> Sounds:
    begin = mpeg.begins(file, first, within, stop)
    if begin is None:
        raise file.error("no-sound", "has no MPEG audio frame where its header says so. Copy it again.")
    sounds = walk(file, begin, stop)
    check_sound(file, sounds.frame.sample_rate, sounds.frame.n_channels)
    return sounds


def _ended(sounds: Sounds, count: int) -> Sounds:
    """A sound that ends where the header's count of samples says, if its frames do not say so themselves."""
    there, at_most = sounds.n_samples, _MOST_ADDED * sounds.frame.n_samples
    if sounds.expected is not None:
        return sounds
    if there - at_most <= count <= there:
        stretches = [replace(one, end=min(one.end, count)) for one in sounds.stretches if one.start < count]
        faults = [fault for fault in sounds.faults if fault.reason not in ("data-cut", "trailing")]
        return replace(sounds, stretches=stretches, n_samples=count, expected=count, faults=faults)
    what = f"the header counts {count:,} samples and its frames hold {there:,}. "
    if count > there:
        fault = Fault("partial", "data-cut", what + "What is there was used; copy the file again from the original.")
        return replace(sounds, expected=count if count < 2 * there else None, faults=[*sounds.faults, fault])
    return replace(sounds, faults=[*sounds.faults, Fault("warn", "sample-count", what + "All of them were used.")])
