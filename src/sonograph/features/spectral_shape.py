"""The shape of each frame's spectrum: centroid, bandwidth, roll-off, flatness, contrast, flux, entropy, slope.

All from a few frames in the cache at a time; what features share is computed once.
The formulas and their sources are at `ShapeSettings`.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from sonograph.errors import SettingsError
from sonograph.features.bin_sums import BinSums, bins_before
from sonograph.frames import split
from sonograph.settings.shapes import ShapeSettings

BLOCK = 1 << 19  # bytes of frames at a time
LEAST_POWER = 1e-10  # librosa's amin
SORTED = 256  # bins of a row that are sorted at a time


_Ends = tuple[np.ndarray | None, np.ndarray | None]
"""The first and the last of some frames, (1, bins) each, where a flux is asked for."""
_Alone = tuple[np.ndarray, np.ndarray | None, np.ndarray | None]
"""Rows of a block of frames, and its ends."""


class Shapes:
    """The shapes of one channel as its frames come."""

    def __init__(self, settings: ShapeSettings, frames_per_second: float) -> None:
        stft = settings.of
        self._settings = settings
        self.frequencies = np.arange(stft.n_bins) * (frames_per_second * stft.hop / stft.n_fft)
        self.bands = _octaves(settings, self.frequencies) if "contrast" in settings.features else []
        least = LEAST_POWER if settings.of.quantity == "power" else LEAST_POWER**0.5
        self._sums, self._flux = (BinSums(of, self.frequencies, least) for of in (settings.features, ("flux",)))
        self._flux_at = self._settings.names.index("flux") if "flux" in settings.features else None
        self._before: np.ndarray | None = None  # the last frame, (1, bins)

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
                with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
                    out[0, self._flux_at] = self._flux.of(first, self._before)["change"][0]
            self._before = last
        return out

    def finish(self) -> None:
        """Nothing waits."""
        return

    def _block(self, values: np.ndarray, out: np.ndarray, before: np.ndarray | None) -> _Ends:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            sums = self._sums.of(values, before)
            spectrum = _Spectrum(values, self.frequencies.astype(values.dtype), self._settings, sums)
            column = 0
            for name in self._settings.features:
                rows = spectrum.contrast(self.bands) if name == "contrast" else getattr(spectrum, name)()[:, None]
                out[:, column : column + rows.shape[1]] = rows
                column += rows.shape[1]
        out[~(sums["total"] > 0)] = np.nan
        return (None, None) if self._flux_at is None else (values[:1].copy(), values[-1:].copy())


class _Spectrum:
    """A few frames (frames, bins), and the sums over their bins."""

    def __init__(
        self, values: np.ndarray, frequencies: np.ndarray, settings: ShapeSettings, sums: dict[str, np.ndarray]
    ) -> None:
        self.values, self.frequencies, self.settings, self.sums = values, frequencies, settings, sums
        self._is_power = settings.of.quantity == "power"

    def centroid(self) -> np.ndarray:
        return self.sums["centroid"]

    def bandwidth(self) -> np.ndarray:
        return np.sqrt(self.sums["spread"] / self.sums["total"])

    def flux(self) -> np.ndarray:
        return self.sums["change"]

    def rolloff(self) -> np.ndarray:
        return np.asarray(self.frequencies[bins_before(self.values, self.settings.rolloff)])

    def flatness(self) -> np.ndarray:
        real = self.values.dtype.type
        n = real(self.values.shape[1])
        mean = self.sums["counted" if self._is_power else "squares"] / n
        return np.asarray(np.exp2(self.sums["logs"] * real(1 if self._is_power else 2) / n) / mean)

    def entropy(self) -> np.ndarray:
        most = math.log2(self.values.shape[1]) or 1.0
        bits = np.log2(self.sums["total"]) - self.sums["weighed_logs"] / self.sums["total"]
        return np.asarray(bits / self.values.dtype.type(most))

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
