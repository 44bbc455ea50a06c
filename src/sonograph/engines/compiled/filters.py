"""Filters that every frame is multiplied with, and half-band filtering: each number the same sum in the same order.

A product of matrices by a library sums in an order that depends on how many frames there are. Here a frame's sums run
over its own samples from the first to the last, whichever frames are computed beside it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sonograph.engines.compiled import build
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.placing import aligned, up
from sonograph.engines.compiled.vectors import Code, Term


def able() -> bool:
    """Whether the programs can be made here."""
    return build.unable() is None


class Bank(NamedTuple):
    """Filters as a program reads them: some columns after the other, of all samples."""

    table: np.ndarray  # (groups, samples, columns of a group)
    columns: int


def bank_of(filters: np.ndarray) -> Bank:
    """Filters (samples, columns), laid out."""
    taps, columns = filters.shape
    shape = _shape(filters.dtype)
    groups = -(-columns // shape.columns)
    padded = np.zeros((taps, groups * shape.columns), filters.dtype)
    padded[:, :columns] = filters
    table = aligned((groups * taps, shape.columns), 0.0, filters.dtype).reshape(groups, taps, shape.columns)
    table[:] = padded.reshape(taps, groups, -1).swapaxes(0, 1)
    return Bank(table, columns)


def products(x: np.ndarray, hop: int, frames: int, bank: Bank) -> np.ndarray:
    """(frames, columns): samples from frame * hop on times the filters."""
    groups, taps, width = bank.table.shape
    if len(x) < (frames - 1) * hop + taps or not x.flags.c_contiguous:
        raise ValueError(f"samples are {len(x)}; {frames} frames need {(frames - 1) * hop + taps} beside each other")
    out = aligned((groups * up(frames, _shape(x.dtype).frames), width), 0.0, x.dtype).reshape(groups, -1, width)
    call = _program(x.dtype.itemsize == 8, build.host()).products
    call(x.ctypes.data, hop, frames, bank.table.ctypes.data, taps, groups, out.ctypes.data, out.shape[1])
    return out[:, :frames].swapaxes(0, 1).reshape(frames, -1)[:, : bank.columns]


def halved(middle: np.ndarray, beside: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """middle[i] / 2 + the sum over k of weights[k] * (beside[i + n - 1 - k] + beside[i + n + k]), for n weights."""
    n, count = len(weights), len(middle)
    if len(beside) < count + 2 * n - 1:
        raise ValueError(f"beside holds {len(beside)}; {count} numbers need {count + 2 * n - 1}")
    room = max(count, _lanes(middle.dtype))
    if count < room:
        middle, beside = np.pad(middle, (0, room - count)), np.pad(beside, (0, room))
    middle, beside = np.ascontiguousarray(middle), np.ascontiguousarray(beside)
    held, out = np.ascontiguousarray(weights, middle.dtype), np.empty(room, middle.dtype)
    call = _program(middle.dtype.itemsize == 8, build.host()).halved
    call(middle.ctypes.data, beside.ctypes.data, held.ctypes.data, n, room, out.ctypes.data)
    return out[:count]


class _Shape(NamedTuple):
    columns: int
    frames: int


def _lanes(dtype: np.dtype) -> int:
    return build.host().vector_bytes // dtype.itemsize


def _shape(dtype: np.dtype) -> _Shape:
    vectors, frames = _blocks(build.host().vector_bytes)
    return _Shape(vectors * _lanes(dtype), frames)


def _blocks(vector_bytes: int) -> tuple[int, int]:
    """Vectors of columns, and frames, whose sums stay in registers."""
    return (2, 8) if vector_bytes == 64 else (3, 4)


class _Program(NamedTuple):
    products: Any
    halved: Any


@lru_cache(maxsize=4)
def _program(double: bool, target: build.Target) -> _Program:
    text = program(target.vector_bytes, double)
    loaded = build.Loaded(build.kept(lambda: build.object_of(text, target), text, target))
    return _Program(loaded.function("products", _PRODUCTS), loaded.function("halved", _HALVED))


_PRODUCTS = "x:ptr hop:i64 frames:i64 bank:ptr taps:i64 groups:i64 out:ptr room:i64"
_HALVED = "middle:ptr beside:ptr weights:ptr n:i64 count:i64 out:ptr"


def program(vector_bytes: int, double: bool) -> str:
    """The text of a module that exports `products` and `halved`."""
    module = Module(vector_bytes, double)
    _write_products(module, *_blocks(vector_bytes))
    _write_halved(module)
    return module.text()


def _write_products(module: Module, vectors: int, at_once: int) -> None:
    fn = Code(module, "products", _PRODUCTS, exported=True)
    x, hop, frames, bank, taps, groups, out, room = fn.arguments
    V = module.lanes
    width = vectors * V
    with fn.loop(0, groups) as g:
        weights, target = fn.at(bank, g * taps * width), fn.at(out, g * room * width)
        with fn.loop(0, frames, at_once) as f:
            heads = [fn.at(x, fn.min(f + r, frames - 1) * hop) for r in range(at_once)]
            with fn.fold(0, taps, 1, [fn.literal(0.0)] * (at_once * vectors)) as (n, carried):
                row = fn.at(weights, n * width)
                factors = [fn.load(row, v * V, True) for v in range(vectors)]
                for r, head in enumerate(heads):
                    sample = fn.splat(head, n)
                    for v, factor in enumerate(factors):
                        at = r * vectors + v
                        carried[at] = (Term(fn, carried[at]) + sample * factor).plain()
            here: Int = fn.at(target, f * width)
            for at, total in enumerate(carried):
                fn.store(Term(fn, total), here, at * V, True)


def _write_halved(module: Module) -> None:
    fn = Code(module, "halved", _HALVED, exported=True)
    middle, beside, weights, n, count, out = fn.arguments
    with fn.loop(0, count, module.lanes) as begin:
        i = fn.min(begin, count - module.lanes)  # the last numbers once more rather than none beyond them
        first = (fn.load(middle, i) * 0.5).plain()
        with fn.fold(0, n, 1, [first]) as (k, carried):
            pair = fn.load(beside, i + n - 1 - k) + fn.load(beside, i + n + k)
            carried[0] = (Term(fn, carried[0]) + pair.settled() * fn.splat(weights, k)).plain()
        fn.store(Term(fn, carried[0]), out, i)
