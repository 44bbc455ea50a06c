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

EXACT_SEEKS = frozenset(f"{kind}, {codec} ADPCM" for kind in ("WAV", "W64", "AIFF") for codec in ("MS", "IMA"))
"""Where libsndfile's seeks are exact: each block of these is of one length, begins with all that its samples depend on,
and is decoded whatever is in it. All else is decoded forward: Ogg and MP3, where libsndfile goes to wrong places; GSM,
G.72x, NMS and DWVW, where it goes to none; ALAC, where it reads on behind a bad packet only if it never met it."""

AT_ONCE = 1 << 16
"""Samples of each channel that are thrown away at a time on the way to a place."""


class DecodedTrack:
    """Compressed sound.

    data : makes the bytes to decode, from the beginning
    name : as "Ogg Vorbis"
    n_samples : samples of each channel; None where only decoding tells
    seekable : whether libsndfile may be sent to a place
    dtype : what samples are decoded to
    """

    def __init__(
        self,
        data: Callable[[], View],
        name: str,
        *,
        n_samples: int | None = None,
        dtype: str = "float32",
    ) -> None:
        self.n_samples, self.seekable = n_samples, False
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

    def cursor(self) -> DecodedCursor:
        """A reader at the first sample."""
        return DecodedCursor(self)


class DecodedCursor:
    """A place in compressed sound; `data` are other bytes to decode than those of the track."""

    def __init__(self, track: DecodedTrack, data: View | None = None) -> None:
        self.track, self.position = track, 0
        self.faults: list[FileFault] = []
        self._decoder: Decoder | None = None
        data = track.data() if data is None else data
        try:
            self._decoder = Decoder(data, track.dtype.name)
        except Refused:
            self._note(data.broken, "cannot be decoded")

    def seek(self, sample: int) -> None:
        """Go to a sample; only where that is exact."""
        if self._decoder is None or not self._decoder.seek(sample):
            self._note(None, "cannot be sent to a place")
        self.position = sample

    @property
    def claimed(self) -> int:
        """How many samples of each channel the decoder expects to give."""
        return -1 if self._decoder is None else self._decoder.claimed

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
    """A track that is believed about its length, and sent to places, only where its structure was found whole."""
    if healthy and 0 <= track.claimed < 1 << 62:
        track.n_samples, track.seekable = track.claimed, track.name in EXACT_SEEKS
    return Opened(track, track.name, track.sample_rate, track.n_samples, faults, metadata.of_fields(track.comments))
