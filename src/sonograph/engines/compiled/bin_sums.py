"""Sums over the bins of each frame, as many as are asked for in one look at them: what spectral shapes are made of.

Lanes are neighbouring bins. Each lane sums from the first bin to the last, then halves of the lanes are added: an
order that depends on nothing but how many bins there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from sonograph.engines.compiled import build, lanes
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.powers import log2
from sonograph.engines.compiled.vectors import Code, Term, Value

OWN = ("total", "moment", "counted", "squares", "logs", "weighed_logs")
"""Of the values v of a frame, at frequencies f: the sums of v, f v, c, c², log2 c and v log2 max(v, tiny).

c is the larger of v and a least value.
"""
BESIDE = ("spread", "change")
"""The sums of (f - centre)² v, and of (v share - w share of w)², w being the values of the frame before."""


def able() -> bool:
    """Whether the programs can be made here."""
    return build.unable() is None


def own_sums(values: np.ndarray, frequencies: np.ndarray, least: float, names: tuple[str, ...]) -> np.ndarray:
    """(names, frames) of (frames, bins): some of `OWN`."""
    out = np.empty((len(values), len(names)), values.dtype)
    numbers = np.array([least, np.finfo(values.dtype).tiny], values.dtype)
    call = _function("own", names, values.dtype.itemsize == 8, build.host())
    arrays = (np.ascontiguousarray(values), frequencies, numbers, out)
    call(*(array.ctypes.data for array in arrays), *values.shape)
    return out.T


def sums_beside(
    values: np.ndarray,
    before: np.ndarray,
    frequencies: np.ndarray,
    centres: np.ndarray,
    shares: np.ndarray,
    names: tuple[str, ...],
) -> np.ndarray:
    """(names, frames) of (frames, bins): some of `BESIDE`.

    before : (1, bins) of the frame before the first
    shares : (frames + 1,) its share, then those of the others
    """
    out = np.empty((len(values), len(names)), values.dtype)
    call = _function("beside", names, values.dtype.itemsize == 8, build.host())
    given = (np.ascontiguousarray(array, values.dtype) for array in (values, before, frequencies, centres, shares))
    arrays = (*given, out)
    call(*(array.ctypes.data for array in arrays), *values.shape)
    return out.T


def bins_before(values: np.ndarray, share: float) -> np.ndarray:
    """(frames,) how many bins lie before the one up to which the sum of (frames, bins) is so much of the whole."""
    frames, bins = values.shape
    out, number = np.empty(frames, values.dtype), np.array([share], values.dtype)
    sums = np.empty(bins + build.host().vector_bytes // values.dtype.itemsize, values.dtype)
    call = _function("before", (), values.dtype.itemsize == 8, build.host())
    call(*(array.ctypes.data for array in (np.ascontiguousarray(values), number, sums, out)), frames, bins)
    return np.minimum(out.astype(np.intp), bins - 1)


_ARGUMENTS = {
    "own": "values:ptr frequencies:ptr numbers:ptr out:ptr frames:i64 bins:i64",
    "before": "values:ptr share:ptr sums:ptr out:ptr frames:i64 bins:i64",
    "beside": "values:ptr before:ptr frequencies:ptr centres:ptr shares:ptr out:ptr frames:i64 bins:i64",
}


@lru_cache(maxsize=32)
def _function(which: str, names: tuple[str, ...], double: bool, target: build.Target) -> Any:
    text = program(which, names, target.vector_bytes, double)
    loaded = build.Loaded(build.kept(lambda: build.object_of(text, target), text, target))
    return loaded.function(which, _ARGUMENTS[which])


def program(which: str, names: tuple[str, ...], vector_bytes: int, double: bool) -> str:
    """The text of a module that exports one function, for sums of these names."""
    module = Module(vector_bytes, double)
    fn = Code(module, which, _ARGUMENTS[which], exported=True)
    if which == "before":
        _write_before(fn)
    else:
        (_write_own if which == "own" else _write_beside)(fn, names)
    return module.text()


def _write_own(fn: Code, names: tuple[str, ...]) -> None:
    values, frequencies, numbers, out, frames, bins = fn.arguments
    least, tiny = fn.splat(numbers, 0).plain(), fn.splat(numbers, 1).plain()

    def terms(v: Term, f: Term, mask: str | None) -> list[Value]:
        counted = fn.larger(v.plain(), least)
        made: dict[str, Value] = {"total": v, "moment": v * f, "counted": Term(fn, counted)}
        made["squares"] = Term(fn, counted) * Term(fn, counted)
        if "logs" in names:
            made["logs"] = log2(fn, counted)
        if "weighed_logs" in names:
            made["weighed_logs"] = log2(fn, fn.larger(v.plain(), tiny)).settled() * v
        kept = [made[name].settled() for name in names]
        return [Term(fn, lanes.only(fn, mask, one.plain())) for one in kept]

    with fn.loop(0, frames) as frame:
        row = fn.at(values, frame * bins)

        def at(i: Int, mask: str | None) -> list[Value]:
            return terms(lanes.load(fn, row, i, mask), lanes.load(fn, frequencies, i, mask), mask)

        _sum_up(fn, at, bins, fn.at(out, frame * len(names)), len(names))


def _write_beside(fn: Code, names: tuple[str, ...]) -> None:
    values, before, frequencies, centres, shares, out, frames, bins = fn.arguments
    with fn.loop(0, frames) as frame:
        row, is_first = fn.at(values, frame * bins), fn.compare("eq", frame, 0)
        other = fn.select_pointer(is_first, before, fn.at(values, (frame - 1) * bins))
        centre, share, other_share = fn.splat(centres, frame), fn.splat(shares, frame + 1), fn.splat(shares, frame)

        def at(i: Int, mask: str | None) -> list[Value]:
            v, w, f = (lanes.load(fn, table, i, mask) for table in (row, other, frequencies))
            away = (f - centre).settled()
            change = ((v * share).settled() - (w * other_share).settled()).settled()
            made = {"spread": (away * away).settled() * v, "change": change * change}
            return [made[name].settled() for name in names]  # what is masked is 0

        _sum_up(fn, at, bins, fn.at(out, frame * len(names)), len(names))


def _write_before(fn: Code) -> None:
    """The sums up to each bin are kept, so that the whole, a share of it and what reaches it are of one order."""
    values, share, sums, out, frames, bins = fn.arguments
    V, nothing, one = fn.V, fn.literal(0.0), fn.literal(1.0)
    whole = bins & -V
    rest = lanes.below(fn, bins - whole)

    def up_to(row: Int, i: Int, so_far: str, mask: str | None) -> str:
        found = Term(fn, lanes.running(fn, lanes.load(fn, row, i, mask).plain())) + Term(fn, so_far)
        fn.store(found, sums, i)
        return lanes.last(fn, found.plain())

    def count(i: Int, so_far: str, bound: str, mask: str | None) -> str:
        less = fn.emit(f"fcmp olt {fn.vector} {fn.load(sums, i).plain()}, {bound}")
        counted = fn.emit(f"select <{V} x i1> {less}, {fn.vector} {one}, {fn.vector} {nothing}")
        return fn.emit(f"fadd {fn.vector} {so_far}, {lanes.only(fn, mask, counted)}")

    with fn.loop(0, frames) as frame:
        row = fn.at(values, frame * bins)
        with fn.fold(0, whole, V, [nothing]) as (i, carried):
            carried[0] = up_to(row, i, carried[0], None)
        total = Term(fn, up_to(row, whole, carried[0], rest))
        bound = (total * fn.splat(share)).plain()
        with fn.fold(0, whole, V, [nothing]) as (i, carried):
            carried[0] = count(i, carried[0], bound, None)
        fn.store_real(lanes.total(fn, count(whole, carried[0], bound, rest)), out, frame)


def _sum_up(fn: Code, at: Any, bins: Int, out: Int, count: int) -> None:
    """Put the sums over all bins side by side; `at` gives the terms of the vector that begins at a bin."""
    V = fn.V
    whole = bins & -V
    with fn.fold(0, whole, V, [fn.literal(0.0)] * count) as (i, carried):
        carried[:] = _added(fn, carried, at(i, None))
    sums = _added(fn, carried, at(whole, lanes.below(fn, bins - whole)))
    for place, one in enumerate(sums):
        fn.store_real(lanes.total(fn, one), out, place)


def _added(fn: Code, sums: Sequence[str], terms: Sequence[Value]) -> list[str]:
    return [(Term(fn, one) + term).plain() for one, term in zip(sums, terms, strict=True)]
