"""The vocabulary of the kernel: vectors that hold the same number of as many frames as there are lanes.

A `Term` is sign * x * scale with sign and scale pending until an addition absorbs them: `a + b * c`
becomes one fused multiply-add, and a product by -1 or -i costs nothing. `Zero` is known while
writing, so that operations with it vanish: a real signal is a complex one with Zeros in it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from sonograph.engines.compiled.ir import Function, Int, Module, Number, operand


class Code(Function):
    """A function whose values are vectors."""

    def __init__(self, module: Module, name: str, arguments: str, exported: bool = False) -> None:
        super().__init__(module, name, arguments, exported)
        self.V = module.lanes
        self.vector = module.vector
        self.lanes = f"<{', '.join(f'i32 {lane}' for lane in range(self.V))}>"  # the number of each
        self._products: dict[tuple[str, str], str] = {}

    def enter(self, label: str) -> None:
        """Begin a basic block, in which no product is known yet."""
        super().enter(label)
        self._products = {}

    # Memory

    def _align(self, aligned: bool) -> int:
        return self.module.size * (self.V if aligned else 1)

    def load(self, p: Int, i: Number = 0, aligned: bool = False) -> Term:
        """The vector that begins at element `i`."""
        return Term(self, self.emit(f"load {self.vector}, ptr {self.at(p, i).name}, align {self._align(aligned)}"))

    def store(self, value: Value, p: Int, i: Number = 0, aligned: bool = False, past_cache: bool = False) -> None:
        """Put a vector where element `i` begins; `past_cache` for whole lines that nobody reads soon."""
        hint = ", !nontemporal !0" if past_cache else ""
        align = self._align(aligned)
        self.do(f"store {self.vector} {value.plain()}, ptr {self.at(p, i).name}, align {align}{hint}")

    def store_lanes(self, value: Value, p: Int, begin: Number, end: Number) -> None:
        """Put the lanes from `begin` to `end` of a vector where it belongs, and nothing else."""
        mask, lanes = f"<{self.V} x i1>", self.lanes
        above = self.emit(f"icmp sge <{self.V} x i32> {lanes}, {self.splat_int(begin)}")
        below = self.emit(f"icmp slt <{self.V} x i32> {lanes}, {self.splat_int(end)}")
        own = self.emit(f"and {mask} {above}, {below}")
        name = f"llvm.masked.store.v{self.V}f{8 * self.module.size}.p0"
        self.module.declare(name, "void", f"{self.vector}, ptr, i32 immarg, {mask}")
        align = self._align(False)
        self.do(f"call void @{name}({self.vector} {value.plain()}, ptr {p.name}, i32 {align}, {mask} {own})")

    def copy(self, source: Int, i: Number, target: Int, j: Number) -> None:
        """Copy one element."""
        self.store_real(self.load_real(source, i), target, j)

    def splat_int(self, value: Number) -> str:
        """A whole number in every lane, of 32 bits."""
        kind = f"<{self.V} x i32>"
        small = self.emit(f"trunc i64 {operand(value)} to i32")
        one = self.emit(f"insertelement {kind} poison, i32 {small}, i32 0")
        return self.emit(f"shufflevector {kind} {one}, {kind} poison, {kind} zeroinitializer")

    def splat(self, p: Int, i: Number = 0) -> Term:
        """Element `i` in every lane."""
        value = self.load_real(p, i)
        one = self.emit(f"insertelement {self.vector} poison, {self.module.real} {value}, i32 0")
        zeros = f"<{self.V} x i32> zeroinitializer"
        return Term(self, self.emit(f"shufflevector {self.vector} {one}, {self.vector} poison, {zeros}"))

    # Arithmetic

    def literal(self, c: float) -> str:
        """A constant in every lane, as text; LLVM wants it exactly representable."""
        if self.module.size == 4:
            c = struct.unpack("f", struct.pack("f", c))[0]
        bits = struct.unpack("<Q", struct.pack("<d", c))[0]
        return f"splat ({self.module.real} 0x{bits:016X})"

    def constant(self, c: float) -> Term:
        """A constant in every lane."""
        return Term(self, self.literal(c))

    def intrinsic(self, name: str, *values: str) -> str:
        """A function of vectors that LLVM knows, lane by lane."""
        full = f"llvm.{name}.v{self.V}f{8 * self.module.size}"
        self.module.declare(full, self.vector, ", ".join([self.vector] * len(values)))
        return self.emit(f"call {self.vector} @{full}({', '.join(f'{self.vector} {v}' for v in values)})")

    def multiply_add(self, sign: int, a: str, b: str, sign_c: int, c: str) -> str:
        """sign * a * b + sign_c * c, fused where the CPU can (`fma` would be a library call where it cannot)."""
        if sign < 0:
            a = self.emit(f"fneg {self.vector} {a}")
        if sign_c < 0:
            c = self.emit(f"fneg {self.vector} {c}")
        return self.intrinsic("fmuladd", a, b, c)

    def scale_of(self, term: Term) -> str:
        """A term's scale as an operand."""
        return self.literal(term.scale) if isinstance(term.scale, float) else str(term.scale)

    def product(self, term: Term) -> str:
        """x * scale without the sign, written once however often it is asked for."""
        key = term.x, self.scale_of(term)
        if key not in self._products:
            self._products[key] = self.emit(f"fmul {self.vector} {term.x}, {key[1]}")
        return self._products[key]

    def larger(self, a: str, b: str) -> str:
        """The larger of each lane; `b` where either is NaN."""
        above = self.emit(f"fcmp ogt {self.vector} {a}, {b}")
        return self.emit(f"select <{self.V} x i1> {above}, {self.vector} {a}, {self.vector} {b}")

    # Exchange between lanes

    def _shuffle(self, a: str, b: str, mask: Sequence[int]) -> str:
        lanes = ", ".join(f"i32 {lane}" for lane in mask)
        return self.emit(f"shufflevector {self.vector} {a}, {self.vector} {b}, <{len(mask)} x i32> <{lanes}>")

    def transpose(self, source: Int, step: Number, target: Int, target_step: Number, aligned: bool = False) -> None:
        """Transpose V rows of V elements, `step` apart, in log2(V) rounds of exchanges in registers.

        `aligned` says that the rows of the target begin on a vector's boundary.
        """
        sources = [source]
        while len(sources) < self.V:
            sources.append(self.at(sources[-1], step))
        self.transpose_rows(sources, target, target_step, aligned)

    def transpose_rows(self, sources: Sequence[Int], target: Int, target_step: Number, aligned: bool = False) -> None:
        """Transpose V rows of V elements that lie anywhere."""
        V = self.V
        rows = [self.load(source).plain() for source in sources]
        far = V // 2
        while far:
            low = [e if e // far % 2 == 0 else e - far + V for e in range(V)]
            high = [e + far if e // far % 2 == 0 else e + V for e in range(V)]
            for i in range(V):
                if i // far % 2 == 0:
                    a, b = rows[i], rows[i + far]
                    rows[i], rows[i + far] = self._shuffle(a, b, low), self._shuffle(a, b, high)
            far //= 2
        for row in rows:
            self.store(Term(self, row), target, 0, aligned)
            target = self.at(target, target_step)


class Term:
    """sign * x * scale. The scale is a constant above 0, the name of a vector, or None for one."""

    __slots__ = ("_plain", "fn", "scale", "sign", "x")

    def __init__(self, fn: Code, x: str, sign: int = 1, scale: float | str | None = None) -> None:
        self.fn = fn
        self.x = x
        self.sign = sign
        self.scale = scale
        self._plain: str | None = None

    def plain(self) -> str:
        """The name of a vector with nothing pending."""
        if self._plain is None:
            fn, value = self.fn, self.x
            if isinstance(self.scale, float):
                value = fn.emit(f"fmul {fn.vector} {value}, {fn.literal(self.sign * self.scale)}")
            else:
                if self.scale is not None:
                    value = fn.emit(f"fmul {fn.vector} {value}, {self.scale}")
                if self.sign < 0:
                    value = fn.emit(f"fneg {fn.vector} {value}")
            self._plain = value
        return self._plain

    def settled(self) -> Term:
        """The same with nothing pending."""
        return Term(self.fn, self.plain())

    def __neg__(self) -> Term:
        return Term(self.fn, self.x, -self.sign, self.scale)

    def __mul__(self, other: Value | float) -> Value:
        if isinstance(other, Zero):
            return other
        if isinstance(other, Term):
            base = self if self.scale is None else self.settled()
            return Term(self.fn, base.x, base.sign, other.plain())
        if isinstance(self.scale, str):
            return self.settled() * other
        scale = other * (self.scale or 1.0)
        return Term(self.fn, self.x, self.sign if scale > 0 else -self.sign, abs(scale))

    def __add__(self, other: Value) -> Value:
        if isinstance(other, Zero):
            return self
        mine, its = self.scale, other.scale
        if mine == its:
            return self._add_alike(other)
        if isinstance(mine, float) and isinstance(its, float):
            if mine < its:
                return other + self
            x = self.fn.multiply_add(other.sign, other.x, self.fn.literal(its / mine), self.sign, self.x)
            return Term(self.fn, x, 1, mine)
        return self._add_unlike(other)

    def _add_alike(self, other: Term) -> Term:
        """(a + b) * their common scale."""
        fn = self.fn
        if self.sign == other.sign:
            return Term(fn, fn.emit(f"fadd {fn.vector} {self.x}, {other.x}"), self.sign, self.scale)
        plus, minus = (self, other) if self.sign > 0 else (other, self)
        return Term(fn, fn.emit(f"fsub {fn.vector} {plus.x}, {minus.x}"), 1, self.scale)

    def _add_unlike(self, other: Term) -> Term:
        """One of the two is fused into the addition; if the other has a scale as well, it is multiplied first."""
        fn, whole, fused = self.fn, self, other
        if fused.scale is None or (isinstance(fused.scale, float) and isinstance(whole.scale, str)):
            whole, fused = fused, whole
        if whole.scale is not None:
            if whole._plain is None and fused._plain is not None:
                whole, fused = fused, whole
            whole = Term(fn, fn.product(whole), whole.sign)
        return Term(fn, fn.multiply_add(fused.sign, fused.x, fn.scale_of(fused), whole.sign, whole.x))

    def __sub__(self, other: Value) -> Value:
        return self + -other


class Zero:
    """The vector 0, known while writing."""

    def plain(self) -> str:
        """LLVM's word for it."""
        return "zeroinitializer"

    def settled(self) -> Zero:
        """Itself."""
        return self

    def __neg__(self) -> Zero:
        return self

    def __mul__(self, other: Value | float) -> Zero:
        return self

    def __add__(self, other: Value) -> Value:
        return other

    def __sub__(self, other: Value) -> Value:
        return -other


Value = Term | Zero
Complex = tuple[Value, Value]
