"""What is drawn with lines: waveforms, features over time, spectra; and the numbers beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.pictures import frequency, ticks
from sonograph.pictures.axes import LINE, MOST, put_ticks, room
from sonograph.pictures.lines import Lines
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.spectrum import Spectrum
from sonograph.pictures.themes import Theme
from sonograph.pictures.waveform import Envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 3)), (0, (1, 3)))
"""Of lines over a spectrogram, which are all of one colour."""
APART = 6
"""Pixels between samples from which on each has a dot."""


def draw_wave(axes: Axes, wave: Envelope, channel: int, swing: tuple[float, float], colour: str) -> None:
    """Draw one channel's envelope, from the lowest to the highest sample and a little room."""
    low, high, times = wave.low[channel], wave.high[channel], wave.times
    if len(times) == len(wave.span):
        dots = "." if len(times) * APART <= axes.get_window_extent().width else None
        axes.plot(times, high, color=colour, linewidth=0.8, marker=dots, markersize=3)
    else:
        axes.fill_between(times, low, high, where=~np.isnan(high), color=colour, linewidth=0.3)
    margin = 0.025 * (swing[1] - swing[0])
    axes.set_ylim(swing[0] - margin, swing[1] + margin)
    axes.set_xlim(*wave.seconds)


def amplitude_axis(axes: Axes, unit: str) -> str:
    """Amplitudes beside a waveform, zero among them where it lies there; returns what the axis is to say."""
    (low, high), most = axes.get_ylim(), min(MOST, max(2, int(room(axes)[1] / 2.6)))
    there, taken, power = ticks.short(low, high, most)
    if len(there.places) < 3:
        there, taken, power = ticks.short(low, high, 4)
    if low < 0 < high and len(there.places) < 3:
        there = ticks.around_zero(high, power)
    put_ticks(axes.yaxis, there)
    return ticks.with_taken("Amplitude", unit, taken, power)


def draw_line(axes: Axes, made: Lines, place: tuple[int, int], seconds: tuple[float, float], theme: Theme) -> None:
    """Draw one feature over time; a gap where there is no value."""
    mean, low, high = (values[place] for values in (made.mean, made.low, made.high))
    if made.crowded:
        axes.fill_between(made.times, low, high, color=theme.wave, alpha=0.35, linewidth=0)
    _line(axes, made.times, mean, color=theme.wave, linewidth=1.2)
    axes.set_xlim(*seconds)
    least, most = (float(np.nanmin(low)), float(np.nanmax(high))) if np.isfinite(mean).any() else (0.0, 1.0)
    margin = 0.06 * (most - least) or 0.5 * abs(most) or 1.0
    axes.set_ylim(least - margin, most + margin)


def draw_over(axes: Axes, lines: list[tuple[Lines, int]], channel: int, theme: Theme, size: float) -> None:
    """Draw lines in hertz over a spectrogram, light on a dark rim so that they are seen on every colour; name them."""
    from matplotlib.patheffects import Normal, Stroke

    limits = axes.get_xlim(), axes.get_ylim()
    rim: list[Any] = [Stroke(linewidth=3.0, foreground="#000000b0", dashes={"dash_offset": 0, "dash_list": None})]
    for (made, row), dashes in zip(lines, DASHES, strict=False):
        values, name = made.mean[channel, row], made.names[row]
        look = {"color": theme.marks, "linewidth": 1.3, "linestyle": dashes, "path_effects": [*rim, Normal()]}
        _line(axes, made.times, values, label=name, **look)
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
    names = axes.legend(
        loc="best", fontsize=size, facecolor="#000000", framealpha=0.55, edgecolor="none", labelcolor="#ffffff"
    )
    names.set_zorder(min(line.get_zorder() for line in axes.lines) - 0.1)  # where there is no free place


def _line(axes: Axes, times: np.ndarray, values: np.ndarray, **look: Any) -> None:
    """A line; a value without neighbours, which no line would show, is a dot."""
    bare = np.concatenate([[True], np.isnan(values), [True]])
    alone = np.flatnonzero(~bare[1:-1] & bare[:-2] & bare[2:])
    axes.plot(times, values, marker="." if len(alone) else None, markersize=4, markevery=alone.tolist(), **look)


def value_axis(axes: Axes, name: str, unit: str = "") -> str:
    """Numbers beside a panel, as short as they can be; returns what the axis is to say."""
    (low, high), most = axes.get_ylim(), min(MOST, max(4, int(room(axes)[1] / 2)))
    there, taken, power = ticks.short(low, high, most)
    put_ticks(axes.yaxis, there)
    return ticks.with_taken(name, unit, taken, power)


def behind(axes: Axes, wave: Envelope, channel: int, theme: Theme) -> None:
    """The sound itself, pale, at the full height of a panel that shows something else."""
    low, high = wave.low[channel], wave.high[channel]
    most = max(float(np.nanmax(np.abs(low), initial=0.0)), float(np.nanmax(np.abs(high), initial=0.0))) or 1.0
    heights = axes.get_xaxis_transform()  # seconds across, shares of the panel upwards
    share_low, share_high = (0.5 + 0.48 * edge / most for edge in (low, high))
    axes.fill_between(
        wave.times, share_low, share_high, color=theme.wave, alpha=0.18, linewidth=0, transform=heights, zorder=0
    )


def draw_spectrum(axes: Axes, made: Spectrum, channel: int, look: PictureSettings, theme: Theme) -> None:
    """Draw the mean of the frames, their median and where nine in ten of them lie."""
    low, median, high = made.percentiles[channel]
    axes.fill_between(made.frequencies, low, high, color=theme.wave, alpha=0.25, linewidth=0)
    axes.plot(made.frequencies, median, color=theme.wave, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(made.frequencies, made.mean[channel], color=theme.wave, linewidth=1.2)
    axis = look.axis or "linear"
    first, last = frequency.limits(axis, made.frequencies, made.sample_rate / 2, look.frequencies)
    if axis != "linear":
        axes.set_xscale("function", functions=frequency.SCALES[axis][:2])
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
