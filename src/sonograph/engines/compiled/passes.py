"""The passes over one batch: as many frames as a vector has lanes, lane v holding frame f + v.

gather     sound -> a table with one row per sample of a hop, so that one sample of all frames is one load
condition  (where asked for) the frames without their mean, pre-emphasised
first      window, real DFTs of the first factor over samples far apart, twiddles
middle     (three factors, or twice with four) complex DFTs inside a block, in place
last       complex DFTs of whole blocks; every bin goes at once into a tile, finished
poison     0 for a frame whose samples are all finite, NaN for any other; `last` adds it to every bin

For n_fft = A * B the first pass leaves A blocks of B numbers, of which a real signal needs only
A // 2 + 1; block b holds what the bins b, b + A, b + 2 A ... are made of, and their mirror images.
"""

from __future__ import annotations

from sonograph.engines.compiled.codelets import complex_codelet, get, put, real_codelet
from sonograph.engines.compiled.finish import ENDS, ONE, PREEMPHASIS, SHARE, Finish
from sonograph.engines.compiled.ir import Int, Module, Number
from sonograph.engines.compiled.vectors import Code, Complex, Term, Value, Zero


def gather(module: Module) -> Code:
    """table[c, r] = x[at + r * hop + c] for c < rows: sample r * hop + c of all lanes begins at [c, r].

    Columns that the batch before had too move over instead of being read again. Beyond sample n
    there is nothing: lanes that would begin there get zeros.
    """
    arguments = "x:ptr n:i64 at:i64 hop:i64 rows:i64 pitch:i64 shared:i64 table:ptr is_first:i64"
    fn = Code(module, "gather", arguments)
    x, n, at, hop, rows, pitch, shared, table, is_first = fn.arguments
    V = module.lanes

    def column(r: Number) -> None:
        begin = at + r * hop
        there = fn.max(0, fn.min(rows, n - begin))
        with fn.loop(0, there) as c:
            fn.copy(x, begin + c, table, c * pitch + r)
        with fn.loop(there, rows) as c:
            fn.store_real("0.0", table, c * pitch + r)

    first = fn.compare("ne", is_first, 0)
    with fn.when(first), fn.loop(0, shared) as r:
        column(r)
    moving = fn.select(fn.emit(f"or i1 {first}, {fn.compare('eq', shared, 0)}"), 0, rows * pitch)
    with fn.loop(0, moving, V) as o:
        fn.store(fn.load(table, o + V, True), table, o, True)

    begin = at + shared * hop
    inside = fn.compare("sle", begin + hop * (V - 1) + rows, n)
    with fn.when(inside):
        whole = rows & -V
        target = fn.at(table, shared)
        with fn.loop(0, whole, V) as c:
            fn.transpose(fn.at(x, begin + c), hop, fn.at(target, c * pitch), pitch)
        # what is left of a row: one more square that overlaps the last, or, in short rows, one by one
        short = fn.compare("slt", rows, V)
        left = fn.compare("ne", rows, whole)
        with fn.when(fn.both(left, fn.compare("sge", rows, V))):
            c = rows - V
            fn.transpose(fn.at(x, begin + c), hop, fn.at(target, c * pitch), pitch)
        with fn.loop(0, fn.select(short, rows, 0)) as c, fn.loop(0, V) as r:
            fn.copy(x, begin + r * hop + c, target, c * pitch + r)
    with fn.unless(inside), fn.loop(shared, shared + V) as r:
        column(r)
    return fn


def condition(module: Module) -> Code:
    """The gathered frames one sample after the other, without their mean, and pre-emphasised.

    Two of the reals say how: the share of a sample in the mean (0 leaves the mean in) and how much of the
    sample before is taken off. The first sample stands for the one before it.
    """
    arguments = "sound:ptr pitch:i64 hop:i64 rows:i64 shared:i64 length:i64 reals:ptr frame:ptr"
    fn = Code(module, "condition", arguments)
    sound, pitch, hop, rows, shared, length, reals, frame = fn.arguments
    V = module.lanes
    with fn.loop(0, shared + 1) as r:
        begin = r * hop
        with fn.loop(0, fn.min(rows, length - begin)) as c:
            fn.store(fn.load(sound, c * pitch + r), frame, (begin + c) * V, True)
    with fn.loop(0, 3) as n:  # so that the sum below may go by fours
        fn.store(Zero(), frame, (length + n) * V, True)
    zero = fn.constant(0.0).plain()
    with fn.fold(0, length, 4, 4 * [zero]) as (n, carried):
        here = fn.at(frame, n * V)
        for i, total in enumerate(carried):
            carried[i] = (Term(fn, total) + fn.load(here, i * V, True)).plain()
    sums = [Term(fn, total) for total in carried]
    mean = (((sums[0] + sums[1]) + (sums[2] + sums[3])) * fn.splat(reals, SHARE)).settled()
    weight = fn.splat(reals, PREEMPHASIS)
    with fn.loop(0, length) as back:  # from the end, because the sample before must still be the sound's
        p = fn.at(frame, (length - 1 - back) * V)
        before = fn.at(p, fn.select(fn.compare("eq", back, length - 1), 0, -V))
        sample, last = fn.load(p, 0, True) - mean, (fn.load(before, 0, True) - mean).settled()
        fn.store(sample.settled() - last * weight, p, 0, True)
    return fn


def first_pass(module: Module, A: int, groups: int, block: int) -> Code:
    """For each j: DFT of x[j + i * groups], times exp(-2 pi i j k / n_fft), to position j of block k.

    The offsets say where sample j + i * groups lies in the gathered sound; `walk` and `turn` are how
    far sound and offsets advance with j.
    """
    arguments = "sound:ptr offsets:ptr walk:i64 turn:i64 window:ptr twiddles:ptr blocks:ptr scratch:ptr"
    fn = Code(module, "first_pass", arguments)
    sound, offsets, walk, turn, window, twiddles, blocks, scratch = fn.arguments
    V = module.lanes
    with fn.loop(0, groups) as j:
        here, where = fn.at(sound, j * walk), fn.at(offsets, j * turn, "i32")
        weights, turns = fn.at(window, j * A), fn.at(twiddles, j * (2 * (A // 2 + 1)))
        target = fn.at(blocks, j * (2 * V))

        def load(i: int, here: Int = here, where: Int = where, weights: Int = weights) -> Value:
            return fn.load(here, fn.load_small(where, i)) * fn.splat(weights, i)

        def store(k: int, z: Complex, turns: Int = turns, target: Int = target) -> None:
            put(fn, twiddled(fn, z, turns, k), target, k * block)

        real_codelet(fn, A, scratch, load, store)
    return fn


def middle_pass(module: Module, name: str, A: int, groups: int) -> Code:
    """In one block: for each j, DFT of the positions j + i * groups, times this level's twiddles, in place."""
    fn = Code(module, name, "block:ptr twiddles:ptr scratch:ptr")
    block, twiddles, scratch = fn.arguments
    V = module.lanes
    with fn.loop(0, groups) as j:
        turns, here = fn.at(twiddles, j * (2 * A)), fn.at(block, j * (2 * V))

        def load(i: int, here: Int = here) -> Complex:
            return get(fn, here, i * groups * 2 * V)

        def store(k: int, z: Complex, turns: Int = turns, here: Int = here) -> None:
            put(fn, twiddled(fn, z, turns, k), here, k * groups * 2 * V)

        complex_codelet(fn, A, scratch, load, store)
    return fn


def twiddled(fn: Code, z: Complex, twiddles: Int, k: int) -> Complex:
    """z times the k-th complex number of a table, of which the first is 1."""
    if k == 0:
        return z
    re, im = z[0].settled(), z[1].settled()
    wr, wi = fn.splat(twiddles, 2 * k), fn.splat(twiddles, 2 * k + 1)
    if isinstance(im, Zero):
        return z[0] * wr, z[0] * wi
    return re * wr - im * wi, im * wr + re * wi


def last_pass(module: Module, L: int, stride: int, gap: int, finish: Finish | None) -> Code:
    """DFT of the block whose first bin is b: bins b + stride * m, and their mirror images, go into the tile.

    Bin k takes row k + k // stride * gap. `finish` makes of a power what is kept; None keeps the
    complex number, as two rows. Bin 0 and bin n_fft / 2, both in block 0, have a factor of their own.
    """
    fn = Code(module, "last_pass", "block:ptr b:i64 scratch:ptr tile:ptr poison:ptr reals:ptr")
    block, b, scratch, tile, poison, reals = fn.arguments
    V = module.lanes
    row = V if finish else 2 * V
    nan = fn.load(poison, 0, True)
    factor = fn.splat(reals, fn.select(fn.compare("eq", b, 0), ENDS, ONE))
    finished = finish(fn, reals) if finish else None
    up, down = fn.at(tile, b * row), fn.at(tile, (stride - b) * row)

    def store(m: int, z: Complex) -> None:
        mirrored = m >= L // 2
        at = (L - 1 - m if mirrored else m) * (stride + gap) * row
        p = down if mirrored else up
        if finished:
            value = power(z, nan)
            if m in (0, L // 2):
                value = value * factor
            fn.store(finished(value), p, at, True)
            return
        re, im = z[0], -z[1] if mirrored else z[1]
        if m in (0, L // 2):
            re, im = re.settled() * factor, im.settled() * factor
        fn.store(re + nan, p, at, True)
        fn.store(im + nan, p, at + V, True)

    complex_codelet(fn, L, scratch, lambda i: get(fn, block, i * 2 * V), store)
    return fn


def power(z: Complex, nan: Term) -> Value:
    """|z|², NaN where the frame is."""
    re, im = z[0].settled(), z[1].settled()
    return re * re + (im * im + nan)


def poison_pass(module: Module, length: int, step: int = 2) -> Code:
    """0 times the sum over block 0, which holds the sum of all samples: NaN where any of them is not finite.

    step : 2 to sum real parts alone, 1 to sum both, of which there are `length`
    """
    fn = Code(module, "poison_pass", "block:ptr poison:ptr")
    block, poison = fn.arguments
    V, together = module.lanes, 4 if length % 4 == 0 else 1
    sums = [fn.load(block, i * step * V, True).plain() for i in range(together)]
    with fn.fold(together, length, together, sums) as (i, carried):
        here = fn.at(block, i * (step * V))
        for n, s in enumerate(carried):
            carried[n] = (Term(fn, s) + fn.load(here, n * step * V, True)).plain()
    terms: list[Value] = [Term(fn, s) for s in carried]
    while len(terms) > 1:
        terms = [terms[0] + terms[1], *terms[2:]]
    fn.store(terms[0] * 0.0, poison, 0, True)
    return fn


def fetch(module: Module) -> Code:
    """Ask for `count` cache lines from p on: the sound of the next batch."""
    fn = Code(module, "fetch", "p:ptr count:i64")
    p, count = fn.arguments
    with fn.loop(0, count) as i:
        fn.prefetch(fn.at(p, i * (64 // module.size)))
    return fn
