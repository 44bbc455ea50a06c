"""One row for a whole sound: mean, deviation and percentiles of each feature over its frames."""

from __future__ import annotations

import numpy as np

PERCENTILES = (5, 25, 50, 75, 95)
STATISTICS = ("mean", "deviation", *(f"p{p}" for p in PERCENTILES))


def summary_of(rows: np.ndarray) -> np.ndarray:
    """(1, features * statistics) of (frames, features); a missing value counts for nothing in its own column.

    >>> summary_of(np.array([[1.0], [2.0], [3.0]])).round(3)
    array([[2.   , 0.816, 1.1  , 1.5  , 2.   , 2.5  , 2.9  ]])
    """
    if not len(rows):
        return np.full((1, rows.shape[1] * len(STATISTICS)), np.nan, rows.dtype)
    if not np.isnan(rows).any():
        return _statistics(rows).astype(rows.dtype)
    columns = [column[~np.isnan(column), np.newaxis] for column in rows.T]
    return np.concatenate([summary_of(column) for column in columns], axis=1)


def _statistics(rows: np.ndarray) -> np.ndarray:
    parts = [rows.mean(axis=0, dtype=float), rows.std(axis=0, dtype=float)]
    parts += list(np.percentile(rows, PERCENTILES, axis=0))
    return np.stack(parts, axis=1).reshape(1, -1)


def summary_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """A name for each number of a summary.

    >>> summary_names(("c0",))[:3]
    ('c0_mean', 'c0_deviation', 'c0_p5')
    """
    return tuple(f"{name}_{statistic}" for name in names for statistic in STATISTICS)
