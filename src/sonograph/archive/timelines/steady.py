"""How steady a run of files is: the rate that explains when each began, and the steps that no rate explains.

A time of a file is exact within a band: a name cut to the second is up to 1 s early. Whatever rate there is, all times
of a run must fit into that band around one line; a file from which on none fits begins a new piece, and what lies
between the two is samples that were lost, or a clock that was set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST = 150e-6
"""How far from its nominal rate a recorder may be: crystals are within 1e-4."""
JITTER = 0.01
"""Seconds that times may be off for no reason that is known."""


@dataclass(frozen=True)
class Piece:
    """Files of a run that one rate explains.

    first, stop : which of the run's
    drift : seconds that time gains on the samples each second; 0 where a nominal rate explains all
    low, high : what it may be
    offset : where the line begins: seconds at the run's first sample, against its first file's time
    step : seconds by which its first file is later than the piece before would have it; 0 for the first
    """

    first: int
    stop: int
    drift: float
    low: float
    high: float
    offset: float
    step: float


def pieces(at: np.ndarray, late: np.ndarray, band: float) -> list[Piece]:
    """A run of files in pieces, each of a steady rate.

    at : (files,) seconds of samples from the run's beginning, rising
    late : (files,) seconds by which each began later than that, by its own time
    band : how exact those times are, seconds

    Examples
    --------
    >>> at = np.arange(0.0, 30 * 86_400, 600.0)
    >>> [piece] = pieces(at, np.floor(at * (1 + 5e-6)) - at, 1.0)
    >>> round(piece.drift * 1e6, 1)
    5.0
    """
    found: list[Piece] = []
    first = 0
    while first < len(at):
        stop, low, high = _longest(at[first:], late[first:], band + JITTER)
        x, y = at[first : first + stop], late[first : first + stop]
        drift = 0.0 if low <= 0 <= high else _drift(x, y, low, high)
        off = y - drift * x
        offset = max(float(off[0]), float(np.max(off)) - JITTER)  # times are cut to their band, never ahead of it
        step = 0.0
        if found:
            before = found[-1]
            step = float(late[first] - (before.offset + before.drift * at[first]))
        found.append(Piece(first, first + stop, drift, low, high, offset, step))
        first += stop
    return found


def _drift(x: np.ndarray, y: np.ndarray, low: float, high: float) -> float:
    slope = float(np.polyfit(x - x[0], y, 1)[0])
    return min(max(slope, low), high)


def _longest(at: np.ndarray, late: np.ndarray, band: float) -> tuple[int, float, float]:
    """How many files from the first on one rate explains, and the least and the greatest that does."""
    low, high = -MOST, MOST
    below: list[tuple[float, float]] = []  # the hulls of what a line must stay under and over
    above: list[tuple[float, float]] = []
    for i, (x, y) in enumerate(zip(at.tolist(), late.tolist(), strict=True)):
        least, most = low, high
        for x0, y0 in below:
            least = max(least, (y - y0 - band) / (x - x0))
        for x0, y0 in above:
            most = min(most, (y + band - y0) / (x - x0))
        if least > most:
            return i, low, high
        low, high = least, most
        _extend(below, (x, y), 1.0)
        _extend(above, (x, y), -1.0)
    return len(at), low, high


def _extend(hull: list[tuple[float, float]], point: tuple[float, float], side: float) -> None:
    """Put a point to the right into a convex hull: the lower one for 1, the upper one for -1."""
    while len(hull) > 1:
        (x0, y0), (x1, y1) = hull[-2:]
        if side * ((x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0)) > 0:
            break
        hull.pop()
    hull.append(point)
