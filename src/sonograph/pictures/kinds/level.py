"""A panel of pixels: the image, its rows beside it, its colour bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sonograph.pictures import frequency, ticks
from sonograph.pictures.axes import MOST, put_ticks, room
from sonograph.pictures.ticks import Ticks
from sonograph.pictures.words import LAGS, shortened
from sonograph.pixels import scale
from sonograph.pixels.raster import Raster
from sonograph.settings import ShapeSettings, stft_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage


def paint(axes: Axes, raster: Raster, channel: int, colours: Colormap, levels: tuple[float, float]) -> AxesImage:
    """Put one channel's pixels on axes in seconds and hertz."""
    from matplotlib.colors import Normalize
    from matplotlib.image import AxesImage

    from sonograph.pictures.loudest import LoudestImage

    start, stop = raster.seconds
    low, high = float(raster.bounds[0]), float(raster.bounds[-1])
    forward, inverse, _ = scale.SCALES.get(raster.axis, scale.SCALES["linear"])
    if raster.axis not in ("linear", "rows"):  # the axis stays in hertz: a line in hertz lies right
        axes.set_yscale("function", functions=(forward, inverse))
    image = (LoudestImage if raster.is_level and not raster.mean else AxesImage)(
        axes,
        cmap=colours,
        norm=Normalize(*levels),
        # rows are evenly spaced after the scale has been applied, so the image enters behind it
        extent=(start, stop, float(forward(np.array(low))), float(forward(np.array(high)))),
        transform=axes.transLimits + axes.transAxes,
        origin="lower",
        interpolation="nearest",
        interpolation_stage="data",
    )
    image.set_data(np.ma.masked_invalid(raster.levels[channel]))
    image.set_clip_path(axes.patch)
    axes.add_image(image)
    axes.set_aspect("auto")
    image.sticky_edges.y.clear()
    axes.set_xlim(start, stop)
    axes.set_ylim(low, high)
    return image


def row_axis(axes: Axes, raster: Raster) -> str:
    """Frequencies, notes, or the names of rows, beside a panel; returns what the axis is to say."""
    high = room(axes)[1]
    if raster.axis == "rows":
        return _named_rows(axes, raster, high)
    there, words = frequency.place(raster.axis, *axes.get_ylim(), min(MOST, max(2, int(high / 2.6))))
    put_ticks(axes.yaxis, there)
    return words


def _named_rows(axes: Axes, raster: Raster, high: float) -> str:
    """Rows that have no frequency: times where they are lags, octaves where they are those, else their names."""
    count, settings = len(raster.names), raster.settings
    if settings.kind in LAGS and count > 1:
        step = (1 if LAGS[settings.kind] == "samples" else stft_of(settings).hop) / raster.sample_rate
        unit, name = (1.0, "s") if (count - 1) * step >= 0.5 else (1e-3, "ms")
        there = ticks.decimal(0.0, (count - 1) * step, max(2, int(high / 2.6)), unit)
        put_ticks(axes.yaxis, Ticks([place / step for place in there.places], there.words))
        return f"Lag ({name})"
    names = [_shown(name) for name in raster.names]
    words = raster.rows.capitalize() if raster.rows != "feature" else ""
    if isinstance(settings, ShapeSettings):  # of contrast alone: the others are lines
        lows = [0.0 if band == 0 else settings.contrast_low * 2 ** (band - 1) for band in range(count)]
        names, words = [frequency.hertz(low) for low in lows], "Octave from (Hz)"
    every = -(-count // max(1, int(high / 1.4)))
    put_ticks(axes.yaxis, Ticks([float(p) for p in range(0, count, every)], names[::every]))
    return words


def _shown(name: str) -> str:
    """A row's name beside a panel, where there is room for eight letters.

    >>> _shown("C#"), _shown("deltadelta_c12"), _shown("minor_x")
    ('C♯', 'Δ² c12', 'minor x')
    """
    plain = name.replace("deltadelta_", "Δ² ").replace("delta_", "Δ ").replace("_", " ").replace("#", "♯")
    return shortened(plain, 8)


def bar_axis(axes: Axes, levels: tuple[float, float], words: str, *, is_level: bool) -> str:
    """Numbers beside a colour bar, both its ends among them; returns what it is to say."""
    most = min(9, max(1, int(room(axes)[1] / 2.4)))
    power = 0 if is_level else ticks.power_of_ten(*levels)
    low, high = (end / 10.0**power for end in levels)
    there = ticks.level(low, high, most)
    put_ticks(axes.yaxis, Ticks([place * 10.0**power for place in there.places], there.words))
    return f"{words} ({ticks.with_power('', power)})" if power else words
