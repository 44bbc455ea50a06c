"""The sounds of an Ogg file: whole, in stretches around what is damaged, or several joined."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from functools import partial

from sonograph.errors import SourceError
from sonograph.io.containers import metadata, ogg
from sonograph.io.containers.ogg_index import Index, opus_index, vorbis_index
from sonograph.io.containers.ogg_packets import Packets
from sonograph.io.decoders.decoded import DecodedTrack, decoded_track, trusted
from sonograph.io.decoders.ogg_track import RUN_IN, SPAN, OggTrack
from sonograph.io.decoders.stretches import Place, StretchesTrack
from sonograph.io.decoders.tracks import Opened
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault

_OPUS_SETTLES = 48_000
"""Samples at 48 kHz that a decoder of damaged Opus is given to come near what it would be from the beginning."""

_BEFORE_FLAC = 9  # bytes of its first packet, before what a FLAC file begins with (RFC 9639, 10.1)
_MOST_STRETCHES = 1000  # of a damaged file; of one with more, the first is used


def open_ogg(file: OpenFile, open_flac: Callable[[OpenFile], Opened]) -> Opened:
    """Open an Ogg file: its sound, or its sounds one after the other; `open_flac` opens what is FLAC without its pages.

    Raises
    ------
    SourceError
        It holds something that is not known, or its beginning is broken.
    """
    walk = ogg.walk(file)
    if not walk.codec:
        raise file.error("codec", "is an Ogg file of something that is not known here. Save its sound as FLAC.")
    if walk.codec == "Speex":
        raise file.error("codec", "is Speex in Ogg, for which there is no decoder here. Save its sound as FLAC or WAV.")
    return _joined(file, walk, open_flac) if walk.next else _sound(file, walk, open_flac)


def _sound(file: OpenFile, walk: ogg.Walk, open_flac: Callable[[OpenFile], Opened], least: int = 2) -> Opened:
    """One sound in an Ogg file: whole, or in stretches where there are so many at least and something is wrong."""
    if walk.codec == "FLAC":
        found = open_flac(Packets(file, walk.first, walk.next or file.size, _BEFORE_FLAC))
        found.format, found.faults = f"Ogg {found.format}", walk.faults + found.faults
        return found
    name = f"Ogg {walk.codec}"
    healthy = walk.timed and not any(fault.word == "partial" for fault in walk.faults)
    can_be_placed = walk.codec in ("Vorbis", "Opus") and walk.timed and bool(walk.audio)
    placed = can_be_placed and not healthy and least <= len(walk.stretches) <= _MOST_STRETCHES
    stop = walk.stretches[0].stop if walk.stretches else walk.first
    after, before = walk.first, b""
    if placed and len(walk.stretches) > 1 and not walk.stretches[0].known:  # headers alone are none to libsndfile
        before, after, stop = file.at(walk.first, stop - walk.first), walk.stretches[1].first, walk.stretches[1].stop
    track = decoded_track(file, name, lambda: View(file, after, stop, before))
    if not placed:
        sound = trusted(track, walk.faults, healthy)
        if track.n_samples is not None and can_be_placed:
            sound.track = _anywhere(file, walk, track, stop)
        return sound
    forgets = walk.codec == "Vorbis" or ogg.forgets(file, walk.first)
    spliced = StretchesTrack(list(_places(file, walk, walk.stretches if forgets else walk.stretches[:1], track)))
    return Opened(spliced, name, track.sample_rate, None, walk.faults, metadata.of_fields(track.comments))


def _anywhere(file: OpenFile, walk: ogg.Walk, whole: DecodedTrack, stop: int) -> OggTrack:
    """A healthy sound of Vorbis or Opus."""
    if walk.codec == "Vorbis":

        def vorbis() -> Index | None:
            index = vorbis_index(file, walk.first, stop)
            return index if index is not None and index.n_samples == whole.n_samples else None

        return OggTrack(whole, vorbis, lambda headers, page: View(file, page, stop, headers))

    def opus() -> Index | None:
        index = opus_index(file, walk.first, stop)
        if index is None:
            return None
        index.headers, left_out = ogg.opus_head(index.headers)
        per_sample = round(48_000 / whole.sample_rate)
        index.samples = array("q", ((sample - left_out) // per_sample for sample in index.samples))
        is_exact = left_out % per_sample == 0 and (index.n_samples - left_out) // per_sample == whole.n_samples
        return index if is_exact else None

    span, run_in = round(SPAN * whole.sample_rate), round(RUN_IN * whole.sample_rate)
    return OggTrack(whole, opus, lambda headers, page: View(file, page, stop, headers), span, run_in)


def _joined(file: OpenFile, walk: ogg.Walk, open_flac: Callable[[OpenFile], Opened]) -> Opened:
    """Sounds joined in one Ogg file, as of a broadcast: one after the other, as long as they are alike."""
    first = sound = _sound(file, walk, open_flac, least=1)
    places, faults = [Place(0, first.track.n_samples or 0, first.track)], list(first.faults)
    at, stops = 0, ""
    while walk.next and not stops:
        at = walk.next
        if sound.expected is None or len(places) == _MOST_STRETCHES:
            stops = "as it is not known how long the one before it was"
            continue
        walk = ogg.walk(file, at)
        try:
            sound = _sound(file, walk, open_flac, least=1)
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
        early = _OPUS_SETTLES // per_sample

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
