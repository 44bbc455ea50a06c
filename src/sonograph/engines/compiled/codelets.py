"""Small DFTs as straight-line code, and DFTs of up to 64 points that keep their middle in the L1 cache.

A DFT of n = p * q points is q DFTs of p points, a twist of each result by a constant, and p DFTs
of q points. Up to 8 complex points fit the registers; longer ones go through a scratch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sonograph.engines.compiled.ir import Int
from sonograph.engines.compiled.vectors import Code, Complex, Value, Zero

LARGEST = 64
IN_REGISTERS = 8
"""Points up to which a DFT is one step."""


def split(n: int) -> tuple[int, int]:
    """n = p * q with p the largest divisor that is not above the square root."""
    p = next(p for p in range(math.isqrt(n), 0, -1) if n % p == 0)
    return p, n // p


def _possible(n: int) -> bool:
    p, q = split(n)
    return n in (2, 3, 4, 5, 7, 11, 13) or (p > 1 and q <= 13 and _possible(p) and _possible(q))


def is_one_step(n: int) -> bool:
    """Whether a DFT of n points is done in registers; a prime that does not fit lets the compiler spill."""
    return n <= IN_REGISTERS or split(n)[0] == 1


SIZES = tuple(n for n in range(2, LARGEST + 1) if _possible(n))
"""The lengths that have a codelet."""


def add(a: Complex, b: Complex) -> Complex:
    """a + b."""
    return a[0] + b[0], a[1] + b[1]


def subtract(a: Complex, b: Complex) -> Complex:
    """a - b."""
    return a[0] - b[0], a[1] - b[1]


def times_minus_i(a: Complex) -> Complex:
    """-i a, which costs nothing."""
    return a[1], -a[0]


def twist(a: Complex, e: int, n: int) -> Complex:
    """a * exp(-2 pi i e / n): free for quarter turns, else two fused operations and a pending scale.

    Pulling the larger of cosine and sine out, c (1 + i s / c), leaves one product per part; what is
    pulled out waits as the term's scale.
    """
    e %= n
    if 4 * e % n == 0:
        for _ in range(4 * e // n):
            a = times_minus_i(a)
        return a
    c, s = math.cos(2 * math.pi * e / n), -math.sin(2 * math.pi * e / n)
    re, im = a
    if isinstance(im, Zero):
        return re * c, re * s
    if 8 * e % n == 0:
        same = c * s > 0
        x, y = (re - im, re + im) if same else (re + im, im - re)
        return x * c, y * (s if same else c)
    if abs(c) > abs(s):
        return (re - im * (s / c)) * c, (im + re * (s / c)) * c
    return (re * (c / s) - im) * s, (im * (c / s) + re) * s


def dft(x: Sequence[Complex]) -> list[Complex]:
    """DFT of a short list, all in registers."""
    n = len(x)
    if n == 1:
        return list(x)
    if n == 2:
        return [add(x[0], x[1]), subtract(x[0], x[1])]
    if n == 4:
        a, b = add(x[0], x[2]), subtract(x[0], x[2])
        c, d = add(x[1], x[3]), times_minus_i(subtract(x[1], x[3]))
        return [add(a, c), add(b, d), subtract(a, c), subtract(b, d)]
    p, q = split(n)
    if p == 1:
        return _odd_dft(x)
    columns = [dft(x[j::q]) for j in range(q)]
    y = list(x)
    for k in range(p):
        y[k::p] = dft([twist(columns[j][k], j * k, n) for j in range(q)])
    return y


def _odd_dft(x: Sequence[Complex]) -> list[Complex]:
    """DFT of an odd prime length from sums and differences of mirrored elements."""
    n, half = len(x), len(x) // 2
    sums = [add(x[j], x[n - j]) for j in range(1, half + 1)]
    differences = [subtract(x[j], x[n - j]) for j in range(1, half + 1)]
    y = list(x)
    for s in sums:
        y[0] = add(y[0], s)
    for k in range(1, half + 1):
        even: Complex = x[0]
        odd: Complex = Zero(), Zero()
        for j, (s, d) in enumerate(zip(sums, differences, strict=True), 1):
            c, w = math.cos(2 * math.pi * j * k / n), math.sin(2 * math.pi * j * k / n)
            even = add(even, (s[0] * c, s[1] * c))
            odd = add(odd, (d[0] * w, d[1] * w))
        odd = times_minus_i(odd)
        y[k], y[n - k] = add(even, odd), subtract(even, odd)
    return y


def get(fn: Code, p: Int, i: int | Int = 0) -> Complex:
    """The complex vector at element `i`: V real parts, then V imaginary parts."""
    return fn.load(p, i, True), fn.load(p, i + fn.V, True)


def put(fn: Code, z: Complex, p: Int, i: int | Int = 0) -> None:
    """Store a complex vector at element `i`."""
    fn.store(z[0], p, i, True)
    fn.store(z[1], p, i + fn.V, True)


def complex_codelet(
    fn: Code, n: int, scratch: Int, load: Callable[[int], Complex], store: Callable[[int, Complex], None]
) -> None:
    """DFT of n points, each loaded and stored once."""
    if is_one_step(n):
        for k, z in enumerate(dft([load(i) for i in range(n)])):
            store(k, z)
        return
    p, q = split(n)
    V = fn.V
    for j in range(q):
        for k, z in enumerate(dft([load(j + q * i) for i in range(p)])):
            put(fn, z, scratch, 2 * V * (k * q + j))
    for k in range(p):
        row = [twist(get(fn, scratch, 2 * V * (k * q + j)), j * k, n) for j in range(q)]
        for m, z in enumerate(dft(row)):
            store(k + p * m, z)


def real_codelet(
    fn: Code, n: int, scratch: Int, load: Callable[[int], Value], store: Callable[[int, Complex], None]
) -> None:
    """DFT of n real numbers: bins 0 to n // 2. What is the mirror image of these is never computed."""
    zero, V = Zero(), fn.V
    if is_one_step(n):
        y = dft([(load(i), zero) for i in range(n)])
        for k in range(n // 2 + 1):
            store(k, y[k])
        return
    p, q = split(n)
    for j in range(q):
        column = dft([(load(j + q * i), zero) for i in range(p)])
        for k in range(p // 2 + 1):
            at = 2 * V * (k * q + j)
            fn.store(column[k][0], scratch, at, True)
            if 2 * k % p:
                fn.store(column[k][1], scratch, at + V, True)
    for k in range(p // 2 + 1):
        is_real = 2 * k % p == 0
        row: list[Complex] = []
        for j in range(q):
            at = 2 * V * (k * q + j)
            z = fn.load(scratch, at, True), zero if is_real else fn.load(scratch, at + V, True)
            row.append(twist(z, j * k, n))
        for m, (re, im) in enumerate(dft(row)):
            b = k + p * m
            if 2 * b <= n:
                store(b, (re, im))
            elif not is_real:
                store(n - b, (re, -im))
