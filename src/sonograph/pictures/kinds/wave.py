"""A panel of the waveform: the envelope of the samples, and the amplitudes beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sonograph.pictures import ticks
from sonograph.pictures.axes import MOST, put_ticks, room
from sonograph.pictures.themes import Theme
from sonograph.pixels.waveform import Envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


def behind(axes: Axes, wave: Envelope, channel: int, theme: Theme) -> None:
    """The sound itself, pale, at the full height of a panel that shows something else."""
    low, high = wave.low[channel], wave.high[channel]
    most = max(float(np.nanmax(np.abs(low), initial=0.0)), float(np.nanmax(np.abs(high), initial=0.0))) or 1.0
    heights = axes.get_xaxis_transform()  # seconds across, shares of the panel upwards
    share_low, share_high = (0.5 + 0.48 * edge / most for edge in (low, high))
    axes.fill_between(
        wave.times, share_low, share_high, color=theme.wave, alpha=0.18, linewidth=0, transform=heights, zorder=0
    )
