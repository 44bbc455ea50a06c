"""Two-sided transforms of complex samples: what differs from the passes over real ones.

A sound of complex samples is a sound of twice as many real ones, in which a frame's sample i lies at 2 i and 2 i + 1:
it is gathered as such, with hop and length doubled. The first pass then makes all A blocks instead of the half that
mirrors the rest, and the last pass has no mirror images to store. The window's signs alternate, which moves bin 0 to
the middle at no cost: x[n] (-1)^n has the transform of x, turned by half the sample rate.
"""

from __future__ import annotations

import numpy as np

from sonograph.engines.compiled.codelets import complex_codelet, get, put
from sonograph.engines.compiled.finish import Finish
from sonograph.engines.compiled.ir import Int, Module
from sonograph.engines.compiled.passes import power, twiddled
from sonograph.engines.compiled.placing import Gathered
from sonograph.engines.compiled.vectors import Code, Complex


def first_pass(module: Module, A: int, groups: int, block: int) -> Code:
    """For each j: DFT of the complex x[j + i * groups], times exp(-2 pi i j k / n_fft), to position j of block k.

    Arguments as for real samples; an offset for each real part, then one for each imaginary part.
    """
    arguments = "sound:ptr offsets:ptr walk:i64 turn:i64 window:ptr twiddles:ptr blocks:ptr scratch:ptr"
    fn = Code(module, "first_pass", arguments)
    sound, offsets, walk, turn, window, twiddles, blocks, scratch = fn.arguments
    V = module.lanes
    with fn.loop(0, groups) as j:
        here, where = fn.at(sound, j * walk), fn.at(offsets, j * turn, "i32")
        weights, turns = fn.at(window, j * A), fn.at(twiddles, j * (2 * A))
        target = fn.at(blocks, j * (2 * V))

        def load(i: int, here: Int = here, where: Int = where, weights: Int = weights) -> Complex:
            weight = fn.splat(weights, i)
            re, im = (fn.load(here, fn.load_small(where, i + part * A)) for part in (0, 1))
            return re * weight, im * weight

        def store(k: int, z: Complex, turns: Int = turns, target: Int = target) -> None:
            put(fn, twiddled(fn, z, turns, k), target, k * block)

        complex_codelet(fn, A, scratch, load, store)
    return fn


def last_pass(module: Module, L: int, stride: int, gap: int, finish: Finish | None) -> Code:
    """DFT of the block whose first bin is b: bins b + stride * m go into the tile. Arguments as for real samples."""
    fn = Code(module, "last_pass", "block:ptr b:i64 scratch:ptr tile:ptr poison:ptr reals:ptr")
    block, b, scratch, tile, poison, reals = fn.arguments
    V = module.lanes
    row = V if finish else 2 * V
    nan = fn.load(poison, 0, True)
    finished = finish(fn, reals) if finish else None
    target = fn.at(tile, b * row)

    def store(m: int, z: Complex) -> None:
        at = m * (stride + gap) * row
        if finished:
            fn.store(finished(power(z, nan)), target, at, True)
            return
        fn.store(z[0] + nan, target, at, True)
        fn.store(z[1] + nan, target, at + V, True)

    complex_codelet(fn, L, scratch, lambda i: get(fn, block, i * 2 * V), store)
    return fn


def offsets(sound: Gathered, sample: np.ndarray, zero: int) -> tuple[np.ndarray, int, int]:
    """As `Gathered.offsets`, of complex samples [j, i] that are pairs of the real ones that were gathered."""
    groups, count = sample.shape
    parts = np.concatenate([2 * sample, 2 * sample + 1], axis=1)
    where = parts % sound.hop * sound.pitch + parts // sound.hop
    if sound.hop % (2 * groups) == 0 and parts.size == sound.window_length:
        return where[0].astype(np.uint32), 2 * sound.pitch, 0
    return np.where(parts < sound.window_length, where, zero).astype(np.uint32), 0, 2 * count


def turned(window: np.ndarray) -> np.ndarray:
    """A window that moves the middle of a spectrum of even length to its first bin, and so all bins into order."""
    return window * (1.0 - 2.0 * (np.arange(len(window)) % 2))
