"""Logarithms and powers of two of vectors, lane by lane, right to a few of the last bits."""

from __future__ import annotations

import math

import numpy as np

from sonograph.engines.compiled.vectors import Code, Term, Value


def _kinds(fn: Code) -> tuple[str, int, int]:
    """The vector of whole numbers of the same width, the digits of a mantissa, and the bias of an exponent."""
    return (f"<{fn.V} x i64>", 52, 1023) if fn.module.size == 8 else (f"<{fn.V} x i32>", 23, 127)


def _each(kind: str, c: int) -> str:
    return f"splat ({kind[-4:-1]} {c})"


def log2(fn: Code, raw: str) -> Value:
    """The logarithm to base 2 of normal numbers above 0; of others anything.

    x = 2^e * m with m from sqrt(1/2) to sqrt(2), and log m = 2 artanh((m - 1) / (m + 1)), whose
    series has converged to the last bit after 5 terms (10 in double precision).
    """
    vector, double = fn.vector, fn.module.size == 8
    kind, digits, bias = _kinds(fn)
    root_half = np.array(math.sqrt(0.5), np.float64 if double else np.float32)
    root_half_bits = int(root_half.view(np.int64 if double else np.int32))
    bits = fn.emit(f"bitcast {vector} {raw} to {kind}")
    shifted = fn.emit(f"add {kind} {bits}, {_each(kind, (bias << digits) - root_half_bits)}")
    biased = fn.emit(f"lshr {kind} {shifted}, {_each(kind, digits)}")
    e = fn.emit(f"sub {kind} {biased}, {_each(kind, bias)}")
    m_bits = fn.emit(f"sub {kind} {bits}, {fn.emit(f'shl {kind} {e}, {_each(kind, digits)}')}")
    m = Term(fn, fn.emit(f"bitcast {kind} {m_bits} to {vector}"))
    if double:  # no CPU before AVX-512 converts 64-bit integers
        e, kind = fn.emit(f"trunc {kind} {e} to <{fn.V} x i32>"), f"<{fn.V} x i32>"
    exponent = Term(fn, fn.emit(f"sitofp {kind} {e} to {vector}"))

    one = fn.constant(1.0)
    s = fn.emit(f"fdiv {vector} {(m - one).plain()}, {(m + one).plain()}")
    z = Term(fn, fn.emit(f"fmul {vector} {s}, {s}"))
    terms = [2 / (2 * k + 1) / math.log(2) for k in range(10 if double else 5)]
    series: Value = fn.constant(terms[-1])
    for c in terms[-2::-1]:
        series = fn.constant(c) + series * z
    return exponent + series * Term(fn, s)


def exp2(fn: Code, x: str) -> Value:
    """Two to the power of x; 0 where that is no normal number, infinity above all numbers, NaN of NaN.

    x = n + f with n whole and |f| <= 1/2: the series of 2^f has converged after 8 terms (14 in double precision), and n
    is added to the exponent. n is found by adding a number so large that no digits are left behind its point.
    """
    vector, mask = fn.vector, f"<{fn.V} x i1>"
    kind, digits, bias = _kinds(fn)
    large = Term(fn, fn.literal(1.5 * 2.0**digits))
    moved = (Term(fn, x) + large).plain()
    f = Term(fn, x) - (Term(fn, moved) - large)
    terms = [math.log(2) ** k / math.factorial(k) for k in range(14 if fn.module.size == 8 else 8)]
    series: Value = fn.constant(terms[-1])
    for c in terms[-2::-1]:
        series = fn.constant(c) + series * f.settled()
    bits = fn.emit(f"bitcast {vector} {series.plain()} to {kind}")
    n = fn.emit(f"shl {kind} {fn.emit(f'bitcast {vector} {moved} to {kind}')}, {_each(kind, digits)}")
    found = fn.emit(f"bitcast {kind} {fn.emit(f'add {kind} {bits}, {n}')} to {vector}")
    for beyond, bound, value in (("olt", 1.0 - bias, 0.0), ("oge", bias + 1.0, math.inf), ("uno", 0.0, math.nan)):
        there = fn.emit(f"fcmp {beyond} {vector} {x}, {fn.literal(bound)}")
        found = fn.emit(f"select {mask} {there}, {vector} {fn.literal(value)}, {vector} {found}")
    return Term(fn, found)
