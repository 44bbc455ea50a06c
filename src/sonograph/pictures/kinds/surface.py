"""The kind of panel that is a surface: time, frequency and level in three dimensions, each with its true numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures import axes as on
from sonograph.pictures import frequency, ticks, times
from sonograph.pictures.colours import colour_map
from sonograph.pictures.kinds.kind import Coloured
from sonograph.pictures.kinds.level import Level
from sonograph.pictures.kinds.line import count_lines
from sonograph.pictures.kinds.surface_points import REST, points
from sonograph.pictures.layout import Box
from sonograph.pictures.letters import with_letters
from sonograph.pictures.parts import Composition, Named, Part, notes
from sonograph.pictures.themes import THEMES
from sonograph.pixels import scale
from sonograph.pixels.raster import Raster

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sonograph.engines import Engine
    from sonograph.pictures.parts import Panel
    from sonograph.pictures.settings import PictureSettings

ELEVATION, AZIMUTH = 36.0, -64.0  # degrees: the sound comes towards the reader, low frequencies in front


@dataclass(frozen=True, eq=False)
class Surface(Level):
    """The levels of one channel of one sound, over hertz."""

    no_data = "are no data"
    takes_marks = False
    takes_over = False
    vscales = ("level",)
    n_sounds = 1
    points = (240, 120)  # more of them only hide each other

    @classmethod
    def refuse(cls, named: Named, look: PictureSettings) -> None:
        """Refuse what has no frequencies, and marks."""
        if count_lines(named.shown):
            raise SettingsError('the settings give features, which are lines; view="surface" is of frequencies')
        super().refuse(named, look)

    @classmethod
    def gathered(cls, parts: Sequence[Part], look: PictureSettings) -> list[Part]:
        """The one sound, of one channel."""
        parts = super().gathered(parts, look)
        if len(parts[0].channels) != 1:
            raise SettingsError('view is "surface"; it shows one channel: choose it with channel=0')
        return parts

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The points of the surface."""
        surface = super().make(part, box, look, engine)
        if surface.raster.axis == "rows":
            raise SettingsError('the rows have no frequency; view="surface" is of frequencies')
        return surface

    @property
    def pixels(self) -> None:
        """Seen from a side, it has none."""

    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> Coloured:
        """The surface on axes in three dimensions."""
        draw_surface(axes, self.raster, composition)
        return Coloured(_image(composition), self.raster.label, self.raster.is_level)

    def axes_around(self, axes: Axes, panel: Panel, composition: Composition, *, last: bool) -> None:
        """Nothing: they are painted with their numbers."""

    def figure(self, composition: Composition, window: Figure | None = None) -> Figure:
        """The whole figure."""
        return _drawn(self.raster, composition, window)

    def page(self, composition: Composition) -> str:
        """A page to turn it."""
        from sonograph.pictures.out.page import page_of

        return page_of(self.raster, composition)


def _drawn(raster: Raster, composition: Composition, window: Figure | None) -> Figure:
    import mpl_toolkits.mplot3d  # type: ignore[import-untyped]  # noqa: F401  # registers the projection

    from sonograph.pictures.paper import Paper

    sheet, look, theme = composition.sheet, composition.look, THEMES[composition.look.theme]
    paper = Paper(sheet, look.dpi_shown, theme, window)
    panel = composition.panels[0]
    axes: Any = paper.figure.add_axes((0.0, 0.0, 1.0, 1.0), projection="3d", facecolor=theme.paper)
    axes.view_init(ELEVATION, AZIMUTH)
    _axes(axes, raster, composition)  # the room that numbers and words take is measured
    em = sheet.em
    room = (0.7 * em, 0.6 * em, panel.box.left + panel.box.width - 0.7 * em, panel.box.bottom + panel.box.height)
    _fit(axes, room, paper.figure)
    draw_surface(axes, raster, composition)
    mapped = _image(composition)
    bar = Box(panel.box.left + panel.box.width + round(1.1 * sheet.em), panel.box.bottom, round(1.3 * sheet.em), 0)
    paper.colour_bar(bar._replace(height=panel.box.height), mapped, raster.label, is_level=raster.is_level)
    paper.write(sheet.boxes[0].left, composition.title, with_letters(notes(composition), composition.words))
    return paper.figure


def draw_surface(axes: Any, raster: Raster, composition: Composition) -> None:
    """The surface, its numbers and words."""
    (low, high), look = composition.levels, composition.look
    time, height, levels = points(raster, composition)
    _axes(axes, raster, composition)
    faces = (
        levels[1:, 1:] + levels[1:, :-1] + levels[:-1, 1:] + levels[:-1, :-1]
    ) / 4  # those of a corner would flicker
    shades = colour_map(look.colours_shown)(np.clip((faces - low) / (high - low), 0, 1))
    surface = axes.plot_surface(
        time[None, :] + 0 * levels,
        height[:, None] + 0 * levels,
        levels,
        facecolors=shades,
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
        shade=False,
        rasterized=True,  # as thousands of shapes in an SVG the paper shines through their seams and pales the colours
    )
    surface.set_clip_on(False)  # Matplotlib cuts at a square, which a wide box reaches over


def _fit(axes: Any, room: tuple[float, float, float, float], figure: Figure) -> None:
    """Make the box with all its numbers and words as large as a room of pixels (left, bottom, right, top) holds."""
    left, bottom, right, top = room
    wide, zoom = min(max(1.1 * (right - left) / (top - bottom), 1.2), 3.5), 1.0
    for _ in range(3):  # letters do not grow with the box, so that one step is not enough
        axes.set_box_aspect((wide, *REST), zoom=zoom)
        box = _extent(axes, figure)
        zoom *= min((right - left) / box.width, (top - bottom) / box.height)
    axes.set_box_aspect((wide, *REST), zoom=zoom)
    box, (width, height) = _extent(axes, figure), figure.canvas.get_width_height()
    across, up = ((left + right) - (box.x0 + box.x1)) / 2, ((bottom + top) - (box.y0 + box.y1)) / 2
    axes.set_position((across / width, up / height, 1.0, 1.0))


def _extent(axes: Any, figure: Figure) -> Any:
    """Where the box, its numbers and its words lie now, pixels."""
    from matplotlib.transforms import Bbox
    from mpl_toolkits.mplot3d import proj3d

    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]  # Agg's
    axes.draw(renderer)  # places the words
    corners = np.array(np.meshgrid(axes.get_xlim(), axes.get_ylim(), axes.get_zlim())).reshape(3, -1)
    flat = np.array(proj3d.proj_transform(*corners, axes.get_proj())[:2]).T
    inside = Bbox.null()
    inside.update_from_data_xy(axes.transData.transform(flat), ignore=True)
    return Bbox.union([inside, *(axis.get_tightbbox(renderer) for axis in (axes.xaxis, axes.yaxis, axes.zaxis))])


def _axes(axes: Any, raster: Raster, composition: Composition) -> None:
    theme = THEMES[composition.look.theme]
    low, high = composition.levels
    moments, time_words = times.time(raster.seconds[0], raster.seconds[1], 6, raster.start)
    hertz, hertz_words = frequency.place(raster.axis, float(raster.bounds[0]), float(raster.bounds[-1]), 6)
    forward = scale.SCALES[raster.axis].forward
    places, ends = forward(np.array(hertz.places)), forward(raster.bounds[[0, -1]])
    on.put_ticks(axes.xaxis, moments)
    on.put_ticks(axes.yaxis, ticks.Ticks([float(p) for p in places], hertz.words))
    on.put_ticks(axes.zaxis, ticks.level(low, high, 4))
    axes.set(xlim=raster.seconds, ylim=ends, zlim=(low, high))
    labels = (time_words, hertz_words, raster.label)
    for axis, words in zip((axes.xaxis, axes.yaxis, axes.zaxis), labels, strict=True):
        axis.set_label_text(words, fontsize=on.LABEL, color=theme.ink)
        axis.set_tick_params(
            labelsize=on.TICK, labelcolor=theme.ink, color=theme.ink, pad=4 if axis is axes.zaxis else 1
        )
        axis.line.set_color(theme.ink)
        axis.pane.set(facecolor=theme.paper, edgecolor=theme.faint)
        axis._axinfo["grid"].update(color=theme.missing, linewidth=on.LINE)


def _image(composition: Composition) -> Any:
    """What the colour bar is the scale of."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(*composition.levels), colour_map(composition.look.colours_shown))
