"""Small inverse DFTs as straight-line code: complex numbers back to complex ones, half a spectrum back to real numbers.

All are sums without a factor. The inverse of a complex DFT is the DFT of numbers whose parts change places.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sonograph.engines.compiled.codelets import (
    add,
    complex_codelet,
    dft,
    get,
    is_one_step,
    put,
    split,
    subtract,
    twist,
)
from sonograph.engines.compiled.ir import Int
from sonograph.engines.compiled.vectors import Code, Complex, Value, Zero


def conjugate(z: Complex) -> Complex:
    """z with its imaginary part negated, which costs nothing."""
    return z[0], -z[1]


def _swapped(z: Complex) -> Complex:
    return z[1], z[0]


def inverse_complex_codelet(
    fn: Code, n: int, scratch: Int, load: Callable[[int], Complex], store: Callable[[int, Complex], None]
) -> None:
    """Sums over n points, each loaded and stored once."""
    complex_codelet(fn, n, scratch, lambda i: _swapped(load(i)), lambda k, z: store(k, _swapped(z)))


def inverse_real(y: Sequence[Complex], n: int) -> list[Value]:
    """The n real numbers whose bins 0 to n // 2 are `y`, all in registers; imaginary parts of the ends count as 0."""
    if n == 1:
        return [y[0][0]]
    x: list[Value] = [y[0][0]] * n
    if n % 2:
        for k in range(1, n // 2 + 1):
            x[0] = x[0] + y[k][0] * 2.0
        for j in range(1, n // 2 + 1):
            even: Value = y[0][0]
            odd: Value = Zero()
            for k in range(1, n // 2 + 1):
                c, s = math.cos(2 * math.pi * j * k / n), math.sin(2 * math.pi * j * k / n)
                even, odd = even + y[k][0] * (2 * c), odd + y[k][1] * (2 * s)
            x[j], x[n - j] = even - odd, even + odd
        return x
    p = n // 2
    evens: list[Complex] = []
    odds: list[Complex] = []
    for k in range(p // 2 + 1):
        a, b = y[k], conjugate(y[p - k])
        if k == 0:
            a, b = (a[0], Zero()), (b[0], Zero())
        if 2 * k == p:
            evens.append((a[0] * 2.0, Zero()))
            odds.append((a[1] * -2.0, Zero()))
        else:
            evens.append(add(a, b))
            odds.append(twist(subtract(a, b), -k, n))
    x[::2], x[1::2] = inverse_real(evens, p), inverse_real(odds, p)
    return x


def inverse_real_codelet(
    fn: Code, n: int, scratch: Int, load: Callable[[int], Complex], store: Callable[[int, Value], None]
) -> None:
    """n real numbers from the bins 0 to n // 2: as `real_codelet`, backwards."""
    if is_one_step(n):
        for j, value in enumerate(inverse_real([load(k) for k in range(n // 2 + 1)], n)):
            store(j, value)
        return
    p, q = split(n)
    V = fn.V

    def bin_of(b: int) -> Complex:
        z = load(b) if 2 * b <= n else conjugate(load(n - b))
        return (z[0], Zero()) if 2 * b % n == 0 else z

    for k in range(p // 2 + 1):
        at = 2 * V * k * q
        if k == 0:
            for j, value in enumerate(inverse_real([bin_of(p * m) for m in range(q // 2 + 1)], q)):
                fn.store(value, scratch, at + 2 * V * j, True)
            continue
        row = dft([_swapped(bin_of(k + p * m)) for m in range(q)])
        for j, z in enumerate(row):
            turned = twist(_swapped(z), -j * k, n)
            if 2 * k == p:
                fn.store(turned[0], scratch, at + 2 * V * j, True)
            else:
                put(fn, turned, scratch, at + 2 * V * j)
    for j in range(q):
        column: list[Complex] = []
        for k in range(p // 2 + 1):
            at = 2 * V * (k * q + j)
            column.append((fn.load(scratch, at, True), Zero()) if 2 * k % p == 0 else get(fn, scratch, at))
        for i, value in enumerate(inverse_real(column, p)):
            store(j + q * i, value)
