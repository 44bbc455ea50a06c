"""Decibels of powers, where missing stays missing and silence has a floor."""

from __future__ import annotations

import numpy as np

from sonograph.settings.levels import FLOORS


def decibels(power: np.ndarray, reference: float) -> np.ndarray:
    """10 log10(power / reference); silence reads -370, and NaN stays NaN.

    >>> decibels(np.array([1.0, 0.01, 0.0]), 1.0)
    array([   0.,  -20., -370.])
    """
    return 10 * np.log10(np.maximum(power / reference, 10 ** (FLOORS[0] / 10)))
