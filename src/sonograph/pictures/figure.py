"""A composition as a Matplotlib figure: its panels, their axes, the words and the colour bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures import axes as on
from sonograph.pictures import ticks
from sonograph.pictures.colours import colour_map
from sonograph.pictures.compose import compose
from sonograph.pictures.paper import Paper
from sonograph.pictures.parts import Composition, Named, Panel, notes
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


def figure_of(composition: Composition) -> Figure:
    """Draw it."""
    if composition.look.view == "surface":
        from sonograph.pictures.surface import surface_of

        return surface_of(composition)
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
            on.frequencies_below(axes, look.axis or "linear", paper.theme)
            axes.xaxis.label.set_visible(last)
        else:
            on.time_axis(axes, paper.theme, panel.part.named.sound.start, shown=panel.last, label=last)
        paper.side_label(axes, words)
        paper.heading(panel.box, panel.heading)
    if look.axes:
        shown = [i for i, panel in enumerate(composition.panels) if panel.kind == "level"]
        if images:
            paper.colour_bar(sheet.bar(shown[0], shown[-1]), images[0], composition.rasters[0].label)
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
    theme = THEMES[look.theme]
    if look.view != "spectrogram":
        raise SettingsError(f'view is "{look.view}"; on axes of yours it must be "spectrogram"')
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
    image = on.paint(axes, panel.made, panel.channel, colour_map(look.colours_shown), composition.levels)
    if np.isnan(panel.made.levels[panel.channel]).any():
        on.hatch(axes, theme)
    on.draw_marks(axes, named.marks, theme)
    if "over" in panel.part.made:
        from sonograph.pictures.over import draw_over

        draw_over(axes, panel.part.made["over"], panel.channel, theme, on.TICK)
    bar = figure.colorbar(image, ax=axes, label=panel.made.label)
    on.put_ticks(bar.ax.yaxis, ticks.level(*composition.levels, 6))
    on.time_axis(axes, theme, named.sound.start)
    on.side_label(axes, on.row_axis(axes, panel.made), theme)
    return Painted(image, bar)


def _painted(axes: Axes, panel: Panel, composition: Composition) -> tuple[str, AxesImage | None]:
    """Paint a panel; what its axis is to say, and the image if there is one."""
    look, made = composition.look, panel.made
    theme = THEMES[look.theme]
    if panel.kind == "wave":
        on.draw_wave(axes, made, panel.channel, 1.05 * composition.peak, theme.wave)
        return on.amplitude_axis(axes, made.unit), None
    if panel.kind == "spectrum":
        on.draw_spectrum(axes, made, panel.channel, look, theme)
        axes.set_ylim(*composition.levels)
        return on.level_axis(axes, made.label), None
    if panel.kind == "line":
        on.draw_line(axes, made, (panel.channel, panel.row), theme)
        wave = panel.part.made.get("wave")
        if wave is not None:
            on.behind(axes, wave, panel.channel, theme)
        return on.value_axis(axes, made.names[panel.row].replace("_", " ")), None
    image = on.paint(axes, made, panel.channel, colour_map(look.colours_shown), composition.levels)
    if np.isnan(made.levels[panel.channel]).any():
        on.hatch(axes, theme)
    on.draw_marks(axes, panel.part.named.marks, theme)
    if "over" in panel.part.made:
        from sonograph.pictures.over import draw_over

        draw_over(axes, panel.part.made["over"], panel.channel, theme, on.TICK)
    return on.row_axis(axes, made), image
