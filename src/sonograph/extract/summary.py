"""One row for a whole sound: mean, deviation and percentiles of each feature over its frames."""

from __future__ import annotations

import numpy as np

PERCENTILES = (5, 25, 50, 75, 95)
STATISTICS = ("mean", "deviation", *(f"p{p}" for p in PERCENTILES))


def summary_of(rows: np.ndarray) -> np.ndarray:
    """(1, features * statistics) of (frames, features); frames with missing values count for nothing.

    >>> summary_of(np.array([[1.0], [2.0], [3.0]])).round(3)
    array([[2.   , 0.816, 1.1  , 1.5  , 2.   , 2.5  , 2.9  ]])
    """
    whole = rows[~np.isnan(rows).any(axis=1)]
    if not len(whole):
        return np.full((1, rows.shape[1] * len(STATISTICS)), np.nan, rows.dtype)
    parts = [whole.mean(axis=0, dtype=float), whole.std(axis=0, dtype=float)]
    parts += list(np.percentile(whole, PERCENTILES, axis=0))
    return np.stack(parts, axis=1).reshape(1, -1).astype(rows.dtype)


def summary_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """A name for each number of a summary.

    >>> summary_names(("c0",))[:3]
    ('c0_mean', 'c0_deviation', 'c0_p5')
    """
    return tuple(f"{name}_{statistic}" for name in names for statistic in STATISTICS)
