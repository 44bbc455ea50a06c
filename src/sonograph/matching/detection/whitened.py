"""Levels against the floor that they stand in: each row less its own recent median, over its own spread, and cut.

Medians are of blocks on a grid that begins with the sound, smoothed over five of them, and drawn as lines between their
middles; so any pieces and any stream give the numbers of the whole.
"""

from __future__ import annotations

import numpy as np

AROUND = 2
"""Blocks to either side whose medians are taken together."""

BEFORE = 12
"""Blocks before, of which the spread is the median."""

KNOWN = 60
"""Blocks before, of which a template's floor is the median."""

AHEAD = AROUND + 1
"""Blocks after one that must have come before it is whitened."""

CUT = (-3.0, 12.0)
LEAST_SPREAD = 1.0
"""dB: of rows that hardly move, as those of digital silence."""

NORMAL = 1.4826
"""Standard deviations of a normal law in its median absolute deviation."""


class Whitener:
    """One channel: frames in, whitened blocks out, in order and late by `AHEAD` blocks."""

    def __init__(self, n_rows: int, block: int) -> None:
        self.n_rows, self.block = n_rows, block
        self._coming: list[np.ndarray] = []
        self._n_coming = 0
        self._waiting: list[np.ndarray] = []  # blocks (rows, frames) from number `_next` on
        self._next = 0
        self._medians: dict[int, np.ndarray] = {}
        self._spreads: dict[int, np.ndarray] = {}
        self._came = 0

    def push(self, levels: np.ndarray) -> list[np.ndarray]:
        """The blocks (rows, frames) that further levels (frames, rows) complete."""
        if len(levels):
            self._coming.append(levels.copy())  # its memory may be used again
            self._n_coming += len(levels)
        done: list[np.ndarray] = []
        while self._n_coming >= self.block:
            frames = np.concatenate(self._coming) if len(self._coming) > 1 else self._coming[0]
            rest = frames[self.block :]
            self._coming, self._n_coming = [rest], len(rest)
            self._take(frames[: self.block])
            if len(self._waiting) > AHEAD:
                done.append(self._whiten())
        return done

    def finish(self) -> list[np.ndarray]:
        """The last blocks; the very last may be shorter."""
        if self._n_coming:
            self._take(np.concatenate(self._coming))
            self._coming, self._n_coming = [], 0
        return [self._whiten() for _ in range(len(self._waiting))]

    def around(self, block: int) -> tuple[np.ndarray, np.ndarray]:
        """(rows,) floor and spread as they are known when a block is whitened, however much has come since."""
        floors = _median(
            [self._medians[k] for k in range(max(0, block - KNOWN), min(block + AHEAD, self._came - 1) + 1)]
        )
        spreads = _median([self._spreads[k] for k in range(max(0, block - KNOWN), block + 1)])
        return np.nan_to_num(floors), np.nan_to_num(spreads, nan=LEAST_SPREAD)

    def forget(self, block: int) -> None:
        """Let go of what is known of the blocks before one, which nobody asks for any more."""
        for known in (self._medians, self._spreads):
            while known and (oldest := next(iter(known))) < block:
                del known[oldest]

    def _take(self, frames: np.ndarray) -> None:
        rows = np.ascontiguousarray(frames.T, np.float32)
        number = self._came
        few = number > 0 and rows.shape[1] < self.block // 4
        self._medians[number] = np.full(self.n_rows, np.nan, np.float32) if few else _median_of_rows(rows)
        self._waiting.append(rows)
        self._came += 1

    def _floor(self, block: int) -> np.ndarray:
        """The smoothed median of a block; that of the nearest where there is none."""
        block = min(max(block, 0), self._came - 1)
        numbers = range(max(0, block - AROUND), min(block + AROUND, self._came - 1) + 1)
        return _median([self._medians[k] for k in numbers])

    def _whiten(self) -> np.ndarray:
        number, rows = self._next, self._waiting.pop(0)
        self._next += 1
        n = rows.shape[1]
        before, here, after = (self._floor(number + step)[:, None] for step in (-1, 0, 1))
        at = ((np.arange(n) + 0.5) / self.block - 0.5).astype(np.float32)  # of a block, from its middle
        floor = np.where(at < 0, here + (here - before) * at, here + (after - here) * at)
        over = rows - floor
        self._spreads[number] = np.maximum(NORMAL * _median_of_rows(np.abs(over)), np.float32(LEAST_SPREAD))
        spread = _median([self._spreads[k] for k in range(max(0, number - BEFORE), number + 1)])
        over /= np.nan_to_num(spread, nan=LEAST_SPREAD)[:, None]
        return np.clip(over, *CUT, out=over)


def _median_of_rows(rows: np.ndarray) -> np.ndarray:
    """(rows,) of (rows, frames), of the frames that are there; NaN where none is."""
    missing = np.isnan(rows[0])
    if missing.any():
        rows = rows[:, ~missing]
    if not rows.shape[1]:
        return np.full(len(rows), np.nan, np.float32)
    middle = rows.shape[1] // 2
    return np.partition(rows, middle, axis=1)[:, middle].copy()  # a view would hold all the rest


def _median(several: list[np.ndarray]) -> np.ndarray:
    """(rows,) of those that are there, each by itself."""
    if len(several) == 1:
        return several[0]
    stacked = np.stack(several)
    there = ~np.isnan(stacked[:, 0])
    if not there.any():
        return several[0]
    stacked = np.sort(stacked[there], axis=0)
    middle = len(stacked) // 2
    return stacked[middle] if len(stacked) % 2 else (stacked[middle - 1] + stacked[middle]) / 2
