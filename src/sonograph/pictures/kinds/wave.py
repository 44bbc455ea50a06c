"""The kind of panel that is a waveform: the envelope of the samples, and the amplitudes beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from sonograph.pictures import missing, ticks
from sonograph.pictures.axes import MOST, draw_marks, room
from sonograph.pictures.kinds.kind import Content, samples_shown
from sonograph.pictures.themes import THEMES, Theme
from sonograph.pictures.ticks import Ticks
from sonograph.pixels.waveform import APART, Envelope, envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Panel, Part
    from sonograph.pictures.settings import PictureSettings
    from sonograph.pictures.tick_placing import Place


@dataclass(frozen=True, eq=False)
class Wave(Content):
    """The samples of a sound, as the lowest and the highest under each column of pixels."""

    note_lines = 1
    needs_samples = True
    envelope: Envelope

    @classmethod
    def range_of(cls, panels: Sequence[Panel], look: PictureSettings) -> tuple[float, float]:
        """The lowest and the highest sample; as far below zero as above, unless all lie far from it."""
        waves = [(panel.content.envelope, panel.channel) for panel in panels if isinstance(panel.content, Wave)]
        edges = [edge[channel] for wave, channel in waves for edge in (wave.low, wave.high)]
        there = [edge for edge in edges if not np.isnan(edge).all()]
        low = min((float(np.nanmin(edge)) for edge in there), default=0.0)
        high = max((float(np.nanmax(edge)) for edge in there), default=0.0)
        if 0 < high - low < max(low, -high):  # a sound on a large offset, as gravity, would be a flat line at the edge
            return low, high
        most = max(-low, high) or 1.0
        return -most, most

    @property
    def scale_unit(self) -> str:
        """The unit of the samples."""
        return self.envelope.unit

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The envelope of all channels."""
        return cls(envelope(samples_shown(part.named, look), part.span, box.width))

    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> None:
        """The envelope on plain paper, what is missing hatched."""
        theme = THEMES[composition.look.theme]
        if panel.part.live:
            from sonograph.pictures.live import LiveWave

            set_limits(axes, self.envelope, composition.ranges[type(self)])
            LiveWave(panel.part, composition.look, panel.channel, theme.wave).put_on(axes)
        else:
            draw_wave(axes, self.envelope, panel.channel, composition.ranges[type(self)], theme.wave)
        hatch_gaps(axes, self.envelope, panel.channel, composition.look)
        draw_marks(axes, composition.marks_on(panel), theme, on_paper=True)

    def side_ticks(self, panel: Panel) -> Place:
        """Amplitudes, zero among them where it lies there."""
        return AmplitudeTicks(self.envelope.unit)


@dataclass(frozen=True)
class AmplitudeTicks:
    """Amplitudes beside a panel."""

    unit: str

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from the lowest to the highest."""
        most = min(MOST, max(2, int(room(axes)[1] / 2.6 + 1e-6)))
        there, taken, power = ticks.short(low, high, most)
        if len(there.places) < 3:
            there, taken, power = ticks.short(low, high, 4)
        if low < 0 < high and len(there.places) < 3:
            there = ticks.around_zero(high, power)
        return there, ticks.with_taken("Amplitude", self.unit, taken, power)


def draw_wave(axes: Axes, wave: Envelope, channel: int, swing: tuple[float, float], colour: str) -> None:
    """Draw one channel's envelope, from the lowest to the highest sample and a little room."""
    low, high, times = wave.low[channel], wave.high[channel], wave.times
    if len(times) == len(wave.span):
        dots = "." if len(times) * APART <= axes.get_window_extent().width else None
        axes.plot(times, high, color=colour, linewidth=0.8, marker=dots, markersize=3)
    else:
        axes.fill_between(times, low, high, where=~np.isnan(high), color=colour, linewidth=0.3)
    set_limits(axes, wave, swing)


def set_limits(axes: Axes, wave: Envelope, swing: tuple[float, float]) -> None:
    """All of the time, and of the samples with a little room."""
    margin = 0.025 * (swing[1] - swing[0])
    axes.set_ylim(swing[0] - margin, swing[1] + margin)
    axes.set_xlim(*wave.seconds)


def draw_behind(axes: Axes, wave: Envelope, channel: int, look: PictureSettings) -> None:
    """Draw the sound itself, pale, at the full height of a panel that shows something else."""
    theme: Theme = THEMES[look.theme]
    low, high = wave.low[channel], wave.high[channel]
    most = max(float(np.nanmax(np.abs(low), initial=0.0)), float(np.nanmax(np.abs(high), initial=0.0))) or 1.0
    heights = axes.get_xaxis_transform()  # seconds across, shares of the panel upwards
    share_low, share_high = (0.5 + 0.48 * edge / most for edge in (low, high))
    axes.fill_between(
        wave.times, share_low, share_high, color=theme.wave, alpha=0.18, linewidth=0, transform=heights, zorder=0
    )
    hatch_gaps(axes, wave, channel, look)


def hatch_gaps(axes: Axes, wave: Envelope, channel: int, look: PictureSettings) -> None:
    """Hatch where a waveform, or what lies over it, has no data."""
    where = missing.gaps(np.isnan(wave.high[channel]), wave.seconds)
    missing.hatch_gaps(axes, where, THEMES[look.theme])
    if look.axes:
        missing.name_gap(axes, where, THEMES[look.theme])
