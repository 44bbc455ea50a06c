"""What a table is to whoever writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np


class Rows(Protocol):
    """Rows of numbers of many files, given file by file.

    files   : what they are called
    names   : of the numbers
    columns : what stands before them: file, and where in it
    dtype   : of the numbers
    unit    : of the samples that they were computed of
    """

    files: Sequence[str]
    names: tuple[str, ...]
    columns: tuple[str, ...]
    dtype: np.dtype
    unit: str
    n_rows: int

    def blocks(self) -> Iterator[tuple[int, dict[str, np.ndarray], np.ndarray]]:
        """For each file its number, the columns before the numbers, and the numbers (rows, names)."""
        ...

    def column(self, name: str) -> Iterator[np.ndarray]:
        """One of the columns before the numbers, file by file; of "file" its number."""
        ...
