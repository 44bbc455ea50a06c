"""How far a maximum must lie above the mean so that noise alone would hardly have given it."""

from __future__ import annotations

import numpy as np

CHANCE = 0.01
"""Of cells of noise alone, how many at most show their maximum."""


def least(n: np.ndarray) -> np.ndarray:
    """How many times the mean of n powers their largest is at least, where noise gives such a one in 1 % of cases.

    Of n independent powers of noise the largest is above x times their sum in n (1 - x)^(n - 1) of cases at most
    (Fisher 1929); above the mean it is then (ln n + 4.6) times, where n is large.

    >>> least(np.array([2, 1000])).round(1)
    array([ 2. , 11.5])
    """
    n = np.maximum(2, n)  # of one number the maximum is the mean
    return np.asarray(-n * np.expm1(np.log(CHANCE / n) / (n - 1)))


def picked(largest: np.ndarray, mean: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The mean of n powers, and their largest where noise would hardly have given it."""
    return np.where(largest > mean * least(n), largest, mean)
