"""Where the power of a band stands over the noise around it: onset, peak, end and strength of each burst.

The power is averaged over a pulse's length. Its floor is the median of a second and more of it; behind a pulse, where
reverberation fades, what came before counts as well. Bursts come out as soon as their floor is known.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BLOCK_SECONDS, BLOCK_LENGTHS = 0.05, 8
BESIDE = 10
"""Blocks before and after one whose medians make its floor."""
NEAREST = 2
"""The same of those that tell a level that jumps."""
SUDDEN = 1.1
"""How many times the floor these must be, as they are few."""
BEFORE = (14.0, 2.0)
"""From when to when before a burst what is there counts as its floor too, pulse lengths."""
DEEPEST = 1e-6
"""A floor is never further below the strongest power around: what leaks through the filter, and digital silence."""
QUARTER = 0.25
"""A burst begins and ends where its power, over that of the noise, is this share of its highest."""


class Burst(NamedTuple):
    """start, peak, end : seconds; power : averaged over a length, mean square; over : the same over its floor."""

    start: float
    peak: float
    end: float
    power: float
    over: float


class Bursts:
    """Bursts of a band, found as it goes by.

    Parameters
    ----------
    rate
        Complex samples of the band a second.
    length
        Of a pulse, seconds.
    n
        Samples that the power is averaged over; 1 of what a matched filter gives.
    fine
        Samples that it is averaged over where a burst begins and ends; 0: it begins at its peak and has its length.
    least
        What a burst must be over its floor.
    spread
        How many independent looks the average is, for how sure the floor before a burst is.
    """

    def __init__(self, rate: float, length: float, n: int, fine: int, least: float, spread: float) -> None:
        self.rate, self.length, self.n, self.fine, self.least = rate, length, n, fine, least
        self.n_block = max(8, round(max(BLOCK_SECONDS, BLOCK_LENGTHS * length) * rate))
        self._apart = max(2, round(2 * length * rate))
        self._reach = round(BEFORE[0] * length * rate) + self._apart + n + 2
        looks = (BEFORE[0] - BEFORE[1]) * max(spread, 1.0)
        self._sure = 1 + 2.5 / np.sqrt(looks)
        self._power = np.zeros(0, np.float32)  # of the band
        self._first = 0  # which sample of the band that begins with
        self._medians: list[float] = []
        self._highest: list[float] = []
        self._n_blocks = 0  # of which the medians are known
        self._done = 0  # blocks that bursts were looked for in
        self._gone = 0  # blocks whose medians no burst to come needs
        self.overs: list[np.ndarray] = []
        self.n_there = 0  # samples of the band that were not missing
        self.missing = 0

    @property
    def delay(self) -> float:
        """Seconds that pass before a burst comes out, beside those of the filter."""
        return ((BESIDE + 2) * self.n_block + self._apart + self.n) / self.rate

    def push(self, band: np.ndarray, *, last: bool = False) -> list[Burst]:
        """Bursts that are known with these samples (n,) too; `last`: none follow."""
        power = np.abs(band) ** 2 / 2
        lost = int(np.isnan(power).sum())
        self.missing += lost
        self.n_there += len(power) - lost
        self._power = np.concatenate([self._power, power])
        averaged = running_mean(self._power, self.n)
        self._measure(averaged, last)
        stop = self._n_blocks if last else self._n_blocks - BESIDE - 1
        if stop <= self._done:
            return []
        found = self._look(averaged, self._done, stop)
        self._forget(stop)
        return found

    def _measure(self, averaged: np.ndarray, last: bool) -> None:
        """Medians of the blocks that are complete; a rest at the end counts where it is long, or all there is."""
        known = self._first + len(averaged)
        n_blocks = known // self.n_block
        if last and (known - n_blocks * self.n_block > self.n_block // 2 or (n_blocks == 0 and known > 0)):
            n_blocks += 1
        parts = [
            averaged[block * self.n_block - self._first :][: self.n_block] for block in range(self._n_blocks, n_blocks)
        ]
        whole = [len(part) == self.n_block for part in parts]
        if parts and all(whole) and not np.isnan(joined := np.stack(parts)).any():
            self._medians += np.median(joined, axis=1).tolist()
            self._highest += joined.max(axis=1).tolist()
        else:
            for part in parts:
                there = part[~np.isnan(part)]
                enough = len(there) > self.n_block // 4 or (n_blocks == 1 and len(there) > 0)
                self._medians.append(float(np.median(there)) if enough else np.nan)
                self._highest.append(float(there.max()) if len(there) else 0.0)
        self._n_blocks = max(self._n_blocks, n_blocks)

    def _look(self, averaged: np.ndarray, first: int, stop: int) -> list[Burst]:
        from scipy.ndimage import maximum_filter1d

        floors = self._floors(first, stop)
        begin, end = first * self.n_block - self._first, stop * self.n_block - self._first
        if stop == self._n_blocks:  # the rest behind the last block has its floor
            end = max(end, len(averaged)) if stop * self.n_block - self._first >= len(averaged) - self.n_block else end
        inside = averaged[begin : min(end, len(averaged))]
        floor = np.repeat(floors, self.n_block)[: len(inside)]
        floor = np.concatenate([floor, np.full(len(inside) - len(floor), floor[-1])])
        with np.errstate(invalid="ignore", divide="ignore"):
            over = inside / floor
        sampled = over[:: max(1, self.n // 2)]
        self.overs.append(sampled[np.isfinite(sampled)])
        lead = min(begin, self._apart)
        around = np.nan_to_num(averaged[begin - lead : begin + len(inside) + self._apart], nan=0.0)
        highest = maximum_filter1d(around, 2 * self._apart + 1, mode="nearest")[lead : lead + len(inside)]
        found = []
        for at in np.flatnonzero((inside >= highest) & (over > self.least)):
            burst = self._burst(averaged, begin + int(at), float(floor[at]))
            if burst is not None:
                found.append(burst)
        return found

    def _floors(self, first: int, stop: int) -> np.ndarray:
        """The median of the medians around a block, or of the nearest if that is higher; NaN where all are missing."""
        from numpy.lib.stride_tricks import sliding_window_view

        ends = (first - BESIDE - self._gone, stop + BESIDE - self._gone)
        inside = slice(max(0, ends[0]), min(len(self._medians), ends[1]))
        around = (max(0, -ends[0]), max(0, ends[1] - len(self._medians)))
        medians = sliding_window_view(np.pad(self._medians[inside], around, constant_values=np.nan), 2 * BESIDE + 1)
        highest = sliding_window_view(np.pad(self._highest[inside], around), 2 * BESIDE + 1).max(axis=1)
        floors = np.full(len(medians), np.nan)
        there = ~np.isnan(medians).all(axis=1)
        if there.any():
            floors[there] = np.nanmedian(medians[there], axis=1)
            near = medians[:, BESIDE - NEAREST : BESIDE + NEAREST + 1]
            known = ~np.isnan(near).all(axis=1)
            floors[known] = np.maximum(floors[known], np.nanmedian(near[known], axis=1) / SUDDEN)
        return np.maximum(floors, np.maximum(DEEPEST * highest, 1e-300))

    def _burst(self, averaged: np.ndarray, at: int, floor: float) -> Burst | None:
        value = float(averaged[at])
        if at > 0 and averaged[at - 1] == value:  # the first of equals
            return None
        back = [max(0, at - round(lengths * self.length * self.rate)) for lengths in BEFORE]
        before = averaged[back[0] : back[1]]
        before = before[~np.isnan(before)]
        if len(before) > self.n:
            floor = max(floor, float(np.median(before)) / self._sure)
        if not value > self.least * floor:
            return None
        if not self.fine:
            moment = (self._first + at + _vertex(averaged, at)) / self.rate
            return Burst(moment, moment, moment + self.length, value, value / floor)
        from_, to = max(0, at - 2 * self.n - self._apart), min(len(self._power), at + 2 * self.n + self._apart)
        fine = running_mean(self._power[from_:to], self.fine)
        near = slice(max(0, at - self.n - from_), at + 2 * self.n - from_)
        if not len(fine[near]) or np.isnan(fine[near]).all():
            return None
        top = near.start + int(np.nanargmax(fine[near]))
        middle = (self._first + from_ + (self.fine - 1) / 2) / self.rate
        start, end = _edges(fine, top, min(floor, float(fine[top])), max(1, self.fine // 2))
        peak = min(max(top + _vertex(fine, top), start), end)
        start, peak, end = (middle + place / self.rate for place in (start, peak, end))
        return Burst(start, peak, end, value, value / floor)

    def _forget(self, stop: int) -> None:
        """Let go of what no burst to come needs."""
        self._done = stop
        keep = max(self._first, stop * self.n_block - self._reach)
        self._power = self._power[keep - self._first :]
        self._first = keep
        gone = max(0, stop - BESIDE)
        self._medians, self._highest = self._medians[gone - self._gone :], self._highest[gone - self._gone :]
        self._gone = gone


def running_mean(values: np.ndarray, n: int) -> np.ndarray:
    """The mean of n neighbours, (len - n + 1,): the first is of the first n. What holds a NaN is NaN."""
    if n == 1 or not len(values):
        return values.astype(float)
    if len(values) < n:
        return np.zeros(0)
    lost = np.isnan(values)
    plain = np.where(lost, 0, values).astype(float)
    total = np.concatenate([[0.0], np.cumsum(plain)])
    mean = np.maximum(total[n:] - total[:-n], 0) / n
    if lost.any():
        count = np.concatenate([[0], np.cumsum(lost)])
        mean[count[n:] > count[:-n]] = np.nan
    return mean


def _edges(fine: np.ndarray, top: int, floor: float, dip: int) -> tuple[float, float]:
    """Where the power around its top comes to a quarter, over the floor, between samples.

    Before the top it may be less for at most `dip` samples: noise takes from a pulse as well as it adds.
    """
    least = floor + (fine[top] - floor) * QUARTER
    start = end = top
    while start > 0:
        near = np.flatnonzero(fine[max(0, start - 1 - dip) : start] > least)
        if not len(near):
            break
        start = max(0, start - 1 - dip) + int(near[-1])
    while end < len(fine) - 1 and fine[end + 1] > least:
        end += 1
    before = fine[start - 1] if start > 0 else np.nan
    after = fine[end + 1] if end < len(fine) - 1 else np.nan
    first = start - (fine[start] - least) / (fine[start] - before) if before < least else float(start)
    last = end + (fine[end] - least) / (fine[end] - after) if after < least else float(end)
    return float(first), float(last)


def _vertex(values: np.ndarray, at: int) -> float:
    """How far beside a highest sample the parabola through it and its neighbours is highest."""
    if not 0 < at < len(values) - 1 or np.isnan(values[at - 1 : at + 2]).any():
        return 0.0
    a, b, c = np.sqrt(values[at - 1 : at + 2])
    bend = a - 2 * b + c
    return float(0.5 * (a - c) / bend) if bend < 0 else 0.0
