"""Tables for one piece of work, in the order in which the passes read them, and the calls of its kernel.

A call is cut into jobs of some batches of one channel. Which frames share a batch or a job never
shows: a frame's lane computes from that frame's samples alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sonograph.engines.compiled import build, finish, pairs, threads, workspace
from sonograph.engines.compiled.factors import factors
from sonograph.engines.compiled.kernel import NUMBERS, PARTS, TABLES, Kind, block_size, n_blocks, tile_of
from sonograph.engines.compiled.placing import (
    NO_BANDS,
    Gathered,
    aligned,
    band_groups,
    band_tables,
    middle_twiddles,
    twiddles,
    up,
)
from sonograph.engines.compiled.sinks import RUN, Tile, bands_together
from sonograph.engines.work import Work

_BATCHES_A_JOB = 64  # of about 10 us each, so that Ctrl-C is heard
_LEAST_BATCHES_A_JOB = 8  # a job's first batch gathers its shared columns slowly
_FRAMES_A_PIXEL_JOB = 4096


class Program:
    """A kernel with its tables for one Work in one precision. It does not hold the Work, and ends with it."""

    def __init__(self, work: Work, dtype: np.dtype, target: build.Target, planes: tuple[str, ...] = ()) -> None:
        shape = factors(work.n_fft, 16 if target.x86 and target.vector_bytes < 64 else 32)
        if shape is None:
            raise ValueError(f"n_fft is {work.n_fft}, for which there is no kernel")
        real = 2 if work.two_sided else 1  # numbers a sample
        self.hop, self.n_fft, self.dtype = real * work.hop, work.n_fft, dtype
        self.V = V = target.vector_bytes // dtype.itemsize
        conditioned = work.remove_dc or work.preemphasis != 0
        kept = work.quantity, work.bands is not None, work.log is not None
        kind = Kind(*kept, conditioned, work.two_sided, planes)
        self.planes = planes
        self.kernel = build.kernel(shape, kind, dtype.itemsize == 8, target)
        self._tile = tile_of(dtype.itemsize, V, shape, kind)

        A, B = shape[0], work.n_fft // shape[0]
        blocks = n_blocks(A, work.two_sided)
        length = len(work.window)
        sound = Gathered(self.hop, real * length, V)
        frame_size = up(length + 3, 64) * V if conditioned else 0
        sample = np.arange(B)[:, None] + B * np.arange(A)
        if work.two_sided:
            offsets, walk, turn = pairs.offsets(sound, sample, sound.size)
        elif conditioned:
            offsets, walk, turn = Gathered(length, length, V).offsets(sample, frame_size)
        else:
            offsets, walk, turn = sound.offsets(sample, sound.size)
        inside, weights = sample < length, pairs.turned(work.window) if work.two_sided else work.window
        window = np.where(inside, weights[np.where(inside, sample, 0)], 0.0)
        ends = math.sqrt(work.ends) if work.quantity == "transform" else work.ends
        factor, floor = work.log or (1.0, 1.0)
        reals = finish.constants(dtype.itemsize, factor, floor, ends)
        bands = band_tables(work.bands, self._tile) if work.bands else NO_BANDS
        groups = band_groups(bands, bands_together(target.vector_bytes))
        nothing = np.zeros(0, np.int64)
        self._tables = {
            "reals": np.array([*reals, work.remove_dc / length, work.preemphasis], dtype),
            "offsets": offsets,
            "window": window.astype(dtype),
            "first_twiddles": twiddles(B, blocks, work.n_fft, dtype),
            "middle_twiddles": middle_twiddles(shape, dtype),
            "band_groups": groups,
            "band_start": bands.start,
            "band_first": bands.first,
            "band_weights": bands.weights.astype(dtype),
            "edges": nothing,
            "shares": nothing,
            "column": nothing,
            "counts": nothing,
            "total": nothing,
        }
        lines = self.hop * V // (64 // dtype.itemsize * max(1, blocks - 1)) + 1
        self._numbers = {
            "hop": self.hop,
            "rows": sound.rows,
            "pitch": sound.pitch,
            "shared": sound.shared,
            "length": length,
            "walk": walk,
            "turn": turn,
            "ahead": lines if work.hop < 2 * length else 0,
            "n_rows": work.n_rows * (2 if work.quantity == "transform" else 1),
            "n_groups": len(groups) - 1,
            "width": 0,
        }
        self._sizes = {
            "sound": sound.size,
            "frame": frame_size,
            "zero": V,
            "poison": V,
            "blocks": blocks * block_size(B, V),
            "scratch": 2 * V * max(shape),
            "tile": self._tile.room(V),
            "sums": Tile(len(bands.first)).room(V) if work.bands else 0,
            "pixels": 0,
            "runs": V * (RUN + 2 * V),
        }
        self._frame_call = self._call(0)

    def _call(self, pixel_rows: int, **tables: np.ndarray) -> _Call:
        width = up(pixel_rows, self.V)
        numbers, sizes = dict(self._numbers), dict(self._sizes)
        if pixel_rows:
            numbers |= {"n_rows": pixel_rows, "width": width}
            size = len(self.planes) * width * self.V
            sizes |= {"pixels": size, "runs": size}
        end = 0
        for name in PARTS:
            numbers[name] = end
            end += up(sizes[name], 64) + (
                16 if name not in ("sound", "frame") else 0
            )  # so that parts begin in different sets
        every = {"numbers": np.array([numbers[name] for name in NUMBERS + PARTS], np.int64), **self._tables, **tables}
        arrays = [every[name] for name in TABLES]
        addresses = np.array([array.ctypes.data for array in arrays], np.uint64)
        return _Call(addresses, arrays, end * self.dtype.itemsize)

    def compute(self, samples: np.ndarray, out: np.ndarray, reused: bool, n_threads: int | None) -> None:
        """Fill `out`, (channels, frames, rows)."""
        channels, n = samples.shape
        frames = out.shape[1]
        batches = -(-frames // self.V)
        count = self._count(n_threads, channels * frames)
        share = up(-(-channels * batches // (4 * count)), 2)
        share = max(_LEAST_BATCHES_A_JOB, min(_BATCHES_A_JOB, share))
        call, kernel, past_cache = self._frame_call, self.kernel.call, int(reused and out.shape[2] >= 64)
        tables = call.addresses.ctypes.data
        x, y = samples.ctypes.data, out.ctypes.data
        dx, dy = samples.strides[0], out.strides[0]

        def job(channel: int, start: int) -> None:
            stop, scratch = min(batches, start + share), workspace.address(call.bytes)
            kernel(tables, x + channel * dx, n, start, stop, frames, y + channel * dy, scratch, past_cache)

        threads.run(job, [(c, start) for c in range(channels) for start in range(0, batches, share)], count)

    def reduce(
        self, samples: np.ndarray, columns: np.ndarray, rows: np.ndarray, n_threads: int | None
    ) -> Iterator[tuple[int, slice, _Pixels]]:
        """The pixels of each job, in the order of its frames: channel, the columns that it touched, and what is new."""
        n = samples.shape[1]
        height = len(rows) - 1
        first, last = int(columns[0]), int(columns[-1])
        column_of = np.repeat(np.arange(len(columns) - 1), np.diff(columns))
        shares = (1 / np.diff(rows)).astype(self.dtype)
        edges = np.ascontiguousarray(rows, np.int64)
        starts = [(c, f) for c in range(samples.shape[0]) for f in range(first, last, _FRAMES_A_PIXEL_JOB)]
        gathered: dict[tuple[int, int], tuple[slice, _Pixels]] = {}

        def job(channel: int, begin: int) -> None:
            frames = min(last - begin, _FRAMES_A_PIXEL_JOB)
            column = column_of[begin - first :][:frames]
            here = slice(int(column[0]), int(column[-1]) + 1)
            pixels = self._pixels(here.stop - here.start, height)
            tables = {"column": column - here.start, "counts": pixels.counts, "total": pixels.total}
            call = self._call(height, edges=edges, shares=shares, **tables)
            self.kernel.call(
                call.addresses.ctypes.data,
                samples.ctypes.data + channel * samples.strides[0] + begin * self.hop * self.dtype.itemsize,
                n - begin * self.hop,
                0,
                -(-frames // self.V),
                frames,
                pixels.largest.ctypes.data,
                workspace.address(call.bytes),
                0,
            )
            gathered[channel, begin] = here, pixels

        threads.run(job, starts, self._count(n_threads, len(starts) * _FRAMES_A_PIXEL_JOB))
        for channel, begin in starts:
            here, (counts, largest, total) = gathered.pop((channel, begin))
            yield channel, here, _Pixels(counts, largest[:, :height], total[:, :height])

    def _pixels(self, n_columns: int, height: int) -> _Pixels:
        """Room for the planes that the kernel makes; none for another."""
        width, double = up(height, self.V), np.dtype(np.float64)
        return _Pixels(
            np.zeros(n_columns, np.int64),
            aligned((n_columns, width if "max" in self.planes else 0), np.nan, self.dtype),
            aligned((n_columns, width if "mean" in self.planes else 0), 0.0, double),
        )

    def _count(self, n_threads: int | None, frames: int) -> int:
        return threads.count(n_threads, frames * self.n_fft)


class _Call(NamedTuple):
    """What a kernel is called with: addresses, the arrays that they belong to, and its workspace."""

    addresses: np.ndarray
    arrays: list[np.ndarray]
    bytes: int


class _Pixels(NamedTuple):
    """What a job gathered; a plane that is not made has no rows."""

    counts: np.ndarray
    largest: np.ndarray
    total: np.ndarray
