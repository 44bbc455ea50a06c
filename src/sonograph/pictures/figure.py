"""A composition as a Matplotlib figure: its panels, their axes, the words and the colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures import axes as on
from sonograph.pictures.compose import compose
from sonograph.pictures.layout import Box
from sonograph.pictures.letters import with_letters
from sonograph.pictures.paper import Paper
from sonograph.pictures.parts import Composition, Named, notes
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.style import ours
from sonograph.pictures.themes import THEMES
from sonograph.pictures.tick_placing import put_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


def figure_of(composition: Composition, window: Figure | None = None) -> Figure:
    """Draw it; `window`: the figure of a window, of the same size, to draw it on."""
    with ours(composition.words):
        return composition.main.figure(composition, window) or _panels(composition, window)


def _panels(composition: Composition, window: Figure | None) -> Figure:
    sheet, look = composition.sheet, composition.look
    paper = Paper(sheet, look.dpi_shown, THEMES[look.theme], window)
    coloured, drawn = [], []
    for i, panel in enumerate(composition.panels):
        axes = paper.panel(panel.box, framed=look.axes)
        drawn.append(axes)
        colours = panel.content.paint(axes, panel, composition)  # sets the limits that ticks are placed in
        coloured += [(i, colours)] if colours is not None else []
        if not look.axes:
            axes.set_axis_off()
            continue
        panel.content.axis_below(axes, panel, look, last=panel is composition.panels[-1])
        paper.side_axis(axes, panel.content.side_ticks(panel), keep_name=panel.content.keeps_name)
        paper.heading(panel.box, panel.heading)
    _share_time(composition, drawn)
    if look.axes:
        if coloured:
            (first, colours), (last, _) = coloured[0], coloured[-1]
            paper.colour_bar(sheet.bar(first, last), colours.image, colours.label, is_level=colours.is_level)
        paper.write(sheet.boxes[0].left, composition.title, with_letters(notes(composition), composition.words))
    return paper.figure


def _share_time(composition: Composition, drawn: Sequence[Axes]) -> None:
    """Panels of one sound that can be zoomed are zoomed in time together."""
    lowest: dict[int, Axes] = {}
    for panel, axes in reversed(list(zip(composition.panels, drawn, strict=True))):
        if not panel.part.live or not panel.content.over_time:
            continue
        below = lowest.setdefault(id(panel.part), axes)
        if below is not axes:
            axes.sharex(below)
            axes.tick_params(labelbottom=False)


class Painted(NamedTuple):
    """What was drawn on axes of the reader's: the image and its colour bar, where there are colours."""

    image: AxesImage | None
    colour_bar: Colorbar | None


def paint_on(
    axes: Axes | Sequence[Axes], sounds: Named | Sequence[Named], look: PictureSettings, *, live: bool = True
) -> Painted:
    """Draw on axes that are there already, one for each panel; their figure makes room for a colour bar.

    live : whether pixels are made anew for what the axes show

    Raises
    ------
    SettingsError
        Another number of axes than the picture has panels; axes of another kind; what belongs to those axes.
    """
    given: list[Axes] = np.ravel(np.asarray(axes, object)).tolist()
    for name in ("size", "dpi", "axes", "title"):
        if getattr(look, name) != getattr(PictureSettings, name):
            raise SettingsError(f"{name} is given with ax; set it on those axes or on their figure, which are yours")
    if not given:
        raise SettingsError("ax is an empty list; give Matplotlib axes, one for each panel, or leave it out")
    figures = [_figure_of(one, look) for one in given]
    named = [sounds] if isinstance(sounds, Named) else list(sounds)
    if len(given) == 1 and named[0].sound.n_channels > 1 and look.channel is None:
        raise SettingsError(f"the sound has {named[0].sound.n_channels} channels; choose one for these axes: channel=0")
    extents = [one.get_window_extent() for one in given]
    boxes = [Box(0, 0, max(1, round(box.width)), max(1, round(box.height))) for box in extents]
    size = max(box.width for box in boxes), max(sum(box.height for box in boxes), len(boxes))
    composition = compose(named, look.but(size=size, axes=False), boxes=boxes, live=live)
    if composition is None:
        raise SettingsError("there is nothing to draw")
    coloured = []
    for one, panel in zip(given, composition.panels, strict=True):
        colours = panel.content.paint(one, panel, composition)
        coloured += [(one, colours)] if colours is not None else []
        panel.content.axes_around(one, panel, composition, last=panel is composition.panels[-1])
    if not coloured:
        return Painted(None, None)
    colours = coloured[0][1]
    apart: Any = {"pad": 0.14} if look.view == "surface" else {}  # beyond the numbers of its axes
    bar = figures[0].colorbar(colours.image, ax=[one for one, _ in coloured], **apart)
    put_places(bar.ax.yaxis, on.BarTicks(colours.label, colours.is_level), on.label_beside)
    return Painted(colours.image, bar)


def _figure_of(axes: Axes, look: PictureSettings) -> Figure:
    """The figure of axes that a view can be drawn on."""
    if not hasattr(axes, "get_figure"):
        raise SettingsError(f"ax is {type(axes).__name__}; it must be Matplotlib axes, one or a list of them")
    figure = axes.get_figure(root=True)
    if figure is None:
        raise SettingsError("the axes belong to no figure; make them with figure.add_subplot()")
    if hasattr(axes, "get_zlim") != (look.view == "surface"):
        made = 'ax must be made with projection="3d"' if look.view == "surface" else "ax must be flat axes"
        raise SettingsError(f'view is "{look.view}"; {made}')
    return figure
