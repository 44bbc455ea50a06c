"""A healthy sound in Ogg that is read anywhere: decoders are begun at pages of which it is known what they give there.

libsndfile's own seeks in Ogg go wrong, by up to whole seconds. A decoder is handed the headers and the pages from a
place on instead. That of Vorbis gives there, bit for bit, what it would have given from the beginning. One of CELT
(Opus) comes near within a second, and may differ in a last bit as long as nothing sounds. So Opus is decoded in spans,
each by a decoder that is begun a little earlier, by every way through the file, which thus agree.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sonograph.io.containers.ogg_index import Index
from sonograph.io.decoders.decoded import DecodedCursor, DecodedTrack, skip
from sonograph.io.door import View
from sonograph.io.status import Fault, short

SPAN, RUN_IN = 10.0, 1.0
"""Seconds of Opus that one decoder gives, and how much earlier it is begun (0.75 s are enough where it sounds)."""


class OggTrack:
    """A sound in Ogg that can be read anywhere where there is an index.

    whole : decodes it from the beginning
    find : finds the places, when they are first needed
    begun : the bytes for a decoder that is begun at a page, of the headers and that page
    span, run_in : samples that one decoder gives, and that it is begun earlier; 0 where one may give all
    """

    def __init__(
        self,
        whole: DecodedTrack,
        find: Callable[[], Index | None],
        begun: Callable[[bytes, int], View],
        span: int = 0,
        run_in: int = 0,
    ) -> None:
        self.whole, self.begun, self.span, self.run_in = whole, begun, span, run_in
        self._find: Callable[[], Index | None] | None = find
        self._index: Index | None = None
        self.decoder, self.dtype, self.n_channels = whole.decoder, whole.dtype, whole.n_channels
        self.n_samples = whole.n_samples

    @property
    def index(self) -> Index | None:
        """The places; None where it must be decoded from the beginning."""
        find = self._find
        if find is not None:
            self._index = find()
            self._find = None
        return self._index

    @property
    def seekable(self) -> bool:
        """Whether a decoder can be begun in the middle."""
        return self.index is not None

    def cursor(self) -> OggCursor:
        """A reader at the first sample."""
        return OggCursor(self)


class OggCursor:
    """A place in a sound in Ogg."""

    def __init__(self, track: OggTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []
        self._decoder: DecodedCursor | None = None
        self._left = 0  # samples that the decoder gives from here on

    def seek(self, sample: int) -> None:
        """Go to a sample: begin a decoder before it, and throw away what comes before."""
        self.close()
        self.position = sample

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n): NaN where they cannot be decoded, fewer at the end."""
        count = max(0, min(count, (self.track.n_samples or 0) - self.position))
        out = np.full((self.track.n_channels, count), np.nan, self.track.dtype)
        done = 0
        while done < count:
            if self._decoder is None:
                self._decoder, self._left = self._begin()
            step = min(count - done, self._left)
            samples = self._decoder.read(step)
            out[:, done : done + samples.shape[1]] = samples
            self.faults += [fault for fault in self._decoder.faults if fault not in self.faults]
            done, self.position, self._left = done + step, self.position + step, self._left - step
            if samples.shape[1] < step and not self.faults:
                self.faults.append(short(step - samples.shape[1]))
            if not self._left:  # another decoder gives what follows
                self.close()
        return out

    def close(self) -> None:
        """Let go of the decoder."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def _begin(self) -> tuple[DecodedCursor, int]:
        """A decoder at the position, and how many samples it gives."""
        track, span = self.track, self.track.span
        is_one = (track.n_samples or 0) <= span if span else self.position == 0
        index = None if is_one else track.index
        sample = self.position // span * span - track.run_in if span else self.position
        place = None if index is None else index.before(sample)
        cursor, first = None, 0
        if index is not None and place is not None:
            cursor, first = DecodedCursor(track.whole, track.begun(index.headers, place[0])), place[1]
            if cursor.claimed != (track.n_samples or 0) - first:  # it does not see the same sound
                cursor.close()
                cursor, first = None, 0
        cursor = cursor or track.whole.cursor()
        skip(cursor, self.position - first)
        return cursor, 1 << 62 if index is None or not span else span - self.position % span
