"""Numbers gathered into columns: the lowest, the highest, the sum and the count of what lies in each, by one rule.

Items (frames, or samples) are numbered, and column q holds the range edges[q] to edges[q + 1] of them: a pixel of any
width, or 2^l frames of a zoom level. They come part by part, and a part may end within a column. NaN is skipped:
where there is no number, or no item at all, a column reads NaN and counts 0; a missing value is never zero.

It lies with the engines, below whoever draws, because the reference engine and Torch gather their frames with it as
well: pixels of a sound and pixels of a spectrogram that is there already follow the same lines of code. Only the
compiled kernel has its own, which the tests hold against loops.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

MANY = 4
"""Items a column from which on columns one by one are quicker: `reduce` runs along the rows, `reduceat` across."""


def every(items: range, size: int) -> np.ndarray:
    """The edges of columns of `size` items each; the last may be shorter, and is there.

    >>> every(range(3, 10), 4)
    array([ 3,  7, 10])
    """
    return np.append(np.arange(items.start, items.stop, size), items.stop).astype(np.int64)


def touched(edges: np.ndarray, part: range) -> tuple[slice, np.ndarray]:
    """The columns that the items of `part` lie in, and their edges within the part.

    >>> touched(np.array([0, 4, 4, 9]), range(5, 7))
    (slice(2, 3, None), array([0, 2]))
    """
    first = max(0, int(np.searchsorted(edges, part.start, side="right")) - 1)
    last = max(first, min(len(edges) - 1, int(np.searchsorted(edges, part.stop, side="left"))))
    return slice(first, last), edges[first : last + 1].clip(part.start, part.stop) - part.start


def fold(
    ufunc: np.ufunc, values: np.ndarray, edges: np.ndarray, axis: int, *, empty: float, dtype: type | None = None
) -> np.ndarray:
    """`ufunc` over the items of each column along an axis; `empty` where a column has none."""
    items = np.moveaxis(values, axis, 0)[: int(edges[-1])]
    values = np.moveaxis(items, 0, axis)
    if len(edges) - 1 == len(items) and len(items) and edges[0] == 0 and (np.diff(edges) == 1).all():
        return np.asarray(values, dtype)  # an item each
    filled = np.flatnonzero(np.diff(edges))
    has_rows = axis + 1 < values.ndim
    one_by_one = has_rows and len(filled) * MANY <= values.shape[axis]
    if len(filled) == len(edges) - 1 and not one_by_one:
        return np.asarray(ufunc.reduceat(values, edges[:-1], axis=axis, dtype=dtype))
    shape = (*values.shape[:axis], len(edges) - 1, *values.shape[axis + 1 :])
    out = np.full(shape, empty, values.dtype if dtype is None else dtype)
    into = np.moveaxis(out, axis, 0)
    if one_by_one:
        for q in filled:
            ufunc.reduce(items[int(edges[q]) : int(edges[q + 1])], axis=0, dtype=dtype, out=into[q])
    elif len(filled):
        into[filled] = np.moveaxis(ufunc.reduceat(values, edges[filled], axis=axis, dtype=dtype), axis, 0)
    return out


def mean_of(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The mean of what was summed; NaN where nothing was."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / count)


class Planes:
    """Columns being filled, part by part of their items.

    edges  : (n_columns + 1,) never falling: column q holds the items edges[q] to edges[q + 1]
    shape  : (channels, n_columns, ...) of each plane
    planes : which are wanted, of "low", "high" and "mean"; another cannot be read afterwards
    rows   : (n_rows + 1,) rising: row r of a plane gathers the rows rows[r] to rows[r + 1] of the values; None: each
    dtype  : of low and high
    """

    def __init__(
        self,
        edges: np.ndarray,
        shape: tuple[int, ...],
        planes: Collection[str],
        rows: np.ndarray | None = None,
        dtype: np.dtype | type = np.float64,
    ) -> None:
        self._edges, self._rows = edges, rows
        self._ends = {name: np.full(shape, np.nan, dtype) for name in ("low", "high") if name in planes}
        self._sums = (np.zeros(shape), np.zeros(shape, np.int64)) if "mean" in planes else None

    def add(self, values: np.ndarray, part: range) -> None:
        """Gather the items of `part`: values (channels, items, ...)."""
        here, edges = touched(self._edges, part)
        for name, plane in self._ends.items():
            further = np.fmin if name == "low" else np.fmax
            plane[:, here] = further(plane[:, here], self._fold(further, values, edges, np.nan))
        if self._sums is not None:
            total, count = self._sums
            there = ~np.isnan(values)
            total[:, here] += self._fold(np.add, np.where(there, values, 0), edges, 0, np.float64)
            count[:, here] += self._fold(np.add, there, edges, 0, np.int64)

    @property
    def low(self) -> np.ndarray:
        """The lowest number of each column."""
        return self._ends["low"]

    @property
    def high(self) -> np.ndarray:
        """The highest number of each column."""
        return self._ends["high"]

    @property
    def total(self) -> np.ndarray:
        """The sum of each column, float64."""
        return self._known()[0]

    @property
    def count(self) -> np.ndarray:
        """How many numbers each column has, int64."""
        return self._known()[1]

    @property
    def mean(self) -> np.ndarray:
        """The mean of each column."""
        return mean_of(*self._known())

    def _known(self) -> tuple[np.ndarray, np.ndarray]:
        if self._sums is None:
            raise KeyError("mean")
        return self._sums

    def _fold(
        self, ufunc: np.ufunc, values: np.ndarray, edges: np.ndarray, empty: float, dtype: type | None = None
    ) -> np.ndarray:
        columns = fold(ufunc, values, edges, 1, empty=empty, dtype=dtype)
        return columns if self._rows is None else fold(ufunc, columns, self._rows, 2, empty=empty, dtype=dtype)
