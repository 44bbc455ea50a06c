"""What is painted on axes, ours or the reader's: pixels, waveforms, and the numbers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedFormatter, FixedLocator

from sonograph.pictures import frequency, ticks
from sonograph.pictures.marks import Mark
from sonograph.pictures.raster import Raster
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.spectrum import Spectrum
from sonograph.pictures.themes import Theme
from sonograph.pictures.ticks import Ticks
from sonograph.pictures.waveform import Envelope
from sonograph.pictures.words import printable
from sonograph.settings import ShapeSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage

LABEL, TICK = 9.0, 8.0  # points
LINE = 0.6
LAGS = {"tempogram": "frames", "autocorrelation": "samples"}
"""What the rows of a feature that are lags are counted in."""


def plain(axes: Axes, theme: Theme) -> None:
    """No spines, thin ticks, and the numbers in ink."""
    axes.spines[:].set_visible(False)
    axes.tick_params(labelsize=TICK, width=LINE, length=3, color=theme.ink, labelcolor=theme.ink)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_zorder(-1)  # below the pixels, of which a tick would cover one


def paint(axes: Axes, raster: Raster, channel: int, colours: Colormap, levels: tuple[float, float]) -> AxesImage:
    """Put one channel's pixels on axes in seconds and hertz."""
    start, stop = raster.seconds
    low, high = float(raster.bounds[0]), float(raster.bounds[-1])
    forward, inverse, _ = frequency.SCALES.get(raster.axis, frequency.SCALES["linear"])
    if raster.axis not in (
        "linear",
        "rows",
    ):  # the axis stays in hertz: a line in hertz lies right
        axes.set_yscale("function", functions=(forward, inverse))
    image = axes.imshow(
        np.ma.masked_invalid(raster.levels[channel]),
        cmap=colours,
        vmin=levels[0],
        vmax=levels[1],
        # rows are evenly spaced after the scale has been applied, so the image enters behind it
        extent=(start, stop, float(forward(np.array(low))), float(forward(np.array(high)))),
        transform=axes.transLimits + axes.transAxes,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        interpolation_stage="data",
    )
    image.sticky_edges.y.clear()
    axes.set_xlim(start, stop)
    axes.set_ylim(low, high)
    return image


def hatch(axes: Axes, theme: Theme) -> None:
    """What shows where there is no data."""
    axes.patch.set(facecolor=theme.missing, edgecolor=theme.hatch, hatch="////", linewidth=0)


def draw_wave(axes: Axes, wave: Envelope, channel: int, most: float, colour: str) -> None:
    """Draw one channel's envelope, `most` at the top."""
    low, high, times = wave.low[channel], wave.high[channel], wave.times
    if len(times) == len(wave.span):
        axes.plot(times, high, color=colour, linewidth=0.8)
    else:
        axes.fill_between(times, low, high, where=~np.isnan(high), color=colour, linewidth=0.3)
    axes.set_ylim(-most, most)
    axes.set_xlim(wave.span.start / wave.sample_rate, wave.span.stop / wave.sample_rate)


def draw_line(axes: Axes, made: Raster, place: tuple[int, int], theme: Theme) -> None:
    """Draw one feature over time; a gap where there is no value."""
    values = made.levels[place]
    start, stop = made.seconds
    times = start + (np.arange(len(values)) + 0.5) * (stop - start) / len(values)
    axes.plot(times, values, color=theme.wave, linewidth=1.2)
    axes.set_xlim(start, stop)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.5 * abs(high) or 1.0
    axes.set_ylim(low - room, high + room)


def value_axis(axes: Axes, words: str) -> str:
    """Numbers beside a panel, small and large ones with a power of ten; returns what the axis is to say."""
    (low, high), most = axes.get_ylim(), max(4, int(_room(axes)[1] / 2))
    size = max(abs(low), abs(high))
    power = 0 if 0.05 <= size < 1000 or size == 0 else int(np.floor(np.log10(size)))
    there = ticks.decimal(low / 10.0**power, high / 10.0**power, most)
    put_ticks(axes.yaxis, Ticks([place * 10.0**power for place in there.places], there.words))
    exponent = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{words} (10{exponent})" if power else words


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


def draw_marks(axes: Axes, marks: Sequence[Mark], theme: Theme) -> None:
    """Boxes, or lines across all frequencies, and their words; of those that lie in the panel."""
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    (first, last), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    around: list[Any] = [withStroke(linewidth=2.2, foreground="#000000b0")]
    for mark in marks:
        if mark.end < first or mark.start > last:
            continue
        low = bottom if mark.low is None else mark.low
        high = top if mark.high is None else mark.high
        box = Rectangle((mark.start, low), mark.end - mark.start, high - low, fill=False, edgecolor=theme.marks, lw=1.0)
        box.set_path_effects(around)
        axes.add_patch(box)
        if mark.words:
            place = (max(mark.start, first), min(high, top))
            words = axes.annotate(
                printable(mark.words), place, (3, -3), textcoords="offset points", va="top", fontsize=TICK, clip_on=True
            )
            words.set(color=theme.marks, parse_math=False, path_effects=around)


def time_axis(axes: Axes, theme: Theme, start: datetime | None, *, shown: bool = True, label: bool = True) -> None:
    """Times below a panel: of the day, where it is known when the recording began."""
    low, high = axes.get_xlim()
    there, words = ticks.time(low, high, max(2, int(_room(axes)[0] / 6)), start)
    put_ticks(axes.xaxis, there if shown else Ticks(there.places, [""] * len(there.places)))
    if label:
        axes.set_xlabel(words, fontsize=LABEL, color=theme.ink, labelpad=3)


def frequencies_below(axes: Axes, scale: str, theme: Theme) -> None:
    """Frequencies, or notes, below a panel."""
    there, words = frequency.place(scale, *axes.get_xlim(), max(2, int(_room(axes)[0] / 4)))
    put_ticks(axes.xaxis, there)
    axes.set_xlabel(words, fontsize=LABEL, color=theme.ink, labelpad=3)


def row_axis(axes: Axes, raster: Raster) -> str:
    """Frequencies, notes, or the names of rows, beside a panel; returns what the axis is to say."""
    room = _room(axes)[1]
    if raster.axis == "rows":
        return _named_rows(axes, raster, room)
    there, words = frequency.place(raster.axis, *axes.get_ylim(), max(2, int(room / 2.6)))
    put_ticks(axes.yaxis, there)
    return words


def _named_rows(axes: Axes, raster: Raster, room: float) -> str:
    """Rows that have no frequency: numbers where they are lags, octaves where they are those, else their names."""
    count, settings = len(raster.names), raster.settings
    counted = LAGS.get(settings.kind)
    if counted is not None and count > 1:
        put_ticks(axes.yaxis, ticks.decimal(0.0, count - 1.0, max(2, int(room / 2.6))))
        return f"Lag ({counted})"
    names = [name.replace("_", " ") for name in raster.names]
    words = raster.rows.capitalize() if raster.rows != "feature" else ""
    if isinstance(settings, ShapeSettings):  # of contrast alone: the others are lines
        names = [
            frequency.hertz(0.0 if band == 0 else settings.contrast_low * 2 ** (band - 1)) for band in range(count)
        ]
        words = "Octave from (Hz)"
    every = -(-count // max(1, int(room / 1.4)))
    put_ticks(axes.yaxis, Ticks([float(p) for p in range(0, count, every)], names[::every]))
    return words


def level_axis(axes: Axes, words: str) -> str:
    """Decibels beside a spectrum; returns what the axis is to say."""
    put_ticks(axes.yaxis, ticks.decimal(*axes.get_ylim(), max(2, int(_room(axes)[1] / 2.6))))
    return words


def amplitude_axis(axes: Axes, unit: str) -> str:
    """Amplitudes beside a waveform: zero, and a round number either way; returns what the axis is to say."""
    put_ticks(axes.yaxis, ticks.around_zero(axes.get_ylim()[1]))
    return f"Amplitude ({unit})"


def side_label(axes: Axes, words: str, theme: Theme) -> None:
    """What an axis says beside a panel; only its unit where the panel is low."""
    if len(words) * 0.55 > _room(axes)[1] + 1 and "(" in words and "(10" not in words:
        words = words[words.find("(") + 1 : -1]
    axes.set_ylabel(words, fontsize=LABEL, color=theme.ink)


def put_ticks(axis: Axis, there: Ticks) -> None:
    """Ticks that are already known."""
    axis.set_major_locator(FixedLocator(there.places))
    axis.set_major_formatter(FixedFormatter(there.words))


def _room(axes: Axes) -> tuple[float, float]:
    """Width and height in ems."""
    box = axes.get_window_extent()
    em = LABEL * axes.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    return box.width / em, box.height / em
