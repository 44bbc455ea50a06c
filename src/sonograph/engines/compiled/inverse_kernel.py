"""Kernels of the way back, as IR text: one exported function with the arguments of every kernel.

    sound   a transform in memory:  fetch_rows -> last_back -> (middle_back ->) first_back -> lay -> leave
    round   of Griffin and Lim:     gather -> first -> turn_back -> first_back -> lay -> leave -> step_on
    lags    autocorrelation:        gather -> first -> poison -> turn_back -> first_back -> rows of frames
    shares  of the largest lag:     the same, and each frame over its largest number, whatever its sign

Two of them go there and back: what a block holds is made of the bins that come back to it, so a block is turned where
it lies and no spectrum is ever in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sonograph.engines.compiled import inverse_passes as back
from sonograph.engines.compiled import passes, sinks
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.kernel import ARGUMENTS, Kind, block_size, flush_denormals, restore_denormals, tile_of
from sonograph.engines.compiled.vectors import Code, Zero

TABLES = (
    "numbers", "reals", "offsets", "window", "first_twiddles", "middle_twiddles",
    "back_window", "magnitudes", "sound", "share", "pull",
)  # fmt: skip
"""Addresses that a kernel reads, in this order; `sound` is written too."""
NUMBERS = (
    "hop", "rows", "pitch", "shared", "length", "walk", "turn",  # how the sound is gathered, and read
    "n_rows",  # numbers a frame, of the transform or of lags
    "before",  # batches that a job computes again, for the sums that reach into its own
    "table",  # elements of magnitudes a batch
)  # fmt: skip
PARTS = ("gathered", "zero", "poison", "present", "blocks", "scratch", "bins", "tile", "frame", "sums", "runs")


def generate(shape: tuple[int, ...], kind: Kind, vector_bytes: int, double: bool, x86: bool) -> str:
    """The text of a module that exports `kernel`, for an n_fft of these factors."""
    module = Module(vector_bytes, double)
    V, A, B = module.lanes, shape[0], math.prod(shape[1:])
    block = block_size(B, V)
    forward, is_lags = kind.quantity != "sound", kind.quantity in ("lags", "shares")
    tile = tile_of(module.size, V, shape, Kind("transform"))
    if forward:
        gather = passes.gather(module)
        first = passes.first_pass(module, A, B, block)
        poison = passes.poison_pass(module, B)
    else:
        fetch_rows = back.fetch_rows(module, tile)
    presence = back.presence(module)
    turn = _blocks(module, shape, kind, tile)
    first_back = back.first_back(module, A, B, block, half=is_lags)
    over_largest = back.over_largest(module) if kind.quantity == "shares" else None
    if is_lags:
        write = sinks.write_run(module, sinks.Tile(), "write_cached", False)
    else:
        lay, leave = back.lay(module), back.leave(module)
    step_on = back.step_on(module) if kind.quantity == "round" else None

    fn = Code(module, "kernel", ARGUMENTS, exported=True)
    tables, x, n, start, stop, frames, out, workspace, _ = fn.arguments
    table = {name: fn.load_pointer(tables, i) for i, name in enumerate(TABLES)}
    number = {name: fn.load_int(table["numbers"], i) for i, name in enumerate(NUMBERS + PARTS)}
    part = {name: fn.at(workspace, number[name]) for name in PARTS}
    hop, shared, pitch, n_rows = number["hop"], number["shared"], number["pitch"], number["n_rows"]
    if x86:
        flush_denormals(fn)
    fn.store(Zero(), part["zero"], 0, True)
    if not is_lags:
        with fn.loop(0, hop * pitch + V, V) as o:
            fn.store(Zero(), part["sums"], o, True)
    begin = fn.max(0, start - number["before"])
    with fn.loop(begin, stop) as i:
        f = i * V
        with fn.when(fn.compare("slt", f, frames)):
            if forward:
                is_first = Int(fn, fn.emit(f"zext i1 {fn.compare('eq', i, begin)} to i64"))
                fn.call(gather, x, n, f * hop, hop, number["rows"], pitch, shared, part["gathered"], is_first)
                where = table["offsets"], number["walk"], number["turn"]
                sums = part["blocks"], part["scratch"]
                fn.call(first, part["gathered"], *where, table["window"], table["first_twiddles"], *sums)
                fn.call(poison, part["blocks"], part["poison"])
                fn.call(presence, part["zero"], f, frames, part["present"])
            else:
                fn.call(fetch_rows, x, f, frames, n_rows, part["tile"])
                fn.call(presence, part["tile"], f, frames, part["present"])
            magnitudes = fn.at(table["magnitudes"], i * number["table"])
            with fn.loop(0, A // 2 + 1) as b:
                turn(fn, fn.at(part["blocks"], b * block), b, part, table, magnitudes)
            fn.call(
                first_back,
                part["blocks"],
                table["first_twiddles"],
                table["back_window"],
                part["frame"],
                part["scratch"],
            )
            if is_lags:
                if over_largest:
                    fn.call(over_largest, part["frame"], n_rows)
                here, m = fn.at(out, f * n_rows), fn.min(V, frames - f)
                with fn.loop(0, n_rows, sinks.RUN) as k0:
                    fn.call(write, part["frame"], part["runs"], here, n_rows, m, k0)
            else:
                fn.call(lay, part["frame"], part["present"], part["sums"], hop, pitch, shared, number["length"])
        if not is_lags:
            is_wanted = Int(fn, fn.emit(f"zext i1 {fn.compare('sge', i, start)} to i64"))
            target = fn.at(out, f * hop)
            fn.call(leave, part["sums"], target, hop, pitch, shared, is_wanted)
            if step_on:
                with fn.when(fn.compare("sge", i, start)):
                    own = (fn.at(table[name], f * hop) for name in ("sound", "share"))
                    fn.call(step_on, target, *own, table["pull"], hop * V)
    if x86:
        restore_denormals(fn)
    return module.text()


def _blocks(
    module: Module, shape: tuple[int, ...], kind: Kind, tile: sinks.Tile
) -> Callable[[Code, Int, Int, dict[str, Int], dict[str, Int], Int], None]:
    """Write the passes over a block: there, of a sound, and back; what is returned writes their calls."""
    A, L = shape[0], shape[-1]
    stride = math.prod(shape[:-1])
    groups = [math.prod(shape[i + 1 :]) for i in range(1, len(shape) - 1)]
    levels = list(zip(shape[1:-1], groups, strict=True))
    forward = kind.quantity != "sound"
    there = [passes.middle_pass(module, f"middle_pass_{g}", n, g) for n, g in levels] if forward else []
    backs = [back.middle_back(module, f"middle_back_{g}", n, g) for n, g in levels]
    if forward:
        last = back.turn_back(module, L, stride, is_power=kind.quantity != "round")
    else:
        last = back.last_back(module, L, stride, int(tile.gap > 0))

    def turn(fn: Code, block: Int, b: Int, part: dict[str, Int], table: dict[str, Int], magnitudes: Int) -> None:
        def below(level: int, block: Int, b: Int, stride: int, turns: Int) -> None:
            if level == len(levels):
                if forward:
                    fn.call(last, block, b, part["scratch"], part["bins"], part["poison"], magnitudes)
                else:
                    fn.call(last, block, b, part["scratch"], part["tile"], table["reals"])
                return
            n, group = levels[level]
            if forward:
                fn.call(there[level], block, turns, part["scratch"])
            following = fn.at(turns, 2 * n * group)
            with fn.loop(0, n) as c:
                below(level + 1, fn.at(block, c * (group * 2 * module.lanes)), b + c * stride, stride * n, following)
            fn.call(backs[level], block, turns, part["scratch"])

        below(0, block, b, A, table["middle_twiddles"])

    return turn
