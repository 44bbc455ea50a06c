"""The frame of results that lie on axes of their own: figure, colour bar and words around what the result paints."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.pictures.out.save import FLAT, format_of, save
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (1200, 720)
LINE = "#30d5ff"
"""Of what is pointed at, on any colours."""
COMMON = ("range", "colours", "theme", "size", "dpi", "axes", "title")
"""What all of them heed."""


class Painted(NamedTuple):
    """What is on the axes: what the colours belong to, what their bar says, a title and a line below it."""

    image: Any
    label: str
    title: str
    words: str


def figure_of(
    paint: Callable[[Axes], Painted],
    look: PictureSettings,
    *,
    what: str,
    heeds: Sequence[str],
    path: str | os.PathLike[str] | None = None,
    about: str = "",
    window: Any = None,
) -> Figure:
    """The figure of a result, written to a path where there is one.

    what  : what it is, as "an echogram"
    heeds : the settings of the look that it has, beside `COMMON`
    about : what the file says of it
    window : what makes the figure of a window, from its pixels and dpi; None: one with an Agg canvas

    Raises
    ------
    SettingsError
        A setting that a spectrogram has and this does not; a path that ends in .html.
    OutputError
        A path that cannot be written.
    """
    for name in PictureSettings.__dataclass_fields__:
        if name not in (*COMMON, *heeds) and getattr(look, name) != getattr(PictureSettings, name):
            raise SettingsError(f"{name} is given with {what}, whose picture does not take it; leave it out")
    form = None if path is None else format_of(path)
    if form == "html":
        raise SettingsError(f'path ends in ".html"; {what} is {FLAT}')
    figure = _figure(paint, look, window)
    if path is not None and form is not None:
        with written(path) as part:
            save(figure, part, form, {"Description": about})
    return figure


def _figure(paint: Callable[[Axes], Painted], look: PictureSettings, window: Any) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sonograph.pictures.axes import plain
    from sonograph.pictures.shown import Picture

    theme, size, dpi = THEMES[look.theme], look.size or SIZE, look.dpi_shown
    with ours():
        figure = Picture(figsize=(size[0] / dpi, size[1] / dpi), dpi=dpi) if window is None else window(size, dpi)
        if window is None:
            FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained" if look.axes else "none")
        figure.set_facecolor(theme.paper)
        axes = figure.subplots() if look.axes else figure.add_axes((0, 0, 1, 1))
        painted = paint(axes)
        if not look.axes:
            axes.set_axis_off()
            return figure
        plain(axes, theme)
        bar = figure.colorbar(painted.image, ax=axes, pad=0.02)
        plain(bar.ax, theme)
        bar.outline.set_visible(False)
        bar.set_label(painted.label)
        title = painted.title if look.title is None else look.title
        axes.set_title("\n".join(filter(None, (title, painted.words))), fontsize=8, loc="left", color=theme.ink)
    return figure


def span(values: np.ndarray, look: PictureSettings, top: float | None = None) -> tuple[float, float]:
    """The lowest and the highest value of the colours: as asked, else `below` decibels down from a percentile."""
    if look.range is not None:
        return look.range
    there = values[np.isfinite(values)]
    if not there.size:
        return -look.below, 0.0
    if look.percentiles is not None:
        low, high = np.percentile(there, look.percentiles)
        return float(low), float(max(high, low + 1e-3))
    high = float(there.max() if top is None else np.percentile(there, top))
    return high - look.below, high
