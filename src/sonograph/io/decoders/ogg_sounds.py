"""The sounds of an Ogg file: whole, in stretches around what is damaged, or several joined."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sonograph.errors import SourceError
from sonograph.io.containers import metadata, ogg
from sonograph.io.decoders.decoded import DecodedTrack, decoded_track, trusted
from sonograph.io.decoders.stretches import Place, StretchesTrack
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault

_EARLY = {"Vorbis": 4096, "Opus": 48_000}
"""How many samples before a place each decoder must start to give there what it gives from the beginning."""

_MOST_STRETCHES = 1000  # of a damaged file; of one with more, the first is used


def open_ogg(file: OpenFile) -> Opened:
    """Open an Ogg file: its sound, or its sounds one after the other.

    Raises
    ------
    SourceError
        It holds something that is not known, or its beginning is broken.
    """
    walk = ogg.walk(file)
    if not walk.codec:
        raise file.error("codec", "is an Ogg file of something that is not known here. Save its sound as FLAC.")
    return _joined(file, walk) if walk.next else _sound(file, walk)


def _sound(file: OpenFile, walk: ogg.Walk, least: int = 2) -> Opened:
    """One sound in an Ogg file: whole, or in stretches where there are so many at least and something is wrong."""
    name, early = f"Ogg {walk.codec}", _EARLY.get(walk.codec, 0)
    healthy = walk.timed and not any(fault.word == "partial" for fault in walk.faults)
    can_be_placed = walk.codec in ("Vorbis", "Opus") and walk.timed and bool(walk.audio)
    placed = can_be_placed and not healthy and least <= len(walk.stretches) <= _MOST_STRETCHES
    stop = walk.stretches[0].stop if walk.stretches else walk.first
    after, before = walk.first, b""
    if placed and len(walk.stretches) > 1 and not walk.stretches[0].known:  # headers alone are none to libsndfile
        before, after, stop = file.at(walk.first, stop - walk.first), walk.stretches[1].first, walk.stretches[1].stop
    forgets = partial(ogg.forgets, file, walk.first) if walk.codec == "Opus" else None
    track = decoded_track(file, name, lambda: View(file, after, stop, before), early=early, forgets=forgets)
    if not placed:
        return trusted(track, walk.faults, healthy)
    stretches = walk.stretches if forgets is None or forgets() else walk.stretches[:1]
    spliced = StretchesTrack(list(_places(file, walk, stretches, track)))
    return Opened(spliced, name, track.sample_rate, None, walk.faults, metadata.of_fields(track.comments))


def _joined(file: OpenFile, walk: ogg.Walk) -> Opened:
    """Sounds joined in one Ogg file, as of a broadcast: one after the other, as long as they are alike."""
    first = sound = _sound(file, walk, least=1)
    places, faults = [Place(0, first.track.n_samples or 0, first.track)], list(first.faults)
    at, stops = 0, ""
    while walk.next and not stops:
        at = walk.next
        if sound.expected is None or len(places) == _MOST_STRETCHES:
            stops = "as it is not known how long the one before it was"
            continue
        walk = ogg.walk(file, at)
        try:
            sound = _sound(file, walk, least=1)
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


def _places(file: OpenFile, walk: ogg.Walk, stretches: list[ogg.Stretch], whole: DecodedTrack) -> Iterator[Place]:
    """Stretches of a damaged file and where they belong: each ends at the time that its last page tells.

    Vorbis is exact from where it begins; Opus only comes near to what it would be, and is left out for a second.
    """
    headers = walk.audio if stretches[0].known else stretches[0].stop  # what lies between may be damaged
    head, left_out, per_sample, early = file.at(walk.first, headers - walk.first), 0, 1, 0
    if walk.codec == "Opus":  # whose times are at 48 kHz, whatever it is decoded to
        head, left_out = ogg.opus_head(head)
        per_sample = round(48_000 / whole.sample_rate)
        early = _EARLY["Opus"] // per_sample

    def sample(time: int) -> int:
        return time // per_sample - left_out // per_sample

    for i, stretch in enumerate(stretches):
        if i == 0:
            yield Place(0, sample(stretch.last), whole)
            continue

        def view(stop: int, first: int = stretch.first) -> View:
            return View(file, first, stop, head)

        if not stretch.known:
            continue
        beginning = decoded_track(file, whole.name, partial(view, stretch.known_stop)).cursor()
        count = 0
        while (step := beginning.read(1 << 16).shape[1]) > 0:
            count += step
        beginning.close()
        first = sample(stretch.known) - count
        if first >= 0:
            track = decoded_track(file, whole.name, partial(view, stretch.stop))
            yield Place(first + early, sample(stretch.last) - first - early, track, early)
