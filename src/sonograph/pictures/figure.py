"""Panels, axes and a colour bar around pixels that are already made, on Matplotlib's Agg canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator

from sonograph.pictures import frequency, layout, ticks
from sonograph.pictures.colours import FAINT, INK, NO_DATA, NO_DATA_LINES, PAPER, WAVE
from sonograph.pictures.layout import Box, Sheet
from sonograph.pictures.raster import Raster
from sonograph.pictures.ticks import Ticks
from sonograph.pictures.waveform import Envelope
from sonograph.pictures.words import printable, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage

TITLE, LABEL, TICK, SMALL = 11.0, 9.0, 8.0, 7.5  # points
LINE = 0.6


def figure_for(sheet: Sheet, dpi: float) -> Figure:
    """An empty sheet of paper."""
    figure = Figure(figsize=(sheet.width / dpi, sheet.height / dpi), dpi=dpi, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def panel(figure: Figure, sheet: Sheet, box: Box, *, framed: bool = True) -> Axes:
    """Axes whose inside is exactly a box of pixels; the frame lies around it and covers none of them."""
    axes = figure.add_axes(_share(sheet, box), facecolor=PAPER)
    axes.spines[:].set_visible(False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_zorder(-1)  # below the pixels, of which a tick would cover one
    axes.tick_params(labelsize=TICK, width=LINE, length=3, color=INK, labelcolor=INK)
    if framed:
        around = Box(box.left - 1, box.bottom - 1, box.width + 2, box.height + 2)
        left, bottom, width, height = _share(sheet, around)
        figure.add_artist(
            Rectangle((left, bottom), width, height, transform=figure.transFigure, color=FAINT, lw=0, zorder=-1)
        )
    return axes


def paint(axes: Axes, raster: Raster, channel: int, colours: Colormap, levels: tuple[float, float]) -> AxesImage:
    """Put one channel's pixels on axes in seconds and hertz."""
    values = raster.levels[channel]
    if np.isnan(values).any():
        axes.patch.set(facecolor=NO_DATA, edgecolor=NO_DATA_LINES, hatch="////", linewidth=0)
    start, stop = raster.seconds
    low, high = float(raster.bounds[0]), float(raster.bounds[-1])
    forward, inverse, _ = frequency.SCALES[raster.axis]
    if raster.axis != "linear":  # the axis stays in hertz, so that a line in hertz drawn over it lies right
        axes.set_yscale("function", functions=(forward, inverse))
    image = axes.imshow(
        np.ma.masked_invalid(values),
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


def draw_wave(axes: Axes, wave: Envelope, channel: int, most: float) -> None:
    """Draw one channel's envelope, `most` at the top."""
    low, high, times = wave.low[channel], wave.high[channel], wave.times
    if len(times) == len(wave.span):
        axes.plot(times, high, color=WAVE, linewidth=0.8)
    else:
        axes.fill_between(times, low, high, where=~np.isnan(high), color=WAVE, linewidth=0.3)
    axes.set_ylim(-most, most)
    axes.set_xlim(wave.span.start / wave.sample_rate, wave.span.stop / wave.sample_rate)


def time_axis(axes: Axes, box: Box, em: float, *, shown: bool, label: bool) -> None:
    """Times below a panel."""
    low, high = axes.get_xlim()
    there, words = ticks.time(low, high, max(2, int(box.width / em / 6)))
    put_ticks(axes.xaxis, there if shown else Ticks(there.places, [""] * len(there.places)))
    if label:
        axes.set_xlabel(words, fontsize=LABEL, color=INK, labelpad=3)


def frequency_axis(axes: Axes, scale: str, box: Box, em: float) -> None:
    """Frequencies, or notes, beside a panel."""
    there, words = frequency.place(scale, *axes.get_ylim(), max(2, int(box.height / em / 2.6)))
    put_ticks(axes.yaxis, there)
    side_label(axes, box, em, words)


def amplitude_axis(axes: Axes, box: Box, em: float, unit: str) -> None:
    """Amplitudes beside a waveform: zero, and a round number either way."""
    put_ticks(axes.yaxis, ticks.around_zero(axes.get_ylim()[1]))
    side_label(axes, box, em, f"Amplitude ({unit})")


def side_label(axes: Axes, box: Box, em: float, words: str) -> None:
    """A label at one distance from all panels, so that they line up; shortened where the panel is low."""
    if len(words) * 0.55 * em > box.height + em:
        words = words[words.find("(") + 1 : -1] if "(" in words else words
    axes.set_ylabel(words, fontsize=LABEL, color=INK)
    axes.yaxis.set_label_coords(-(layout.LEFT - 1.75) * em / box.width, 0.5)


def put_ticks(axis: Axis, there: Ticks) -> None:
    """Ticks that are already known."""
    axis.set_major_locator(FixedLocator(there.places))
    axis.set_major_formatter(FixedFormatter(there.words))


def colour_bar(figure: Figure, sheet: Sheet, box: Box, image: AxesImage, label: str) -> Any:
    """The scale of the colours: both its ends are numbered, so the range shown can be read."""
    axes = panel(figure, sheet, box)
    bar = figure.colorbar(image, cax=axes)
    bar.outline.set_visible(False)
    low, high = image.get_clim()
    put_ticks(axes.yaxis, ticks.level(low, high, min(9, max(1, int(box.height / sheet.em / 2.4)))))
    axes.tick_params(labelsize=TICK, width=LINE, length=3, color=INK, labelcolor=INK)
    axes.set_ylabel(label, fontsize=LABEL, color=INK)
    axes.yaxis.set_label_coords(1 + (layout.BAR_WORDS - 1.4) * sheet.em / box.width, 0.5)
    return bar


def write(figure: Figure, sheet: Sheet, left: int, title: str, notes: list[str]) -> None:
    """Title and small lines above the first panel, shortened to the sheet's width."""
    room = sheet.width - left - sheet.em
    _line(
        figure, sheet, (left, sheet.title_top), shortened(printable(title), int(room / (0.78 * sheet.em))), TITLE, INK
    )
    for i, note in enumerate(notes):
        place = (left, sheet.note_top - i * layout.NOTE * sheet.em)
        _line(figure, sheet, place, shortened(printable(note), int(room / (0.46 * sheet.em))), SMALL, FAINT)


def heading(figure: Figure, sheet: Sheet, box: Box, words: str) -> None:
    """A panel's own name above it."""
    shown = shortened(printable(words), int(box.width / (0.6 * sheet.em)))
    top = box.bottom + box.height + (layout.HEADING - 0.15) * sheet.em
    _line(figure, sheet, (box.left, top), shown, LABEL, INK)


def _line(figure: Figure, sheet: Sheet, place: tuple[float, float], words: str, size: float, colour: str) -> None:
    text = figure.text(place[0] / sheet.width, place[1] / sheet.height, words, fontsize=size, color=colour, va="top")
    text.set_parse_math(False)  # a "$" in a file's name is a "$"


def _share(sheet: Sheet, box: Box) -> tuple[float, float, float, float]:
    return (
        box.left / sheet.width,
        box.bottom / sheet.height,
        box.width / sheet.width,
        box.height / sheet.height,
    )
