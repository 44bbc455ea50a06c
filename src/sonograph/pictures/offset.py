"""The loudest that colours are chosen by, where an offset (DC) stands out: a constant says nothing of what is heard.

A recorder or a sensor adds it. It lies in the first bins, as wide as the window's main lobe, and where a frame reaches
over an end of the sound the step to zero spreads over all of them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.frames import centre_sample, valid_frames
from sonograph.pixels.raster import HERTZ, Raster
from sonograph.settings import StftSettings, stages, stft_of
from sonograph.settings.matrix import MatrixSettings
from sonograph.spectrograms import describe
from sonograph.windows import window_of

STANDS_OUT = 6.0
"""dB by which the first bins are louder than all others."""
HALF = 3.2
"""dB by which the first bin may be below the second, as it stands for itself only."""
STEADY = 6.0
"""dB by which an offset changes at most."""


def loudest_heard(raster: Raster, channel: int, n_samples: int | None) -> float | None:
    """The loudest level beside an offset, in frames within the sound; None where no offset stands out.

    n_samples : of the sound; None where it is not known, and no frame is left out
    """
    levels, listed = raster.levels[channel], stages(raster.settings)
    if isinstance(raster.settings, MatrixSettings):  # whose window nobody knows
        return None
    if raster.rows not in HERTZ or any(getattr(stage, "from_samples", False) for stage in listed):
        return None
    stft = stft_of(raster.settings)
    first = _first_row(raster, stft)
    inside = levels[:, _within(raster, stft, n_samples)]
    beside, low = inside[first:], inside[:first]
    if np.isnan(beside).all():
        return None
    loudest = float(np.nanmax(beside))
    if first and _is_offset(low, loudest) and np.nanmax(low[0]) - np.nanmin(low[0]) < STEADY:  # low beats come and go
        return loudest
    # an axis that begins above it still has the step at the ends, which is loudest where it is lowest
    return loudest if raster.bounds[0] > 0 and _is_offset(levels, loudest) else None


def _is_offset(low: np.ndarray, loudest: float) -> bool:
    """Whether the lowest row is far louder than what lies beside, and than the rows above: a low tone is in those."""
    if np.isnan(low[0]).all():
        return False
    lowest = float(np.nanmax(low[0]))
    return lowest > loudest + STANDS_OUT and lowest >= float(np.nanmax(low)) - HALF


def _first_row(raster: Raster, stft: StftSettings) -> int:
    """The first row of pixels that holds nothing of an offset."""
    step = raster.sample_rate / stft.n_fft
    last = (main_lobe(stft) - 1) * step
    below, above = raster.bounds[:-1], raster.bounds[1:]
    if raster.rows == "band":
        edges = describe(raster.settings, raster.sample_rate).edges
        touched = edges[:, 0] <= last
        clear = below >= (edges[touched, 1].max() if touched.any() else 0.0)
    else:  # rows finer than bins lie between two
        clear = (below > last) & (((below + above) / 2 >= last + step) | (above - below >= step))
    return int(np.argmax(clear)) if clear.any() else len(clear)


@lru_cache(maxsize=16)
def main_lobe(stft: StftSettings) -> int:
    """The first bin that a constant does not reach: where the window's transform is through its main lobe.

    >>> main_lobe(StftSettings()), main_lobe(StftSettings(window="boxcar")), main_lobe(StftSettings(n_fft=4096))
    (2, 1, 4)
    """
    size = np.abs(np.fft.rfft(window_of(stft), stft.n_fft))
    falls = (size[1:] < size[:-1]) & (size[:-1] > 1e-3 * size[0])
    return int(np.argmin(falls)) if not falls.all() else len(size) - 1


def _within(raster: Raster, stft: StftSettings, n_samples: int | None) -> slice:
    """The columns between the middles of the first and the last frame that lie within the sound."""
    valid = range(0) if n_samples is None else valid_frames(stft, n_samples)
    if not valid:
        return slice(None)
    per_column = len(raster.span) / raster.levels.shape[-1]
    ends = [(centre_sample(stft, frame) - raster.span.start) / per_column for frame in (valid[0], valid[-1])]
    begin, end = max(0, int(np.ceil(ends[0]))), int(ends[1])
    return slice(begin, end) if begin < min(end, raster.levels.shape[-1]) else slice(None)
