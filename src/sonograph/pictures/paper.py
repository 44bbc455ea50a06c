"""A sheet of paper: panels at their places, words above them, the colour bar beside; on Matplotlib's Agg canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle

from sonograph.pictures import axes as on
from sonograph.pictures import layout
from sonograph.pictures.layout import Box, Sheet
from sonograph.pictures.shown import Picture
from sonograph.pictures.themes import Theme
from sonograph.pictures.tick_placing import Place, put_places
from sonograph.pictures.words import printable, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

TITLE, SMALL = 11.0, 7.5  # points


class Paper:
    """A figure whose parts lie where a sheet says, in the colours of a theme; `window`: the one to draw on."""

    def __init__(self, sheet: Sheet, dpi: float, theme: Theme, window: Figure | None = None) -> None:
        self.sheet, self.theme = sheet, theme
        if window is not None:
            window.set_facecolor(theme.paper)
            self.figure: Figure = window
            return
        self.figure = Picture(figsize=(sheet.width / dpi, sheet.height / dpi), dpi=dpi, facecolor=theme.paper)
        FigureCanvasAgg(self.figure)

    def panel(self, box: Box, *, framed: bool = True) -> Axes:
        """Axes whose inside is exactly a box of pixels; the frame lies around it and covers none of them."""
        axes = self.figure.add_axes(self._share(box), facecolor=self.theme.paper)
        on.plain(axes, self.theme)
        if framed:
            around = Box(box.left - 1, box.bottom - 1, box.width + 2, box.height + 2)
            left, bottom, width, height = self._share(around)
            transform = self.figure.transFigure
            frame = Rectangle(
                (left, bottom), width, height, transform=transform, color=self.theme.faint, lw=0, zorder=-1
            )
            self.figure.add_artist(frame)
        return axes

    def side_axis(self, axes: Axes, place: Place, *, keep_name: bool = False) -> None:
        """Numbers, and a label at one distance from all panels, so that they line up; shortened where one is low."""
        em, width = self.sheet.em, axes.get_window_extent().width
        put_places(axes.yaxis, place, on.name_beside if keep_name else on.side_label)
        axes.yaxis.set_label_coords(-(layout.LEFT - 1.4) * em / width, 0.5)

    def colour_bar(self, box: Box, image: AxesImage, label: str, *, is_level: bool = True) -> None:
        """The scale of the colours: both its ends are numbered, so the range shown can be read."""
        axes = self.panel(box)
        bar = self.figure.colorbar(image, cax=axes)
        bar.outline.set_visible(False)
        on.plain(axes, self.theme)
        put_places(axes.yaxis, on.BarTicks(label, is_level), on.side_label)
        axes.yaxis.set_label_coords(1 + (layout.BAR_WORDS - 1.4) * self.sheet.em / box.width, 0.5)

    def write(self, left: int, title: str, notes: list[str]) -> None:
        """Title and small lines above the first panel, shortened to the sheet's width."""
        em, sheet = self.sheet.em, self.sheet
        room = sheet.width - left - em
        self._line(left, sheet.title_top, shortened(printable(title), int(room / (0.78 * em))), TITLE, self.theme.ink)
        for i, note in enumerate(notes):
            words = shortened(printable(note), int(room / (0.46 * em)))
            self._line(left, sheet.note_top - i * layout.NOTE * em, words, SMALL, self.theme.faint)

    def heading(self, box: Box, words: str) -> None:
        """A panel's own name above it."""
        shown = shortened(printable(words), int(box.width / (0.6 * self.sheet.em)))
        top = box.bottom + box.height + (layout.HEADING - 0.15) * self.sheet.em
        self._line(box.left, top, shown, on.LABEL, self.theme.ink)

    def _line(self, left: float, top: float, words: str, size: float, colour: str) -> None:
        x, y = left / self.sheet.width, top / self.sheet.height
        text = self.figure.text(x, y, words, fontsize=size, color=colour, va="top")
        text.set_parse_math(False)  # a "$" in a file's name is a "$"

    def _share(self, box: Box) -> tuple[float, float, float, float]:
        width, height = self.sheet.width, self.sheet.height
        return box.left / width, box.bottom / height, box.width / width, box.height / height
