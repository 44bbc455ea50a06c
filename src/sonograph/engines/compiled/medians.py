"""Running medians, exact, of as many neighbours side by side as a vector has lanes.

Two windows that lie one step apart share all but one number each. Of what they share the two in the middle are found by
taking away the smallest and the largest again and again, a further number coming in each time; the median of a window
is then the number of its own, if it lies between the two, else the nearer of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.engines.compiled import build
from sonograph.engines.compiled.ir import Module
from sonograph.engines.compiled.placing import up
from sonograph.engines.compiled.vectors import Code, Term

WIDEST = 63
"""Numbers in a window up to which there is a program; it grows with their square."""


def medians_over_frames(values: np.ndarray, width: int) -> np.ndarray | None:
    """(frames, rows) of (frames + width - 1, rows) without NaN, over `width` frames, odd; None: there is no program."""
    frames, rows = len(values) - width + 1, values.shape[1]
    if not 3 <= width <= WIDEST or build.unable():
        return None
    columns = up(rows, _lanes(values.dtype))
    pairs = -(-frames // 2)
    laid_out = np.zeros((2 * pairs + width - 1, columns), values.dtype)
    laid_out[: len(values), :rows] = values
    out = np.empty((2 * pairs, columns), values.dtype)
    offsets = np.arange(width + 1) * columns
    _call(laid_out, offsets, pairs, 2 * columns, columns, out, columns, 2 * columns)
    return out[:frames, :rows]


def medians_over_rows(values: np.ndarray, width: int) -> np.ndarray | None:
    """(frames, rows) of (frames, rows + width - 1) without NaN, over `width` rows, odd; None: there is no program."""
    frames, rows = len(values), values.shape[1] - width + 1
    if not 3 <= width <= WIDEST or build.unable():
        return None
    columns = up(-(-rows // 2), _lanes(values.dtype))
    half = columns + width // 2 + 1
    laid_out = np.zeros((frames, 2, half), values.dtype)  # even and odd rows, so that pairs of windows lie side by side
    laid_out[:, 0, : -(-values.shape[1] // 2)] = values[:, ::2]
    laid_out[:, 1, : values.shape[1] // 2] = values[:, 1::2]
    out = np.empty((frames, 2, columns), values.dtype)
    place = np.arange(width + 1)
    _call(laid_out, place % 2 * half + place // 2, frames, 2 * half, columns, out, columns, 2 * columns)
    medians = np.empty((frames, rows), values.dtype)
    medians[:, ::2] = out[:, 0, : -(-rows // 2)]
    medians[:, 1::2] = out[:, 1, : rows // 2]
    return medians


def _lanes(dtype: np.dtype) -> int:
    return build.host().vector_bytes // dtype.itemsize


def _call(
    x: np.ndarray, offsets: np.ndarray, rows: int, pitch: int, columns: int, out: np.ndarray, second: int, step: int
) -> None:
    offsets = np.ascontiguousarray(offsets, np.int64)
    call = _program(len(offsets) - 1, x.dtype.itemsize == 8, build.host())
    call(x.ctypes.data, offsets.ctypes.data, rows, pitch, columns, out.ctypes.data, second, step)


@lru_cache(maxsize=16)
def _program(width: int, double: bool, target: build.Target) -> Any:
    text = program(width, target.vector_bytes, double)
    code = build.kept(lambda: build.object_of(text, target), text, target)
    return build.Loaded(code).function("medians", _ARGUMENTS)


_ARGUMENTS = "x:ptr offsets:ptr rows:i64 pitch:i64 columns:i64 out:ptr second:i64 step:i64"


def program(width: int, vector_bytes: int, double: bool) -> str:
    """The text of a module that exports `medians`.

    For each row and lane: number i of the first window of a pair lies `offsets[i]` numbers on, that of the second
    window offsets[i + 1]. The first median goes to `out`, the second `second` numbers on.
    """
    module = Module(vector_bytes, double)
    fn = Code(module, "medians", _ARGUMENTS, exported=True)
    x, offsets, rows, pitch, columns, out, second, step = fn.arguments
    with fn.loop(0, rows) as f:
        row, target = fn.at(x, f * pitch), fn.at(out, f * step)
        with fn.loop(0, columns, module.lanes) as c:
            here = fn.at(row, c)

            def number(i: int, here: Any = here) -> str:
                return fn.load(here, fn.load_int(offsets, i)).plain()

            low, high = _middle_two(fn, [number(i) for i in range(1, _held(width))], width, number)
            place = fn.at(target, c)
            for i, at in ((0, place), (width, fn.at(place, second))):
                own = _smaller(fn, high, number(i))
                fn.store(Term(fn, fn.larger(low, own)), at)
    return module.text()


def _held(width: int) -> int:
    """Numbers 1 to this are looked at first: enough that their least and largest are not in the middle of all."""
    return min(width, (width - 1) // 2 + 3)


def _middle_two(fn: Code, held: list[str], width: int, number: Any) -> tuple[str, str]:
    """The two in the middle of numbers 1 to width - 1, the first of them held."""
    following = len(held) + 1
    while len(held) > 2:
        held = _without_ends(fn, held)
        if following < width:
            held.append(number(following))
            following += 1
    if len(held) == 1:
        raise ValueError(f"width is {width}; it must be odd, 3 or more")
    return _smaller(fn, *held), fn.larger(*held)


def _without_ends(fn: Code, held: list[str]) -> list[str]:
    """All but the smallest and the largest: pairs are put in order, the ends found among their lesser and greater."""
    low, high = [], []
    for a, b in zip(held[::2], held[1::2], strict=False):
        low.append(_smaller(fn, a, b))
        high.append(fn.larger(a, b))
    if len(held) % 2:
        last = held[-1]
        low[0], rest = _smaller(fn, low[0], last), fn.larger(low[0], last)
        high.append(rest)
    least, largest = low[0], high[0]
    kept = []
    for value in low[1:]:
        kept.append(fn.larger(least, value))
        least = _smaller(fn, least, value)
    for value in high[1:]:
        kept.append(_smaller(fn, largest, value))
        largest = fn.larger(largest, value)
    return kept


def _smaller(fn: Code, a: str, b: str) -> str:
    below = fn.emit(f"fcmp olt {fn.vector} {a}, {b}")
    return fn.emit(f"select <{fn.V} x i1> {below}, {fn.vector} {a}, {fn.vector} {b}")
