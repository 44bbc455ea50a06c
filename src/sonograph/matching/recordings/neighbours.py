"""The largest and the mean of what lies near, along the first or the last axis of (frames, cells).

Each result is made by the same operations in the same order wherever the array begins, so that pieces of a sound give
the bits of the whole. Both take only places that have all neighbours: `reach` fewer at either end.
"""

from __future__ import annotations

import numpy as np


def largest(values: np.ndarray, reach: int, axis: int) -> np.ndarray:
    """The largest within `reach` to either side."""
    width, done = 2 * reach + 1, 1
    while 2 * done <= width:
        values = np.maximum(_part(values, axis, 0, -done), _part(values, axis, done))
        done *= 2
    left = width - done
    return np.maximum(_part(values, axis, 0, -left), _part(values, axis, left)) if left else values


def mean(values: np.ndarray, reach: int, axis: int) -> np.ndarray:
    """The mean of those within `reach` to either side."""
    width, done, summed = 2 * reach + 1, 0, None
    count = values.shape[axis] - 2 * reach
    size, powers = 1, values
    while size <= width:
        if width & size:
            part = _part(powers, axis, done, done + count)
            summed = part.copy() if summed is None else np.add(summed, part, out=summed)
            done += size
        if 2 * size <= width:
            powers = _part(powers, axis, 0, -size) + _part(powers, axis, size)
        size *= 2
    assert summed is not None  # noqa: S101  # a width is above 0
    return np.multiply(summed, values.dtype.type(1 / width), out=summed)


def edged(values: np.ndarray, reach: int) -> np.ndarray:
    """(cells, frames) with the first and the last cell repeated to either side."""
    return np.concatenate([values[:1]] * reach + [values] + [values[-1:]] * reach)


def _part(values: np.ndarray, axis: int, first: int, stop: int | None = None) -> np.ndarray:
    return values[first:stop] if axis == 0 else values[:, first:stop]
