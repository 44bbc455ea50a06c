"""Two loops over millions of numbers that a search spends its time in: to gather them, and to sift what is near.

Each goes through memory once. They are compiled where the engine can be; elsewhere NumPy does the same, several times
as slowly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.engines.compiled.build import Loaded, host, kept, object_of, unable

_IR = """
define void @gather(ptr %times, ptr %first, ptr %counts, ptr %less, i64 %n, ptr %out, ptr %sums) nounwind {
entry:
  br label %runs
runs:
  %run = phi i64 [0, %entry], [%next_run, %end]
  %done = phi i64 [0, %entry], [%after, %end]
  %more = icmp slt i64 %run, %n
  br i1 %more, label %begin, label %return
begin:
  %first_at = getelementptr i64, ptr %first, i64 %run
  %from = load i64, ptr %first_at
  %source = getelementptr i32, ptr %times, i64 %from
  %count_at = getelementptr i64, ptr %counts, i64 %run
  %count = load i64, ptr %count_at
  %less_at = getelementptr i32, ptr %less, i64 %run
  %shift = load i32, ptr %less_at
  %target = getelementptr i32, ptr %out, i64 %done
  br label %loop
loop:
  %i = phi i64 [0, %begin], [%next, %body]
  %sum = phi i64 [0, %begin], [%summed, %body]
  %inside = icmp slt i64 %i, %count
  br i1 %inside, label %body, label %end
body:
  %time_at = getelementptr i32, ptr %source, i64 %i
  %time = load i32, ptr %time_at
  %wide = zext i32 %time to i64
  %summed = add i64 %sum, %wide
  %moved = sub i32 %time, %shift
  %moved_at = getelementptr i32, ptr %target, i64 %i
  store i32 %moved, ptr %moved_at
  %next = add i64 %i, 1
  br label %loop
end:
  %sum_at = getelementptr i64, ptr %sums, i64 %run
  store i64 %sum, ptr %sum_at
  %after = add i64 %done, %count
  %next_run = add i64 %run, 1
  br label %runs
return:
  ret void
}

define void @sift(ptr %values, i64 %n, i64 %shift, i64 %mask, ptr %bits, ptr %chosen, ptr %total) nounwind {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %body]
  %found = phi i64 [0, %entry], [%found_now, %body]
  %inside = icmp slt i64 %i, %n
  br i1 %inside, label %body, label %return
body:
  %value_at = getelementptr i32, ptr %values, i64 %i
  %value = load i32, ptr %value_at
  %wide = zext i32 %value to i64
  %shifted = lshr i64 %wide, %shift
  %slot = and i64 %shifted, %mask
  %byte = lshr i64 %slot, 3
  %byte_at = getelementptr i8, ptr %bits, i64 %byte
  %eight = load i8, ptr %byte_at
  %which = and i64 %slot, 7
  %narrow = trunc i64 %which to i8
  %lowest = lshr i8 %eight, %narrow
  %bit = and i8 %lowest, 1
  %one = zext i8 %bit to i64
  %chosen_at = getelementptr i64, ptr %chosen, i64 %found
  store i64 %i, ptr %chosen_at
  %found_now = add i64 %found, %one
  %next = add i64 %i, 1
  br label %loop
return:
  store i64 %found, ptr %total
  ret void
}

@_fltused = constant i32 1
"""


class _Loops:
    """The two loops in memory."""

    def __init__(self) -> None:
        target = host()
        self._loaded = Loaded(kept(lambda: object_of(_IR, target), _IR, target))
        self.gather: Any = self._loaded.function("gather", "ppppipp")
        self.sift: Any = self._loaded.function("sift", "piiippp")


@lru_cache(maxsize=1)
def _compiled() -> _Loops | None:
    """None on machines that the compiled engine is not for."""
    return None if unable() else _Loops()


def gather(times: np.ndarray, first: np.ndarray, counts: np.ndarray, less: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Runs of times, one after the other, each less a number of its own (modulo 2^32), into `out`.

    times : uint32
    first, counts, less : (runs,) int64, int64, uint32
    Returns the sum of the times of each run.
    """
    loops, sums = _compiled(), np.empty(len(first), np.int64)
    if loops is not None:
        tables = [np.ascontiguousarray(values) for values in (times, first, counts, less)]
        loops.gather(*(table.ctypes.data for table in tables), len(first), out.ctypes.data, sums.ctypes.data)
        return sums
    ends = np.cumsum(counts)
    found = times[np.repeat(first - ends + counts, counts) + np.arange(len(out))]
    np.subtract(found, np.repeat(less, counts), out=out)
    summed = np.concatenate([[0], np.cumsum(found, dtype=np.int64)])
    return summed[ends] - summed[ends - counts]


def sift(values: np.ndarray, shift: int, wanted: np.ndarray) -> np.ndarray:
    """The numbers of those whose bits above `shift` make a pattern that is wanted; wanted : (2^bits,) bool."""
    packed, mask = np.packbits(wanted, bitorder="little"), len(wanted) - 1
    loops = _compiled()
    if loops is not None:
        values = np.ascontiguousarray(values)
        chosen, total = np.empty(len(values) + 1, np.int64), np.zeros(1, np.int64)
        loops.sift(
            values.ctypes.data, len(values), shift, mask, packed.ctypes.data, chosen.ctypes.data, total.ctypes.data
        )
        return chosen[: int(total[0])].copy()
    return np.flatnonzero(wanted[(values >> np.uint32(shift)) & np.uint32(mask)])
