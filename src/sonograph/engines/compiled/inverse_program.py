"""Tables and calls of the kernels of the way back: sound from a transform, rounds of Griffin and Lim, autocorrelation.

A job owns some hops of the sound. What frames before it add to them it computes again, so a sample is the same sum in
the same order whoever makes it.
"""

from __future__ import annotations

import numpy as np

from sonograph.engines.compiled import build, threads, workspace
from sonograph.engines.compiled.factors import factors
from sonograph.engines.compiled.inverse_kernel import NUMBERS, PARTS, TABLES
from sonograph.engines.compiled.kernel import Kind, block_size, tile_of
from sonograph.engines.compiled.placing import Gathered, aligned, middle_twiddles, twiddles, up
from sonograph.engines.compiled.sinks import RUN
from sonograph.engines.work import Work

_BATCHES_A_JOB = 64


class Inverse:
    """A kernel with its tables for one Work in one precision.

    quantity : "sound", "round", "lags" or "shares"
    n_lags   : numbers a frame, for the last two
    """

    def __init__(self, work: Work, dtype: np.dtype, target: build.Target, quantity: str, n_lags: int = 0) -> None:
        shape = factors(work.n_fft, 16 if target.x86 and target.vector_bytes < 64 else 32)
        if shape is None:
            raise ValueError(f"n_fft is {work.n_fft}, for which there is no kernel")
        self.hop, self.n_fft, self.dtype, self.n_lags = work.hop, work.n_fft, dtype, n_lags
        self.V = V = target.vector_bytes // dtype.itemsize
        self._kernel = build.kernel(shape, Kind(quantity), dtype.itemsize == 8, target)
        A, B = shape[0], work.n_fft // shape[0]
        self.length = length = len(work.window)
        sound = Gathered(work.hop, length, V)
        self.shared = sound.shared
        sample = np.arange(B)[:, None] + B * np.arange(A)
        offsets, walk, turn = sound.offsets(sample, sound.size)
        inside = sample < length
        window = np.where(inside, work.window[np.where(inside, sample, 0)], 0.0)
        nothing = np.zeros(0, dtype)
        self._tables = {
            "reals": np.array([1.0, work.ends**-0.5], dtype),
            "offsets": offsets,
            "window": window.astype(dtype),
            "first_twiddles": twiddles(B, A // 2 + 1, work.n_fft, dtype),
            "middle_twiddles": middle_twiddles(shape, dtype),
            "back_window": ((np.ones_like(window) if n_lags else window) / work.n_fft).astype(dtype),
            "magnitudes": nothing,
            "sound": nothing,
            "share": nothing,
            "pull": nothing,
        }
        self.n_bins = work.n_bins
        numbers = {
            "hop": work.hop,
            "rows": sound.rows,
            "pitch": sound.pitch,
            "shared": sound.shared,
            "length": length,
            "walk": walk,
            "turn": turn,
            "n_rows": n_lags or 2 * work.n_bins,
            "before": -(-sound.shared // V),
            "table": work.n_bins * V if quantity == "round" else 0,
        }
        goes_there, keeps_sums = quantity != "sound", not n_lags
        tile = tile_of(dtype.itemsize, V, shape, Kind("transform"))
        sizes = {
            "gathered": sound.size if goes_there else 0,
            "zero": V,
            "poison": V,
            "present": V,
            "blocks": (A // 2 + 1) * block_size(B, V),
            "scratch": 2 * V * max(shape),
            "bins": 2 * V * shape[-1] if goes_there else 0,
            "tile": 0 if goes_there else tile.room(V),
            "frame": (work.n_fft + V) * V,
            "sums": sound.size + 2 * V if keeps_sums else 0,
            "runs": 0 if keeps_sums else V * (RUN + 2 * V),
        }
        end = 0
        for name in PARTS:
            numbers[name] = end
            end += up(sizes[name], 64) + (16 if name != "gathered" else 0)
        self._bytes = end * dtype.itemsize
        self._tables["numbers"] = np.array([numbers[name] for name in NUMBERS + PARTS], np.int64)

    def batches(self, frames: int) -> int:
        """Batches whose hops hold all that frames see."""
        return -(-(frames + (0 if self.n_lags else self.shared)) // self.V)

    def hops(self, frames: int) -> int:
        """Samples of whole batches of hops: room for a sound that frames see."""
        return self.batches(frames) * self.V * self.hop

    def by_batch(self, magnitude: np.ndarray, ends: float) -> np.ndarray:
        """(frames, bins) as a kernel reads them: a batch after the other, one row a bin; the ends times a factor."""
        frames, bins = magnitude.shape
        whole = frames // self.V
        out = aligned((-(-frames // self.V), bins * self.V), 0.0, self.dtype).reshape(-1, bins, self.V)
        out[:whole] = magnitude[: whole * self.V].reshape(whole, self.V, bins).swapaxes(1, 2)
        if frames % self.V:
            out[whole, :, : frames % self.V] = magnitude[whole * self.V :].T
        out[:, 0] *= ends
        out[:, -1] *= ends
        return out

    def call(self, x: np.ndarray, frames: int, out: np.ndarray, n_threads: int | None, **tables: np.ndarray) -> None:
        """Fill `out` from `x`, in jobs."""
        every = {**self._tables, **tables}
        arrays = [every[name] for name in TABLES]
        addresses = np.array([array.ctypes.data for array in arrays], np.uint64)
        batches = self.batches(frames)
        count = threads.count(n_threads, frames * self.n_fft)
        share = max(_BATCHES_A_JOB, -(-batches // (4 * count))) if count > 1 else max(1, batches)

        def job(start: int) -> None:
            stop, scratch = min(batches, start + share), workspace.address(self._bytes)
            self._kernel.call(
                addresses.ctypes.data, x.ctypes.data, x.size, start, stop, frames, out.ctypes.data, scratch, 0
            )

        threads.run(job, [(start,) for start in range(0, batches, share)], count)
