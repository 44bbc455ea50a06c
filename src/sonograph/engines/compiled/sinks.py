"""How results leave: rows of frames, sums over bands, pixels.

A batch ends as a tile: one row per bin (two for a complex one, real then imaginary) with one element
per frame. What leaves is a frame after the other, so tiles are transposed on their way out. Frames
never exist in memory where only their bands or pixels are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sonograph.engines.compiled.finish import Finish
from sonograph.engines.compiled.ir import Int, Module, Number
from sonograph.engines.compiled.vectors import Code, Term, Value

RUN = 128
"""Elements of a frame that are gathered before they leave; a multiple of every vector's lanes."""
AT_ONCE = 4
"""Weights that are summed side by side, so that an addition need not wait for the one before."""


@dataclass(frozen=True)
class Tile:
    """Where the rows of a batch lie: `rows` of them, with `gap` unused rows after each `run`.

    Without gaps, rows that are whole pages apart would fall into one set of the cache. The last row
    (bin n_fft / 2) lies in the gap before the run that it would begin.
    """

    rows: int = 0
    run: int = 0
    gap: int = 0

    def place(self, fn: Code, k: Int) -> Int:
        """The row of element k, in the program."""
        if not self.gap:
            return k
        inner = fn.compare("slt", k, self.rows // self.run * self.run)
        return k + fn.select(inner, k // self.run * self.gap, (self.rows // self.run - 1) * self.gap)

    def room(self, V: int) -> int:
        """Elements of the memory that holds it; whole squares, and AT_ONCE rows, are read also where the rows end."""
        return (self.height() + max(V, AT_ONCE)) * V

    def places(self) -> np.ndarray:
        """The rows of all elements, in Python."""
        k = np.arange(self.rows)
        runs_before = np.minimum(k // self.run, self.rows // self.run - 1) if self.gap else 0 * k
        return k + runs_before * self.gap

    def height(self) -> int:
        """Rows in all."""
        return int(self.places()[-1]) + 1


def write_run(module: Module, tile: Tile, name: str, past_cache: bool) -> Code:
    """Write the elements k0 to k0 + RUN of `m` frames of `nk` elements each.

    Frames begin about a page apart, where V of them fall into one set of the cache. So a run of
    elements is gathered in `runs` (per frame: V elements carried over, then the run), and each frame
    leaves as whole, aligned lines; of its first and its last line only the lanes that are its own.
    """
    fn = Code(module, name, "tile:ptr runs:ptr out:ptr nk:i64 m:i64 k0:i64")
    source, runs, out, nk, m, k0 = fn.arguments
    V = module.lanes
    pitch = RUN + 2 * V
    shift = module.size.bit_length() - 1
    rest = nk - k0
    with fn.loop(0, fn.min(rest, RUN), V) as k:
        fn.transpose(fn.at(source, tile.place(fn, k0 + k) * V), V, fn.at(runs, k + V), pitch, True)
    is_first, is_last = fn.compare("eq", k0, 0), fn.compare("sle", rest, RUN)
    with fn.loop(0, m) as v:
        frame = fn.at(out, v * nk)
        address = fn.emit(f"ptrtoint ptr {frame.name} to i64")
        late = Int(fn, fn.emit(f"lshr i64 {address}, {shift}")) & (V - 1)
        run = fn.at(runs, v * pitch)
        line, target = fn.at(run, V - late), fn.at(frame, k0 - late)
        whole = fn.select(is_last, (rest + late) & -V, RUN)
        begin = fn.select(is_first, V, 0)
        with fn.loop(begin, whole, V) as k:
            fn.store(fn.load(line, k), target, k, True, past_cache)
        with fn.when(is_first):
            fn.store_lanes(fn.load(line), target, late, fn.min(V, late + nk))
        with fn.when(fn.both(is_last, fn.compare("sge", whole, begin))):
            fn.store_lanes(fn.load(line, whole), fn.at(target, whole), 0, rest + late - whole)
        with fn.unless(is_last):
            fn.store(fn.load(run, RUN, True), run, 0, True)
    return fn


def bands_together(vector_bytes: int) -> int:
    """Bands over the same rows whose sums stay in registers side by side."""
    return 6 if vector_bytes == 64 else 3


def sum_bands(module: Module, finish: Finish) -> Code:
    """Band sums over the tile: band q weighs start[q + 1] - start[q] rows from first[q] on, a multiple of AT_ONCE.

    Group g is the bands from groups[g] to groups[g + 1]: one, or `bands_together` over the same rows, which are loaded
    once for all of them. A band's sum runs in the same order in both.
    """
    arguments = "tile:ptr groups:ptr start:ptr first:ptr weights:ptr n_groups:i64 sums:ptr reals:ptr"
    fn = Code(module, "sum_bands", arguments)
    tile, groups, start, first, weights, n_groups, sums, reals = fn.arguments
    V, finished = module.lanes, finish(fn, reals)
    with fn.loop(0, n_groups) as g:
        q, behind = fn.load_int(groups, g), fn.load_int(groups, g + 1)
        begin, end = fn.load_int(start, q), fn.load_int(start, q + 1)
        rows, own, target = fn.at(tile, fn.load_int(first, q) * V), fn.at(weights, begin), fn.at(sums, q * V)
        is_one = fn.compare("eq", behind - q, 1)
        with fn.when(is_one):
            _sum_together(fn, 1, rows, own, end - begin, target)
        with fn.unless(is_one):
            _sum_together(fn, bands_together(V * module.size), rows, own, end - begin, target)
        with fn.loop(0, behind - q) as band:
            fn.store(finished(fn.load(target, band * V, True)), target, band * V, True)
    return fn


def _sum_together(fn: Code, count: int, rows: Int, weights: Int, length: Int, target: Int) -> None:
    """Sums of bands over the same rows, each with `length` weights behind those of the one before."""
    own = [fn.at(weights, length * band) for band in range(count)]

    def products(i: Number) -> list[Value]:
        values = [fn.load(rows, (i + r) * fn.V, True) for r in range(AT_ONCE)]
        return [value * fn.splat(one, i + r) for one in own for r, value in enumerate(values)]

    with fn.fold(AT_ONCE, length, AT_ONCE, [product.plain() for product in products(0)]) as (i, carried):
        carried[:] = [(Term(fn, part) + product).plain() for part, product in zip(carried, products(i), strict=True)]
    for band in range(count):
        a, b, c, d = (Term(fn, part) for part in carried[band * AT_ONCE : (band + 1) * AT_ONCE])
        fn.store((a + b) + (c + d), target, band * fn.V, True)


def reduce_rows(module: Module, tile: Tile, planes: tuple[str, ...]) -> Code:
    """Pixel row r of the batch: the largest and the mean of the tile's rows from edges[r] to edges[r + 1].

    The planes lie one after the other, `width` rows each.
    """
    fn = Code(module, "reduce_rows", "tile:ptr edges:ptr shares:ptr count:i64 pixels:ptr width:i64")
    source, edges, shares, count, pixels, width = fn.arguments
    V = module.lanes
    with fn.loop(0, count) as r:
        begin, end = fn.load_int(edges, r), fn.load_int(edges, r + 1)
        first = fn.load(source, tile.place(fn, begin) * V, True).plain()
        with fn.fold(begin + 1, end, 1, [first] * len(planes)) as (k, carried):
            value = fn.load(source, tile.place(fn, k) * V, True)
            for p, plane in enumerate(planes):
                so_far = carried[p]
                larger, total = fn.larger, Term(fn, so_far)
                carried[p] = larger(value.plain(), so_far) if plane == "max" else (total + value).plain()
        for p, plane in enumerate(planes):
            result = Term(fn, carried[p])
            share = result if plane == "max" else result * fn.splat(shares, r)
            fn.store(share, pixels, (width * p + r) * V, True)
    return fn


def turn(module: Module) -> Code:
    """Rows of pixels to frames of pixels: `width` rows, a multiple of the lanes."""
    fn = Code(module, "turn", "pixels:ptr runs:ptr width:i64")
    pixels, runs, width = fn.arguments
    V = module.lanes
    with fn.loop(0, width, V) as k:
        fn.transpose(fn.at(pixels, k * V), V, fn.at(runs, k), width, True)
    return fn


def gather_columns(module: Module, planes: tuple[str, ...]) -> Code:
    """Gather the pixels of `m` frames, one after the other, into the columns that they belong to.

    Columns are padded to whole vectors. `total` is in double precision, and `counts` says of how many frames; a frame
    that is NaN is left out.
    """
    arguments = "runs:ptr poison:ptr column:ptr largest:ptr total:ptr counts:ptr width:i64 m:i64"
    fn = Code(module, "gather_columns", arguments)
    runs, poison, column, largest, total, counts, width, m = fn.arguments
    with fn.loop(0, m) as v:
        q = fn.load_int(column, v)
        nan = fn.load_real(poison, v)
        with fn.unless(fn.emit(f"fcmp uno {module.real} {nan}, {nan}")):
            count = fn.at(counts, q, "i64")
            fn.do(f"store i64 {(fn.load_int(count) + 1).name}, ptr {count.name}")
            frame = fn.at(runs, v * (width * len(planes)))
            for p, plane in enumerate(planes):
                source = fn.at(frame, width * p)
                with fn.loop(0, width, module.lanes) as k:
                    value = fn.load(source, k, True).plain()
                    if plane == "max":
                        _keep_larger(fn, value, fn.at(largest, q * width + k))
                    else:
                        _add_double(fn, value, fn.at(total, q * width + k, "double"))
    return fn


def _keep_larger(fn: Code, value: str, target: Int) -> None:
    """The larger of a vector and what is there; of a number and NaN the number."""
    before = fn.load(target, 0, True).plain()
    is_larger = fn.emit(f"fcmp oge {fn.vector} {before}, {value}")
    is_nan = fn.emit(f"fcmp uno {fn.vector} {value}, {value}")
    stays = fn.emit(f"or <{fn.V} x i1> {is_larger}, {is_nan}")
    fn.store(
        Term(fn, fn.emit(f"select <{fn.V} x i1> {stays}, {fn.vector} {before}, {fn.vector} {value}")), target, 0, True
    )


def _add_double(fn: Code, value: str, target: Int) -> None:
    """A vector onto the sum that is there in double precision."""
    wide = f"<{fn.V} x double>"
    if fn.module.real == "float":
        value = fn.emit(f"fpext {fn.vector} {value} to {wide}")
    before = fn.emit(f"load {wide}, ptr {target.name}, align 16")
    after = fn.emit(f"fadd {wide} {before}, {value}")
    fn.do(f"store {wide} {after}, ptr {target.name}, align 16")
