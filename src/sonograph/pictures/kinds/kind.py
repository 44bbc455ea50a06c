"""What every kind of panel has: its limits, what it makes of a sound, its painting and its words.

A kind is a subclass of `Content`; an object of it is what the panels of that kind show of one sound. Matplotlib is
loaded by painting only, so that a picture of bare pixels needs none of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from sonograph.computing.run import filtered
from sonograph.errors import SettingsError
from sonograph.pictures import axes as on
from sonograph.sounds.derived import is_complex
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from typing import Self

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Named, Panel, Part
    from sonograph.pictures.settings import PictureSettings
    from sonograph.pictures.tick_placing import Place
    from sonograph.pixels.raster import Raster
    from sonograph.settings import Settings
    from sonograph.sounds.source import Source


class Computed(Protocol):
    """What was computed of a sound, as captions and recipes tell it: n_rows rows for each of n_frames frames."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102
    @property
    def sample_rate(self) -> float: ...  # noqa: D102
    @property
    def rows(self) -> str: ...  # noqa: D102
    @property
    def n_rows(self) -> int: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def missing(self) -> int: ...  # noqa: D102
    @property
    def n_frames(self) -> int: ...  # noqa: D102


class Coloured(NamedTuple):
    """An image, and what its colour bar says."""

    image: AxesImage
    label: str
    is_level: bool


class Content(ABC):
    """What the panels of one kind show of one sound.

    tall          : its height against the other kinds; pixels, on a sheet whose size nobody chose
    note_lines    : small lines of words above the panels
    coloured      : its values are colours, so that it has a bar beside it, and the words of marks
    over_time     : time runs across; else each panel has an axis of its own below it
    keeps_name    : the words beside it are a name, which a low panel has in smaller letters, not only its unit
    leads         : the caption counts its frames, whatever else is shown
    no_data       : what the caption says of frames that are missing
    needs_samples : it is of a sound, not of a spectrogram
    takes_marks, takes_over : marks, and features as lines, have a place on it
    vscales       : what of a power it can show
    n_sounds      : of how many sounds it is; None: of any number
    """

    tall: ClassVar[int] = 300
    note_lines: ClassVar[int] = 2
    coloured: ClassVar[bool] = False
    over_time: ClassVar[bool] = True
    keeps_name: ClassVar[bool] = False
    leads: ClassVar[bool] = False
    no_data: ClassVar[str] = "are no data"
    needs_samples: ClassVar[bool] = False
    takes_marks: ClassVar[bool] = True
    takes_over: ClassVar[bool] = False
    vscales: ClassVar[tuple[str, ...]] = ("level",)
    n_sounds: ClassVar[int | None] = None

    # its limits

    @classmethod
    def refuse(cls, named: Named, look: PictureSettings) -> None:
        """Refuse a sound, or a look, that it cannot show.

        Raises
        ------
        SettingsError
            With the reason.
        """
        if named.marks and not cls.takes_marks:
            raise SettingsError(f'view is "{look.view}"; labels have no place on it: leave them out, or view="both"')

    @classmethod
    def gathered(cls, parts: Sequence[Part], look: PictureSettings) -> list[Part]:
        """What panels are made of: the sounds, each by itself, or one part of several.

        Raises
        ------
        SettingsError
            It is of another number of sounds.
        """
        if cls.n_sounds not in (None, len(parts)):
            count = {1: "one sound", 2: "two sounds"}[cls.n_sounds or 0]
            raise SettingsError(f'view is "{look.view}"; it is of {count}, not of {len(parts)}')
        return list(parts)

    @classmethod
    def range_of(cls, panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
        """The lowest and the highest value that all panels of this kind have room for."""
        return look.range or (-look.below, 0.0)

    @property
    def scale_unit(self) -> str | None:
        """What the scale that it shares with the others of its kind is in; None where it shares none."""
        return None

    # what it makes

    @classmethod
    def n_panels(cls, named: Named) -> int:
        """Panels of each channel of a sound."""
        return 1

    @classmethod
    @abstractmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """Compute what the panels of a sound show, for a box of pixels."""

    @property
    def computed(self) -> Computed | None:
        """What was computed, for the caption and the recipe; None where nothing was."""
        return None

    @property
    def pixels(self) -> Raster | None:
        """What it is where it is nothing but pixels, as a bare picture and a terminal have them."""
        return None

    # its painting

    @abstractmethod
    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> Coloured | None:
        """Draw one panel; what a colour bar is to be beside, if anything."""

    def figure(self, composition: Composition, window: Figure | None = None) -> Figure | None:
        """A figure of its own, or that of a window, where it is not painted on flat axes."""
        return None

    def page(self, composition: Composition) -> str:
        """An HTML page of its own, of what can be turned.

        Raises
        ------
        SettingsError
            It cannot.
        """
        raise SettingsError(f'view is "{composition.look.view}"; an HTML page shows a surface: view="surface"')

    # its words

    @abstractmethod
    def side_ticks(self, panel: Panel) -> Place:
        """What places the numbers beside a panel, and says what they are."""

    def axis_below(self, axes: Axes, panel: Panel, look: PictureSettings, *, last: bool) -> None:
        """Put numbers, and below the last panel words, on the axis across."""
        on.time_axis(axes, panel.part.named.sound.start, shown=panel.last, label=last)

    def axes_around(self, axes: Axes, panel: Panel, composition: Composition, *, last: bool) -> None:
        """Put numbers and words around axes of the reader's."""
        from sonograph.pictures.tick_placing import put_places

        put_places(axes.yaxis, self.side_ticks(panel), on.name_beside if self.keeps_name else on.side_label)
        if self.over_time:
            on.time_axis(axes, panel.part.named.sound.start, label=last)
        else:
            self.axis_below(axes, panel, composition.look, last=last)

    def caption(self, composition: Composition) -> str:
        """What the small words say of how to read it; "" for nothing."""
        return ""


def samples_shown(named: Named, look: PictureSettings) -> Source:
    """The sound as samples, through the filter of its settings where they have one.

    Raises
    ------
    SettingsError
        It is a spectrogram.
    """
    source = source_of(named, look)
    return source if named.settings is None else filtered(source, named.settings)


def source_of(named: Named, look: PictureSettings) -> Source:
    """The sound as samples.

    Raises
    ------
    SettingsError
        It is a spectrogram.
    """
    if isinstance(named.sound, Spectrogram):
        raise SettingsError(f'view is "{look.view}"; a spectrogram has no samples: draw the sound itself')
    if is_complex(named.sound):
        raise SettingsError(f'view is "{look.view}"; complex samples (I/Q) are no line: draw samples.real or .imag')
    return named.sound
