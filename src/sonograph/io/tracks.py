"""Which reader serves which file: content in, a track with its claims and its faults out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sonograph.errors import SettingsError, SourceError
from sonograph.io import metadata
from sonograph.io.content import after_id3, kind_of, refusal
from sonograph.io.door import OpenFile, View
from sonograph.io.layout import Layout
from sonograph.io.metadata import Metadata
from sonograph.io.pcm import PcmTrack
from sonograph.io.status import Fault

if TYPE_CHECKING:
    from sonograph.io import ogg
    from sonograph.io.decoded import DecodedTrack
    from sonograph.io.stretches import Place

_EARLY = {"Vorbis": 4096, "Opus": 48_000}
"""How many samples before a place each decoder must start to give there what it gives from the beginning."""

_MOST_STRETCHES = 1000  # of a damaged file; of one with more, the first is used

HIGHEST_RATE = 10e6
"""Hz. A header that says more is broken."""


class Cursor(Protocol):
    """A place in a sound: reads forward, goes elsewhere where its track is seekable."""

    faults: list[Fault]
    position: int

    def seek(self, sample: int) -> None: ...  # noqa: D102
    def read(self, count: int) -> np.ndarray: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


class Track(Protocol):
    """Sound in a file, wherever its bytes are and whatever decodes them.

    n_samples : samples of each channel; None where only decoding tells
    decoder : the library that decodes, and its version; "" for none
    """

    decoder: str
    dtype: np.dtype
    n_channels: int
    n_samples: int | None
    seekable: bool

    def cursor(self) -> Cursor: ...  # noqa: D102


@dataclass
class Opened:
    """What opening a file found.

    expected : samples of each channel that the file promises; None where it promises nothing
    """

    track: Track
    format: str
    sample_rate: float
    expected: int | None
    faults: list[Fault] = field(default_factory=list)
    metadata: Metadata = field(default_factory=Metadata)


def opened(file: OpenFile, *, sample_rate: float | None = None, time_column: str | None = None) -> Opened:
    """Find out what a file is and how it is read. The rate and the column of times are for tables and arrays.

    Raises
    ------
    SourceError
        It holds no sound, or none that can be read.
    SettingsError
        A rate for a file that says its own, a column of one that has none.
    """
    kind = kind_of(file)
    if kind == "text":
        from sonograph.io.tables import open_table

        return open_table(file, sample_rate, time_column)
    if kind == "npy":
        from sonograph.io.npy import open_array

        _refuse_column(file, time_column)
        return open_array(file, sample_rate)
    if kind not in _OPENERS:
        raise file.error("no-sound", refusal(file))
    if sample_rate is not None:
        raise SettingsError(
            f"sample_rate is {sample_rate}; {file.name} says its own, as all but tables and NPY do: leave it out, or "
            f"resample the sound"
        )
    _refuse_column(file, time_column)
    return _OPENERS[kind](file)


def _refuse_column(file: OpenFile, time_column: str | None) -> None:
    if time_column is not None:
        raise SettingsError(f"time_column is {time_column!r}; {file.name} is no table and has no columns: leave it out")


def _riff(file: OpenFile) -> Opened:
    from sonograph.io import riff

    return _laid_out(file, riff.layout_of(file))


def _au(file: OpenFile) -> Opened:
    from sonograph.io import au

    return _laid_out(file, au.layout_of(file))


def _caf(file: OpenFile) -> Opened:
    from sonograph.io import caf

    return _laid_out(file, caf.layout_of(file))


def _aiff(file: OpenFile) -> Opened:
    from sonograph.io import aiff

    return _laid_out(file, aiff.layout_of(file))


def _laid_out(file: OpenFile, layout: Layout) -> Opened:
    text = f"{layout.container}, {layout.encoding.text if layout.encoding else layout.codec}"
    told = metadata.of_chunks(file, layout.chunks, big=layout.big)
    if layout.encoding is None:
        healthy = not any(fault.word == "partial" for fault in layout.faults)
        found = _trusted(_decoded(file, text, lambda: View(file)), layout.faults, healthy)
        found.metadata = told
        return found
    check_sound(file, layout.sample_rate, layout.n_channels)
    n_samples = layout.n_samples or 0
    track = PcmTrack(file, layout.encoding, layout.n_channels, layout.data, n_samples)
    expected = n_samples if layout.expected is None else layout.expected
    return Opened(track, text, layout.sample_rate, expected, layout.faults, told)


def _flac(file: OpenFile) -> Opened:
    from sonograph.io.flac_decoding import FlacTrack

    track = FlacTrack(file)
    check_sound(file, track.info.sample_rate, track.n_channels)
    expected = track.info.n_samples or track.n_samples
    start, size = track.info.comments
    told = metadata.of_fields(metadata.vorbis_comments(file.at(start, min(size, 1 << 20))))
    return Opened(track, f"FLAC, {track.info.bits} bit", track.info.sample_rate, expected, track.faults, told)


def _ogg(file: OpenFile) -> Opened:
    from sonograph.io import ogg

    walk = ogg.walk(file)
    if not walk.codec:
        raise file.error("codec", "is an Ogg file of something that is not known here. Save its sound as FLAC.")
    return _joined(file, walk) if walk.next else _ogg_sound(file, walk)


def _ogg_sound(file: OpenFile, walk: ogg.Walk, least: int = 2) -> Opened:
    """One sound in an Ogg file: whole, or in stretches where there are so many at least and something is wrong."""
    from sonograph.io.stretches import StretchesTrack

    name, early = f"Ogg {walk.codec}", _EARLY.get(walk.codec, 0)
    stop = walk.stretches[0].stop if walk.stretches else walk.first
    track = _decoded(file, name, lambda: View(file, walk.first, stop), early=early)
    healthy = walk.timed and not any(fault.word == "partial" for fault in walk.faults)
    can_be_placed = walk.codec in ("Vorbis", "Opus") and walk.timed and walk.audio
    if can_be_placed and not healthy and least <= len(walk.stretches) <= _MOST_STRETCHES:
        told = metadata.of_fields(track.comments)
        spliced = StretchesTrack(list(_places(file, walk, track)))
        return Opened(spliced, name, track.sample_rate, None, walk.faults, told)
    return _trusted(track, walk.faults, healthy)


def _joined(file: OpenFile, walk: ogg.Walk) -> Opened:
    """Sounds joined in one Ogg file, as of a broadcast: one after the other, as long as they are alike."""
    from sonograph.io import ogg
    from sonograph.io.stretches import Place, StretchesTrack

    first = sound = _ogg_sound(file, walk, least=1)
    places, faults = [Place(0, first.track.n_samples or 0, first.track)], list(first.faults)
    at, stops = 0, ""
    while walk.next and not stops:
        at = walk.next
        if sound.expected is None or len(places) == _MOST_STRETCHES:
            stops = "as it is not known how long the one before it was"
            continue
        walk = ogg.walk(file, at)
        try:
            sound = _ogg_sound(file, walk, least=1)
        except SourceError:
            stops = "as its beginning is broken"
            continue
        if (sound.sample_rate, sound.track.n_channels) != (first.sample_rate, first.track.n_channels):
            stops = "as its rate or its channels are others"
            continue
        places.append(Place(places[-1].stop, sound.track.n_samples or 0, sound.track))
        faults += sound.faults
    if stops:
        what = f"several sounds are joined in it; the one from byte {at:,} on was not read, {stops}."
    else:
        what = f"{len(places):,} sounds are joined in it. They were read one after the other."
    faults.append(Fault("partial" if stops else "warn", "chained", what))
    track = StretchesTrack(places) if len(places) > 1 else first.track
    return Opened(track, first.format, first.sample_rate, None, faults, first.metadata)


def _places(file: OpenFile, walk: ogg.Walk, whole: DecodedTrack) -> Iterator[Place]:
    """The stretches of a damaged file and where they belong: each ends at the time that its last page tells.

    Vorbis is exact from where it begins; Opus comes near to what it would be, and is left out for a second.
    """
    from sonograph.io.ogg import opus_head
    from sonograph.io.stretches import Place

    head, left_out, per_sample, early = file.at(walk.first, walk.audio - walk.first), 0, 1, 0
    if walk.codec == "Opus":  # whose times are at 48 kHz, whatever it is decoded to
        head, left_out = opus_head(head)
        per_sample = round(48_000 / whole.sample_rate)
        early = _EARLY["Opus"] // per_sample

    def sample(time: int) -> int:
        return time // per_sample - left_out // per_sample

    for i, stretch in enumerate(walk.stretches):
        if i == 0:
            yield Place(0, sample(stretch.last), whole)
            continue

        def view(stop: int, first: int = stretch.first) -> View:
            return View(file, first, stop, head)

        if not stretch.known:
            continue
        beginning = _decoded(file, whole.name, partial(view, stretch.known_stop)).cursor()
        count = 0
        while (step := beginning.read(1 << 16).shape[1]) > 0:
            count += step
        beginning.close()
        first = sample(stretch.known) - count
        if first >= 0:
            track = _decoded(file, whole.name, partial(view, stretch.stop))
            yield Place(first + early, sample(stretch.last) - first - early, track, early)


def _mp3(file: OpenFile) -> Opened:
    from sonograph.io import mpeg

    walk = mpeg.walk(file, mpeg.begins(file, after_id3(file)) or 0)
    after = walk.first + len(walk.head)
    track = _decoded(file, "MP3", lambda: View(file, after, walk.stop, walk.head))
    longest = walk.n_frames * walk.frame.n_samples
    healthy = walk.described and not walk.faults and longest - 4 * 1152 <= track.claimed <= longest
    return _trusted(track, walk.faults, healthy)


def _av(file: OpenFile) -> Opened:
    from sonograph.io.av_decoding import AvTrack

    track = AvTrack(file)
    check_sound(file, track.sample_rate, track.n_channels)
    texts = {f"comment.{name.upper()}": metadata.printable(value.encode()) for name, value in track.texts.items()}
    return Opened(track, track.format, track.sample_rate, None, [], metadata.of_fields(texts))


def _decoded(file: OpenFile, name: str, view: Callable[[], View], **options: Any) -> DecodedTrack:
    from sonograph.io.decoded import DecodedTrack
    from sonograph.io.libsndfile import Refused

    try:
        track = DecodedTrack(view, name, **options)
    except Refused as refused:
        if "unimplemented" in str(refused):
            raise file.error("codec", f"is {name} of a sort that cannot be decoded. Save it as WAV or FLAC.") from None
        what = f"is {name} whose beginning is broken, so that it cannot be decoded. Copy it again from the original."
        raise file.error("broken-beginning", what) from None
    check_sound(file, track.sample_rate, track.n_channels)
    return track


def _trusted(track: DecodedTrack, faults: list[Fault], healthy: bool) -> Opened:
    """A track that is sent to places, and believed about its length, only where its structure was found whole."""
    if healthy and 0 <= track.claimed < 1 << 62:
        track.n_samples, track.seekable = track.claimed, True
    return Opened(track, track.name, track.sample_rate, track.n_samples, faults, metadata.of_fields(track.comments))


def check_sound(file: OpenFile, sample_rate: float, n_channels: int) -> None:
    """Refuse a sound that cannot be."""
    if not 1.0 <= sample_rate <= HIGHEST_RATE:
        raise file.error("rate", f"the header says {sample_rate:g} samples a second; it must be 1 to {HIGHEST_RATE:g}.")
    if n_channels < 1:
        raise file.error("channels", "the header says 0 channels. It cannot be read.")


_OPENERS: dict[str, Callable[[OpenFile], Opened]] = {
    "riff": _riff,
    "aiff": _aiff,
    "flac": _flac,
    "ogg": _ogg,
    "mp3": _mp3,
    "au": _au,
    "caf": _caf,
    "av": _av,
}
