"""A spectrogram at every zoom: levels in time, folds in frequency, and the planes of each.

Level l puts 2^l neighbouring frames into a column, fold g puts 2^g rows into one; the last of each may hold fewer and
is never dropped. A plane holds the largest power of a cell, the mean of it, or whichever of both is worth seeing.

There is one route to each number, whatever is asked first and however a sound is cut: up to level `EXACT` from the
power of frames, means by a binary tree over the numbers of frames; above from the codes of the level below; folds from
the codes of fold 0. NaN is skipped, and a cell is no data only where all of it is missing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.pixels import trees
from sonograph.pixels.codes import A_DECIBEL, LARGEST, NO_DATA, codes, powers
from sonograph.pixels.salient import least

PLANES = ("max", "mean", "salient")
EXACT = 7
"""The last level that is made from frames."""
WIDE, HIGH = 256, 512
"""Columns and rows of a tile; a lone last row joins the tile before it."""
_AT_ONCE = 64
"""Frames whose tree fits the cache; a power of two."""


def n_cells(n: int, zoom: int) -> int:
    """How many columns of 2^zoom frames hold n of them, or rows of 2^zoom rows.

    >>> n_cells(1025, 1), n_cells(0, 3)
    (513, 0)
    """
    return -(-n // (1 << zoom))


def sizes(n: int, zoom: int, cells: range) -> np.ndarray:
    """How many frames, or rows, each of some cells holds.

    >>> sizes(9, 2, range(1, 3))
    array([4, 1])
    """
    first = np.arange(cells.start, cells.stop, dtype=np.int64) << zoom
    return np.minimum(first + (1 << zoom), n) - first


def n_row_tiles(n_rows: int) -> int:
    """Tiles, one over the other, that so many rows fill.

    >>> [n_row_tiles(n) for n in (1, 512, 513, 514, 1025)]
    [1, 1, 1, 2, 2]
    """
    return max(1, -(-(n_rows - 1) // HIGH)) if n_rows > 1 else 1


def tile_rows(n_rows: int, tile: int) -> range:
    """The rows of a tile."""
    return range(tile * HIGH, n_rows if tile == n_row_tiles(n_rows) - 1 else (tile + 1) * HIGH)


def top_level(n_frames: int) -> int:
    """The first level that one tile holds the whole of."""
    return next(level for level in range(64) if n_cells(n_frames, level) <= WIDE)


def top_fold(n_rows: int) -> int:
    """The first fold that one tile holds the whole of."""
    return next(fold for fold in range(64) if n_row_tiles(n_cells(n_rows, fold)) == 1)


def gathered(power: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """The largest and the mean of each column of frames.

    power : (frames, rows), the first frame the first of a column; the last column may be shorter
    level : 2^level frames are a column

    Both are (columns, rows), the largest in the precision of `power`, the mean in float64; NaN where all is missing.
    """
    n_frames = len(power)
    if level == 0:
        return power, power.astype(np.float64)
    held = sizes(n_frames, level, range(n_cells(n_frames, level)))[:, None]
    short = -n_frames % (1 << level)
    if short:
        power = np.concatenate([power, np.zeros((short, power.shape[1]), power.dtype)])
    largest, sums = _reduced(power, level)
    if not np.isnan(sums).any():
        return largest, sums / held
    there = ~np.isnan(power)
    there[n_frames:] = False
    count = there.reshape(len(held), -1, power.shape[1]).sum(axis=1)
    largest, sums = _reduced(np.where(there, power, power.dtype.type(0)), level)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, largest, np.nan).astype(power.dtype), sums / count


def _reduced(power: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest and sum of whole columns, whose numbers are 0 or more; where one is missing the sum is NaN."""
    compiled = trees.gathered(power, level)
    if compiled is not None:
        return compiled
    inner = min(level, _AT_ONCE.bit_length() - 1)
    n_rows = power.shape[1]
    shape = len(power) >> inner, n_rows
    largest, sums = np.empty(shape, power.dtype), np.empty(shape)
    half = np.empty((_AT_ONCE // 2, n_rows)), np.empty((_AT_ONCE // 4, n_rows))
    for first in range(0, len(power), _AT_ONCE):
        here = power[first : first + _AT_ONCE]
        out = slice(first >> inner, (first + len(here)) >> inner)
        np.maximum.reduce(here.reshape(-1, 1 << inner, n_rows), axis=1, out=largest[out])
        pairs = here
        for step in range(inner):
            into = sums[out] if step == inner - 1 else half[step % 2][: len(pairs) // 2]
            if step == 0:  # quicker than to add them as they are
                into[:] = pairs[0::2]
                into += pairs[1::2]
                pairs = into
            else:
                pairs = np.add(pairs[0::2], pairs[1::2], out=into)
    for _ in range(level - inner):
        largest, sums = np.maximum(largest[0::2], largest[1::2]), sums[0::2] + sums[1::2]
    return largest, sums


def coded(power: np.ndarray, level: int, reference: float, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Codes (columns, rows) of the maximum and of the mean of columns of frames; see `gathered` and `codes`."""
    if level == 0:  # of one frame both are the same
        both = codes(power, reference, floor)
        return both, both
    largest, mean = gathered(power, level)
    return codes(largest, reference, floor), codes(mean, reference, floor)


def max_above(below: np.ndarray) -> np.ndarray:
    """The codes of a level from those of the maximum of the level below, (columns, rows); two become one."""
    if len(below) % 2:
        below = np.concatenate([below, np.zeros_like(below[:1])])
    return np.maximum(below[0::2], below[1::2])


def mean_above(below: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The codes of a level from those of the mean of the level below, weighted by frames.

    held : (columns,) frames of each column of the level below; all but the last are alike
    """
    if len(below) % 2:
        below, held = np.concatenate([below, np.zeros_like(below[:1])]), np.append(held, held[:1])
    first, second = below[0::2], below[1::2]
    high, low = np.maximum(first, second), np.minimum(first, second)
    found = high - np.where(low == NO_DATA, np.uint16(0), _fall()[high - low])
    if held[-1] != held[0]:
        weights = np.where(below[-2:] == NO_DATA, 0, held[-2:, None])
        found[-1] = _mean_code((powers()[below[-2:]] * weights).sum(axis=0), weights.sum(axis=0))
    return found


@lru_cache(maxsize=1)
def _fall() -> np.ndarray:
    """How far the mean of two codes lies under the higher one, by their distance: the mean of powers is that simple."""
    share = (1 + 10 ** (-np.arange(LARGEST + 1) / (10 * A_DECIBEL))) / 2
    return np.rint(-10 * A_DECIBEL * np.log10(share)).astype(np.uint16)


def _mean_code(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The code of a mean power, re the reference; no data where nothing has weight."""
    with np.errstate(invalid="ignore"):
        return codes(total / weight, 1.0)


def folded(plane: np.ndarray, fold: int, *, mean: bool) -> np.ndarray:
    """Codes (columns, rows) of fold 0 with 2^fold rows put into one."""
    if fold == 0:
        return plane
    short = -plane.shape[1] % (1 << fold)
    if short:
        plane = np.concatenate([plane, np.zeros((len(plane), short), plane.dtype)], axis=1)
    rows = plane.reshape(len(plane), -1, 1 << fold)
    if not mean:
        return np.maximum.reduce(rows, axis=2)
    total, weight = powers()[plane], (plane != NO_DATA).astype(np.int64)
    for _ in range(fold):
        total, weight = total[:, 0::2] + total[:, 1::2], weight[:, 0::2] + weight[:, 1::2]
    return _mean_code(total, weight)


def salient(largest: np.ndarray, mean: np.ndarray, frames: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Codes of the mean, and of the maximum where noise alone would give such a one in under 1 % of cells.

    largest, mean : (columns, rows) codes of one level and fold
    frames        : (columns,) frames that a column holds
    rows          : (rows,) rows of fold 0 that a row holds
    """
    over = 10 * A_DECIBEL * np.log10(least(frames[:, None] * rows))
    return np.where(largest.astype(np.int32) - mean > over, largest, mean)
