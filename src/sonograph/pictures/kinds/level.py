"""The kind of panel that is made of pixels: a spectrogram, or rows of features, in colours; its rows beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures import frequency, missing, ticks
from sonograph.pictures.axes import MOST, TICK, draw_marks, room
from sonograph.pictures.colours import colour_map
from sonograph.pictures.kinds.kind import Coloured, Content
from sonograph.pictures.kinds.line import ALL, count_lines, draw_over, frames_below
from sonograph.pictures.offset import loudest_heard
from sonograph.pictures.ranges import chosen_range, loudest_of
from sonograph.pictures.settings import PictureSettings
from sonograph.pictures.themes import THEMES
from sonograph.pictures.ticks import Ticks
from sonograph.pictures.words import LAGS, shortened, shown_line
from sonograph.pixels import rasterise, scale
from sonograph.pixels.raster import Pixels, Raster
from sonograph.settings import ShapeSettings, stft_of
from sonograph.settings.matrix import MatrixSettings
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.image import AxesImage

    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Named, Panel, Part
    from sonograph.pictures.tick_placing import Place
    from sonograph.pixels.lines import Lines


@dataclass(frozen=True, eq=False)
class Level(Content):
    """The pixels of a sound, and the features in hertz that lie over them: which row of which lines.

    points  : how many across and upwards; None: as many as the box has pixels
    remaker : makes them for what axes show that are zoomed; None where none are
    """

    coloured = True
    no_data = "are no data (hatched)"
    takes_over = True
    vscales: ClassVar[tuple[str, ...]] = ("level", "power", "magnitude")
    points: ClassVar[tuple[int, int] | None] = None
    raster: Raster
    over: Sequence[tuple[Lines, int]] = ()
    remaker: Any = None

    @classmethod
    def range_of(cls, panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
        """The lowest and the highest level of the colours, of all pixels shown."""
        rasters = [(panel.content.raster, panel.channel) for panel in panels if isinstance(panel.content, Level)]
        is_level = all(raster.is_level for raster, _ in rasters)
        if not is_level and look.below != PictureSettings.below:
            raise SettingsError(
                f"below is {look.below:g} dB, but the values are no levels; say with range what colours span"
            )
        shown = [raster.shown(channel) for raster, channel in rasters]
        floor = min(raster.floor for raster, _ in rasters)
        if (chosen := chosen_range(shown, floor, look)) is not None:
            return chosen
        if not is_level:
            return _span_of(shown)
        loudest_there = [
            _loudest_heard(panel, panel.content.raster) for panel in panels if isinstance(panel.content, Level)
        ]
        loudest = loudest_of(
            [
                values if beside is None else np.array([beside])
                for values, beside in zip(shown, loudest_there, strict=True)
            ],
            floor,
        )
        return (loudest - look.below, loudest) if loudest > floor else (-look.below, 0.0)  # any scale shows silence

    @property
    def scale_unit(self) -> str:
        """What the colours are, their reference named."""
        return self.raster.label

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The pixels of all channels, and the lines over them."""
        width, height = cls.points or (box.width, box.height)
        mean, salient = look.reduction == "mean", look.reduction == "salient"
        wanted = Pixels(width, height, part.span, look.axis, look.frequencies, mean, look.vscale, salient)
        raster = rasterise.raster(part.named.sound, frames_below(part.named), wanted, engine)
        over = _lines_over(part, raster, ALL if part.live else box.width, engine) if part.named.over else ()
        if not part.live:
            return cls(raster, over)
        from sonograph.pictures.live import Remaker

        return cls(raster, over, Remaker(cls, part, look, raster))

    @property
    def computed(self) -> Raster:
        """The pixels."""
        return self.raster

    @property
    def pixels(self) -> Raster | None:
        """The pixels."""
        return self.raster

    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> Coloured:
        """One channel's pixels, what is missing hatched, marks, and the lines over them."""
        look, theme, raster = composition.look, THEMES[composition.look.theme], self.raster
        levels = composition.ranges[type(self)]
        image = draw_pixels(axes, raster, panel.channel, colour_map(look.colours_shown), levels, live=panel.part.live)
        if self.remaker is not None:
            image.follow(self.remaker, raster, panel.channel, theme)  # type: ignore[attr-defined]  # as it is live
        gone = np.isnan(raster.levels[panel.channel])
        if gone.any():
            missing.hatch(axes, theme)
            if look.axes:
                missing.name_gap(axes, missing.gaps(gone.all(axis=0), raster.seconds), theme)
        draw_marks(axes, composition.marks_on(panel), theme)
        if self.over:
            draw_over(axes, self.over, panel.channel, theme, TICK)
        return Coloured(image, raster.label, raster.is_level)

    def side_ticks(self, panel: Panel) -> Place:
        """Frequencies, notes, or the names of rows."""
        return (
            RowTicks(self.raster)
            if self.raster.axis == "rows"
            else FrequencyTicks(self.raster.axis, self.raster.centre)
        )

    def caption(self, composition: Composition) -> str:
        """What the colours span."""
        low, high = composition.ranges[type(self)]
        line = shown_line(low, high, self.raster.unit, is_level=self.raster.is_level)
        return f"{line}{_beside_offset(self.raster, composition)}{_beside_c0(self.raster, composition)}"


def _loudest_heard(panel: Panel, raster: Raster) -> float | None:
    """The loudest of a panel beside an offset; None where none stands out."""
    sound = panel.part.named.sound
    n_samples = None if isinstance(sound, Spectrogram) else sound.n_samples
    return loudest_heard(raster, panel.channel, n_samples) if raster.is_level else None


def _beside_offset(raster: Raster, composition: Composition) -> str:
    """That the colours are chosen without an offset, and what it reads; "" where none stands out."""
    if composition.look.range is not None or composition.look.percentiles is not None:
        return ""
    panels = [panel for panel in composition.panels if getattr(panel.content, "raster", None) is raster]
    offsets = [raster.levels[panel.channel] for panel in panels if _loudest_heard(panel, raster) is not None]
    if not offsets:
        return ""
    most = max(float(np.nanmax(levels)) for levels in offsets)
    return f", without the offset at 0 Hz ({ticks.ends(most - 80, most)[1]} {raster.unit})"


def _beside_c0(raster: Raster, composition: Composition) -> str:
    """That the colours are chosen without c0, and where it lies; "" where there is none."""
    if not raster.has_c0 or composition.look.range is not None:
        return ""
    values = raster.levels[:, raster.of_c0]
    if not np.isfinite(values).any():
        return ""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    first, last = ticks.ends(low, max(high, low + 1e-3))
    return f", without c0 ({first} to {last})"


def refuse_over(named: Named, look: PictureSettings, *, taken: bool) -> None:
    """Refuse lines over a picture that has no place for them, or that are no lines in hertz.

    Raises
    ------
    SettingsError
        With the way out; `taken`: whether the view has a panel for them.
    """
    from sonograph.pixels.over import check_over

    if isinstance(named.sound, Spectrogram):
        raise SettingsError("over is given with a spectrogram, which has no samples: draw the sound itself")
    if not taken or count_lines(named.shown):
        what = "the settings give lines themselves" if count_lines(named.shown) else f'view is "{look.view}"'
        raise SettingsError(f'{what}; features lie over a spectrogram: view="spectrogram" or "both"')
    check_over(named.over)


def _lines_over(part: Part, raster: Raster, width: int, engine: Engine | None) -> Sequence[tuple[Lines, int]]:
    from sonograph.pixels.over import lines_over

    if raster.axis == "rows":
        raise SettingsError(f"the rows are {raster.rows}s, not frequencies; no pitch can lie over them")
    if isinstance(part.named.sound, Spectrogram):
        return ()
    return lines_over(part.named.sound, part.named.over, part.span, width, engine)


def _span_of(shown: Sequence[np.ndarray]) -> tuple[float, float]:
    """The lowest and the highest of values that are no levels."""
    there = [values for values in shown if not np.isnan(values).all()]
    low = min((float(np.nanmin(values)) for values in there), default=0.0)
    high = max((float(np.nanmax(values)) for values in there), default=1.0)
    return (low, high) if low < high else (high - 0.5, high + 0.5)


def draw_pixels(
    axes: Axes, raster: Raster, channel: int, colours: Colormap, levels: tuple[float, float], *, live: bool = False
) -> AxesImage:
    """Put one channel's pixels on axes in seconds and hertz; `live`: as an image that can be made anew."""
    from matplotlib.colors import Normalize
    from matplotlib.image import AxesImage

    from sonograph.pictures.loudest import LoudestImage

    start, stop = raster.seconds
    low, high = float(raster.bounds[0]), float(raster.bounds[-1])
    forward, inverse, _ = scale.SCALES.get(raster.axis, scale.SCALES["linear"])
    if raster.axis not in ("linear", "rows"):  # the axis stays in hertz: a line in hertz lies right
        axes.set_yscale("function", functions=(forward, inverse))
    kind: type[AxesImage] = LoudestImage if raster.is_level and not raster.mean else AxesImage
    if live:
        from sonograph.pictures.live import LiveImage

        kind = LiveImage
    image = kind(
        axes,
        cmap=colours,
        norm=Normalize(*levels),
        # rows are evenly spaced after the scale has been applied, so the image enters behind it
        extent=(start, stop, float(forward(np.array(low))), float(forward(np.array(high)))),
        transform=axes.transLimits + axes.transAxes,
        origin="lower",
        interpolation="nearest",
        interpolation_stage="data",
    )
    image.set_data(np.ma.masked_invalid(raster.levels[channel]))
    image.set_clip_path(axes.patch)
    axes.add_image(image)
    axes.set_aspect("auto")
    image.sticky_edges.y.clear()
    axes.set_xlim(start, stop)
    axes.set_ylim(low, high)
    return image


@dataclass(frozen=True)
class FrequencyTicks:
    """Frequencies, or notes, beside a panel."""

    axis: str
    centre: float = 0.0

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from one frequency to another."""
        most = min(MOST, max(2, int(room(axes)[1] / 2.6 + 1e-6)))
        return frequency.place(self.axis, low, high, most, self.centre)


class RowTicks:
    """Rows that have no frequency: times where they are lags, octaves where they are those, else their names."""

    def __init__(self, raster: Raster) -> None:
        settings = raster.settings
        self._step, self._names, self._words = 0.0, [_shown(name) for name in raster.names], ""
        self._count = len(self._names)
        self._numbers: np.ndarray | None = None
        if settings.kind in LAGS and self._count > 1:
            self._step = (1 if LAGS[settings.kind] == "samples" else stft_of(settings).hop) / raster.sample_rate
        elif isinstance(settings, MatrixSettings):
            self._words = settings.axis
            steps = np.diff(settings.places)
            if len(steps) and steps.max() < 2 * steps.min():
                self._numbers = np.array(settings.places)
            elif len(steps):  # round numbers would crowd at one end
                self._names = [ticks.minus(f"{place:.4g}") for place in settings.places]
        elif isinstance(settings, ShapeSettings):  # of contrast alone: the others are lines
            lows = [0.0 if band == 0 else settings.contrast_low * 2 ** (band - 1) for band in range(self._count)]
            self._names, self._words = [frequency.hertz(low) for low in lows], "Octave from (Hz)"
        elif raster.rows != "feature":
            self._words = raster.rows.capitalize()

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from one row to another."""
        em = room(axes)[1]
        first, last = max(0, math.ceil(low)), min(self._count - 1, math.floor(high))
        if self._step:
            unit, name = (1.0, "s") if last * self._step >= 0.5 else (1e-3, "ms")
            most = max(2, int(em / 2.6 + 1e-6))
            there = ticks.decimal(max(0.0, low) * self._step, min(self._count - 1, high) * self._step, most, unit)
            return Ticks([place / self._step for place in there.places], there.words), f"Lag ({name})"
        if self._numbers is not None and last > first:
            lowest, highest = (float(self._numbers[row]) for row in (first, last))
            there = ticks.decimal(lowest, highest, max(2, int(em / 2.6 + 1e-6)))
            rows = np.interp(there.places, self._numbers, np.arange(self._count))
            return Ticks(rows.tolist(), there.words), self._words
        every = max(1, -(-(last - first + 1) // max(1, int(em / 1.4 + 1e-6))))
        shown = [row for row in range(first, last + 1) if row % every == 0]
        return Ticks([float(row) for row in shown], [self._names[row] for row in shown]), self._words


def _shown(name: str) -> str:
    """A row's name beside a panel, where there is room for eight letters.

    >>> _shown("C#"), _shown("deltadelta_c12"), _shown("minor_x")
    ('C♯', 'Δ² c12', 'minor x')
    """
    plain = name.replace("deltadelta_", "Δ² ").replace("delta_", "Δ ").replace("_", " ").replace("#", "♯")
    return shortened(plain, 8)
