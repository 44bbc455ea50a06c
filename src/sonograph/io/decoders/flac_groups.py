"""FLAC frames that follow each other, decoded by several threads in groups that stay in a near cache.

Each frame is decoded by itself into its own place, so the number of threads changes no bit. The MD5 is of all in
their order: whoever has decoded a group takes it of those that are ready, one at a time.
"""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import numpy as np

from sonograph.engines import n_threads
from sonograph.engines.compiled.threads import run
from sonograph.io.containers.flac import Format
from sonograph.io.decoders.flac_frames import Frames
from sonograph.io.decoders.flac_libsndfile import PlainFrames

GROUP = 1 << 17
"""Samples of all channels that are decoded at a time."""


class Groups:
    """Some frames, while they are decoded.

    md5 : goes on with what they hold
    width : bytes of a number for it; 0 for none
    """

    def __init__(self, frames: Frames | PlainFrames, sound: Format, md5: Any, width: int) -> None:
        self._frames, self._sound, self._md5, self._width = frames, sound, md5, width
        self._good: list[np.ndarray | None] = []
        self._encoded: list[np.ndarray] = []
        self._sizes: list[np.ndarray] = []
        self._starts = np.zeros(1, np.int64)
        self._hashed = 0
        self._hashing = threading.Lock()

    def decode(self, places: np.ndarray, sizes: np.ndarray, out: np.ndarray) -> list[int]:
        """Decode frames into `out`, one behind the other; which of them are damaged, or could not be read."""
        first = np.concatenate([[0], np.cumsum(sizes)])
        which = first[:-1] * len(out) // GROUP
        self._starts = np.append(np.flatnonzero(np.diff(which, prepend=-1)), len(sizes))
        edges = list(pairwise(self._starts.tolist()))
        self._sizes = [sizes[i:stop] for i, stop in edges]
        self._good, self._encoded = [None] * len(edges), [np.empty(0, np.uint8)] * len(edges)

        def one(group: int) -> None:
            i, stop = edges[group]
            self._decode(group, places[i:stop], out[:, first[i] : first[stop]])
            self._hash_ready()

        run(one, [(group,) for group in range(len(edges))], min(len(edges), n_threads(None)))
        self._hash_ready()
        good = [np.empty(0, bool) if some is None else some for some in self._good]
        return np.flatnonzero(~np.concatenate(good)).tolist()

    def mend(self, frame: int, encoded: np.ndarray | None) -> None:
        """What the MD5 is taken of where a frame was found elsewhere."""
        if encoded is None:
            return
        group = int(np.searchsorted(self._starts, frame, side="right")) - 1
        per_sample = self._sound.n_channels * self._width
        at = int(self._sizes[group][: frame - int(self._starts[group])].sum()) * per_sample
        self._encoded[group][at : at + len(encoded)] = encoded

    def hash_rest(self) -> None:
        """Go on with the MD5 over what was mended."""
        for group in range(self._hashed, len(self._good)):
            self._md5.update(self._encoded[group].data)

    def _decode(self, group: int, places: np.ndarray, out: np.ndarray) -> None:
        sizes = self._sizes[group]
        try:
            good, encoded = self._frames.decode(places, sizes, self._sound, out, self._width)
        except OSError:
            good = np.zeros(len(sizes), bool)
            encoded = np.zeros(int(sizes.sum()) * self._sound.n_channels * self._width, np.uint8)
        self._encoded[group], self._good[group] = encoded, good

    def _hash_ready(self) -> None:
        """Take the MD5 of the next groups as far as they are there and whole, if nobody else does."""
        if not self._width or not self._hashing.acquire(blocking=False):
            return
        try:
            while self._hashed < len(self._good):
                good = self._good[self._hashed]
                if good is None or not good.all():
                    return
                self._md5.update(self._encoded[self._hashed].data)
                self._encoded[self._hashed] = np.empty(0, np.uint8)
                self._hashed += 1
        finally:
            self._hashing.release()
