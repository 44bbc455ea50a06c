"""A row as text: whole numbers, times to the microsecond, numbers to the precision that they have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sonograph.tables.rows import Rows

_SHAPES = {"time": "%.6f", "seconds": "%.6f", "sample_rate": "%.10g", "valid": "%s"}
_YES_OR_NO = np.array(["false", "true"])


def forms(table: Rows) -> list[str]:
    """How each column but the file is written; a number comes back to the bit."""
    digits = "%.9g" if table.dtype == np.float32 else "%.17g"
    return [*(_SHAPES.get(name, "%d") for name in table.columns[1:]), *([digits] * len(table.names))]


def lines(before: dict[str, np.ndarray], values: np.ndarray, form: str) -> Iterator[str]:
    """The rows of a block."""
    words = (_YES_OR_NO[column.astype(int)] if column.dtype == bool else column for column in before.values())
    left = zip(*(column.tolist() for column in words), strict=True)
    for start, row in zip(left, values.tolist(), strict=True):
        yield form % (*start, *row)
