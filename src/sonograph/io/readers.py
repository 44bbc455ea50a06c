"""Which reader serves which file: content in, a track with its claims and its faults out."""

from __future__ import annotations

import os
from collections.abc import Callable

from sonograph.errors import SettingsError
from sonograph.io.containers import metadata
from sonograph.io.containers.content import has_header, kind_of, refusal
from sonograph.io.containers.extents import Layout
from sonograph.io.containers.tags import after_id3
from sonograph.io.decoders.pcm import PcmTrack, which_bits
from sonograph.io.decoders.tracks import Opened, check_sound
from sonograph.io.door import OpenFile
from sonograph.io.numbers import apart
from sonograph.io.numbers.raw import SUFFIXES as IQ_SUFFIXES
from sonograph.io.spliced import Parts
from sonograph.io.status import Fault


def opened(
    file: OpenFile, *, sample_rate: float | None = None, time_column: str | None = None, raw: str | None = None
) -> Opened:
    """Find out what a file is and how it is read. The rate and the column of times are for tables and arrays.

    raw : what the samples of a file without a header are; see `numbers.raw`

    Raises
    ------
    SourceError
        It holds no sound, or none that can be read.
    SettingsError
        A rate for a file that says its own, a column of one that has none.
    """
    if raw is not None:
        return _raw(file, sample_rate, time_column, raw)
    suffix = os.path.splitext(file.name)[1].lower()  # noqa: PTH122
    if suffix in IQ_SUFFIXES and file.size and not has_header(file):  # nothing in them tells what they are
        if sample_rate is None:
            raise file.error(
                "no-rate", "does not say how many samples a second it has. Give sample_rate (--sample-rate)."
            )
        return _raw(file, None, time_column, f"{sample_rate!r}:1:{IQ_SUFFIXES[suffix]}")
    kind = kind_of(file)
    if kind not in _OPENERS and kind not in _NUMBERS:
        raise file.error("no-sound", refusal(file))
    if time_column is not None and kind != "text":
        raise SettingsError(f"time_column is {time_column!r}; {file.name} is no table and has no columns: leave it out")
    if file.inside and kind not in apart.NEEDS:
        raise file.error("no-array", f"has no place {file.inside} in it: it holds one sound. Leave that out.")
    if kind in _NUMBERS:
        return _NUMBERS[kind](file, sample_rate, time_column)
    if sample_rate is not None:
        raise SettingsError(
            f"sample_rate is {sample_rate:g}; {file.name} says its own, as all but tables and arrays do: leave it out, "
            f"or resample the sound"
        )
    tags = after_id3(file)
    if not tags or kind in _TAGGED:
        return _OPENERS[kind](file)
    found = _OPENERS[kind](Parts(file, [(tags, file.size)]))
    what = f"a tag (ID3) of {tags:,} bytes is in front of the sound, where {found.format} has none. It was left out."
    found.faults.append(Fault("warn", "tag-before", what))
    return found


def _raw(file: OpenFile, sample_rate: float | None, time_column: str | None, raw: str) -> Opened:
    from sonograph.io.numbers.raw import open_raw

    given = {"sample_rate": sample_rate, "time_column": time_column}
    name = next((name for name, value in given.items() if value is not None), None)
    if name:
        raise SettingsError(
            f"raw is {raw!r} and {name} is {given[name]!r}; raw says the rate, and there are no columns: "
            f"leave {name} out"
        )
    if file.size and has_header(file):
        raise SettingsError(f"raw is {raw!r}; {file.name} has a header that says what its samples are: leave it out")
    return open_raw(file, raw)


def _table(file: OpenFile, sample_rate: float | None, time_column: str | None) -> Opened:
    from sonograph.io.numbers.text_table import open_table

    return open_table(file, sample_rate, time_column)


def _npy(file: OpenFile, sample_rate: float | None, _: str | None) -> Opened:
    from sonograph.io.numbers.npy import open_array

    return open_array(file, sample_rate)


def _apart(kind: str) -> Callable[[OpenFile, float | None, str | None], Opened]:
    return lambda file, sample_rate, _: apart.open_apart(file, kind, sample_rate)


def _riff(file: OpenFile) -> Opened:
    from sonograph.io.containers import riff

    return _laid_out(file, riff.layout_of(file))


def _au(file: OpenFile) -> Opened:
    from sonograph.io.containers import au

    return _laid_out(file, au.layout_of(file))


def _sphere(file: OpenFile) -> Opened:
    from sonograph.io.containers import sphere

    return _laid_out(file, sphere.layout_of(file))


def _caf(file: OpenFile) -> Opened:
    from sonograph.io.containers import caf

    return _laid_out(file, caf.layout_of(file))


def _aiff(file: OpenFile) -> Opened:
    from sonograph.io.containers import aiff

    return _laid_out(file, aiff.layout_of(file))


def _laid_out(file: OpenFile, layout: Layout) -> Opened:
    text = f"{layout.container}, {layout.encoding.text if layout.encoding else layout.codec}"
    facts = metadata.of_chunks(file, layout.chunks, big=layout.big)
    if layout.codec in ("MP2", "MP3"):
        from sonograph.io.decoders.mp3_opening import open_in_chunk

        return open_in_chunk(file, layout, facts)
    if layout.encoding is None:
        from sonograph.io.decoders.chunked import open_chunked

        found = open_chunked(file, layout, text)
        found.metadata = facts
        return found
    check_sound(file, layout.sample_rate, layout.n_channels)
    n_samples = layout.n_samples or 0
    encoding = which_bits(file, layout.encoding, layout.data, layout.n_bytes, layout.faults)
    track = PcmTrack(file, encoding, layout.n_channels, layout.data, n_samples)
    expected = n_samples if layout.expected is None else layout.expected
    return Opened(track, text, layout.sample_rate, expected, layout.faults, facts)


def _flac(file: OpenFile) -> Opened:
    from sonograph.io.decoders.flac_decoding import FlacTrack

    track = FlacTrack(file)
    check_sound(file, track.format.sample_rate, track.n_channels)
    start, size = track.info.comments
    facts = metadata.of_fields(metadata.vorbis_comments(file.at(start, min(size, 1 << 20))))
    rate = float(track.format.sample_rate)
    return Opened(track, f"FLAC, {track.format.bits} bit", rate, track.expected, track.faults, facts)


def _ogg(file: OpenFile) -> Opened:
    from sonograph.io.decoders.ogg_sounds import open_ogg

    return open_ogg(file, _flac)


def _mp3(file: OpenFile) -> Opened:
    from sonograph.io.decoders.mp3_opening import open_mpeg

    return open_mpeg(file)


def _av(file: OpenFile) -> Opened:
    from sonograph.io.decoders.av_decoding import AvTrack

    track = AvTrack(file)
    check_sound(file, track.sample_rate, track.n_channels)
    texts = {f"comment.{name.upper()}": metadata.printable(value.encode()) for name, value in track.texts.items()}
    return Opened(track, track.format, track.sample_rate, None, [], metadata.of_fields(texts))


_TAGGED = ("flac", "mp3", "av")  # look for a tag in front themselves

_OPENERS: dict[str, Callable[[OpenFile], Opened]] = {
    "riff": _riff,
    "aiff": _aiff,
    "flac": _flac,
    "ogg": _ogg,
    "mp3": _mp3,
    "au": _au,
    "sphere": _sphere,
    "caf": _caf,
    "av": _av,
}

_NUMBERS: dict[str, Callable[[OpenFile, float | None, str | None], Opened]] = {
    "text": _table,
    "npy": _npy,
    **{kind: _apart(kind) for kind in apart.NEEDS},
}
