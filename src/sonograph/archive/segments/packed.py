"""Many rows of the same few fields, kept by columns: some tens of bytes each where objects take some thousand.

An archive of a million files knows each of them by twenty fields, of which most say the same of all. A column notes
what differs once, and then a number for each row; names, which are alike, are packed a thousand together. A row is made
anew, equal to what was put in, when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeVar, overload

import numpy as np

from sonograph.archive.segments.columns import AT_ONCE, COLUMNS, NONE, Few, Numbers, Seen, fuller

T = TypeVar("T")


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
        self._columns: list[Any] = [Few() for _ in self._names]
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
        for number, values in zip(range(len(self._columns)), columns, strict=True):
            self._fill(number, values)

    def _fill(self, number: int, values: Sequence[Any]) -> None:
        """Put values behind those of a column."""
        column = self._columns[number]
        done = column.put(values)
        while done < len(values):
            self._columns[number] = column = fuller(column, values[done])
            done += column.put(values[done:])

    def column(self, name: str) -> np.ndarray:
        """The values of a column of whole numbers, (rows,) int64, to read alone; the least there is for None."""
        self._settle()
        column = self._columns[self._names.index(name)]
        if isinstance(column, Numbers):
            found = np.frombuffer(column.values, np.int64) if len(column) else np.zeros(0, np.int64)
            found = found if self._numbers is None else found[_indices(self._numbers)]
        else:
            some = (column.some(at) for at in self._runs())
            found = np.fromiter((NONE if one is None else one for at in some for one in at), np.int64, len(self))
        found.flags.writeable = False
        return found

    def columns(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """The values of some columns, row by row: several times as fast as rows."""
        self._settle()
        columns = [self._columns[self._names.index(name)] for name in names]
        for at in self._runs():
            yield from zip(*(column.some(at) for column in columns), strict=True)

    def lists(self) -> list[list[Any]]:
        """The values of each column, as `extend_columns` takes them."""
        self._settle()
        return [[value for at in self._runs() for value in column.some(at)] for column in self._columns]

    def seen(self, name: str, change: Callable[[Any], Any] | None = None) -> Any:
        """A column of these rows for `of`, which takes no memory: it is looked up, and changed, whenever it is read."""
        rows, column = self._rows(), self._columns[self._names.index(name)]
        return column if self._numbers is None and change is None else Seen(column, rows, change)

    @staticmethod
    def of(kind: type[T], columns: Sequence[Any]) -> Packed[T]:
        """Rows of columns, each one that others have (`seen`) or the values of it."""
        made: Packed[T] = Packed(kind)
        n_rows = len(columns[0])
        for number, values in enumerate(columns):
            if isinstance(values, COLUMNS):
                made._columns[number] = values
            else:
                made._fill(number, values)
        return made._view(range(n_rows))

    def picked(self, numbers: Sequence[int] | np.ndarray) -> Packed[T]:
        """A view of some rows, by their numbers."""
        at = np.asarray(numbers, np.int64)
        at = at if self._numbers is None else np.asarray(self._numbers, np.int64)[at]
        if len(at) and (np.diff(at) == 1).all():
            return self._view(range(int(at[0]), int(at[-1]) + 1))
        return self._view(at)

    def _runs(self) -> Iterator[Sequence[int]]:
        """The numbers of its rows, some at once."""
        rows = self._rows()
        for first in range(0, len(rows), AT_ONCE):
            at = rows[first : first + AT_ONCE]
            yield at if isinstance(at, range) else at.tolist()

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
        for at in self._runs():
            yield from map(self._kind, *(column.some(at) for column in self._columns))

    def __getstate__(self) -> dict[str, Any]:
        self._settle()
        if self._numbers is None:
            return self.__dict__
        own: Packed[T] = Packed(self._kind, names=self._names)
        own.extend_columns(self.lists())
        return own.__getstate__()

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
