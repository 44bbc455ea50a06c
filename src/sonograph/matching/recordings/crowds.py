"""Where in a segment most hits fall together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sonograph.matching.recordings.gathering import sift
from sonograph.matching.recordings.postings import PER_FRAME

FRAME_BITS = PER_FRAME.bit_length() - 1

LEAST, MORE = 3, 5
"""Hits in two frames that are looked at more closely; so many are looked for first, as there are fewer such places."""

SIFTED = 400
"""How many such places are looked through for those that are apart."""

APART = 4
"""Frames between places that are looked at more closely."""

TOP = 16
"""Alignments of a speed that are looked at more closely."""

BLOCK_BITS, TABLE_BITS = 10, 16
"""What is near is found in blocks of 256 frames, of which 2^16 are told apart."""


def fullest(begins: np.ndarray) -> list[float]:
    """The middles of pairs of frames that hold most hits, apart from one another, the fullest first.

    begins : (n,) uint32, quarter frames
    """
    frames = np.sort(begins)
    frames >>= np.uint32(FRAME_BITS)
    middles = _chosen(frames, MORE)
    return middles if len(middles) == TOP else _chosen(frames, LEAST)


def near(begins: np.ndarray, middles: Sequence[float], frames: int) -> np.ndarray:
    """The numbers of the hits within so many frames of one of some places, and of some others."""
    wanted = np.zeros(1 << TABLE_BITS, bool)
    for middle in middles:
        first, last = (max(0, int((middle + away) * PER_FRAME)) >> BLOCK_BITS for away in (-frames, frames))
        wanted[np.arange(first, last + 1) % len(wanted)] = True
    return sift(begins, BLOCK_BITS, wanted)


def _chosen(frames: np.ndarray, least: int) -> list[float]:
    """The middles of pairs of frames that hold `least` hits or more, of the sorted frames of all hits."""
    crowded = np.flatnonzero(frames[least - 1 :] - frames[: max(0, len(frames) - least + 1)] <= 1)
    places = np.unique(frames[crowded])
    together = np.searchsorted(frames, places + np.uint32(2)) - np.searchsorted(frames, places)
    if len(places) > SIFTED:
        often = together >= np.partition(together, -SIFTED)[-SIFTED]
        places, together = places[often], together[often]
    ranked = places[np.lexsort((places, -together))][: 2 * SIFTED]
    chosen: list[float] = []
    for middle in (ranked + 1.0).tolist():
        if all(abs(middle - other) > APART for other in chosen):
            chosen.append(middle)
            if len(chosen) >= TOP:
                break
    return chosen
