"""A composition as a Matplotlib figure: its panels, their axes, the words and the colour bar."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sonograph.errors import SettingsError
from sonograph.io.marks import Mark
from sonograph.pictures import axes as on
from sonograph.pictures import missing as lost
from sonograph.pictures.colours import colour_map
from sonograph.pictures.compose import compose
from sonograph.pictures.kinds import level, line, spectrum, wave
from sonograph.pictures.paper import Paper
from sonograph.pictures.parts import Composition, Named, Panel, Part, notes
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from sonograph.pixels.waveform import Envelope


def figure_of(composition: Composition) -> Figure:
    """Draw it."""
    with ours():
        if composition.look.view != "surface":
            return _panels(composition)
        from sonograph.pictures.surface import surface_of

        return surface_of(composition)


def _panels(composition: Composition) -> Figure:
    sheet, look = composition.sheet, composition.look
    paper = Paper(sheet, look.dpi, THEMES[look.theme])
    images = []
    for panel in composition.panels:
        axes = paper.panel(panel.box, framed=look.axes)
        words, image = _painted(axes, panel, composition)
        images += [image] if image is not None else []
        if not look.axes:
            axes.set_axis_off()
            continue
        last = panel is composition.panels[-1]
        if panel.kind == "spectrum":
            spectrum.frequencies_below(axes, look.axis or "linear")
            axes.xaxis.label.set_visible(last)
        else:
            on.time_axis(axes, panel.part.named.sound.start, shown=panel.last, label=last)
        paper.side_label(axes, words, keep_name=panel.kind == "line")
        paper.heading(panel.box, panel.heading)
    if look.axes:
        shown = [i for i, panel in enumerate(composition.panels) if panel.kind == "level"]
        if images:
            first = composition.rasters[0]
            paper.colour_bar(sheet.bar(shown[0], shown[-1]), images[0], first.label, is_level=first.is_level)
        paper.write(sheet.boxes[0].left, composition.title, notes(composition))
    return paper.figure


class Painted(NamedTuple):
    """What was drawn on axes of the reader's: the image, and its colour bar."""

    image: AxesImage
    colour_bar: Colorbar


def paint_on(axes: Axes, named: Named, look: PictureSettings) -> Painted:
    """Draw a spectrogram, or features, on axes that are there already; their figure makes room for a colour bar.

    Raises
    ------
    SettingsError
        Another view, or a sound of several channels.
    """
    if look.view != "spectrogram":
        raise SettingsError(f'view is "{look.view}"; on axes of yours it must be "spectrogram"')
    for name in ("size", "dpi", "axes", "title"):
        if getattr(look, name) != getattr(PictureSettings, name):
            raise SettingsError(f"{name} is given with ax; set it on those axes or on their figure, which are yours")
    if named.sound.n_channels > 1 and look.channel is None:
        raise SettingsError(f"the sound has {named.sound.n_channels} channels; choose one for these axes: channel=0")
    figure = axes.get_figure(root=True)
    if figure is None:
        raise SettingsError("the axes belong to no figure; make them with figure.add_subplot()")
    box = axes.get_window_extent()
    size = max(1, round(box.width)), max(1, round(box.height))
    composition = compose([named], look.but(size=size, axes=False))
    if composition is None:
        raise SettingsError("there is nothing to draw")
    panel = composition.panels[0]
    if panel.kind != "level":
        raise SettingsError("the settings give features, which are lines; draw them without ax, or plot their values")
    image = _pixels(axes, panel, composition)
    bar = figure.colorbar(image, ax=axes)
    bar.set_label(level.bar_axis(bar.ax, composition.levels, panel.made.label, is_level=panel.made.is_level))
    on.time_axis(axes, named.sound.start)
    on.side_label(axes, level.row_axis(axes, panel.made))
    return Painted(image, bar)


def _painted(axes: Axes, panel: Panel, composition: Composition) -> tuple[str, AxesImage | None]:
    """Paint a panel; what its axis is to say, and the image if there is one."""
    look, made = composition.look, panel.made
    theme = THEMES[look.theme]
    if panel.kind == "wave":
        wave.draw_wave(axes, made, panel.channel, composition.swing, theme.wave)
        _hatch_gaps(axes, made, panel.channel, look)
        on.draw_marks(axes, _marks_above(panel.part), theme, on_paper=True)
        return wave.amplitude_axis(axes, made.unit), None
    if panel.kind == "spectrum":
        spectrum.draw_spectrum(axes, made, panel.channel, look, theme)
        axes.set_ylim(*composition.levels)
        return spectrum.level_axis(axes, made.label), None
    if panel.kind == "line":
        rate, span = panel.part.named.sound.sample_rate, panel.part.span
        line.draw_line(axes, made, (panel.channel, panel.row), (span.start / rate, span.stop / rate), theme)
        envelope = panel.part.made.get("wave")
        if envelope is not None:
            wave.behind(axes, envelope, panel.channel, theme)
            _hatch_gaps(axes, envelope, panel.channel, look)
        on.draw_marks(axes, _marks_above(panel.part), theme, on_paper=True)
        return line.value_axis(axes, made.names[panel.row].replace("_", " "), made.units[panel.row]), None
    image = _pixels(axes, panel, composition)  # sets the limits that ticks are placed in
    return level.row_axis(axes, made), image


def _marks_above(part: Part) -> list[Mark]:
    """The marks of a panel on paper; their words stand on the spectrogram where there is one."""
    said = "level" not in part.made
    return [mark if said else dataclasses.replace(mark, words="") for mark in part.named.marks]


def _hatch_gaps(axes: Axes, wave: Envelope, channel: int, look: PictureSettings) -> None:
    """Where a waveform, or what lies over it, has no data."""
    where = lost.gaps(np.isnan(wave.high[channel]), wave.seconds)
    lost.hatch_gaps(axes, where, THEMES[look.theme])
    if look.axes:
        lost.name_gap(axes, where, THEMES[look.theme])


def _pixels(axes: Axes, panel: Panel, composition: Composition) -> AxesImage:
    """A spectrogram, and what lies over it."""
    look, made = composition.look, panel.made
    theme, levels = THEMES[look.theme], made.levels[panel.channel]
    image = level.paint(axes, made, panel.channel, colour_map(look.colours_shown), composition.levels)
    missing = np.isnan(levels)
    if missing.any():
        lost.hatch(axes, theme)
        if look.axes:
            lost.name_gap(axes, lost.gaps(missing.all(axis=0), made.seconds), theme)
    on.draw_marks(axes, panel.part.named.marks, theme)
    if "over" in panel.part.made:
        line.draw_over(axes, panel.part.made["over"], panel.channel, theme, on.TICK)
    return image
