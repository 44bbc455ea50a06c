"""The shape of each frame's spectrum: centroid, bandwidth, roll-off, flatness, contrast, flux, entropy, slope.

All from one pass, a few frames in the cache at a time; what features share is computed once.
The formulas and their sources are at `ShapeSettings`.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from sonograph.errors import SettingsError
from sonograph.frames import split
from sonograph.settings.shapes import ShapeSettings

BLOCK = 1 << 19  # bytes of frames at a time
LEAST_POWER = 1e-10  # librosa's amin
GROUP = 32  # bins that are summed at a time for the roll-off
SORTED = 256  # bins of a row that are sorted at a time


_Ends = tuple[np.ndarray | None, np.ndarray | None]
"""The shares of the first and the last of some frames, (1, bins) each, where they are asked for."""
_Alone = tuple[np.ndarray, np.ndarray | None, np.ndarray | None]
"""Rows of a block of frames, and its ends."""


class Shapes:
    """The shapes of one channel as its frames come."""

    def __init__(self, settings: ShapeSettings, frames_per_second: float) -> None:
        stft = settings.of
        self._settings = settings
        self.frequencies = np.arange(stft.n_bins) * (frames_per_second * stft.hop / stft.n_fft)
        self.bands = _octaves(settings, self.frequencies) if "contrast" in settings.features else []
        self._flux_at = self._settings.names.index("flux") if "flux" in settings.features else None
        self._before: np.ndarray | None = None  # the last frame's v / sum of v, (1, bins)

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, rows) of (frames, bins)."""
        return self.joined(self.alone(values))

    def alone(self, values: np.ndarray) -> _Alone:
        """All of (frames, bins) but the flux of the first frame, which is NaN."""
        out = np.empty((len(values), len(self._settings.names)), values.dtype)
        step = max(1, BLOCK // (values.shape[1] * values.itemsize))
        first: np.ndarray | None = None
        last: np.ndarray | None = None
        for part in split(range(len(values)), step):
            ends = self._block(values[part.start : part.stop], out[part.start : part.stop], last)
            first, last = (ends[0] if first is None else first), ends[1]
        return out, first, last

    def joined(self, block: _Alone) -> np.ndarray:
        """The rows of the next block, its first flux against the last frame of the block before."""
        out, first, last = block
        if self._flux_at is not None and first is not None:
            if self._before is not None:
                with np.errstate(invalid="ignore", over="ignore"):
                    change = first - self._before
                    out[0, self._flux_at] = _sum_of_products(change, change)[0]
            self._before = last
        return out

    def finish(self) -> None:
        """Nothing waits."""
        return

    def _block(self, values: np.ndarray, out: np.ndarray, before: np.ndarray | None) -> _Ends:
        ends: _Ends = (None, None)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            spectrum = _Spectrum(values, self.frequencies.astype(values.dtype), self._settings)
            column = 0
            for name in self._settings.features:
                if name == "contrast":
                    rows = spectrum.contrast(self.bands)
                elif name == "flux":
                    flux, ends = _flux(spectrum, before)
                    rows = flux[:, None]
                else:
                    rows = getattr(spectrum, name)()[:, None]
                out[:, column : column + rows.shape[1]] = rows
                column += rows.shape[1]
        out[~(spectrum.total > 0)] = np.nan
        return ends


class _Spectrum:
    """A few frames (frames, bins), and what is worked out of them once."""

    def __init__(self, values: np.ndarray, frequencies: np.ndarray, settings: ShapeSettings) -> None:
        self.values, self.frequencies, self.settings = values, frequencies, settings
        self.total = np.add.reduce(values, axis=1)
        self._is_power = settings.of.quantity == "power"
        self._centroid: np.ndarray | None = None

    def centroid(self) -> np.ndarray:
        if self._centroid is None:
            self._centroid = _sum_of_products(self.values, self.frequencies) / self.total
        return self._centroid

    def bandwidth(self) -> np.ndarray:
        away = self.frequencies - self.centroid()[:, None]
        away *= away
        return np.sqrt(_sum_of_products(away, self.values) / self.total)

    def rolloff(self) -> np.ndarray:
        # which group of bins reaches the share, then which bin of the group: running sums take long
        n = self.values.shape[1]
        groups = np.cumsum(np.add.reduceat(self.values, np.arange(0, n, GROUP), axis=1), axis=1)
        share = self.values.dtype.type(self.settings.rolloff) * groups[:, -1]
        group = np.argmax(groups >= share[:, None], axis=1)
        lines = np.arange(len(group))
        bins = np.minimum(group[:, None] * GROUP + np.arange(GROUP), n - 1)
        sums = self.values[lines[:, None], bins]
        sums[:, 0] += np.where(group > 0, groups[lines, group - 1], 0)
        reached = np.cumsum(sums, axis=1, out=sums) >= share[:, None]
        reached[:, -1] = True  # the group reaches it, however the sum was rounded
        return np.asarray(self.frequencies[bins[lines, np.argmax(reached, axis=1)]])

    def flatness(self) -> np.ndarray:
        real = self.values.dtype.type
        n = real(self.values.shape[1])
        counted = np.maximum(self.values, real(LEAST_POWER if self._is_power else LEAST_POWER**0.5))
        mean = np.add.reduce(counted, axis=1) if self._is_power else _sum_of_products(counted, counted)
        logs = np.add.reduce(np.log(counted, out=counted), axis=1)
        return np.asarray(np.exp(logs * real(1 if self._is_power else 2) / n) / (mean / n))

    def entropy(self) -> np.ndarray:
        logs = np.log(np.maximum(self.values, np.finfo(self.values.dtype).tiny))
        mean_log = _sum_of_products(self.values, logs) / self.total
        most = math.log(self.values.shape[1]) or 1.0
        return np.asarray((np.log(self.total) - mean_log) / self.values.dtype.type(most))

    def slope(self) -> np.ndarray:
        away = self.frequencies - self.frequencies.mean()
        return np.asarray((self.centroid() - self.frequencies.mean()) / np.sum(away**2))

    def contrast(self, bands: list[tuple[slice, int]]) -> np.ndarray:
        real = self.values.dtype.type
        ends = np.empty((2, len(self.values), len(bands)), self.values.dtype)
        for column, (bins, count) in enumerate(bands):
            band = self.values[:, bins]
            if count == 1:
                np.minimum.reduce(band, axis=1, out=ends[0, :, column])
                np.maximum.reduce(band, axis=1, out=ends[1, :, column])
            else:
                lowest, highest = _ends(band, count)
                ends[0, :, column] = np.add.reduce(lowest, axis=1) / real(count)
                ends[1, :, column] = np.add.reduce(highest, axis=1) / real(count)
        levels = real(10) * np.log10(np.maximum(ends, real(LEAST_POWER)))
        return np.asarray(levels[1] - levels[0])


def _flux(spectrum: _Spectrum, before: np.ndarray | None) -> tuple[np.ndarray, _Ends]:
    """(frames,) how far shares of the sum move from frame to frame; and the shares of the first and the last frame."""
    shares = spectrum.values / spectrum.total[:, None]
    changes = np.empty_like(shares)
    np.subtract(shares[1:], shares[:-1], out=changes[1:])
    np.subtract(shares[:1], np.nan if before is None else before, out=changes[:1])
    return _sum_of_products(changes, changes), (shares[:1].copy(), shares[-1:].copy())


def _ends(band: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest `count` of each row (frames, bins), rising.

    They are among those of parts of the row, which are sorted in far less time than a long row.
    """
    n_parts = -(-band.shape[1] // max(SORTED, 4 * count))
    if n_parts < 2:
        ranked = np.sort(band, axis=1)
        return ranked[:, :count], ranked[:, -count:]
    parts = [np.sort(part, axis=1) for part in np.array_split(band, n_parts, axis=1)]
    lowest, highest = ([part[:, side] for part in parts] for side in (slice(count), slice(-count, None)))
    return (
        np.sort(np.concatenate(lowest, axis=1), axis=1)[:, :count],
        np.sort(np.concatenate(highest, axis=1), axis=1)[:, -count:],
    )


def _sum_of_products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(frames,) of (frames, bins) and (frames, bins) or (bins,): each frame by itself, in one order."""
    return np.asarray(np.einsum("ij,ij->i" if b.ndim == 2 else "ij,j->i", a, b))


def _octaves(settings: ShapeSettings, frequencies: np.ndarray) -> list[tuple[slice, int]]:
    """The bins of each band, and how many of them count as its highest and as its lowest; as in librosa.

    Each band but the lowest begins one bin early, and each but the highest ends one bin early.
    """
    corners = [0.0, *(settings.contrast_low * 2.0**k for k in range(settings.contrast_bands + 1))]
    if corners[-2] >= frequencies[-1]:
        raise SettingsError(
            f"contrast_bands is {settings.contrast_bands}; octaves from {settings.contrast_low:g} Hz on leave nothing "
            f"for the last one, which must begin below {frequencies[-1]:g} Hz"
        )
    bands = []
    for k, (low, high) in enumerate(itertools.pairwise(corners)):
        inside = np.flatnonzero((frequencies >= low) & (frequencies <= high))
        last = k == settings.contrast_bands
        if not len(inside) or (len(inside) < 2 and not last and k == 0):
            raise SettingsError(
                f"contrast_low is {settings.contrast_low:g} Hz; the band from {low:g} to {high:g} Hz holds too few "
                f"bins: make the window longer"
            )
        first, stop = int(inside[0]) - (k > 0), len(frequencies) if last else int(inside[-1]) + 1
        count = max(1, round(settings.contrast_share * (stop - first)))
        bands.append((slice(first, stop if last else stop - 1), count))
    return bands
