"""Bands divided by a power of their own recent past, from frame to frame: the gain control of PCEN."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sonograph.engines.compiled import build
from sonograph.engines.compiled.ir import Module
from sonograph.engines.compiled.kernel import flush_denormals, restore_denormals
from sonograph.engines.compiled.powers import exp2, log2
from sonograph.engines.compiled.vectors import Code, Term


def able() -> bool:
    """Whether the program can be made here."""
    return build.unable() is None


class Control(NamedTuple):
    """Numbers of the gain control, in the order in which the program reads them."""

    kept: float
    """Of the level of a frame, in the next one."""
    newest: float
    """The weight of a frame in its own level."""
    eps: float
    exponent: float
    """Of eps + level."""


def controlled(values: np.ndarray, level: np.ndarray, control: Control) -> tuple[np.ndarray, np.ndarray]:
    """(frames, bands) times (eps + level)^exponent, and the level after the last: kept * level + newest * value.

    level : (bands,) before the first; a value that is NaN leaves it as it is
    """
    frames, bands = values.shape
    room = max(bands, _lanes(values.dtype))
    if bands < room:
        values, level = np.pad(values, ((0, 0), (0, room - bands))), np.pad(level, (0, room - bands))
    values, level = np.ascontiguousarray(values), np.ascontiguousarray(level)
    numbers, out, after = np.array(control, values.dtype), np.empty_like(values), np.empty_like(level)
    call = _function(values.dtype.itemsize == 8, build.host())
    addresses = (array.ctypes.data for array in (values, level, numbers, out, after))
    call(*addresses, frames, room)
    return out[:, :bands], after[:bands]


def _lanes(dtype: np.dtype) -> int:
    return build.host().vector_bytes // dtype.itemsize


_ARGUMENTS = "values:ptr level:ptr numbers:ptr out:ptr after:ptr frames:i64 bands:i64"


@lru_cache(maxsize=4)
def _function(double: bool, target: build.Target) -> Any:
    text = program(target.vector_bytes, double, target.x86)
    loaded = build.Loaded(build.kept(lambda: build.object_of(text, target), text, target))
    return loaded.function("controlled", _ARGUMENTS)


def program(vector_bytes: int, double: bool, x86: bool) -> str:
    """The text of a module that exports `controlled`."""
    module = Module(vector_bytes, double)
    fn = Code(module, "controlled", _ARGUMENTS, exported=True)
    values, level, numbers, out, after, frames, bands = fn.arguments
    V, mask = module.lanes, f"<{module.lanes} x i1>"
    if x86:
        flush_denormals(fn)
    kept, newest, eps, exponent = (fn.splat(numbers, i).plain() for i in range(len(Control._fields)))
    with fn.loop(0, bands, V) as begin:
        band = fn.min(begin, bands - V)  # the last bands once more rather than none beyond them
        with fn.fold(0, frames, 1, [fn.load(level, band).plain()]) as (frame, carried):
            place = frame * bands + band
            value, before = fn.load(values, place).plain(), carried[0]
            part = Term(fn, fn.emit(f"fmul {fn.vector} {value}, {newest}"))
            now = (part + Term(fn, before) * Term(fn, kept)).plain()
            missing = fn.emit(f"fcmp uno {fn.vector} {value}, {value}")
            carried[0] = fn.emit(f"select {mask} {missing}, {fn.vector} {before}, {fn.vector} {now}")
            of_level = log2(fn, (Term(fn, carried[0]) + Term(fn, eps)).plain())
            gain = exp2(fn, (of_level.settled() * Term(fn, exponent)).plain())
            fn.store(gain.settled() * Term(fn, value), out, place)
        fn.store(Term(fn, carried[0]), after, band)
    if x86:
        restore_denormals(fn)
    return module.text()
