"""Filters that every frame is multiplied with, and half-band filtering: each number the same sum in the same order.

A product of matrices by a library sums in an order that depends on how many frames there are. Here a frame's sums run
over its own samples from the first to the last, whichever frames are computed beside it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sonograph.engines.compiled import build
from sonograph.engines.compiled.ir import Module
from sonograph.engines.compiled.placing import aligned
from sonograph.engines.compiled.vectors import Code, Term


def able() -> bool:
    """Whether the programs can be made here."""
    return build.unable() is None


class Bank(NamedTuple):
    """Filters as a program reads them: some columns after the other, of all samples."""

    table: np.ndarray  # (groups, samples, columns of a group): of complex filters the real and imaginary parts in turns
    n: int


def bank_of(filters: np.ndarray) -> Bank:
    """Complex filters (samples, 2 n), their real parts first, laid out."""
    in_turns = np.empty_like(filters)
    in_turns[:, 0::2], in_turns[:, 1::2] = np.hsplit(filters, 2)
    return real_bank_of(in_turns)._replace(n=filters.shape[1] // 2)


def real_bank_of(filters: np.ndarray) -> Bank:
    """Real filters (samples, n), laid out."""
    taps, columns = filters.shape
    groups = -(-columns // _columns(filters.dtype))
    padded = np.zeros((taps, groups * _columns(filters.dtype)), filters.dtype)
    padded[:, :columns] = filters
    table = aligned((groups * taps, _columns(filters.dtype)), 0.0, filters.dtype).reshape(groups, taps, -1)
    table[:] = padded.reshape(taps, groups, -1).swapaxes(0, 1)
    return Bank(table, columns)


def products(x: np.ndarray, hop: int, bank: Bank, out: np.ndarray, quantity: str) -> None:
    """Fill (frames, n) with samples from frame * hop on times the filters.

    out      : complex for a transform; its rows may lie apart, the numbers of a row may not
    quantity : of complex filters "transform", "power" or "magnitude", of real ones "sum"
    """
    groups, taps, _ = bank.table.shape
    frames, needed = len(out), (len(out) - 1) * hop + taps
    if len(x) < needed or not x.flags.c_contiguous:
        raise ValueError(f"samples are {len(x)}; {frames} frames need {needed} beside each other")
    kind = np.result_type(x, np.complex64) if quantity == "transform" else x.dtype
    if out.shape[1] != bank.n or out.dtype != kind or out.strides[1] != kind.itemsize:
        raise ValueError(f"out is {out.dtype} {out.shape}; it must be {kind}, {bank.n} beside each other in a row")
    count, step = bank.n * (2 if quantity == "transform" else 1), out.strides[0] // x.itemsize
    call = _function("transform" if quantity == "sum" else quantity, x.itemsize == 8, build.host())
    call(x.ctypes.data, hop, frames, bank.table.ctypes.data, taps, groups, out.ctypes.data, step, count)


def halved(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """x[2 i + 2 n - 1] / 2 + the sum over k of weights[k] * (x[2 (i + n - 1 - k)] + x[2 (i + n + k)]), for n weights.

    As many as x has neighbours for.
    """
    n = len(weights)
    count = (len(x) + 1) // 2 - (2 * n - 1)
    if count < 1:
        raise ValueError(f"x holds {len(x)}; {n} weights need {4 * n - 1}")
    room = max(count, _lanes(x.dtype))
    x = np.ascontiguousarray(x if count == room else np.pad(x, (0, 2 * (room - count))))
    held, out, at_once = np.ascontiguousarray(weights, x.dtype), np.empty(room, x.dtype), min(room, AT_ONCE)
    apart = np.empty(2 * (at_once + 2 * n - 1), x.dtype)
    call = _function("halved", x.itemsize == 8, build.host())
    call(x.ctypes.data, held.ctypes.data, n, room, out.ctypes.data, apart.ctypes.data, at_once)
    return out[:count]


def _lanes(dtype: np.dtype) -> int:
    return build.host().vector_bytes // dtype.itemsize


def _columns(dtype: np.dtype) -> int:
    """Columns of a group."""
    return _blocks(build.host().vector_bytes)[0] * _lanes(dtype)


def _blocks(vector_bytes: int) -> tuple[int, int]:
    """Vectors of columns, and frames, whose sums stay in registers."""
    return (2, 8) if vector_bytes == 64 else (3, 4)


@lru_cache(maxsize=8)
def _function(name: str, double: bool, target: build.Target) -> Any:
    """One of `FUNCTIONS`, each a module of its own: who wants one need not wait for the others."""
    text = program(name, target.vector_bytes, double)
    loaded = build.Loaded(build.kept(lambda: build.object_of(text, target), text, target))
    return loaded.function(name, FUNCTIONS[name])


_PRODUCTS = "x:ptr hop:i64 frames:i64 bank:ptr taps:i64 groups:i64 out:ptr step:i64 count:i64"
_HALVED = "x:ptr weights:ptr n:i64 count:i64 out:ptr apart:ptr at_once:i64"
FUNCTIONS = {"transform": _PRODUCTS, "power": _PRODUCTS, "magnitude": _PRODUCTS, "halved": _HALVED}
"""What the programs export, and their arguments."""


def program(name: str, vector_bytes: int, double: bool) -> str:
    """The text of a module that exports one of `FUNCTIONS`."""
    module = Module(vector_bytes, double)
    if name == "halved":
        _write_halved(module)
    else:
        _write_products(module, name, *_blocks(vector_bytes))
    return module.text()


def _write_products(module: Module, quantity: str, vectors: int, at_once: int) -> None:
    fn = Code(module, quantity, _PRODUCTS, exported=True)
    x, hop, frames, bank, taps, groups, out, step, count = fn.arguments
    V = module.lanes
    width = vectors * V
    written = width if quantity == "transform" else width // 2
    with fn.loop(0, groups) as g:
        weights, target = fn.at(bank, g * taps * width), fn.at(out, g * written)
        own = fn.min(count - g * written, written)
        with fn.loop(0, frames, at_once) as f:
            places = [fn.min(f + r, frames - 1) for r in range(at_once)]  # the last frame rather than none beyond it
            heads = [fn.at(x, place * hop) for place in places]
            with fn.fold(0, taps, 1, [fn.literal(0.0)] * (at_once * vectors)) as (n, carried):
                row = fn.at(weights, n * width)
                factors = [fn.load(row, v * V, True) for v in range(vectors)]
                for r, head in enumerate(heads):
                    sample = fn.splat(head, n)
                    for v, factor in enumerate(factors):
                        at = r * vectors + v
                        carried[at] = (Term(fn, carried[at]) + sample * factor).plain()
            for r, place in enumerate(places):
                here = fn.at(target, place * step)
                values = _finished(fn, carried[r * vectors : (r + 1) * vectors], quantity)
                for v, value in enumerate(values):
                    fn.store_lanes(Term(fn, value), fn.at(here, v * V), 0, own - v * V)


def _finished(fn: Code, totals: list[str], quantity: str) -> list[str]:
    """Vectors of complex numbers, or of their power or magnitude: half as many, the last perhaps half full."""
    if quantity == "transform":
        return totals
    squares = [fn.emit(f"fmul {fn.vector} {total}, {total}") for total in totals]
    found = []
    for i in range(0, len(squares), 2):
        real, imaginary = _apart(fn, squares[i], squares[min(i + 1, len(squares) - 1)])
        power = fn.emit(f"fadd {fn.vector} {real}, {imaginary}")
        found.append(fn.intrinsic("sqrt", power) if quantity == "magnitude" else power)
    return found


def _apart(fn: Code, a: str, b: str) -> tuple[str, str]:
    """The numbers at even and at odd places of two vectors, one after the other."""
    kind = f"<{fn.V} x i32>"
    masks = (", ".join(f"i32 {place}" for place in range(start, 2 * fn.V, 2)) for start in (0, 1))
    even, odd = (fn.emit(f"shufflevector {fn.vector} {a}, {fn.vector} {b}, {kind} <{mask}>") for mask in masks)
    return even, odd


AT_ONCE = 1024
"""Numbers that are made at a time, so that what they are made of stays in the cache."""


def _write_halved(module: Module) -> None:
    fn = Code(module, "halved", _HALVED, exported=True)
    x, weights, n, count, out, apart, at_once = fn.arguments
    V = module.lanes
    pairs = at_once + 2 * n - 2
    with fn.loop(0, (count + at_once - 1) // at_once) as run:
        first = fn.min(run * at_once, count - at_once)
        beside, other = apart, fn.at(apart, pairs + 1)
        here, target = fn.at(x, 2 * first), fn.at(out, first)
        with fn.loop(0, pairs, V) as begin:
            i = fn.min(begin, pairs - V)  # the last numbers once more rather than none beyond them
            source = fn.at(here, 2 * i)
            even, odd = _apart(fn, fn.load(source).plain(), fn.load(source, V).plain())
            fn.store(Term(fn, even), beside, i)
            fn.store(Term(fn, odd), other, i)
        fn.copy(here, 2 * pairs, beside, pairs)
        with fn.loop(0, at_once, V) as begin:
            i = fn.min(begin, at_once - V)
            half = (fn.load(other, i + n - 1) * 0.5).plain()
            with fn.fold(0, n, 1, [half]) as (k, carried):
                pair = fn.load(beside, i + n - 1 - k) + fn.load(beside, i + n + k)
                carried[0] = (Term(fn, carried[0]) + pair.settled() * fn.splat(weights, k)).plain()
            fn.store(Term(fn, carried[0]), target, i)
