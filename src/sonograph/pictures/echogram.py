"""A picture of an echogram: pings across, range downwards, what came back in colour."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.matching.sonar.echograms import Echogram
from sonograph.pictures import missing
from sonograph.pictures.apart import LINE, SIZE, Painted, figure_of, span
from sonograph.pictures.colours import colour_map
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.themes import THEMES
from sonograph.units import duration, hertz

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WINDOW = 99.9
"""Percentile of what is shown that the colours end with, where nothing else is asked for."""


def draw_echogram(
    echogram: Echogram,
    *,
    path: str | os.PathLike[str] | None = None,
    look: PictureSettings | None = None,
    window: Any = None,
) -> Figure:
    """A picture of an echogram, its bottom as a line.

    Parameters
    ----------
    echogram
        What to draw.
    path
        Where to write it, ending in .png, .svg, .pdf …
    look
        How: seconds, below or range or percentiles, colours, theme, size, dpi, axes, title. By default colours end at
        the percentile 99.9 of what is shown, and reach `below` decibels down from there.
    window
        What makes the figure of a window, from its pixels and dpi; None: one with an Agg canvas.

    Returns
    -------
    matplotlib Figure
        With an Agg canvas.

    Raises
    ------
    SettingsError
        A setting that a spectrogram has and an echogram does not.
    OutputError
        A path that cannot be written.
    """
    look = look or PictureSettings()
    return figure_of(
        lambda axes: _painted(axes, echogram, look),
        look,
        what="an echogram",
        heeds=("below", "seconds", "percentiles"),
        path=path,
        about=repr(echogram),
        window=window,
    )


def _painted(axes: Any, echogram: Echogram, look: PictureSettings) -> Painted:
    first, last = look.seconds
    if first is not None or last is not None:
        echogram = echogram.select(seconds=(first or 0.0, np.inf if last is None else last))
    if not echogram.values.size:
        raise SettingsError("the echogram holds no pings there; nothing to draw")
    image = _paint(axes, echogram, look, (look.size or SIZE)[1])
    axes.set_ylabel("Range (m)")
    if look.axes:
        axes.set_xlabel(_times(axes, echogram))
    title = os.path.basename(str(echogram.facts.get("file", "")))  # noqa: PTH119
    return Painted(image, echogram.label, title, _words(echogram))


def _paint(axes: Any, echogram: Echogram, look: PictureSettings, height: int) -> Any:
    values = _coarse(echogram.values, height)
    low, high = span(values, look, WINDOW)
    pings = len(echogram.times)
    step = float(echogram.ranges[1] - echogram.ranges[0]) if len(echogram.ranges) > 1 else 1.0
    missing.hatch(axes, THEMES[look.theme])
    image = axes.imshow(
        np.ma.masked_invalid(values), aspect="auto", interpolation="nearest", cmap=colour_map(look.colours_shown),
        vmin=low, vmax=high, extent=(-0.5, pings - 0.5, echogram.ranges[-1] + step / 2, echogram.ranges[0] - step / 2),
    )  # fmt: skip
    if echogram.bottom is not None:
        limits = axes.get_ylim()
        axes.plot(np.arange(pings), echogram.bottom, color=LINE, lw=1.2)
        axes.set_ylim(limits)
    return image


def _coarse(values: np.ndarray, height: int) -> np.ndarray:
    """The highest of the ranges that fall on a pixel, so that a point stays one."""
    many = len(values) // max(1, height)
    if many < 2:
        return values
    n = len(values) // many * many
    parts = values[:n].reshape(-1, many, values.shape[1])
    highest = np.where(np.isnan(parts), -np.inf, parts).max(axis=1)
    highest[np.isneginf(highest)] = np.nan
    return highest


def _times(axes: Any, echogram: Echogram) -> str:
    """Numbers below: when some pings were sent; what the axis says."""
    from matplotlib.ticker import FixedFormatter, FixedLocator

    pings = len(echogram.times)
    places = np.unique(np.linspace(0, pings - 1, min(pings, 7)).round().astype(int)).tolist()
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_major_formatter(
        FixedFormatter([f"{echogram.times[place]:.2f}".rstrip("0").rstrip(".") for place in places])
    )
    return f"Ping sent at (s), {pings} pings"


def _words(echogram: Echogram) -> str:
    """How it was made, in a line."""
    pulse = f"{duration(echogram.pulse_length)} pulse at {hertz(echogram.frequency)}"
    pulse += ", compressed" if echogram.compressed else ""
    speed = f"sound at {echogram.sound_speed:.5g} m/s"
    lost = f"{1000 * echogram.absorption:.3g} dB/km lost" if echogram.absorption and echogram.gain != "none" else ""
    noise = "noise taken off" if echogram.facts.get("noise_taken_off") else ""
    return ", ".join(filter(None, (pulse, speed, lost, noise)))
