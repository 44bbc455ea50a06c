"""How rows change in time: regression over neighbouring frames (HTK book 5.16; Furui 1986).

The second order is the regression of the regression, written as one sum over the frames themselves, so that at the
ends of a sound it sees what Kaldi's sees: the first and last frames repeated.
"""

from __future__ import annotations

import numpy as np

from sonograph.settings import DeltaSettings


class Deltas:
    """Deltas of one channel as its frames come."""

    def __init__(self, settings: DeltaSettings) -> None:
        self._orders = regression(settings.width, settings.order)
        self._reach = settings.width * settings.order
        self._held: np.ndarray | None = None  # the frames that later ones still look at

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, rows * (1 + order)) for the frames whose neighbours have all come."""
        if self._held is None:
            if not len(values):
                return np.empty((0, values.shape[1] * (1 + len(self._orders))), values.dtype)
            self._held = np.repeat(values[:1], self._reach, axis=0)
        return self._sums(np.concatenate([self._held, values]))

    def finish(self) -> np.ndarray | None:
        """The last frames, as if the very last went on."""
        if self._held is None:
            return None
        return self._sums(np.concatenate([self._held, np.repeat(self._held[-1:], self._reach, axis=0)]))

    def _sums(self, values: np.ndarray) -> np.ndarray:
        reach, rows = self._reach, values.shape[1]
        count = max(0, len(values) - 2 * reach)
        self._held = values[len(values) - 2 * reach :] if count else values
        out = np.empty((count, rows * (1 + len(self._orders))), values.dtype)
        out[:, :rows] = values[reach : reach + count]
        for order, weights in enumerate(self._orders, start=1):
            total = np.zeros((count, rows), values.dtype)
            half = len(weights) // 2
            for m, weight in enumerate(weights, start=-half):
                if weight:
                    total += values.dtype.type(weight) * values[reach + m : reach + m + count]
            out[:, order * rows : (order + 1) * rows] = total
        return out


def regression(width: int, order: int) -> list[np.ndarray]:
    """The weights of the neighbours from -width * order on, for each order.

    >>> regression(1, 2)
    [array([-0.5,  0. ,  0.5]), array([ 0.25,  0.  , -0.5 ,  0.  ,  0.25])]
    """
    m = np.arange(-width, width + 1)
    first = m / np.sum(m**2)
    return [first, np.convolve(first, first)][:order]
