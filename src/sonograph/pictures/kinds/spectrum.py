"""A panel of a spectrum: the mean of the frames, where nine in ten of them lie, and the levels beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonograph.pictures import frequency, ticks
from sonograph.pictures.axes import LINE, MOST, put_ticks, room
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.themes import Theme
from sonograph.pixels import scale
from sonograph.pixels.distribution import Spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_spectrum(axes: Axes, made: Spectrum, channel: int, look: PictureSettings, theme: Theme) -> None:
    """Draw the mean of the frames, their median and where nine in ten of them lie."""
    low, median, high = made.percentiles[channel]
    axes.fill_between(made.frequencies, low, high, color=theme.wave, alpha=0.25, linewidth=0)
    axes.plot(made.frequencies, median, color=theme.wave, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(made.frequencies, made.mean[channel], color=theme.wave, linewidth=1.2)
    axis = look.axis or "linear"
    first, last = scale.limits(axis, made.frequencies, made.sample_rate / 2, look.frequencies)
    if axis != "linear":
        axes.set_xscale("function", functions=scale.SCALES[axis][:2])
    axes.set_xlim(first, last)
    axes.grid(color=theme.faint, alpha=0.25, linewidth=LINE)


def level_axis(axes: Axes, words: str) -> str:
    """Decibels beside a spectrum; returns what the axis is to say."""
    put_ticks(axes.yaxis, ticks.decimal(*axes.get_ylim(), min(MOST, max(2, int(room(axes)[1] / 2.6)))))
    return words


def frequencies_below(axes: Axes, scale: str) -> None:
    """Frequencies, or notes, below a panel."""
    there, words = frequency.place(scale, *axes.get_xlim(), max(2, int(room(axes)[0] / 4)))
    put_ticks(axes.xaxis, there)
    axes.set_xlabel(words)
