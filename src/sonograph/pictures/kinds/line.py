"""The kind of panel that is a line: a feature over time, the sound pale behind it, its values beside it.

Lines that lie over a spectrogram are drawn here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sonograph.pictures import ticks
from sonograph.pictures.axes import MOST, draw_marks, room
from sonograph.pictures.kinds.kind import Content, samples_shown
from sonograph.pictures.kinds.wave import draw_behind
from sonograph.pictures.themes import THEMES, Theme
from sonograph.pictures.ticks import Ticks
from sonograph.pixels.waveform import Envelope, envelope
from sonograph.settings import Settings, StftSettings, stft_of
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sonograph.engines import Engine
    from sonograph.pictures.layout import Box
    from sonograph.pictures.parts import Composition, Named, Panel, Part
    from sonograph.pictures.settings import PictureSettings
    from sonograph.pictures.tick_placing import Place
    from sonograph.pixels.lines import Lines

DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 3)), (0, (1, 3)))
"""Of lines over a spectrogram, which are all of one colour."""
MOST_LINES = 12
"""Features of a frame that have a panel each; more are rows of one picture."""


ALL = 1 << 20
"""Points of a line that can be zoomed: of every frame of some hours."""
FINER = 8
"""How many times as many columns a waveform behind such a line has."""


@dataclass(frozen=True, eq=False)
class Line(Content):
    """Features over time, a panel each, and the sound that they are of; None of a spectrogram, which has none."""

    tall = 190
    keeps_name = True
    leads = True
    no_data = "have no value"
    lines: Lines
    behind: Envelope | None

    @property
    def scale_unit(self) -> str | None:
        """The unit of the samples behind."""
        return None if self.behind is None else self.behind.unit

    @classmethod
    def n_panels(cls, named: Named) -> int:
        """One for each feature."""
        return count_lines(named.shown)

    @classmethod
    def make(cls, part: Part, box: Box, look: PictureSettings, engine: Engine | None) -> Self:
        """The features of all channels, and the envelope of the samples."""
        from sonograph.pixels.lines import lines_of

        sound, settings, points = part.named.sound, part.named.settings, ALL if part.live else box.width
        if isinstance(sound, Spectrogram):
            return cls(lines_of(sound, sound.settings, part.span, points), None)
        assert settings is not None  # noqa: S101  # without any there are no features
        return cls(
            lines_of(sound, settings, part.span, points, engine),
            envelope(samples_shown(part.named, look), part.span, box.width * (FINER if part.live else 1)),
        )

    @property
    def computed(self) -> Lines:
        """The features."""
        return self.lines

    def paint(self, axes: Axes, panel: Panel, composition: Composition) -> None:
        """One feature, over the sound."""
        look, theme = composition.look, THEMES[composition.look.theme]
        rate, span = panel.part.named.sound.sample_rate, panel.part.span
        draw_line(axes, self.lines, (panel.channel, panel.row), (span.start / rate, span.stop / rate), theme)
        if self.behind is not None:
            draw_behind(axes, self.behind, panel.channel, look)
        draw_marks(axes, composition.marks_on(panel), theme, on_paper=True)

    def side_ticks(self, panel: Panel) -> Place:
        """Values, and the name of the feature."""
        return ValueTicks(self.lines.names[panel.row].replace("_", " "), self.lines.units[panel.row])

    def caption(self, composition: Composition) -> str:
        """What line and shade are where points stand for several frames."""
        crowded = "line: mean of the frames under a pixel; shade: their lowest to highest"
        return crowded if self.lines.crowded else ""


def count_lines(settings: Settings | None) -> int:
    """How many features of a frame are lines: few, and each in a unit of its own; 0 where they make one picture."""
    if getattr(settings, "rows", "") != "feature" or getattr(settings, "alike", False):
        return 0
    count = getattr(settings, "n_rows", None)
    return count if count is not None and count <= MOST_LINES else 0


def frames_below(named: Named) -> Settings | None:
    """What a spectrogram under features that are lines is computed with: their frames."""
    if not count_lines(named.shown) or named.settings is None:
        return named.settings
    stft = stft_of(named.settings)
    alike = ("window_length", "hop", "n_fft", "edges", "remove_dc", "high_pass", "weighting")
    return StftSettings(**{name: getattr(stft, name) for name in alike})


def draw_line(axes: Axes, lines: Lines, place: tuple[int, int], seconds: tuple[float, float], theme: Theme) -> None:
    """Draw one feature over time; a gap where there is no value."""
    mean, low, high = (values[place] for values in (lines.mean, lines.low, lines.high))
    if lines.crowded:
        axes.fill_between(lines.times, low, high, color=theme.wave, alpha=0.35, linewidth=0)
    _line(axes, lines.times, mean, color=theme.wave, linewidth=1.2)
    axes.set_xlim(*seconds)
    least, most = (float(np.nanmin(low)), float(np.nanmax(high))) if np.isfinite(mean).any() else (0.0, 1.0)
    margin = 0.06 * (most - least) or 0.5 * abs(most) or 1.0
    axes.set_ylim(least - margin, most + margin)


def draw_over(axes: Axes, over: Sequence[tuple[Lines, int]], channel: int, theme: Theme, size: float) -> None:
    """Draw lines in hertz over a spectrogram, light on a dark rim so that they are seen on every colour; name them."""
    from matplotlib.patheffects import Normal, Stroke

    limits = axes.get_xlim(), axes.get_ylim()
    rim: list[Any] = [Stroke(linewidth=3.0, foreground="#000000b0", dashes={"dash_offset": 0, "dash_list": None})]
    for (lines, row), dashes in zip(over, DASHES, strict=False):
        values, name = lines.mean[channel, row], lines.names[row]
        look = {"color": theme.marks, "linewidth": 1.3, "linestyle": dashes, "path_effects": [*rim, Normal()]}
        _line(axes, lines.times, values, label=name, **look)
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
    names = axes.legend(
        loc="best", fontsize=size, facecolor="#000000", framealpha=0.55, edgecolor="none", labelcolor="#ffffff"
    )
    names.set_zorder(min(line.get_zorder() for line in axes.lines) - 0.1)  # where there is no free place


def _line(axes: Axes, times: np.ndarray, values: np.ndarray, **look: Any) -> None:
    """A line; a value without neighbours, which no line would show, is a dot."""
    bare = np.concatenate([[True], np.isnan(values), [True]])
    alone = np.flatnonzero(~bare[1:-1] & bare[:-2] & bare[2:])
    axes.plot(times, values, marker="." if len(alone) else None, markersize=4, markevery=alone.tolist(), **look)


@dataclass(frozen=True)
class ValueTicks:
    """Numbers beside a panel, as short as they can be, and what they are of."""

    name: str
    unit: str = ""

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from the lowest to the highest."""
        there, taken, power = ticks.short(low, high, min(MOST, max(4, int(room(axes)[1] / 2 + 1e-6))))
        return there, ticks.with_taken(self.name, self.unit, taken, power)
