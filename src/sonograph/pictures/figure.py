"""A composition as a Matplotlib figure: its panels, their axes, the words and the colour bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sonograph.errors import SettingsError
from sonograph.pictures import axes as on
from sonograph.pictures.compose import compose
from sonograph.pictures.paper import Paper
from sonograph.pictures.parts import Composition, Named, notes
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


def figure_of(composition: Composition) -> Figure:
    """Draw it."""
    with ours():
        return composition.main.figure(composition) or _panels(composition)


def _panels(composition: Composition) -> Figure:
    sheet, look = composition.sheet, composition.look
    paper = Paper(sheet, look.dpi, THEMES[look.theme])
    coloured = []
    for i, panel in enumerate(composition.panels):
        axes = paper.panel(panel.box, framed=look.axes)
        colours = panel.content.paint(axes, panel, composition)  # sets the limits that ticks are placed in
        coloured += [(i, colours)] if colours is not None else []
        label = panel.content.side_axis(axes, panel)
        if not look.axes:
            axes.set_axis_off()
            continue
        panel.content.axis_below(axes, panel, look, last=panel is composition.panels[-1])
        paper.side_label(axes, label, keep_name=panel.content.keeps_name)
        paper.heading(panel.box, panel.heading)
    if look.axes:
        if coloured:
            (first, colours), (last, _) = coloured[0], coloured[-1]
            paper.colour_bar(sheet.bar(first, last), colours.image, colours.label, is_level=colours.is_level)
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
    if not panel.content.coloured:
        raise SettingsError("the settings give features, which are lines; draw them without ax, or plot their values")
    colours = panel.content.paint(axes, panel, composition)
    assert colours is not None  # noqa: S101  # as it is coloured
    bar = figure.colorbar(colours.image, ax=axes)
    bar.set_label(on.bar_axis(bar.ax, composition.levels, colours.label, is_level=colours.is_level))
    on.time_axis(axes, named.sound.start)
    on.side_label(axes, panel.content.side_axis(axes, panel))
    return Painted(colours.image, bar)
