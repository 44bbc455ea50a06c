"""Where things lie for a kernel: the sound of a batch, the turns between passes, the bands over rows of a tile."""

from __future__ import annotations

import math

import numpy as np

from sonograph.engines.compiled.sinks import AT_ONCE, Tile
from sonograph.engines.work import Bands


def up(n: int, to: int) -> int:
    """The next multiple."""
    return -(-n // to) * to


class Gathered:
    """How the sound of a batch is gathered: sample r * hop + c of all lanes begins at [c, r].

    `rows` are the samples of a hop that some frame uses, `shared` the columns that a batch has in
    common with the next.
    """

    def __init__(self, hop: int, window_length: int, V: int) -> None:
        self.hop, self.window_length = hop, window_length
        self.rows = min(hop, window_length)
        self.shared = (window_length - 1) // hop
        self.pitch = V + (self.shared if self.shared <= V else up(self.shared, V))
        self.size = up(self.rows * self.pitch, 64)

    def offsets(self, sample: np.ndarray, zero: int) -> tuple[np.ndarray, int, int]:
        """Where the samples [j, i] lie, and how far the sound and the offsets advance with j; `zero` is where a 0 lies.

        Where a row of samples never crosses a hop, one row of offsets serves for every j.
        """
        groups, count = sample.shape
        where = sample % self.hop * self.pitch + sample // self.hop
        if self.hop % groups == 0 and sample.size == self.window_length:
            return where[0].astype(np.uint32), self.pitch, 0
        return np.where(sample < self.window_length, where, zero).astype(np.uint32), 0, count


def twiddles(groups: int, count: int, n: int, dtype: np.dtype) -> np.ndarray:
    """exp(-2 pi i j k / n) for j < groups and k < count, real and imaginary parts in turns."""
    turns = np.exp(-2j * np.pi / n * np.arange(groups)[:, None] * np.arange(count))
    return np.stack([turns.real, turns.imag], -1).astype(dtype)


def middle_twiddles(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Of each middle pass, one after the other."""
    sizes = [math.prod(shape[i:]) for i in range(1, len(shape))]
    tables = [twiddles(size // n, n, size, dtype) for n, size in zip(shape[1:-1], sizes, strict=False)]
    return np.concatenate([table.ravel() for table in tables]) if tables else np.zeros(0, dtype)


NO_BANDS = Bands(np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0))


def band_tables(bands: Bands, tile: Tile) -> Bands:
    """The bands over rows of the tile instead of bins, each padded by zeros to a multiple of AT_ONCE."""
    places = tile.places()
    first, start, weights = [], [0], []
    for q, bin_0 in enumerate(bands.first):
        given = bands.weights[bands.start[q] : bands.start[q + 1]]
        at = places[bin_0 : bin_0 + len(given)] if len(given) else np.zeros(0, np.int64)
        begin, end = (int(at[0]), int(at[-1]) + 1) if len(at) else (0, 0)
        length = max(AT_ONCE, up(end - begin, AT_ONCE))
        padded = np.zeros(length)
        padded[at - begin] = given
        first.append(begin)
        start.append(start[-1] + length)
        weights.append(padded)
    return Bands(np.array(first, np.int64), np.array(start, np.int64), np.concatenate([*weights, np.zeros(0)]))


def band_groups(bands: Bands, together: int) -> np.ndarray:
    """Where each group of bands begins, and the end: `together` neighbours with the same rows, else one by itself."""
    rows = [*zip(bands.first.tolist(), np.diff(bands.start).tolist(), strict=True)]
    groups = [0]
    while (q := groups[-1]) < len(rows):
        alike = rows[q : q + together] == [rows[q]] * together
        groups.append(q + (together if alike else 1))
    return np.array(groups, np.int64)


def aligned(shape: tuple[int, int], value: float, dtype: np.dtype) -> np.ndarray:
    """A filled array that begins on a cache line."""
    count = shape[0] * shape[1]
    array = np.empty(count + 64 // dtype.itemsize, dtype)
    begin = -array.ctypes.data % 64 // dtype.itemsize
    aligned = array[begin : begin + count].reshape(shape)
    aligned.fill(value)
    return aligned
