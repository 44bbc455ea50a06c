"""The order of the passes: the one function that a compiled kernel exports, as IR text.

    for each batch:  gather (-> condition) -> first -> poison -> for each block: (middle ->) last -> sink

A kernel depends on the factors of n_fft, on what is kept of a frame, on the precision and on the
width of the CPU's vectors. Hop, window, bands, floor and lengths come as tables and numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sonograph.engines.compiled import pairs, passes, sinks
from sonograph.engines.compiled.finish import Finish, finish
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.vectors import Code, Zero

TABLES = (
    "numbers", "reals", "offsets", "window", "first_twiddles", "middle_twiddles",
    "band_groups", "band_start", "band_first", "band_weights", "edges", "shares", "column", "counts", "total",
)  # fmt: skip
"""Addresses that a kernel reads, in this order."""
NUMBERS = (
    "hop", "rows", "pitch", "shared", "length", "walk", "turn",  # how the sound is gathered, and read
    "ahead",  # lines of the next batch's sound to fetch for each block
    "n_rows", "n_groups", "width",  # numbers a frame; groups of bands; rows of pixels, to whole vectors
)  # fmt: skip
PARTS = ("sound", "frame", "zero", "poison", "blocks", "scratch", "tile", "sums", "pixels", "runs")
"""The table `numbers`: NUMBERS, then where the PARTS of the workspace begin, in elements."""
ARGUMENTS = "tables:ptr x:ptr n:i64 start:i64 stop:i64 frames:i64 out:ptr workspace:ptr reused:i64"
"""Of the kernel: compute batches `start` to `stop` of `frames` frames of a sound of n samples."""
FLUSH_TO_ZERO, DENORMALS_ARE_ZERO = 0x8000, 0x40
"""Bits of the x86 control register MXCSR."""


def block_size(B: int, V: int) -> int:
    """Elements of a block of B complex vectors, and one unused: else all would begin in one set of the cache."""
    return (B + 1) * 2 * V


@dataclass(frozen=True)
class Kind:
    """What is kept of a frame."""

    quantity: str = "power"
    bands: bool = False
    log: bool = False
    conditioned: bool = False
    pairs: bool = False
    """Whether samples are complex, and the transform two-sided."""
    planes: tuple[str, ...] = ()
    """'max', 'mean' or both for pixels; none for frames."""

    @property
    def goes_back(self) -> bool:
        """Whether it is one of `inverse_kernel`."""
        return self.quantity in ("sound", "round", "lags", "shares")


def tile_of(module_size: int, lanes: int, shape: tuple[int, ...], kind: Kind) -> sinks.Tile:
    """Where the bins of a batch lie."""
    n_fft, stride = math.prod(shape), math.prod(shape[:-1])
    gap = int(stride * lanes * module_size % 4096 == 0)
    parts = 2 if kind.quantity == "transform" else 1
    n_bins = n_fft if kind.pairs else n_fft // 2 + 1
    return sinks.Tile(parts * n_bins, parts * stride, parts * gap)


def n_blocks(A: int, pairs: bool) -> int:
    """Blocks that the first pass leaves."""
    return A if pairs else A // 2 + 1


def generate(shape: tuple[int, ...], kind: Kind, vector_bytes: int, double: bool, x86: bool) -> str:
    """The text of a module that exports `kernel`, for an n_fft of these factors."""
    module = Module(vector_bytes, double)
    V, A, B = module.lanes, shape[0], math.prod(shape[1:])
    tile = tile_of(module.size, V, shape, kind)

    gather = passes.gather(module)
    condition = passes.condition(module) if kind.conditioned else None
    first = (pairs if kind.pairs else passes).first_pass(module, A, B, block_size(B, V))
    poison = passes.poison_pass(module, 2 * B, 1) if kind.pairs else passes.poison_pass(module, B)
    finish_block = _finish_block(module, shape, tile, kind)
    fetch = passes.fetch(module)
    leave = _sink(module, tile, kind)

    fn = Code(module, "kernel", ARGUMENTS, exported=True)
    tables, x, n, start, stop, frames, out, workspace, reused = fn.arguments
    table = {name: fn.load_pointer(tables, i) for i, name in enumerate(TABLES)}
    number = {name: fn.load_int(table["numbers"], i) for i, name in enumerate(NUMBERS + PARTS)}
    part = {name: fn.at(workspace, number[name]) for name in PARTS}
    hop, shared, lines = number["hop"], number["shared"], number["ahead"]
    if x86:
        flush_denormals(fn)
    fn.store(Zero(), part["zero"], 0, True)
    if kind.bands:  # a band's weights are padded by zeros, which must not meet what other calls left behind the tile
        for r in range(sinks.AT_ONCE):
            fn.store(Zero(), part["tile"], (tile.height() + r) * V, True)
    with fn.loop(start, stop) as i:
        f = i * V
        batch = _Batch(fn, table, number, part, f, fn.min(V, frames - f), out, reused)
        is_first = Int(fn, fn.emit(f"zext i1 {fn.compare('eq', i, start)} to i64"))
        fn.call(gather, x, n, f * hop, hop, number["rows"], number["pitch"], shared, part["sound"], is_first)
        if condition:
            shape_of_sound = number["pitch"], hop, number["rows"], shared, number["length"]
            fn.call(condition, part["sound"], *shape_of_sound, table["reals"], part["frame"])
        sound = part["frame" if condition else "sound"]
        where = table["offsets"], number["walk"], number["turn"]
        fn.call(first, sound, *where, table["window"], table["first_twiddles"], part["blocks"], part["scratch"])
        fn.call(poison, part["blocks"], part["poison"])
        ahead = fn.at(x, (f + shared + V) * hop)
        with fn.loop(0, n_blocks(A, kind.pairs)) as b:
            fn.call(fetch, fn.at(ahead, b * lines * (64 // module.size)), lines)
            finish_block(batch, fn.at(part["blocks"], b * block_size(B, V)), b)
        leave(batch)
    if x86:
        restore_denormals(fn)
    fn.do("fence seq_cst")  # stores past the cache are otherwise not ordered with what the caller does next
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


def _finish_block(
    module: Module, shape: tuple[int, ...], tile: sinks.Tile, kind: Kind
) -> Callable[[_Batch, Int, Int], None]:
    """Write the passes that turn a block into rows of the tile; what is returned writes their calls."""
    A, L = shape[0], shape[-1]
    groups = [math.prod(shape[i + 1 :]) for i in range(1, len(shape) - 1)]
    middles = [passes.middle_pass(module, f"middle_pass_{g}", n, g) for n, g in zip(shape[1:], groups, strict=False)]
    last_pass = (pairs if kind.pairs else passes).last_pass
    last = last_pass(module, L, math.prod(shape[:-1]), int(tile.gap > 0), _finish_of_bins(kind))

    def finish_block(batch: _Batch, block: Int, b: Int) -> None:
        fn, part = batch.fn, batch.part
        target = part["scratch"], part["tile"], part["poison"], batch.table["reals"]

        def below(level: int, block: Int, b: Int, stride: int, turns: Int) -> None:
            if level == len(middles):
                fn.call(last, block, b, *target)
                return
            n, group = shape[level + 1], groups[level]
            fn.call(middles[level], block, turns, part["scratch"])
            following = fn.at(turns, 2 * n * group)
            with fn.loop(0, n) as c:
                below(level + 1, fn.at(block, c * (group * 2 * module.lanes)), b + c * stride, stride * n, following)

        below(0, block, b, A, batch.table["middle_twiddles"])

    return finish_block


def _finish_of_bins(kind: Kind) -> Finish | None:
    if kind.quantity == "transform":
        return None
    return finish(is_magnitude=kind.quantity == "magnitude", is_log=kind.log and not kind.bands)


def _sink(module: Module, tile: sinks.Tile, kind: Kind) -> Callable[[_Batch], None]:
    """Write the functions that the kind needs; what is returned writes their calls."""
    sum_up = sinks.sum_bands(module, finish(is_log=kind.log)) if kind.bands else None
    source = sinks.Tile() if kind.bands else tile
    leave = _pixels(module, source, kind.planes) if kind.planes else _frames(module, source)

    def sink(batch: _Batch) -> None:
        fn, table, part = batch.fn, batch.table, batch.part
        if sum_up is None:
            leave(batch, part["tile"])
            return
        bands = (table[f"band_{name}"] for name in ("groups", "start", "first", "weights"))
        fn.call(sum_up, part["tile"], *bands, batch.number["n_groups"], part["sums"], table["reals"])
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
        with fn.when(is_reused), fn.loop(0, n_rows, sinks.RUN) as k0:
            fn.call(streamed, tile, batch.part["runs"], here, n_rows, batch.m, k0)
        with fn.unless(is_reused), fn.loop(0, n_rows, sinks.RUN) as k0:
            fn.call(cached, tile, batch.part["runs"], here, n_rows, batch.m, k0)

    return write


def _pixels(module: Module, source: sinks.Tile, planes: tuple[str, ...]) -> Callable[[_Batch, Int], None]:
    """Pixel rows of the batch, one plane after the other, turned into frames, gathered into columns."""
    reduce_rows = sinks.reduce_rows(module, source, planes)
    turn = sinks.turn(module)
    gather = sinks.gather_columns(module, planes)

    def write(batch: _Batch, tile: Int) -> None:
        fn, table, number, part = batch.fn, batch.table, batch.number, batch.part
        width = number["width"]
        fn.call(reduce_rows, tile, table["edges"], table["shares"], number["n_rows"], part["pixels"], width)
        fn.call(turn, part["pixels"], part["runs"], width * len(planes))
        column = fn.at(table["column"], batch.f, "i64")
        target = batch.out, table["total"], table["counts"]
        fn.call(gather, part["runs"], part["poison"], column, *target, width, batch.m)

    return write


def flush_denormals(fn: Code) -> None:
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


def restore_denormals(fn: Code) -> None:
    """Treat them as the caller did."""
    fn.do("call void @llvm.x86.sse.ldmxcsr(ptr %mode)")
