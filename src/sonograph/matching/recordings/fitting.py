"""The chance of a match, from sounds that are known not to be in an index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.matching.recordings.verdict import Constants

if TYPE_CHECKING:
    from sonograph.matching.recordings.folder import Index

LEAST = 200
"""So many sounds are needed, at least."""

SHARES = (0.1, 0.02)
"""Of the sounds, those that align best. The tail begins at the more; the slower fall of the two counts."""

FEW = 10
"""Sounds by which no fall is told."""


def calibrate(index: Index, foreign: Iterable[Any], *, speeds: float = 0.02) -> Constants:
    """Tell the chances of an index by sounds that are in none of its recordings, from now on.

    Parameters
    ----------
    index
        Whose chances.
    foreign
        Files or Sources, 200 or more, as like to what will be looked for as can be, about as long, and each another
        sound; of longer ones the first ten seconds count.
    speeds
        As they will be looked for.

    Returns
    -------
    Constants
        What is now kept in the index.

    Raises
    ------
    SettingsError
        Fewer sounds than 200; sounds that are in the index after all.
    SourceError
        A file that cannot be read.
    OutputError
        The index cannot be written, or another process is changing it.
    """
    from sonograph.matching.recordings.search import excesses

    found = [excesses(index, sound, speeds) for sound in foreign]
    if len(found) < LEAST:
        raise SettingsError(
            f"foreign holds {len(found)} sounds; a chance of 1 in 1000 needs {LEAST} or more to be told by"
        )
    constants = constants_from([excess for excess, _ in found], [alone for _, alone in found])
    index.set_constants(constants)
    return constants


def constants_from(excess: Iterable[float], alone: Iterable[float]) -> Constants:
    """Constants from how far sounds that are in no index align over others, and alone."""
    listed = np.array(list(excess))
    return Constants(*tail(listed), *tail(np.array(list(alone))), sounds=len(listed))


def tail(values: np.ndarray) -> tuple[float, float, float]:
    """(share, least, scale): so many of the values are above the least, and how far, on average."""
    ranked = np.sort(values)[::-1]
    counts = [max(1, min(len(ranked) - 1, round(share * len(ranked)))) for share in SHARES]
    scales = [float((ranked[:count] - ranked[count]).mean()) for count in counts if count == counts[0] or count >= FEW]
    return counts[0] / len(ranked), float(ranked[counts[0]]), max(0.1, *scales)
