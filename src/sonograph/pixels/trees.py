"""The largest and the sum of 2, 4, 8 or 16 neighbouring frames, each row by itself, compiled for this CPU.

It is what a cold tile spends its time on beside the transform. Sums are a binary tree in double precision, so they have
the same bits as NumPy's of every second and every other frame, which does it where nothing can be compiled.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.engines.compiled import build
from sonograph.engines.compiled.ir import Module
from sonograph.engines.compiled.vectors import Code, Term

MOST = 4
"""2^4 frames at most are gathered at a time."""
_SIDE_BY_SIDE = 2
"""Vectors of a frame, as a line of the cache that is half read may be gone when its other half is wanted."""


def gathered(power: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray] | None:
    """The largest and the sum, float64, of each 2^step frames of (frames, rows), whole groups of 0 or more.

    A sum that is NaN has one in it; the largest of such is any of them. None where it is to be done by NumPy.
    """
    if step == 0 or not power.flags.c_contiguous or power.dtype not in (np.float32, np.float64) or build.unable():
        return None
    tree = _tree(min(step, MOST), power.dtype == np.float64)
    n_frames, n_rows = power.shape
    if n_rows < tree.width:
        return None
    shape = n_frames >> min(step, MOST), n_rows
    largest, sums = np.empty(shape, power.dtype), np.empty(shape)
    tree.call(power.ctypes.data, largest.ctypes.data, sums.ctypes.data, n_rows, shape[0])
    for _ in range(MOST, step):
        largest, sums = np.maximum(largest[0::2], largest[1::2]), sums[0::2] + sums[1::2]
    return largest, sums


class _Tree:
    """A compiled function; `width` is the fewest rows that it takes."""

    def __init__(self, step: int, double: bool) -> None:
        target = build.host()
        module = Module(target.vector_bytes, double)
        self.width = _SIDE_BY_SIDE * module.lanes
        text = _written(module, 1 << step)
        self._loaded = build.Loaded(build.kept(lambda: build.object_of(text, target), text, target))
        self.call = self._loaded.function("tree", "pppii")


_tree = lru_cache(maxsize=2 * MOST)(_Tree)


def _written(module: Module, size: int) -> str:
    """The program: groups of `size` frames, a few vectors of each frame at a time, the last ones up to the end."""
    fn = Code(module, "tree", "power:ptr largest:ptr sums:ptr rows:i64 groups:i64", exported=True)
    power, largest, sums, rows, groups = fn.arguments
    width = _SIDE_BY_SIDE * module.lanes
    frames = [rows * i for i in range(size)]
    last, blocks = rows - width, (rows + (width - 1)) // width
    with fn.loop(0, groups) as group:
        base = fn.at(power, group * (rows * size))
        with fn.loop(0, blocks) as block:
            row = fn.min(block * width, last)
            place = group * rows + row
            wide = f"<{fn.V} x double>"
            most: list[str] = []

            def added(first: int, count: int) -> list[str]:
                """Sums of some frames, a name for each vector; those of few frames first, so that few are held."""
                if count > 1:
                    pairs = zip(added(first, count // 2), added(first + count // 2, count // 2), strict=True)
                    return [fn.emit(f"fadd {wide} {a}, {b}") for a, b in pairs]
                start = fn.at(base, frames[first] + row)
                values = [fn.load(start, i * fn.V).plain() for i in range(_SIDE_BY_SIDE)]
                most[:] = [fn.larger(*pair) for pair in zip(values, most, strict=True)] if most else values
                return values if module.size == 8 else [fn.emit(f"fpext {fn.vector} {v} to {wide}") for v in values]

            for i, (total, high) in enumerate(zip(added(0, size), most, strict=True)):
                fn.store(Term(fn, high), largest, place + i * fn.V)
                fn.do(f"store {wide} {total}, ptr {fn.at(sums, place + i * fn.V, 'double').name}, align 8")
    return module.text()
