"""Per-channel energy normalisation (Wang et al. 2017; Lostanlen et al. 2019): each band against its own recent past."""

from __future__ import annotations

import numpy as np

from sonograph.settings import PcenSettings

TOGETHER = 16
"""Frames whose smoothing is one sum: what they had before them comes in at the end, so that runs go side by side."""


class Pcen:
    """PCEN of one channel as its frames come."""

    def __init__(self, settings: PcenSettings, frames_per_second: float) -> None:
        self._settings = settings
        self._newest = settings.smoothing(frames_per_second)
        self._done = 0  # frames of the run that has begun
        self._before: np.ndarray | None = None  # the level where it began
        self._run: np.ndarray | None = None  # its own part of the level

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, bands) in, (frames, bands) out. Missing frames are NaN and leave no trace in later ones."""
        level = self._low_pass(values)
        return compressed(self._settings, values, level)

    def finish(self) -> None:
        """Nothing waits."""
        return

    def _low_pass(self, values: np.ndarray) -> np.ndarray:
        """M[t] = (1 - s) M[t - 1] + s E[t], from M = 1, in runs of `TOGETHER` frames that count from the first."""
        real = values.dtype.type
        kept, new = real(1 - self._newest), values * real(self._newest)
        fades = kept ** np.arange(1, TOGETHER + 1).astype(values.dtype)
        if self._before is None or self._run is None:
            self._before, self._run = np.ones(values.shape[1], values.dtype), np.zeros(values.shape[1], values.dtype)
        level = np.empty_like(values)
        missing = np.isnan(values).any(axis=1)
        first = len(values) if missing.any() else min(len(values), -self._done % TOGETHER)
        whole = (len(values) - first) // TOGETHER
        self._one_by_one(range(first), new, missing, fades, level)
        if whole:
            last = first + whole * TOGETHER
            runs = level[first:last].reshape(whole, TOGETHER, -1)
            self._side_by_side(runs, new[first:last].reshape(runs.shape), fades)
            first = last
        self._one_by_one(range(first, len(values)), new, missing, fades, level)
        return level

    def _one_by_one(
        self, frames: range, new: np.ndarray, missing: np.ndarray, fades: np.ndarray, level: np.ndarray
    ) -> None:
        before, run = self._before, self._run
        assert before is not None and run is not None  # noqa: S101  # set by the only caller
        for t in frames:
            if missing[t]:
                level[t] = run + fades[self._done - 1] * before if self._done else before
                continue
            run = run * fades[0] + new[t]
            level[t] = run + fades[self._done] * before
            self._done += 1
            if self._done == TOGETHER:
                before, run, self._done = level[t].copy(), np.zeros_like(run), 0
        self._before, self._run = before, run

    def _side_by_side(self, runs: np.ndarray, new: np.ndarray, fades: np.ndarray) -> None:
        """Whole runs (runs, frames, bands): each by itself, then one after another what came before it."""
        runs[:, 0] = new[:, 0]
        for j in range(1, TOGETHER):
            np.multiply(runs[:, j - 1], fades[0], out=runs[:, j])
            runs[:, j] += new[:, j]
        before = self._before
        assert before is not None  # noqa: S101  # set by the only caller
        carried = np.empty_like(runs[:, 0])
        for i in range(len(runs)):
            carried[i] = before
            before = runs[i, -1] + fades[-1] * before
        runs += fades[:, None] * carried[:, None]
        self._before = before


def compressed(settings: PcenSettings, values: np.ndarray, level: np.ndarray) -> np.ndarray:
    """(E / (eps + M)^gain + bias)^power - bias^power, without the cancellation that the last minus would bring."""
    real = values.dtype.type
    gained = np.add(level, real(settings.eps), out=level)
    np.log(gained, out=gained)
    gained *= real(-settings.gain)
    np.exp(gained, out=gained)
    gained *= values
    bias, power = settings.bias, settings.power
    if bias == 0:
        return np.power(gained, real(power), out=gained)
    if power == 0.5:  # sqrt(g + b) - sqrt(b) = g / (sqrt(g + b) + sqrt(b))
        roots = np.sqrt(gained + real(bias))
        roots += real(bias**0.5)
        return np.divide(gained, roots, out=gained)
    gained /= real(bias)
    np.log1p(gained, out=gained)
    gained *= real(power)
    np.expm1(gained, out=gained)
    gained *= real(bias**power)
    return gained
