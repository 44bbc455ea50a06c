"""Compressed sound in chunks (WAV, W64, AIFF-C, CAF, AU): the container's count of samples wins over the decoder's.

A codec packs samples by the hundred, and what fills the last packet is no sound. The count is believed where it ends
in the last packet; one that does not is a status, and all that decodes is used.
"""

from __future__ import annotations

import numpy as np

from sonograph.io.containers.extents import Layout
from sonograph.io.decoders.decoded import decoded_track, skip, trusted
from sonograph.io.decoders.tracks import Cursor, Opened, Track
from sonograph.io.door import OpenFile
from sonograph.io.status import Fault


def open_chunked(file: OpenFile, layout: Layout, name: str) -> Opened:
    """The sound of a layout that a codec must decode."""
    healthy = not any(fault.word == "partial" for fault in layout.faults)
    found = trusted(decoded_track(file, name, lambda: layout.view(file)), layout.faults, healthy)
    there, promised = found.track.n_samples, layout.expected
    if promised is None:
        return found
    if there is None:
        found.expected = promised
        return found
    left = there - layout.skipped - promised
    if 0 <= left < layout.packet:
        if left or layout.skipped:
            found.track = PartTrack(found.track, layout.skipped, promised)
        found.expected = promised
    elif not (-layout.packet < left < 0 and promised % layout.packet == 0):  # such a count is one of packets
        what = f"the {layout.container} header counts {promised:,} samples and {there:,} are there. All were used."
        layout.faults.append(Fault("warn", "sample-count", what))
    return found


class PartTrack:
    """The samples of a track from one on, and so many."""

    def __init__(self, track: Track, first: int, count: int) -> None:
        self.track, self.first = track, first
        self.decoder, self.dtype, self.n_channels = track.decoder, track.dtype, track.n_channels
        self.n_samples: int | None = count

    @property
    def seekable(self) -> bool:
        """Whether the track is."""
        return self.track.seekable

    def cursor(self) -> Cursor:
        """A reader at the first sample."""
        return PartCursor(self, self.track.cursor())


class PartCursor:
    """A place in a part of a track."""

    def __init__(self, part: PartTrack, cursor: Cursor) -> None:
        self._part, self._cursor, self.position = part, cursor, 0
        self.faults: list[Fault] = cursor.faults
        skip(cursor, part.first)

    def seek(self, sample: int) -> None:
        """Go to a sample."""
        self._cursor.seek(self._part.first + sample)
        self.position = sample

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n), fewer at the end or at a fault."""
        samples = self._cursor.read(max(0, min(count, (self._part.n_samples or 0) - self.position)))
        self.position += samples.shape[1]
        return samples

    def close(self) -> None:
        """Let go of the decoder."""
        self._cursor.close()
