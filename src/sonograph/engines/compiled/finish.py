"""What becomes of a power before it is kept: itself, its root, its logarithm."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sonograph.engines.compiled.ir import Int
from sonograph.engines.compiled.powers import log2
from sonograph.engines.compiled.vectors import Code, Term, Value

LEAST, SILENCE, SCALE, ENDS, ONE, SHARE, PREEMPHASIS = range(7)
"""The reals of a kernel: `constants` makes the first five, the last two are those of `passes.condition`."""


def constants(size: int, factor: float, floor: float, ends: float) -> list[float]:
    """The numbers that the functions below expect behind `reals`.

    Below the smallest normal number the kernel knows only 0, so a floor down there is read by everything
    that is less than normal; its level is computed here, in double precision.
    """
    precision = np.finfo(np.float32 if size == 4 else np.float64)
    least = min(max(floor, float(precision.tiny)), float(precision.max))
    silence = factor * math.log10(floor) if floor > 0 else math.copysign(math.inf, -factor)
    return [least, silence, factor * math.log10(2), ends, 1.0]


Finish = Callable[[Code, Int], Callable[[Value], Value]]
"""Given a function being written and where its reals lie: what becomes of a value there."""


def finish(is_magnitude: bool = False, is_log: bool = False) -> Finish:
    """The root, the logarithm, both or neither."""

    def prepare(fn: Code, reals: Int) -> Callable[[Value], Value]:
        def apply(x: Value) -> Value:
            if is_magnitude:
                x = Term(fn, fn.intrinsic("sqrt", x.plain()))
            return _logarithm(fn, x, reals) if is_log else x

        return apply

    return prepare


def _logarithm(fn: Code, x: Value, reals: Int) -> Term:
    """factor * log10 of the larger of x and the floor; NaN stays NaN, and infinity becomes NaN."""
    raw, vector = x.plain(), fn.vector
    y = log2(fn, raw) * fn.splat(reals, SCALE)
    low = fn.emit(f"fcmp olt {vector} {raw}, {fn.splat(reals, LEAST).plain()}")
    silence = fn.splat(reals, SILENCE).plain()
    kept = fn.emit(f"select <{fn.V} x i1> {low}, {vector} {silence}, {vector} {y.plain()}")
    return Term(fn, fn.multiply_add(1, raw, fn.literal(0.0), 1, kept))
