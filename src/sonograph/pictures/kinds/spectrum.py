"""The kind of panel that is a spectrum: the mean of the frames, where nine in ten of them lie, the levels beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from sonograph.pictures import frequency, ticks
from sonograph.pictures.axes import LINE, MOST, label_below, room
from sonograph.pictures.kinds.kind import Content, source_of
from sonograph.pictures.ranges import chosen_range, loudest_of
from sonograph.pictures.themes import THEMES, Theme
from sonograph.pictures.ticks import Ticks
from sonograph.pixels import scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Panel, Part
    from sonograph.pictures.placing import Place
    from sonograph.pictures.settings import PictureSettings
    from sonograph.pixels.distribution import Spectrum

MARGIN = 3.0
"""Decibels of room around the lines."""


@dataclass(frozen=True, eq=False)
class SpectrumLines(Content):
    """The levels of a sound over frequency, as lines."""

    tall = 400
    over_time = False
    needs_samples = True
    takes_marks = False
    spectrum: Spectrum

    @classmethod
    def range_of(cls, panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
        """The levels of the lines, and a little around them."""
        shown = [(p.content.spectrum, p.channel) for p in panels if isinstance(p.content, SpectrumLines)]
        lines = [spectrum.shown(channel) for spectrum, channel in shown]
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
        return self.spectrum.label

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The spectrum of all channels."""
        from sonograph.pixels.distribution import spectrum

        return cls(spectrum(source_of(part.named, look), part.named.settings, part.span, engine))

    @property
    def computed(self) -> Spectrum:
        """The spectrum."""
        return self.spectrum

    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> None:
        """The lines of one channel."""
        look = composition.look
        draw_spectrum(axes, self.spectrum, panel.channel, look, THEMES[look.theme])
        axes.set_ylim(*composition.ranges[type(self)])

    def side_ticks(self, panel: Panel) -> Place:
        """Decibels."""
        return LevelTicks(self.spectrum.label)

    def axis_below(self, axes: Axes, panel: Panel, look: PictureSettings, *, last: bool) -> None:
        """Frequencies, or notes."""
        frequencies_below(axes, look.axis or "linear")
        axes.xaxis.label.set_visible(last)

    def caption(self, composition: Composition) -> str:
        """Which line is what."""
        return "line: mean power of the frames (Welch); shade: 5 to 95 % of them; dashes: median"


def draw_spectrum(axes: Axes, spectrum: Spectrum, channel: int, look: PictureSettings, theme: Theme) -> None:
    """Draw the mean of the frames, their median and where nine in ten of them lie."""
    low, median, high = spectrum.percentiles[channel]
    axes.fill_between(spectrum.frequencies, low, high, color=theme.wave, alpha=0.25, linewidth=0)
    axes.plot(spectrum.frequencies, median, color=theme.wave, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(spectrum.frequencies, spectrum.mean[channel], color=theme.wave, linewidth=1.2)
    axis = look.axis or "linear"
    first, last = scale.limits(axis, spectrum.frequencies, spectrum.sample_rate / 2, look.frequencies)
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
class FrequenciesBelow:
    """Frequencies, or notes, below a panel."""

    axis: str

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from one frequency to another."""
        return frequency.place(self.axis, low, high, max(2, int(room(axes)[0] / 4 + 1e-6)))


def frequencies_below(axes: Axes, scale: str) -> None:
    """Frequencies, or notes, below a panel, whatever part of them is shown."""
    from sonograph.pictures.placing import put_places

    put_places(axes.xaxis, FrequenciesBelow(scale), label_below)
