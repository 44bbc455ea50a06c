"""Which factors an n_fft is taken apart into: a real first one, perhaps one or two middle ones, an even last one."""

from __future__ import annotations

from functools import lru_cache, partial

from sonograph.engines.compiled.codelets import IN_REGISTERS, SIZES, is_one_step, split


@lru_cache(maxsize=256)
def factors(n_fft: int, registers: int = 32) -> tuple[int, ...] | None:
    """The factors of n_fft that cost least on a CPU with so many vector registers; None where there are none."""
    firsts = [a for a in SIZES if n_fft % a == 0]
    two = [(a, n_fft // a) for a in firsts]
    three = [(a, m, n_fft // a // m) for a in firsts for m in SIZES if n_fft // a % m == 0]
    possible = [shape for shape in [*two, *three] if shape[-1] in SIZES and shape[-1] % 2 == 0]
    return min(possible, key=partial(_effort, registers), default=None) or _four(n_fft)


def _four(n_fft: int) -> tuple[int, ...] | None:
    """Four factors, of what no three make up."""
    shapes = [
        (first, second, third, n_fft // first // second // third)
        for first in SIZES if n_fft % first == 0
        for second in SIZES if n_fft // first % second == 0
        for third in SIZES if n_fft // first // second % third == 0
    ]  # fmt: skip
    possible = [shape for shape in shapes if shape[-1] in SIZES and shape[-1] % 2 == 0]
    return min(possible, key=lambda shape: (max(shape), shape), default=None)


def _effort(registers: int, shape: tuple[int, ...]) -> tuple[float, ...]:
    """What a factorisation costs; fitted to measurements (docs/why/engine.md).

    With many registers two passes win, the more even the better. Else steps through memory count,
    and a step that does not fit the registers is dearer.
    """
    first, last, middle = shape[0], shape[-1], shape[1] if len(shape) == 3 else 1
    if registers >= 32 and len(shape) == 2 and last <= 32:
        return 0, abs(first - 2 * last)

    def step(n: int) -> float:
        return 1 + (0.15 if registers < 32 else 0.5) * max(0, n + 16 - registers)

    pairs = [(n,) if is_one_step(n) else split(n) for n in shape]
    steps = [step(pairs[0][0]), *(step(2 * n) for n in [*pairs[0][1:], *(n for pair in pairs[1:] for n in pair)])]
    equals = last < 8, last > 32, middle > IN_REGISTERS, len(shape), last, -first
    return 1, round(sum(steps), 6), *equals
