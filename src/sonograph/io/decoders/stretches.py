"""A sound in stretches: what is left of a damaged one, or several joined. Each is in its place, and NaN between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.io.decoders.decoded import skip
from sonograph.io.decoders.tracks import Cursor, Track
from sonograph.io.status import Fault


@dataclass(frozen=True)
class Place:
    """A stretch of sound.

    first, count : its first sample, and how many samples of each channel it has
    track : what decodes it
    early : how many samples come before it in the track, while the decoder finds its way
    """

    first: int
    count: int
    track: Track
    early: int = 0

    @property
    def stop(self) -> int:
        """The sample after it."""
        return self.first + self.count


class StretchesTrack:
    """Stretches in the order of time; they do not overlap."""

    seekable = True

    def __init__(self, places: list[Place]) -> None:
        self.places: list[Place] = []
        for place in sorted(places, key=lambda place: place.first):
            if place.count > 0 and (not self.places or place.first >= self.places[-1].stop):
                self.places.append(place)
        first = places[0].track
        self.dtype, self.n_channels, self.decoder = first.dtype, first.n_channels, first.decoder
        self.n_samples: int | None = self.places[-1].stop if self.places else 0

    def cursor(self) -> StretchesCursor:
        """A reader at the first sample."""
        return StretchesCursor(self)


class StretchesCursor:
    """A place in stretches of sound."""

    def __init__(self, track: StretchesTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []
        self._left = list(track.places)
        self._cursor: Cursor | None = None

    def seek(self, sample: int) -> None:
        """Go to a sample, into the stretch that it lies in."""
        here = self._left[0] if self._left else None
        if self._cursor and here and not here.track.seekable and self.position <= sample < here.stop:
            skip(self._cursor, sample - self.position)
            self.position = sample
            return
        self.close()
        self._left = [place for place in self.track.places if place.stop > sample]
        self.position = sample
        if self._left and self._left[0].first < sample:
            place, inner = self._left[0], self._begun(self._left[0])
            if place.track.seekable:
                inner.seek(place.early + sample - place.first)
            else:
                skip(inner, sample - place.first)

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n): NaN between the stretches, fewer at the end."""
        count = max(0, min(count, (self.track.n_samples or 0) - self.position))
        out = np.full((self.track.n_channels, count), np.nan, self.track.dtype)
        done = 0
        while done < count and self._left:
            place = self._left[0]
            if self.position < place.first:
                step = min(count - done, place.first - self.position)
            else:
                cursor = self._cursor or self._begun(place)
                step = min(count - done, place.stop - self.position)
                samples = cursor.read(step)
                out[:, done : done + samples.shape[1]] = samples
                self.faults += [fault for fault in cursor.faults if fault not in self.faults]
                if self.position + step == place.stop:
                    self.close()
                    self._left.pop(0)
            self.position, done = self.position + step, done + step
        return out

    def close(self) -> None:
        """Let go of the decoder."""
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None

    def _begun(self, place: Place) -> Cursor:
        """A decoder at the first sample of a stretch."""
        self._cursor = cursor = place.track.cursor()
        skip(cursor, place.early)
        return cursor
