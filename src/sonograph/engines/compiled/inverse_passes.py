"""The passes of the way back, over one batch: lane v holds frame f + v.

fetch_rows   a transform in memory -> a tile, one row per real or imaginary part of a bin
last_back    the bins of a block, of the tile -> the block
turn_back    a block to its bins, something done to each, and back: neither tile nor spectrum exists in memory
middle_back  inside a block, in place
first_back   blocks -> the frames, weighed: one row per sample
lay          frames -> sums over all frames that see a sample, in the order of the frames
over_largest the numbers of a frame, divided by the largest of them
leave        the sums that no later frame sees -> the sound

They undo `passes` in the opposite order: block b of A holds what the bins b, b + A, b + 2 A ... are made of.
"""

from __future__ import annotations

import numpy as np

from sonograph.engines.compiled.codelets import complex_codelet, get, put
from sonograph.engines.compiled.inverse_codelets import conjugate, inverse_complex_codelet, inverse_real_codelet
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.sinks import Tile
from sonograph.engines.compiled.vectors import Code, Complex, Term, Value, Zero

WHOLE, ENDS = range(2)
"""The reals of a kernel of the way back: 1, and what undoes the factor on the ends of a spectrum."""


def fetch_rows(module: Module, tile: Tile) -> Code:
    """Transpose `nk` numbers of each of V frames into the tile; frames beyond the last are read as the last."""
    fn = Code(module, "fetch_rows", "x:ptr f:i64 frames:i64 nk:i64 tile:ptr")
    x, f, frames, nk, target = fn.arguments
    V = module.lanes
    rows = [fn.at(x, fn.min(f + v, frames - 1) * nk) for v in range(V)]

    def square(k: Int) -> None:
        fn.transpose_rows([fn.at(row, k) for row in rows], fn.at(target, tile.place(fn, k) * V), V, True)

    with fn.loop(0, nk & -V, V) as k:
        square(k)
    left, short = fn.compare("ne", nk, nk & -V), fn.compare("slt", nk, V)
    with fn.when(fn.both(left, fn.compare("sge", nk, V))):
        fn.transpose_rows(
            [fn.at(row, nk - V) for row in rows], fn.at(target, tile.place(fn, nk - 1) * V - (V - 1) * V), V, True
        )
    with fn.loop(0, fn.select(short, nk, 0)) as k:
        for v, row in enumerate(rows):
            fn.copy(row, k, target, k * V + v)
    return fn


def presence(module: Module) -> Code:
    """For each lane 0, or NaN for one whose frame is not there or holds NaN in its first number."""
    fn = Code(module, "presence", "first:ptr f:i64 frames:i64 present:ptr")
    first, f, frames, present = fn.arguments
    with fn.loop(0, module.lanes) as v:
        fn.store_real("0.0", present, v)
    with fn.loop(fn.max(0, frames - f), module.lanes) as v:
        fn.store_real("0x7FF8000000000000", present, v)
    known, there = fn.load(first, 0, True).plain(), fn.load(present, 0, True).plain()
    is_nan = fn.emit(f"fcmp uno {fn.vector} {known}, {known}")
    nan = fn.literal(float("nan"))
    fn.store(
        Term(fn, fn.emit(f"select <{fn.V} x i1> {is_nan}, {fn.vector} {nan}, {fn.vector} {there}")), present, 0, True
    )
    return fn


def last_back(module: Module, L: int, stride: int, gap: int) -> Code:
    """The block whose first bin is b, from its bins in the tile; the mirrored ones are conjugated."""
    fn = Code(module, "last_back", "block:ptr b:i64 scratch:ptr tile:ptr reals:ptr")
    block, b, scratch, tile, reals = fn.arguments
    V = module.lanes
    row = 2 * V
    factor = fn.splat(reals, fn.select(fn.compare("eq", b, 0), ENDS, WHOLE))
    up, down = fn.at(tile, b * row), fn.at(tile, (stride - b) * row)
    skips = fn.at(down, fn.select(fn.compare("eq", b, 0), gap * row, 0))  # bins that lie behind a gap of the tile

    def load(m: int) -> Complex:
        mirrored = m >= L // 2
        side = up if not mirrored else down if m == L // 2 else skips
        z = get(fn, side, (L - 1 - m if mirrored else m) * (stride + gap) * row)
        z = conjugate(z) if mirrored else z
        return (z[0] * factor, z[1] * factor) if m in (0, L // 2) else z

    inverse_complex_codelet(fn, L, scratch, load, lambda i, z: put(fn, z, block, i * 2 * V))
    return fn


def turn_back(module: Module, L: int, stride: int, *, is_power: bool) -> Code:
    """The block whose first bin is b: to its bins, each changed, and back.

    Either a bin becomes its power, NaN where `poison` is; or it keeps its direction and takes its magnitude of a table
    with one row a bin.
    """
    fn = Code(module, "turn_back", "block:ptr b:i64 scratch:ptr bins:ptr poison:ptr magnitudes:ptr")
    block, b, scratch, bins, poison, magnitudes = fn.arguments
    V = module.lanes
    up, down = fn.at(magnitudes, b * V), fn.at(magnitudes, (stride - b) * V)
    nan = fn.load(poison, 0, True)

    def store(m: int, z: Complex) -> None:
        re, im = z[0].settled(), z[1].settled()
        if is_power:
            fn.store(re * re + (im * im + nan), bins, m * V, True)
            return
        mirrored = m >= L // 2
        row = (L - 1 - m if mirrored else m) * stride * V
        share = _share(fn, re * re + im * im, fn.load(down if mirrored else up, row, True))
        put(fn, (re * share, im * share), bins, m * 2 * V)

    def load(m: int) -> Complex:
        return (fn.load(bins, m * V, True), Zero()) if is_power else get(fn, bins, m * 2 * V)

    complex_codelet(fn, L, scratch, lambda i: get(fn, block, i * 2 * V), store)
    inverse_complex_codelet(fn, L, scratch, load, lambda i, z: put(fn, z, block, i * 2 * V))
    return fn


def _share(fn: Code, power: Value, magnitude: Term) -> Term:
    """What a bin of this power is multiplied by for a magnitude; a bin of hardly any has no direction and stays so."""
    least = fn.literal(4 * float(np.finfo(np.float32 if fn.module.size == 4 else np.float64).tiny))
    size = fn.intrinsic("sqrt", fn.larger(power.plain(), least))
    return Term(fn, fn.emit(f"fdiv {fn.vector} {magnitude.plain()}, {size}"))


def middle_back(module: Module, name: str, A: int, groups: int) -> Code:
    """In one block: undoes `middle_pass`, in place."""
    fn = Code(module, name, "block:ptr twiddles:ptr scratch:ptr")
    block, twiddles, scratch = fn.arguments
    V = module.lanes
    with fn.loop(0, groups) as j:
        turns, here = fn.at(twiddles, j * (2 * A)), fn.at(block, j * (2 * V))

        def load(k: int, here: Int = here, turns: Int = turns) -> Complex:
            return _turned_back(fn, get(fn, here, k * groups * 2 * V), turns, k)

        def store(i: int, z: Complex, here: Int = here) -> None:
            put(fn, z, here, i * groups * 2 * V)

        inverse_complex_codelet(fn, A, scratch, load, store)
    return fn


def _turned_back(fn: Code, z: Complex, twiddles: Int, k: int) -> Complex:
    """z times the conjugate of the k-th complex number of a table, of which the first is 1."""
    if k == 0:
        return z
    re, im = z[0].settled(), z[1].settled()
    wr, wi = fn.splat(twiddles, 2 * k), fn.splat(twiddles, 2 * k + 1)
    return re * wr + im * wi, im * wr - re * wi


def first_back(module: Module, A: int, groups: int, block: int, *, half: bool = False) -> Code:
    """Samples j + i * groups of the frames, weighed, one row each; with `half` only i up to A / 2."""
    fn = Code(module, "first_back", "blocks:ptr twiddles:ptr window:ptr frame:ptr scratch:ptr")
    blocks, twiddles, window, frame, scratch = fn.arguments
    V = module.lanes
    with fn.loop(0, groups) as j:
        turns, weights = fn.at(twiddles, j * (2 * (A // 2 + 1))), fn.at(window, j * A)
        source, target = fn.at(blocks, j * (2 * V)), fn.at(frame, j * V)

        def load(k: int, source: Int = source, turns: Int = turns) -> Complex:
            return _turned_back(fn, get(fn, source, k * block), turns, k)

        def store(i: int, value: Value, weights: Int = weights, target: Int = target) -> None:
            if not half or 2 * i <= A:
                fn.store(value * fn.splat(weights, i), target, i * groups * V, True)

        inverse_real_codelet(fn, A, scratch, load, store)
    return fn


def over_largest(module: Module) -> Code:
    """Each lane's numbers over its largest, whatever its sign; of a lane of nothing, as they are."""
    fn = Code(module, "over_largest", "frame:ptr count:i64")
    frame, count = fn.arguments
    V = module.lanes
    with fn.fold(0, count, 1, [fn.literal(0.0)]) as (n, carried):
        carried[0] = fn.larger(fn.intrinsic("fabs", fn.load(frame, n * V, True).plain()), carried[0])
    tiny = fn.literal(float(np.finfo(np.float32 if module.size == 4 else np.float64).tiny))
    is_some = fn.emit(f"fcmp oge {fn.vector} {carried[0]}, {tiny}")
    size = fn.emit(f"select <{V} x i1> {is_some}, {fn.vector} {carried[0]}, {fn.vector} {fn.literal(1.0)}")
    with fn.loop(0, count) as n:
        place = fn.at(frame, n * V)
        value = fn.load(place, 0, True).plain()
        fn.store(Term(fn, fn.emit(f"fdiv {fn.vector} {value}, {size}")), place, 0, True)
    return fn


def lay(module: Module) -> Code:
    """sums[c, r + v] += sample r * hop + c of lane v. For one sample of the sound earlier frames come first."""
    fn = Code(module, "lay", "frame:ptr present:ptr sums:ptr hop:i64 pitch:i64 shared:i64 length:i64")
    frame, present, sums, hop, pitch, shared, length = fn.arguments
    V = module.lanes
    there = fn.load(present, 0, True).plain()
    is_there = fn.emit(f"fcmp ord {fn.vector} {there}, {there}")
    with fn.loop(0, shared + 1) as back:
        r = shared - back
        begin = r * hop
        with fn.loop(0, fn.min(hop, length - begin)) as c:
            value = fn.load(frame, (begin + c) * V, True).plain()
            kept = fn.emit(f"select <{V} x i1> {is_there}, {fn.vector} {value}, {fn.vector} zeroinitializer")
            place = fn.at(sums, c * pitch + r)
            fn.store(fn.load(place) + Term(fn, kept), place)
    return fn


def leave(module: Module) -> Code:
    """The first V columns of the sums become V hops of sound; the others move up, and empty ones follow."""
    fn = Code(module, "leave", "sums:ptr out:ptr hop:i64 pitch:i64 shared:i64 is_wanted:i64")
    sums, out, hop, pitch, shared, is_wanted = fn.arguments
    V = module.lanes
    with fn.when(fn.compare("ne", is_wanted, 0)):
        with fn.loop(0, hop & -V, V) as c:
            fn.transpose(fn.at(sums, c * pitch), pitch, fn.at(out, c), hop)
        short, left = fn.compare("slt", hop, V), fn.compare("ne", hop, hop & -V)
        with fn.when(fn.both(left, fn.compare("sge", hop, V))):
            c = hop - V
            fn.transpose(fn.at(sums, c * pitch), pitch, fn.at(out, c), hop)
        with fn.loop(0, fn.select(short, hop, 0)) as c, fn.loop(0, V) as v:
            fn.copy(sums, c * pitch + v, out, v * hop + c)
    with fn.loop(0, fn.select(fn.compare("eq", shared, 0), 0, hop * pitch), V) as o:
        fn.store(fn.load(sums, o + V, True), sums, o, True)
    with fn.loop(0, hop) as c:
        fn.store(Zero(), sums, c * pitch + shared)
    return fn


def step_on(module: Module) -> Code:
    """Of `count` fresh sums: the sound is sums * share, and what to look at next is sound - pull * the sound before."""
    fn = Code(module, "step_on", "out:ptr sound:ptr share:ptr pull:ptr count:i64")
    out, sound, share, pull, count = fn.arguments
    back = fn.splat(pull)
    with fn.loop(0, count, module.lanes) as i:
        now = (fn.load(out, i) * fn.load(share, i)).settled()
        before = fn.load(sound, i)
        fn.store(now, sound, i)
        fn.store(now - before * back, out, i)
    return fn
