"""What pictures of levels have in common: a sheet with one panel, its times, legend, colour bar and title."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sonograph.archive.segments.moments import moment_at
from sonograph.archive.segments.segment import SECOND
from sonograph.atomic import written
from sonograph.errors import SettingsError
from sonograph.pictures.out.save import FLAT, format_of, save
from sonograph.pictures.themes import THEMES, Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 9.0, 4.6, 150
LOWEST = 10.0
"""Hz, where an axis of octaves begins: frames of a second do not part what lies lower."""
Path = str | os.PathLike[str] | None


def form(path: Path) -> str | None:
    """The format that a path names; None of no path."""
    found = None if path is None else format_of(path)
    if found == "html":
        raise SettingsError(f'path ends in ".html"; this picture is {FLAT}')
    return found


def sheet(name: str) -> tuple[Figure, Any, Theme]:
    """A figure, its axes and the colours of a theme."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sonograph.pictures.axes import plain
    from sonograph.pictures.shown import Picture

    theme = THEMES[name]
    figure = Picture(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.set_facecolor(theme.paper)
    axes = figure.subplots()
    axes.set_facecolor(theme.paper)
    plain(axes, theme)
    return figure, axes, theme


def saved(figure: Figure, path: Path, form: str | None) -> Figure:
    """A figure, written where that is asked for."""
    if path is not None and form is not None:
        with written(path) as part:
            save(figure, part, form, {})
    return figure


def times(axes: Any, start: int) -> None:
    """Times of UTC below, from `start` on, s since 1970."""
    from sonograph.pictures.axes import time_axis

    time_axis(axes, moment_at(start * SECOND))


def bar(figure: Figure, image: Any, axes: Any, label: str, theme: Theme) -> None:
    """The scale of the colours."""
    from sonograph.pictures.axes import plain

    beside = figure.colorbar(image, ax=axes, pad=0.015)
    beside.outline.set_visible(False)
    plain(beside.ax, theme)
    beside.set_label(label)


def legend(axes: Any, theme: Theme, heading: str = "") -> None:
    """What the lines are."""
    there = axes.legend(
        loc="best", fontsize=7, facecolor=theme.paper, labelcolor=theme.ink, framealpha=0.8, title=heading or None,
        title_fontsize=7,
    )  # fmt: skip
    there.get_title().set_color(theme.ink)
    for words in there.get_texts():
        words.set_parse_math(False)


def title(axes: Any, start: int, end: int, words: str, theme: Theme) -> None:
    """From when to when, and what it is."""
    first, last = (moment_at(one * SECOND) for one in (start, end))
    when = f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    axes.set_title(f"{when}: {words}", fontsize=8, loc="left", color=theme.ink).set_parse_math(False)
