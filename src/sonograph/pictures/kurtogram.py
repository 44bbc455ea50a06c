"""A picture of a kurtogram: frequency across, a row for each width of bands, kurtosis in colour, the best framed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph import units
from sonograph.analysis.kurtogram import Kurtogram
from sonograph.pictures import missing, ticks
from sonograph.pictures.apart import LINE, Painted, figure_of
from sonograph.pictures.axes import put_ticks
from sonograph.pictures.colours import colour_map
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 9
"""Numbers below the panel."""


def draw_kurtogram(
    kurtogram: Kurtogram,
    *,
    path: str | os.PathLike[str] | None = None,
    look: PictureSettings | None = None,
    window: Any = None,
) -> Figure:
    """A picture of a kurtogram, colours from 0, or below it where tones are, to the highest kurtosis.

    Raises
    ------
    SettingsError
        A setting that a spectrogram has and a kurtogram does not.
    OutputError
        A path that cannot be written.
    """
    look = look or PictureSettings()
    return figure_of(
        lambda axes: _painted(axes, kurtogram, look),
        look,
        what="a kurtogram",
        heeds=("percentiles",),
        path=path,
        about=repr(kurtogram),
        window=window,
    )


def _painted(axes: Axes, kurtogram: Kurtogram, look: PictureSettings) -> Painted:
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    theme, high = THEMES[look.theme], float(kurtogram.edges[-1, 1])
    rows = np.unique(kurtogram.levels)
    low, top = _span(kurtogram.values, look)
    missing.hatch(axes, theme)
    for row, level in enumerate(rows):
        here = kurtogram.levels == level
        image = axes.pcolormesh(
            np.append(kurtogram.edges[here, 0], high),
            [row - 0.5, row + 0.5],
            np.ma.masked_invalid(kurtogram.values[here][None]),
            cmap=colour_map(look.colours_shown),
            vmin=low,
            vmax=top,
            rasterized=True,
        )
    axes.set_xlim(0, high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    there, words = ticks.frequency(0, high, MOST)
    put_ticks(axes.xaxis, there)
    axes.set_xlabel(words)
    put_ticks(axes.yaxis, ticks.Ticks(list(range(len(rows))), [_row(level, high) for level in rows]))
    axes.set_ylabel("Level, width of its bands")
    said = "no value in any band: missing or silent"
    if np.isfinite(kurtogram.values).any():
        said, (first, last) = kurtogram.words, kurtogram.band
        at = float(np.flatnonzero(rows == kurtogram.levels[kurtogram.best])[0])
        frame = Rectangle((first, at - 0.5), last - first, 1, fill=False, edgecolor=LINE, lw=1.8)
        frame.set_path_effects([withStroke(linewidth=3.6, foreground="#000000b0")])
        axes.add_patch(frame)
    return Painted(image, "Spectral kurtosis", "Kurtogram", said)


def _row(level: float, high: float) -> str:
    return f"{level:.3g}, {units.hertz(high / 2**level)}"


def _span(values: np.ndarray, look: PictureSettings) -> tuple[float, float]:
    if look.range is not None:
        return look.range
    there = values[np.isfinite(values)]
    if not there.size:
        return 0.0, 1.0
    if look.percentiles is not None:
        low, high = np.percentile(there, look.percentiles)
        return float(low), float(max(high, low + 1e-3))
    return min(0.0, float(there.min())), max(1e-3, float(there.max()))
