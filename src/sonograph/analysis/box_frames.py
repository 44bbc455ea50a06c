"""The frames and rows of a box: where they are loudest, and how their energy lies over frequency."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from sonograph.analysis.box_energy import AT_ONCE, share_of
from sonograph.computing.spectrogram import spectrogram
from sonograph.frames import frames_of, offset, split
from sonograph.settings import StftSettings, stft_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows
from sonograph.windows import window_of


class BoxFrames:
    """The frames and rows of a box: the loudest of them, and the mean power of each row.

    peak, mean : powers; NaN where no frame is there
    """

    def __init__(self, rows: Rows, of: Any, samples: range, band: tuple[float, float], source: Source) -> None:
        self._rows, self._of, self._band = rows, of, band
        middle, hop = offset(of) + stft_of(of).window_length // 2, stft_of(of).hop
        self._middle, self._hop = middle, hop
        every = frames_of(of, source.n_samples)
        first, stop = (-(-(edge - middle) // hop) for edge in (samples.start, samples.stop))
        if every and first >= stop:  # shorter than a hop: the nearest
            near = round(((samples.start + samples.stop) / 2 - middle) / hop)
            first, stop = near, near + 1
        first = min(max(first, 0), max(0, len(every) - 1))
        self.frames = range(first, max(first, min(max(stop, first + 1), len(every)))) if every else range(0)
        centres, self._edges = np.asarray(rows.frequencies), np.asarray(rows.edges)
        inside = np.flatnonzero((centres >= band[0]) & (centres <= band[1]))
        if not len(inside):
            inside = np.array([np.argmin(np.abs(centres - sum(band) / 2))])
        self._inside = slice(inside[0], inside[-1] + 1)
        self.peak = self.mean = math.nan
        self._at: tuple[int, int] | None = None
        self._sums, self._count = np.zeros(inside[-1] + 1 - inside[0]), 0

    def look(self, source: Source, between: Callable[[], None]) -> None:
        """Go over all of them."""
        for part in split(self.frames, max(1, AT_ONCE // self._rows.n_rows)):
            between()
            power = np.asarray(spectrogram(source, self._of, frames=part).values[self._inside], np.float64)
            power = np.where(np.isfinite(power), power, np.nan)
            there = ~np.isnan(power).any(axis=0)
            self._count += int(there.sum())
            self._sums += np.where(there, power, 0.0).sum(axis=1)
            if there.any():
                row, frame = np.unravel_index(np.nanargmax(np.where(there, power, np.nan)), power.shape)
                if not power[row, frame] <= self.peak:
                    self.peak, self._at = float(power[row, frame]), (int(frame) + part.start, int(row))
        if self._count:
            self._sums /= self._count
            self.mean = float(self._sums.mean())

    def where(self, rate: float) -> tuple[float | None, float | None]:
        """The time and the frequency of the peak."""
        if self._at is None:
            return None, None
        frame, row = self._at
        return (self._middle + frame * self._hop) / rate, float(self._rows.frequencies[self._inside][row])

    def frequency(self, share: float) -> float | None:
        """Below which this share of the energy lies, taken as even within a row."""
        at = share_of(self._sums, share)
        if at is None:
            return None
        row = min(int(at), len(self._sums) - 1)
        low, high = np.clip(self._edges[self._inside][row], *self._band)
        return float(low + (at - row) * (high - low))

    def mean_square(self) -> float:
        """Of the band: what all rows have together, with what a window widens them taken off."""
        stft = self._of if isinstance(self._of, StftSettings) else None
        if stft is None or not self._count:
            return math.nan
        if stft.scaling == "density":
            return float(self._sums.sum()) * self._rows.sample_rate / stft.n_fft
        window = window_of(stft)
        widened = stft.n_fft * float(np.sum(window**2)) / float(np.sum(window)) ** 2
        return float(self._sums.sum()) / widened if stft.scaling == "spectrum" else math.nan
