"""The order of the passes: the one function that a compiled kernel exports, as IR text.

    for each batch:  gather -> first -> poison -> for each block: (middle ->) last -> sink

A kernel depends on the factors of n_fft, on what is kept of a frame, on the precision and on the
width of the CPU's vectors. Hop, window, bands, floor and lengths come as tables and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sonograph.engines.compiled import passes, sinks
from sonograph.engines.compiled.codelets import IN_REGISTERS, SIZES, split
from sonograph.engines.compiled.finish import Finish, finish
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.vectors import Code, Zero

TABLES = (
    "numbers", "reals", "offsets", "window", "first_twiddles", "middle_twiddles",
    "band_start", "band_first", "band_weights", "edges", "shares", "column", "counts",
)  # fmt: skip
"""Addresses that a kernel reads, in this order."""
NUMBERS = (
    "hop", "rows", "pitch", "shared", "walk", "turn", "ahead", "n_rows", "n_bands", "width",
    "zero", "poison", "blocks", "scratch", "tile", "sums", "pixels", "runs",
)  # fmt: skip
"""Integers of the table `numbers`; the second line is where a part of the workspace begins, in elements."""
ARGUMENTS = "tables:ptr x:ptr n:i64 start:i64 stop:i64 frames:i64 out:ptr workspace:ptr reused:i64"
"""Of the kernel: compute batches `start` to `stop` of `frames` frames of a sound of n samples."""
FLUSH_TO_ZERO, DENORMALS_ARE_ZERO = 0x8000, 0x40
"""Bits of the x86 control register MXCSR."""
PAD = 1
"""Unused complex vectors after each block, so that blocks do not begin in the same set of the cache."""


@dataclass(frozen=True)
class Kind:
    """What is kept of a frame."""

    quantity: str = "power"
    bands: bool = False
    log: bool = False
    pixels: str = ""
    """'' for frames, 'max' or 'mean' for pixels."""


def factors(n_fft: int, registers: int = 32) -> tuple[int, ...] | None:
    """n_fft as a real first factor, perhaps a middle one, and an even last one; None where that is impossible."""
    firsts = [a for a in SIZES if n_fft % a == 0]
    two = [(a, n_fft // a) for a in firsts]
    three = [(a, m, n_fft // a // m) for a in firsts for m in SIZES if n_fft // a % m == 0]
    possible = [shape for shape in [*two, *three] if shape[-1] in SIZES and shape[-1] % 2 == 0]
    return min(possible, key=partial(_effort, registers), default=None)


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

    pairs = [split(n) if n > IN_REGISTERS else (n,) for n in shape]
    steps = [step(pairs[0][0]), *(step(2 * n) for n in [*pairs[0][1:], *(n for pair in pairs[1:] for n in pair)])]
    equals = last < 8, last > 32, middle > IN_REGISTERS, len(shape), last, -first
    return 1, round(sum(steps), 6), *equals


def tile_of(module_size: int, lanes: int, shape: tuple[int, ...], kind: Kind) -> sinks.Tile:
    """Where the bins of a batch lie."""
    n_fft, stride = math.prod(shape), math.prod(shape[:-1])
    gap = int(stride * lanes * module_size % 4096 == 0)
    parts = 2 if kind.quantity == "transform" else 1
    return sinks.Tile(parts * (n_fft // 2 + 1), parts * stride, parts * gap)


def generate(shape: tuple[int, ...], kind: Kind, vector_bytes: int, double: bool, x86: bool) -> str:
    """The text of a module that exports `kernel`, for an n_fft of these factors."""
    module = Module(vector_bytes, double)
    V, n_fft, A, L = module.lanes, math.prod(shape), shape[0], shape[-1]
    B, stride = n_fft // A, n_fft // L
    block = (B + PAD) * 2 * V
    tile = tile_of(module.size, V, shape, kind)

    gather = passes.gather(module)
    first = passes.first_pass(module, A, B, block)
    middle = passes.middle_pass(module, shape[1], L) if len(shape) == 3 else None
    gap = int(tile.gap > 0)
    last = passes.last_pass(module, L, stride, gap, _finish_of_bins(kind))
    poison, fetch = passes.poison_pass(module, B), passes.fetch(module)
    leave = _sink(module, tile, kind)

    fn = Code(module, "kernel", ARGUMENTS, exported=True)
    tables, x, n, start, stop, frames, out, workspace, reused = fn.arguments
    table = {name: fn.load_pointer(tables, i) for i, name in enumerate(TABLES)}
    number = {name: fn.load_int(table["numbers"], i) for i, name in enumerate(NUMBERS)}
    part = {name: fn.at(workspace, number[name]) for name in NUMBERS[NUMBERS.index("zero") :]}
    sound, blocks, nan = workspace, part["blocks"], part["poison"]
    hop, shared = number["hop"], number["shared"]
    if x86:
        _flush_denormals(fn)
    fn.store(Zero(), part["zero"], 0, True)
    with fn.loop(start, stop) as (i, _):
        f = i * V
        is_first = Int(fn, fn.emit(f"zext i1 {fn.compare('eq', i, start)} to i64"))
        fn.call(gather, x, n, f * hop, hop, number["rows"], number["pitch"], shared, sound, is_first)
        fn.call(
            first, sound, table["offsets"], number["walk"], number["turn"], table["window"],
            table["first_twiddles"], blocks, part["scratch"],
        )  # fmt: skip
        fn.call(poison, blocks, nan)
        ahead = fn.at(x, (f + shared + V) * hop)
        with fn.loop(0, A // 2 + 1) as (b, _):
            fn.call(fetch, fn.at(ahead, b * number["ahead"] * (64 // module.size)), number["ahead"])
            here = fn.at(blocks, b * block)
            if middle:
                fn.call(middle, here, table["middle_twiddles"], part["scratch"])
                with fn.loop(0, shape[1]) as (c, _):
                    inner = fn.at(here, c * (L * 2 * V))
                    fn.call(last, inner, b + c * A, part["scratch"], part["tile"], nan, table["reals"])
            else:
                fn.call(last, here, b, part["scratch"], part["tile"], nan, table["reals"])
        leave(_Batch(fn, table, number, part, f, fn.min(V, frames - f), out, reused))
    if x86:
        fn.do("call void @llvm.x86.sse.ldmxcsr(ptr %mode)")
    fn.do("fence seq_cst")
    return module.text()


class _Batch(NamedTuple):
    """A computed batch, ready to leave: frames f to f + m."""

    fn: Code
    table: dict[str, Int]
    number: dict[str, Int]
    part: dict[str, Int]
    f: Int
    m: Int
    out: Int
    reused: Int


def _finish_of_bins(kind: Kind) -> Finish | None:
    if kind.quantity == "transform":
        return None
    return finish(is_magnitude=kind.quantity == "magnitude", is_log=kind.log and not kind.bands)


def _sink(module: Module, tile: sinks.Tile, kind: Kind) -> Callable[[_Batch], None]:
    """Write the functions that the kind needs; what is returned writes their calls."""
    sum_up = sinks.sum_bands(module, finish(is_log=kind.log)) if kind.bands else None
    source = sinks.Tile() if kind.bands else tile
    leave = _pixels(module, source, kind) if kind.pixels else _frames(module, source)

    def sink(batch: _Batch) -> None:
        fn, table, part = batch.fn, batch.table, batch.part
        if sum_up is None:
            leave(batch, part["tile"])
            return
        bands = table["band_start"], table["band_first"], table["band_weights"]
        fn.call(sum_up, part["tile"], *bands, batch.number["n_bands"], part["sums"], table["reals"])
        leave(batch, part["sums"])

    return sink


def _frames(module: Module, source: sinks.Tile) -> Callable[[_Batch, Int], None]:
    """Whole frames. Lines go past the cache where the pages are old: new ones were just cleared and are in it."""
    cached = sinks.write_run(module, source, "write_cached", past_cache=False)
    streamed = sinks.write_run(module, source, "write_streamed", past_cache=True)

    def write(batch: _Batch, tile: Int) -> None:
        fn, n_rows = batch.fn, batch.number["n_rows"]
        here = fn.at(batch.out, batch.f * n_rows)
        is_reused = fn.compare("ne", batch.reused, 0)
        with fn.when(is_reused), fn.loop(0, n_rows, sinks.RUN) as (k0, _):
            fn.call(streamed, tile, batch.part["runs"], here, n_rows, batch.m, k0)
        with fn.unless(is_reused), fn.loop(0, n_rows, sinks.RUN) as (k0, _):
            fn.call(cached, tile, batch.part["runs"], here, n_rows, batch.m, k0)

    return write


def _pixels(module: Module, source: sinks.Tile, kind: Kind) -> Callable[[_Batch, Int], None]:
    """Pixel rows of the batch, turned into frames, gathered into columns."""
    is_mean = kind.pixels == "mean"
    reduce_rows = sinks.reduce_rows(module, source, is_mean)
    turn = sinks.turn(module)
    gather = sinks.gather_columns(module, is_mean)

    def write(batch: _Batch, tile: Int) -> None:
        fn, table, number, part = batch.fn, batch.table, batch.number, batch.part
        fn.call(reduce_rows, tile, table["edges"], table["shares"], number["n_rows"], part["pixels"])
        fn.call(turn, part["pixels"], part["runs"], number["width"])
        column = fn.at(table["column"], batch.f, "i64")
        fn.call(gather, part["runs"], part["poison"], column, batch.out, table["counts"], number["width"], batch.m)

    return write


def _flush_denormals(fn: Code) -> None:
    """Treat numbers below the normal ones as 0 during the call: they make very quiet sound many times slower."""
    for op in ("stmxcsr", "ldmxcsr"):
        fn.module.declare(f"llvm.x86.sse.{op}", "void", "ptr")
    fn.lines += [
        "%mode = alloca i32",
        "%flush = alloca i32",
        "call void @llvm.x86.sse.stmxcsr(ptr %mode)",
        "%mode_was = load i32, ptr %mode",
        f"%mode_is = or i32 %mode_was, {FLUSH_TO_ZERO | DENORMALS_ARE_ZERO}",
        "store i32 %mode_is, ptr %flush",
        "call void @llvm.x86.sse.ldmxcsr(ptr %flush)",
    ]
