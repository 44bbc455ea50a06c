"""Rows of numbers over time, summed up: the one set of statistics and of their names, for tables and for learning."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sonograph.errors import SettingsError

PERCENTILES = (5, 25, 50, 75, 95)
SUMMARY = ("mean", "deviation", *(f"p{p}" for p in PERCENTILES))
"""What `sonograph features --summary` tells of each feature."""
STATISTICS = ("mean", "deviation", "min", "max", *SUMMARY[2:])
"""All that there are. Percentiles are interpolated linearly, as NumPy's; the deviation is that of all frames (N)."""

_AT_ONCE = 1 << 16  # frames
_ALSO = {"std": "deviation"}  # what NumPy and pandas call it


def over_time(rows: np.ndarray, statistics: Sequence[str] = SUMMARY, *, overwrite: bool = False) -> np.ndarray:
    """Statistics of each row over its frames.

    A missing value (NaN) counts for nothing in its own row; a row of nothing else gives NaN. Sums are taken in float64,
    row by row, so that a row's statistics do not depend on the rows beside it.

    Parameters
    ----------
    rows : (rows, frames), real
        As `Spectrogram.values`.
    statistics
        Names out of `STATISTICS`.
    overwrite
        Whether `rows` may be put out of order, which saves a copy of them.

    Returns
    -------
    (rows, statistics)
        In the precision of `rows`.

    Examples
    --------
    >>> over_time(np.array([[1.0, 2.0, np.nan, 3.0]]), ("mean", "min", "p25"))
    array([[2. , 1. , 1.5]])
    """
    rows = np.ascontiguousarray(rows)
    out = np.full((len(rows), len(statistics)), np.nan, rows.dtype)
    if not rows.shape[1]:
        return out
    missing = np.isnan(rows).sum(axis=1)
    whole = missing == 0
    if whole.all():
        return _statistics(rows, statistics, overwrite).astype(rows.dtype)
    out[whole] = _statistics(rows[whole], statistics, True)
    for i in np.flatnonzero((missing > 0) & (missing < rows.shape[1])):
        out[i] = _statistics(rows[i : i + 1, ~np.isnan(rows[i])], statistics, True)[0]
    return out


def summary_names(names: Sequence[str], statistics: Sequence[str] = SUMMARY) -> tuple[str, ...]:
    """A name for each number of a summary, row by row.

    >>> summary_names(("c0", "c1"), ("mean", "p5"))
    ('c0_mean', 'c0_p5', 'c1_mean', 'c1_p5')
    """
    return tuple(f"{name}_{statistic}" for name in names for statistic in statistics)


def checked_statistics(given: str | Sequence[str]) -> tuple[str, ...]:
    """One or several statistics by name, "std" being the deviation too.

    Raises
    ------
    SettingsError
        None, or a name that is none.

    Examples
    --------
    >>> checked_statistics(("mean", "std"))
    ('mean', 'deviation')
    """
    listed = (given,) if isinstance(given, str) else tuple(given)
    found = tuple(_ALSO.get(name, name) for name in listed)
    if not found or any(name not in STATISTICS for name in found):
        raise SettingsError(f"summary is {given!r}; it must be one or several of {', '.join(STATISTICS)}")
    return found


def _statistics(rows: np.ndarray, statistics: Sequence[str], overwrite: bool) -> np.ndarray:
    """(rows, statistics) of rows without NaN."""
    out = np.empty((len(rows), len(statistics)))
    with np.errstate(invalid="ignore", over="ignore"):
        for i, name in enumerate(statistics):
            if name in _SIMPLE:
                out[:, i] = _SIMPLE[name](rows)
        levels = [i for i, name in enumerate(statistics) if name not in _SIMPLE]
        if levels:  # last, as they may put the rows out of order
            wanted = [float(statistics[i][1:]) for i in levels]
            out[:, levels] = np.percentile(rows, wanted, axis=1, overwrite_input=overwrite).T
    return out


def _mean(rows: np.ndarray) -> np.ndarray:
    """In float64, and in blocks, so that no copy of all rows is made."""
    total = sum(rows[:, i : i + _AT_ONCE].sum(axis=1, dtype=float) for i in range(0, rows.shape[1], _AT_ONCE))
    return np.asarray(total / rows.shape[1])


def _deviation(rows: np.ndarray) -> np.ndarray:
    mean = _mean(rows)[:, None]
    off = (rows[:, i : i + _AT_ONCE] - mean for i in range(0, rows.shape[1], _AT_ONCE))
    total = sum((one * one).sum(axis=1) for one in off)
    return np.asarray(np.sqrt(total / rows.shape[1]))


_SIMPLE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": _mean,
    "deviation": _deviation,
    "min": lambda rows: rows.min(axis=1),
    "max": lambda rows: rows.max(axis=1),
}
