"""The harmonic and the percussive part of a spectrum, by medians (Fitzgerald 2010; Driedger, Müller and Disch 2014).

A tone lasts, so a median over time keeps it; a click is broad, so a median over frequency keeps that. At the ends of
the sound and of the spectrum both are mirrored, the outermost value twice, as in scipy.ndimage and librosa.
"""

from __future__ import annotations

import numpy as np

from sonograph.engines.compiled.medians import medians_over_frames, medians_over_rows
from sonograph.settings.shapes import SeparationSettings

BLOCK = 1 << 20  # bytes that are ranked at a time


class Separation:
    """One part of one channel as its frames come."""

    def __init__(self, settings: SeparationSettings) -> None:
        self._settings = settings
        self._half = settings.width // 2
        self._held: np.ndarray | None = None  # frames that later ones still look at
        self._begun = False  # whether what comes before the first frame is in `held`

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, rows) for the frames whose later neighbours have come."""
        held = values.copy() if self._held is None else np.concatenate([self._held, values])
        if not self._begun and len(held) > self._half:
            held = np.concatenate([held[: self._half][::-1], held])
            self._begun = True
        self._held = held
        return self._part() if self._begun else held[:0]

    def finish(self) -> np.ndarray | None:
        """The last frames, mirrored at the end."""
        if self._held is None or not len(self._held):
            return None
        missing = (0 if self._begun else self._half, self._half)
        self._held = np.pad(self._held, (missing, (0, 0)), mode="symmetric")
        return self._part()

    def _part(self) -> np.ndarray:
        held, half = self._held, self._half
        assert held is not None  # noqa: S101  # both callers saw to it
        count = max(0, len(held) - 2 * half)
        if not count:
            return held[:0]
        self._held = held[count:].copy()
        here = held[half : half + count]
        known = np.nan_to_num(held, nan=0.0)
        width = self._settings.width
        lasting = medians_over_frames(known, width)
        if lasting is None:
            lasting = _medians(np.lib.stride_tricks.sliding_window_view(known, width, axis=0))
        mirrored = np.pad(known[half : half + count], ((0, 0), (half, half)), mode="symmetric")
        broad = medians_over_rows(mirrored, width)
        if broad is None:
            broad = _medians(np.lib.stride_tricks.sliding_window_view(mirrored, width, axis=1))
        parts = (lasting, broad) if self._settings.part == "harmonic" else (broad, lasting)
        return np.asarray(here * _mask(parts[0], parts[1], self._settings))


def _medians(windows: np.ndarray) -> np.ndarray:
    """(frames, rows) the middle of each of (frames, rows, width), width odd."""
    middle = windows.shape[2] // 2
    out = np.empty(windows.shape[:2], windows.dtype)
    step = max(1, BLOCK // (windows.shape[1] * windows.shape[2] * windows.itemsize))
    for first in range(0, len(windows), step):
        ranked = np.partition(windows[first : first + step], middle, axis=2)  # NumPy sorts short rows in registers
        out[first : first + step] = ranked[:, :, middle]
    return out


def _mask(wanted: np.ndarray, other: np.ndarray, settings: SeparationSettings) -> np.ndarray:
    """The share of `wanted`: 1 where it is all, 0 where the other is; half where both are silent."""
    real = wanted.dtype.type
    other = other * real(settings.margin)
    larger = np.maximum(wanted, other)
    silent = larger < np.finfo(wanted.dtype).tiny
    larger[silent] = 1
    ours = (wanted / larger) ** real(settings.exponent)
    theirs = (other / larger) ** real(settings.exponent)
    ours /= np.where(silent, 1, ours + theirs)
    ours[silent] = 0.5 if settings.margin == 1 else 0.0
    return np.asarray(ours)
