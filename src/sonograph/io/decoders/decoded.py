"""Sound that a codec must decode: a track whose cursors run through libsndfile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sonograph.io.containers import metadata
from sonograph.io.decoders.libsndfile import Decoder, Refused, version
from sonograph.io.decoders.tracks import Cursor, Opened, check_sound
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault as FileFault
from sonograph.io.status import read_error

AT_ONCE = 1 << 16
"""Samples of each channel that are thrown away at a time on the way to a place."""


class DecodedTrack:
    """Compressed sound.

    data : makes the bytes to decode, from the beginning
    name : as "Ogg Vorbis"
    n_samples : samples of each channel; None where only decoding tells
    seekable : whether the decoder may be sent to a place
    early : how many samples before a place the decoder must start to be exact there
    forgets : whether it is exact there; asked when it is first sent to a place
    dtype : what samples are decoded to
    """

    def __init__(
        self,
        data: Callable[[], View],
        name: str,
        *,
        n_samples: int | None = None,
        seekable: bool = False,
        early: int = 0,
        forgets: Callable[[], bool] | None = None,
        dtype: str = "float32",
    ) -> None:
        self.n_samples, self.early = n_samples, early
        self._seekable, self._forgets = seekable, forgets
        self.data, self.name, self.dtype = data, name, np.dtype(dtype)
        view = data()
        try:
            first = Decoder(view, dtype)
        finally:
            if view.broken is not None:
                raise view.broken
        self.sample_rate, self.n_channels, self.claimed = first.sample_rate, first.n_channels, first.claimed
        self.comments, self.decoder = first.comments(), version()
        first.close()

    @property
    def seekable(self) -> bool:
        """Whether the decoder may be sent to a place."""
        if self._seekable and self._forgets is not None:
            self._seekable, self._forgets = self._forgets(), None
        return self._seekable

    @seekable.setter
    def seekable(self, may: bool) -> None:
        self._seekable = may

    def cursor(self) -> DecodedCursor:
        """A reader at the first sample."""
        return DecodedCursor(self)


class DecodedCursor:
    """A place in compressed sound."""

    def __init__(self, track: DecodedTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[FileFault] = []
        self._decoder: Decoder | None = None
        data = track.data()
        try:
            self._decoder = Decoder(data, track.dtype.name)
        except Refused:
            self._note(data.broken, "cannot be decoded")

    def seek(self, sample: int) -> None:
        """Go to a sample: exact, because the decoder starts early and what comes before is thrown away."""
        start = max(0, sample - self.track.early)
        if self._decoder is not None and self._decoder.seek(start):
            self.position = start
            skip(self, sample - start)
        else:
            self._note(None, "cannot be sent to a place")
        self.position = sample

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n), fewer at the end or at a fault."""
        if self._decoder is None:
            return np.empty((self.track.n_channels, 0), self.track.dtype)
        samples = self._decoder.read(count)
        self.position += samples.shape[1]
        if self._decoder.broken is not None or self._decoder.fault:
            self._note(self._decoder.broken, "cannot be decoded")
        return samples

    def close(self) -> None:
        """Let go of the decoder."""
        if self._decoder is not None:
            self._decoder.close()

    def _note(self, broken: OSError | None, what: str) -> None:
        if self.faults:
            return
        if broken is not None:
            self.faults.append(read_error(self.position, broken))
            return
        text = f"{what} from sample {self.position:,} on. What comes before was used; "
        self.faults.append(FileFault("partial", "decoder", text + "copy the file again from the original."))


def skip(cursor: Cursor, count: int) -> None:
    """Read and throw away."""
    while count > 0:
        got = cursor.read(min(count, AT_ONCE)).shape[1]
        if not got:
            return
        count -= got


def decoded_track(file: OpenFile, name: str, view: Callable[[], View], **options: Any) -> DecodedTrack:
    """A track, or one sentence why there is none."""
    try:
        track = DecodedTrack(view, name, **options)
    except Refused as refused:
        if "unimplemented" in str(refused):
            raise file.error("codec", f"is {name} of a sort that cannot be decoded. Save it as WAV or FLAC.") from None
        what = f"is {name} whose beginning is broken, so that it cannot be decoded. Copy it again from the original."
        raise file.error("broken-beginning", what) from None
    check_sound(file, track.sample_rate, track.n_channels)
    return track


def trusted(track: DecodedTrack, faults: list[FileFault], healthy: bool) -> Opened:
    """A track that is sent to places, and believed about its length, only where its structure was found whole."""
    if healthy and 0 <= track.claimed < 1 << 62:
        track.n_samples, track.seekable = track.claimed, True
    return Opened(track, track.name, track.sample_rate, track.n_samples, faults, metadata.of_fields(track.comments))
