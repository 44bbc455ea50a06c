"""What a table is: to whoever writes it, and as it is read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

WHERE = ("channel", "n_channels", "frame", "n_frames", "n_valid", "time", "valid", "seconds", "sample_rate")
"""Columns that may stand between the file and the numbers: where in it a row is, or what of it. `valid` is whether the
numbers of a row come of samples of the sound alone, none of its frame over an end; `n_valid` how many frames do."""
WHOLE = {
    "file": "int32",
    "channel": "int16",
    "n_channels": "int16",
    "frame": "int64",
    "n_frames": "int64",
    "n_valid": "int64",
    "valid": "bool",
}
"""Those of whole numbers and of yes and no, and how they are kept; the others are float64."""


def n_before(header: Sequence[str]) -> int:
    """How many of a table's columns, the file left out, stand before its numbers."""
    return next((i for i, name in enumerate(header) if name not in WHERE), len(header))


class Rows(Protocol):
    """Rows of numbers of many files, given file by file.

    files       : what they are called
    names       : of the numbers
    units       : what each number is in; "" for a plain one
    frequencies : of each number's bin or band, Hz; None where it has none
    columns     : what stands before the numbers: file, and where in it
    dtype       : of the numbers
    unit        : of the samples that they were computed of
    settings    : what was computed, as JSON can hold it; None where that is not known
    """

    @property
    def files(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def units(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def frequencies(self) -> tuple[float | None, ...]: ...  # noqa: D102
    @property
    def columns(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def dtype(self) -> np.dtype: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def settings(self) -> Any: ...  # noqa: D102
    @property
    def n_rows(self) -> int: ...  # noqa: D102

    def blocks(self) -> Iterator[tuple[int, dict[str, np.ndarray], np.ndarray]]:
        """Some rows of one file at a time, in order: its number, the columns before the numbers, and the numbers.

        The numbers are (rows, names); no block is too long to hold.
        """
        ...

    def numbers(self) -> Iterator[np.ndarray]:
        """The numbers of `blocks` alone."""
        ...

    def column(self, name: str) -> Iterator[np.ndarray]:
        """One of the columns before the numbers, block by block; of "file" its number."""
        ...


@dataclass(frozen=True, eq=False)
class Held:
    """A table in memory, as `sonograph.tables.read` gives it: `Rows`, and its columns as arrays.

    values : (rows, names)
    before : the columns before the numbers, each (rows,); of "file" the number of each row's file in `files`
    """

    files: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    frequencies: tuple[float | None, ...]
    unit: str
    settings: Any
    values: np.ndarray
    before: dict[str, np.ndarray]

    @property
    def columns(self) -> tuple[str, ...]:
        """What stands before the numbers."""
        return tuple(self.before)

    @property
    def dtype(self) -> np.dtype:
        """Of the numbers."""
        return self.values.dtype

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.values)

    def blocks(self) -> Iterator[tuple[int, dict[str, np.ndarray], np.ndarray]]:
        """As `Rows.blocks`; of neighbouring rows of a file, one block."""
        file = self.before["file"]
        ends = [*(np.flatnonzero(np.diff(file)) + 1), len(file)] if len(file) else []
        first = 0
        for stop in ends:
            before = {name: column[first:stop] for name, column in self.before.items() if name != "file"}
            yield int(file[first]), before, self.values[first:stop]
            first = stop

    def numbers(self) -> Iterator[np.ndarray]:
        """As `Rows.numbers`."""
        for _, _, values in self.blocks():
            yield values

    def column(self, name: str) -> Iterator[np.ndarray]:
        """As `Rows.column`."""
        yield self.before[name]


def about(table: Rows) -> dict[str, Any]:
    """What a table says of itself beside its numbers, as JSON can hold it."""
    columns = [
        {"name": name, "unit": unit, "frequency": frequency}
        for name, unit, frequency in zip(table.names, table.units, table.frequencies, strict=True)
    ]
    return {
        "written_by": "Sonograph",
        "settings": table.settings,
        "unit": table.unit,
        "dtype": table.dtype.name,
        "columns": columns,
    }


def held(
    values: np.ndarray, before: dict[str, np.ndarray], files: Sequence[str], names: Sequence[str], facts: dict[str, Any]
) -> Held:
    """A table out of its arrays and what it says of itself, which may be nothing: `about`, or {}."""
    columns = {one["name"]: one for one in facts.get("columns", [])}
    listed = [columns.get(name, {}) for name in names]
    typed = {name: np.asarray(column, WHOLE.get(name, "float64")) for name, column in before.items()}
    return Held(
        files=tuple(files),
        names=tuple(names),
        units=tuple(one.get("unit", "") for one in listed),
        frequencies=tuple(one.get("frequency") for one in listed),
        unit=facts.get("unit", "FS"),
        settings=facts.get("settings"),
        values=values,
        before=typed,
    )


def numbered(names: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Each name once, in the order in which they come, and the number of each row's."""
    numbers: dict[str, int] = {}
    of_rows = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int32)
    return list(numbers), of_rows
