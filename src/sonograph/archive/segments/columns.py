"""Columns of values, each in the least memory that keeps them as they are: few, whole numbers, text, whatever else.

A column takes values as long as it can hold them; one that can no more is made anew as a fuller one.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

FEW = 32
"""Values of a column that are noted once; where there are more, each row has its own."""
AT_ONCE = 1 << 10
"""Rows that are put in, made anew, or of text packed, together."""
NONE = -(1 << 63)
"""Stands for None among whole numbers."""


class Few:
    """A column of few different values, of any kind; of one value alone, only how many rows there are."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.codes = array("B")
        self._known: dict[Any, int] = {}
        self._count = 0

    def put(self, values: Sequence[Any]) -> int:
        """Take values as long as there is room for them; how many."""
        known, codes = self._known, array("B")
        same = len(set(map(type, values))) == 1 and type(values[0]) in (str, int, type(None))
        seen: dict[Any, int] = {}
        for value in values:
            code = seen.get(value) if same else None
            if code is None:
                key = value if value.__class__ is str else (value.__class__, repr(value))  # 1, 1.0 and True are three
                code = known.get(key)
                if code is None:
                    if len(known) == FEW:
                        break
                    code = known[key] = len(known)
                    self.values.append(value)
                if same:
                    seen[value] = code
            codes.append(code)
        if len(self.values) > 1:
            if not self.codes:
                self.codes = array("B", bytes(self._count))
            self.codes += codes
        self._count += len(codes)
        return len(codes)

    def some(self, rows: Sequence[int]) -> list[Any]:
        """The values of rows."""
        values, codes = self.values, self.codes
        if not codes:
            return values * len(rows)
        return [values[codes[row]] for row in rows]

    def __len__(self) -> int:
        return self._count


class Numbers:
    """A column of whole numbers of 64 bits, or None."""

    def __init__(self) -> None:
        self.values = array("q")

    def put(self, values: Sequence[Any]) -> int:
        """As `Few.put`."""
        more = array("q")
        for value in values:
            if value is None:
                more.append(NONE)
            elif value.__class__ is int and NONE < value < -NONE:
                more.append(value)
            else:
                break
        try:
            self.values += more
        except BufferError:  # arrays of them were given out
            self.values = self.values + more
        return len(more)

    def some(self, rows: Sequence[int]) -> list[int | None]:
        """As `Few.some`."""
        values = self.values
        return [None if (value := values[row]) == NONE else value for row in rows]

    def __len__(self) -> int:
        return len(self.values)


class Texts:
    """A column of text, of which so many rows are packed together; the last that were not yet, and that were read."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._late: list[str] = []
        self._read: tuple[int, list[str]] = -1, []

    def put(self, values: Sequence[Any]) -> int:
        """As `Few.put`."""
        done = next((number for number, value in enumerate(values) if value.__class__ is not str), len(values))
        self._late += values[:done]
        while len(self._late) >= AT_ONCE:
            self._packed.append(_packed(self._late[:AT_ONCE]))
            del self._late[:AT_ONCE]
        return done

    def some(self, rows: Sequence[int]) -> list[str]:
        """As `Few.some`."""
        number, block = -1, []
        found = []
        for row in rows:
            if row // AT_ONCE != number:
                number = row // AT_ONCE
                block = self._block(number)
            found.append(block[row % AT_ONCE])
        return found

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_read": (-1, [])}

    def _block(self, number: int) -> list[str]:
        if number == len(self._packed):
            return self._late
        read, block = self._read
        if read != number:
            block = _texts(self._packed[number])
            self._read = number, block
        return block

    def __len__(self) -> int:
        return len(self._packed) * AT_ONCE + len(self._late)


def _packed(texts: list[str]) -> bytes:
    data = [one.encode("utf-8", "surrogatepass") for one in texts]
    return zlib.compress(array("I", map(len, data)).tobytes() + b"".join(data), 1)


def _texts(data: bytes) -> list[str]:
    data = zlib.decompress(data)
    first = AT_ONCE * array("I").itemsize
    ends = accumulate(array("I", data[:first]), initial=first)
    start, found = next(ends), []
    for end in ends:
        found.append(data[start:end].decode("utf-8", "surrogatepass"))
        start = end
    return found


class Seen:
    """Rows of another column, each changed by a function or as it is."""

    def __init__(self, column: Any, numbers: range | np.ndarray, change: Callable[[Any], Any] | None) -> None:
        self._column, self._numbers, self._change = column, numbers, change

    def some(self, rows: Sequence[int]) -> list[Any]:
        """As `Few.some`."""
        numbers = self._numbers
        some = rows if isinstance(rows, range) and rows.step > 0 else None
        at: Sequence[int]
        if isinstance(numbers, range):
            at = [numbers[row] for row in rows] if some is None else numbers[some.start : some.stop : some.step]
        else:
            at = numbers[list(rows) if some is None else slice(some.start, some.stop, some.step)].tolist()
        found = self._column.some(at)
        return found if self._change is None else list(map(self._change, found))

    def __len__(self) -> int:
        return len(self._numbers)


class Anything:
    """A column of whatever else."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def put(self, values: Sequence[Any]) -> int:
        """As `Few.put`."""
        self.values += values
        return len(values)

    def some(self, rows: Sequence[int]) -> list[Any]:
        """As `Few.some`."""
        return [self.values[row] for row in rows]

    def __len__(self) -> int:
        return len(self.values)


COLUMNS = Few | Numbers | Texts | Anything | Seen


def fuller(column: Any, value: Any) -> Any:
    """A column of the same values that takes one more which the column did not."""
    held = [*column.some(range(len(column))), value]
    for kind in (Numbers, Texts, Anything):
        taking: Any = kind()
        if taking.put(held) == len(held):
            taking = kind()
            taking.put(held[:-1])
            return taking
    raise AssertionError
