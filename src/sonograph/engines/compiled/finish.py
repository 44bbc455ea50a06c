"""What becomes of a power before it is kept: itself, its root, its logarithm."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sonograph.engines.compiled.ir import Int
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
    """factor * log10 of the larger of x and the floor; NaN stays NaN, and infinity becomes NaN.

    x = 2^e * m with m from sqrt(1/2) to sqrt(2), and log m = 2 artanh((m - 1) / (m + 1)), whose
    series has converged to the last bit after 5 terms (10 in double precision).
    """
    V, vector = fn.V, fn.vector
    double = fn.module.size == 8
    kind, digits, bias = (f"<{V} x i64>", 52, 1023) if double else (f"<{V} x i32>", 23, 127)
    root_half = np.array(math.sqrt(0.5), np.float64 if double else np.float32)
    root_half_bits = int(root_half.view(np.int64 if double else np.int32))
    element = kind[-4:-1]

    def each(c: int) -> str:
        return f"splat ({element} {c})"

    raw = x.plain()
    bits = fn.emit(f"bitcast {vector} {raw} to {kind}")
    shifted = fn.emit(f"add {kind} {bits}, {each((bias << digits) - root_half_bits)}")
    biased = fn.emit(f"lshr {kind} {shifted}, {each(digits)}")
    e = fn.emit(f"sub {kind} {biased}, {each(bias)}")
    m_bits = fn.emit(f"sub {kind} {bits}, {fn.emit(f'shl {kind} {e}, {each(digits)}')}")
    m = Term(fn, fn.emit(f"bitcast {kind} {m_bits} to {vector}"))
    if double:  # no CPU before AVX-512 converts 64-bit integers
        e, kind = fn.emit(f"trunc {kind} {e} to <{V} x i32>"), f"<{V} x i32>"
    exponent = Term(fn, fn.emit(f"sitofp {kind} {e} to {vector}"))

    one = fn.constant(1.0)
    s = fn.emit(f"fdiv {vector} {(m - one).plain()}, {(m + one).plain()}")
    z = Term(fn, fn.emit(f"fmul {vector} {s}, {s}"))
    terms = [2 / (2 * k + 1) / math.log(2) for k in range(10 if double else 5)]
    series: Value = fn.constant(terms[-1])
    for c in terms[-2::-1]:
        series = fn.constant(c) + series * z
    y = (exponent + series * Term(fn, s)) * fn.splat(reals, SCALE)
    low = fn.emit(f"fcmp olt {vector} {raw}, {fn.splat(reals, LEAST).plain()}")
    silence = fn.splat(reals, SILENCE).plain()
    kept = fn.emit(f"select <{V} x i1> {low}, {vector} {silence}, {vector} {y.plain()}")
    return Term(fn, fn.multiply_add(1, raw, fn.literal(0.0), 1, kept))
