"""Frames times a matrix, each frame by itself: a number's bits do not depend on which frames are computed beside it.

A product of matrices by a library sums in an order that depends on how many frames there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sonograph.engines.compiled import filters


class Weights(NamedTuple):
    """A matrix (rows, numbers of a frame), and the same as a program reads it where there are programs."""

    matrix: np.ndarray
    bank: filters.Bank | None

    @staticmethod
    def of(matrix: np.ndarray) -> Weights:
        """A matrix, laid out."""
        return Weights(matrix, filters.real_bank_of(np.ascontiguousarray(matrix.T)) if filters.able() else None)


def weighed(values: np.ndarray, weights: Weights) -> np.ndarray:
    """(frames, rows): of each frame (frames, numbers) the sums of its numbers times each row of the weights.

    >>> weighed(np.array([[1.0, 2.0], [3.0, 4.0]]), Weights.of(np.array([[1.0, 1.0]])))
    array([[3.],
           [7.]])
    """
    values = np.ascontiguousarray(values)
    if weights.bank is None:
        return np.einsum("fn,rn->fr", values, weights.matrix)
    out = np.empty((len(values), len(weights.matrix)), values.dtype)
    if out.size:
        filters.products(values.reshape(-1), values.shape[1], weights.bank, out, "sum")
    return out
