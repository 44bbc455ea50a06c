"""Vectors at the end of a row, of which some lanes lie beyond it; and sums over lanes."""

from __future__ import annotations

from sonograph.engines.compiled.ir import Int, Number
from sonograph.engines.compiled.vectors import Code, Term


def below(fn: Code, end: Number) -> str:
    """A mask of the lanes before `end`."""
    return fn.emit(f"icmp slt <{fn.V} x i32> {fn.lanes}, {fn.splat_int(end)}")


def only(fn: Code, mask: str | None, value: str) -> str:
    """A vector, 0 outside a mask."""
    if mask is None:
        return value
    return fn.emit(f"select <{fn.V} x i1> {mask}, {fn.vector} {value}, {fn.vector} zeroinitializer")


def load(fn: Code, p: Int, i: Number, mask: str | None) -> Term:
    """The vector that begins at element `i`, of which only the lanes of a mask are read: the others are 0."""
    if mask is None:
        return fn.load(p, i)
    name = f"llvm.masked.load.v{fn.V}f{8 * fn.module.size}.p0"
    fn.module.declare(name, fn.vector, f"ptr, i32 immarg, <{fn.V} x i1>, {fn.vector}")
    given = f"ptr {fn.at(p, i).name}, i32 {fn.module.size}, <{fn.V} x i1> {mask}"
    return Term(fn, fn.emit(f"call {fn.vector} @{name}({given}, {fn.vector} zeroinitializer)"))


def total(fn: Code, value: str) -> str:
    """The sum of all lanes as one number, halves added to halves."""
    far = fn.V // 2
    while far:
        places = ", ".join(f"i32 {(lane + far) % fn.V}" for lane in range(fn.V))
        turned = fn.emit(f"shufflevector {fn.vector} {value}, {fn.vector} poison, <{fn.V} x i32> <{places}>")
        value, far = fn.emit(f"fadd {fn.vector} {value}, {turned}"), far // 2
    return fn.emit(f"extractelement {fn.vector} {value}, i32 0")


def running(fn: Code, value: str) -> str:
    """In each lane the sum of the lanes up to it."""
    step = 1
    while step < fn.V:
        places = ", ".join(f"i32 {lane - step if lane >= step else fn.V}" for lane in range(fn.V))
        moved = fn.emit(f"shufflevector {fn.vector} {value}, {fn.vector} zeroinitializer, <{fn.V} x i32> <{places}>")
        value, step = fn.emit(f"fadd {fn.vector} {value}, {moved}"), 2 * step
    return value


def last(fn: Code, value: str) -> str:
    """The last lane, in every lane."""
    places = ", ".join(f"i32 {fn.V - 1}" for _ in range(fn.V))
    return fn.emit(f"shufflevector {fn.vector} {value}, {fn.vector} poison, <{fn.V} x i32> <{places}>")
