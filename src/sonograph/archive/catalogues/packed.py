"""Many rows of the same few fields, kept by columns: some hundred bytes each where objects take some thousand.

An archive of a million files knows each of them by twenty fields, of which most say the same of all. A column notes
what differs once, and then a number for each row; a row is made anew, equal to what was put in, when it is asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeVar, overload

import numpy as np

T = TypeVar("T")

FEW = 32
"""Values of a column that are noted once; where there are more, each row has its own."""
AT_ONCE = 1 << 10
"""Rows that are put in, or made anew, together."""
_NONE = -(1 << 63)  # stands for None among whole numbers


class Packed(Sequence[T]):
    """Rows in the order in which they were put in. A slice is a view, of the rows that are there when it is taken.

    kind : what makes a row of its values, in the order of `names`
    rows : to begin with
    names : of its attributes; by default the fields of a dataclass

    Examples
    --------
    >>> few = Packed(range, [range(0, 5), range(7, 9)], names=("start", "stop"))
    >>> few[1], len(few), few.column("start"), few == [range(5), range(7, 9)]
    (range(7, 9), 2, array([0, 7]), True)
    """

    def __init__(self, kind: type[T], rows: Iterable[T] = (), *, names: Sequence[str] | None = None) -> None:
        self._kind = kind
        self._names = tuple(one.name for one in fields(kind)) if names is None else tuple(names)  # type: ignore[arg-type]
        self._columns: list[Any] = [_Few() for _ in self._names]
        self._numbers: range | np.ndarray | None = None  # of a view
        self._late: list[T] = []  # the last rows, not in columns yet
        self.extend(rows)

    def append(self, row: T) -> None:
        """Put a row behind the others."""
        if self._numbers is not None:
            raise TypeError("a view has no rows of its own")
        self._late.append(row)
        if len(self._late) == AT_ONCE:
            self._settle()

    def _settle(self) -> None:
        """Bring into columns what was put in row by row, which is slow for each alone."""
        if self._late:
            late, self._late = self._late, []
            self.extend_columns([[getattr(row, name) for row in late] for name in self._names])

    def extend(self, rows: Iterable[T]) -> None:
        """Put rows behind the others."""
        for row in rows:
            self.append(row)

    def extend_columns(self, columns: Sequence[Sequence[Any]]) -> None:
        """Put rows behind the others, given as the values of each column."""
        if self._numbers is not None:
            raise TypeError("a view has no rows of its own")
        self._settle()
        for number, (column, values) in enumerate(zip(self._columns, columns, strict=True)):
            done = column.put(values)
            while done < len(values):
                self._columns[number] = column = _fuller(column, values[done])
                done += column.put(values[done:])

    def column(self, name: str) -> np.ndarray:
        """The values of a column of whole numbers, (rows,) int64; the least there is for None."""
        self._settle()
        column = self._columns[self._names.index(name)]
        numbers = slice(None) if self._numbers is None else _indices(self._numbers)
        if isinstance(column, _Numbers):
            return np.array(column.values, np.int64)[numbers]
        if isinstance(column, _Few):
            known = np.array([_NONE if value is None else value for value in column.values], np.int64)
            return known[np.array(column.codes, np.uint8)[numbers]]
        return np.array([_NONE if value is None else value for value in column.some(self._rows())], np.int64)

    def picked(self, numbers: Sequence[int] | np.ndarray) -> Packed[T]:
        """A view of some rows, by their numbers."""
        at = np.asarray(numbers, np.int64)
        return self._view(at if self._numbers is None else np.asarray(self._numbers, np.int64)[at])

    def _view(self, numbers: range | np.ndarray) -> Packed[T]:
        self._settle()
        view: Packed[T] = Packed.__new__(Packed)
        view._late = []
        view._kind, view._names, view._columns, view._numbers = self._kind, self._names, self._columns, numbers
        return view

    def _rows(self) -> range | np.ndarray:
        self._settle()
        return range(len(self)) if self._numbers is None else self._numbers

    def __len__(self) -> int:
        if self._numbers is not None:
            return len(self._numbers)
        return len(self._columns[0]) + len(self._late)

    @overload
    def __getitem__(self, number: int) -> T: ...
    @overload
    def __getitem__(self, number: slice) -> Packed[T]: ...
    def __getitem__(self, number: int | slice) -> T | Packed[T]:
        rows = self._rows()
        if isinstance(number, slice):
            return self._view(rows[number])
        at = [int(rows[number])]
        return self._kind(*[column.some(at)[0] for column in self._columns])

    def __iter__(self) -> Iterator[T]:
        rows = self._rows()
        for first in range(0, len(rows), AT_ONCE):
            at = rows[first : first + AT_ONCE]
            some = at if isinstance(at, range) else at.tolist()
            yield from map(self._kind, *(column.some(some) for column in self._columns))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str | bytes):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self):,} of {self._kind.__name__}>"


def _indices(numbers: range | np.ndarray) -> slice | np.ndarray:
    if isinstance(numbers, range) and numbers.step > 0:
        return slice(numbers.start, numbers.stop, numbers.step)
    return np.asarray(numbers, np.int64)


class _Few:
    """A column of few different values, of any kind."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.codes = array("B")
        self._known: dict[Any, int] = {}

    def put(self, values: Sequence[Any]) -> int:
        """Take values as long as there is room for them; how many."""
        known, codes = self._known, self.codes
        for done, value in enumerate(values):
            key = value if value.__class__ is str else (value.__class__, repr(value))  # 1, 1.0 and True are three
            code = known.get(key)
            if code is None:
                if len(known) == FEW:
                    return done
                code = known[key] = len(known)
                self.values.append(value)
            codes.append(code)
        return len(values)

    def some(self, rows: Sequence[int]) -> list[Any]:
        """The values of rows."""
        values, codes = self.values, self.codes
        return [values[codes[row]] for row in rows]

    def __len__(self) -> int:
        return len(self.codes)


class _Numbers:
    """A column of whole numbers of 64 bits, or None."""

    def __init__(self) -> None:
        self.values = array("q")

    def put(self, values: Sequence[Any]) -> int:
        for done, value in enumerate(values):
            if value is None:
                self.values.append(_NONE)
            elif value.__class__ is int and _NONE < value < -_NONE:
                self.values.append(value)
            else:
                return done
        return len(values)

    def some(self, rows: Sequence[int]) -> list[int | None]:
        values = self.values
        return [None if (value := values[row]) == _NONE else value for row in rows]

    def __len__(self) -> int:
        return len(self.values)


class _Texts:
    """A column of text, its bytes behind each other."""

    def __init__(self) -> None:
        self.data, self.ends = bytearray(), array("q", [0])

    def put(self, values: Sequence[Any]) -> int:
        for done, value in enumerate(values):
            if value.__class__ is not str:
                return done
            self.data += value.encode("utf-8", "surrogatepass")
            self.ends.append(len(self.data))
        return len(values)

    def some(self, rows: Sequence[int]) -> list[str]:
        data, ends = self.data, self.ends
        return [data[ends[row] : ends[row + 1]].decode("utf-8", "surrogatepass") for row in rows]

    def __len__(self) -> int:
        return len(self.ends) - 1


class _Any:
    """A column of whatever else."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def put(self, values: Sequence[Any]) -> int:
        self.values += values
        return len(values)

    def some(self, rows: Sequence[int]) -> list[Any]:
        return [self.values[row] for row in rows]

    def __len__(self) -> int:
        return len(self.values)


def _fuller(column: Any, value: Any) -> Any:
    """A column of the same values that takes one more which the column did not."""
    held = [*column.some(range(len(column))), value]
    for kind in (_Numbers, _Texts, _Any):
        fuller: Any = kind()
        if fuller.put(held) == len(held):
            fuller = kind()
            fuller.put(held[:-1])
            return fuller
    raise AssertionError
