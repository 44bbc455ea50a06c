"""Levels as whole numbers of 16 bits: (level + 256) · 128, rounded, and 0 for no data.

They hold -255.99 to 255.99 dB within 0.004 dB; what lies beyond is held as the nearest of them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

A_DECIBEL = 128
ZERO = 256.0
"""What is added to a level, dB, so that a code is above 0."""
NO_DATA = 0
LARGEST = 65535


def codes(power: np.ndarray, reference: float, floor: float = -np.inf) -> np.ndarray:
    """uint16 codes of the level of a power; NaN is no data, silence reads `floor`.

    >>> codes(np.array([1.0, 0.01, 0.0, np.nan]), reference=1.0, floor=-200.0)
    array([32768, 30208,  7168,     0], dtype=uint16)
    """
    numbers = np.asarray(power / np.float64(reference))
    with np.errstate(divide="ignore"):
        np.log10(numbers, out=numbers)
    numbers *= 10
    if floor > -ZERO:
        np.maximum(numbers, floor, out=numbers)
    numbers += ZERO
    numbers *= A_DECIBEL
    np.rint(numbers, out=numbers)
    np.clip(numbers, 1, LARGEST, out=numbers)  # NaN stays
    there = np.isnan(numbers)
    if there.any():
        numbers[there] = NO_DATA
    return numbers.astype(np.uint16)


def levels(numbers: np.ndarray) -> np.ndarray:
    """The levels of codes, dB; NaN where there is no data.

    >>> levels(np.array([32768, 0], np.uint16))
    array([ 0., nan])
    """
    return np.where(numbers == NO_DATA, np.nan, numbers / A_DECIBEL - ZERO)


@lru_cache(maxsize=1)
def powers() -> np.ndarray:
    """(65536,) the power of every code, re the reference; 0 of no data."""
    found = 10 ** ((np.arange(LARGEST + 1) / A_DECIBEL - ZERO) / 10)
    found[NO_DATA] = 0
    found.flags.writeable = False
    return found
