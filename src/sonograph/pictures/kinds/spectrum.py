"""The kind of panel that is a spectrum: the mean of the frames, where nine in ten of them lie, the levels beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures import frequency, ticks
from sonograph.pictures.axes import LINE, MOST, label_below, room
from sonograph.pictures.kinds.kind import Content
from sonograph.pictures.kinds.line import ValueTicks
from sonograph.pictures.ranges import chosen_range, loudest_of
from sonograph.pictures.themes import THEMES, Theme
from sonograph.pictures.ticks import Ticks
from sonograph.pixels import scale
from sonograph.settings import SLOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Panel, Part
    from sonograph.pictures.settings import PictureSettings
    from sonograph.pictures.tick_placing import Place
    from sonograph.pixels.distribution import Spectrum

MARGIN = 3.0
"""Decibels of room around the lines."""


@dataclass(frozen=True, eq=False)
class SpectrumLines(Content):
    """The levels of a sound over frequency, as lines."""

    tall = 400
    over_time = False
    takes_marks = False
    vscales = ("level", "power", "magnitude", "log")
    spectrum: Spectrum
    vscale: str = "level"

    @classmethod
    def range_of(cls, panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
        """The levels of the lines, and a little around them."""
        shown = [(p.content.spectrum, p.channel) for p in panels if isinstance(p.content, SpectrumLines)]
        lines = [spectrum.scaled(spectrum.shown(channel), look.vscale) for spectrum, channel in shown]
        if look.vscale != "level":
            return span_of(lines, look)
        floor = min(spectrum.floor for spectrum, _ in shown)
        if (chosen := chosen_range(lines, floor, look)) is not None:
            return chosen
        loudest = loudest_of(lines, floor)
        if loudest <= floor:
            return -look.below, 0.0  # silence: any scale shows it
        quietest = min(float(np.nanmin(line)) for line in lines if not np.isnan(line).all())
        return max(loudest - look.below, quietest - MARGIN), loudest + MARGIN

    @property
    def scale_unit(self) -> str:
        """What its levels are, their reference named."""
        return self.spectrum.words(self.vscale)[0]

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The spectrum of all channels."""
        from sonograph.pixels.distribution import spectrum

        return cls(spectrum(part.named.sound, part.named.settings, part.span, engine), look.vscale)

    @property
    def computed(self) -> Spectrum:
        """The spectrum."""
        return self.spectrum

    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> None:
        """The lines of one channel."""
        look = composition.look
        draw_spectrum(axes, self.spectrum, panel.channel, look, THEMES[look.theme])
        if look.vscale == "log":
            logarithmic(axes)
        axes.set_ylim(*composition.ranges[type(self)])

    def side_ticks(self, panel: Panel) -> Place:
        """Decibels, or numbers of a power or a magnitude."""
        return height_ticks(*self.spectrum.words(self.vscale), self.vscale)

    def axis_below(self, axes: Axes, panel: Panel, look: PictureSettings, *, last: bool) -> None:
        """Frequencies, or notes."""
        frequencies_below(axes, usual_axis(self.spectrum, look), self.spectrum.centre)
        axes.xaxis.label.set_visible(last)

    def caption(self, composition: Composition) -> str:
        """Which line is what."""
        return "line: mean power of the frames (Welch); shade: 5 to 95 % of them; dashes: median"


DECADES = 8
"""Powers of ten that a logarithmic scale reaches below the largest value, as 80 dB do."""


def span_of(lines: Sequence[np.ndarray], look: PictureSettings) -> tuple[float, float]:
    """Of powers or magnitudes: from nothing to the largest, or on a logarithmic scale some decades below it."""
    if look.range is not None:
        if look.vscale == "log" and look.range[0] <= 0:
            raise SettingsError(f'range begins at {look.range[0]:g} with vscale "log"; it must begin above 0')
        return look.range
    most = max((float(np.nanmax(line)) for line in lines if not np.isnan(line).all()), default=0.0) or 1.0
    if look.vscale != "log":
        return 0.0, 1.05 * most
    there = [line[line > 0] for line in lines]
    least = min((float(line.min()) for line in there if line.size), default=most)
    return max(least / 2, most * 10.0**-DECADES), 2 * most


def logarithmic(axes: Axes) -> None:
    """Heights by their logarithm; our ticks alone are numbered."""
    from matplotlib.ticker import NullLocator

    axes.set_yscale("log", nonpositive="clip")
    axes.yaxis.set_minor_locator(NullLocator())


def height_ticks(label: str, unit: str, vscale: str) -> Place:
    """What places numbers beside a spectrum."""
    name = label.partition(" (")[0]
    return LevelTicks(label) if vscale == "level" else DecadeTicks(label) if vscale == "log" else ValueTicks(name, unit)


def usual_axis(spectrum: Spectrum, look: PictureSettings) -> str:
    """The scale across: as asked, else linear, and of a slow series as in its spectrogram."""
    return look.axis or ("log" if spectrum.lowest >= 0 and spectrum.sample_rate < SLOW else "linear")


def draw_spectrum(axes: Axes, spectrum: Spectrum, channel: int, look: PictureSettings, theme: Theme) -> None:
    """Draw the mean of the frames, their median and where nine in ten of them lie."""
    low, median, high = (spectrum.scaled(line, look.vscale) for line in spectrum.percentiles[channel])
    mean = spectrum.scaled(spectrum.mean[channel], look.vscale)
    axes.fill_between(spectrum.frequencies, low, high, color=theme.wave, alpha=0.25, linewidth=0)
    axes.plot(spectrum.frequencies, median, color=theme.wave, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(spectrum.frequencies, mean, color=theme.wave, linewidth=1.2)
    axis = usual_axis(spectrum, look)
    first, last = scale.limits(axis, spectrum.frequencies, spectrum.sample_rate / 2, look.frequencies, spectrum.lowest)
    if axis != "linear":
        axes.set_xscale("function", functions=scale.SCALES[axis][:2])
    axes.set_xlim(first, last)
    axes.grid(color=theme.faint, alpha=0.25, linewidth=LINE)


@dataclass(frozen=True)
class LevelTicks:
    """Decibels beside a panel."""

    label: str

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from the lowest to the highest."""
        return ticks.decimal(low, high, min(MOST, max(2, int(room(axes)[1] / 2.6 + 1e-6)))), self.label


@dataclass(frozen=True)
class DecadeTicks:
    """Powers of ten beside a panel, and what lies between them where they are few."""

    label: str

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from the lowest to the highest."""
        return ticks.decades(low, high, min(MOST, max(2, int(room(axes)[1] / 2 + 1e-6)))), self.label


@dataclass(frozen=True)
class FrequenciesBelow:
    """Frequencies, or notes, below a panel."""

    axis: str
    centre: float = 0.0

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from one frequency to another."""
        return frequency.place(self.axis, low, high, max(2, int(room(axes)[0] / 4 + 1e-6)), self.centre)


def frequencies_below(axes: Axes, scale: str, centre: float = 0.0) -> None:
    """Frequencies, or notes, below a panel, whatever part of them is shown."""
    from sonograph.pictures.tick_placing import put_places

    put_places(axes.xaxis, FrequenciesBelow(scale, centre), label_below)
