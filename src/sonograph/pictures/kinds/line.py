"""Panels of features that are lines: what is made for them, the lines, and those that lie over a spectrogram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.pictures import ticks
from sonograph.pictures.axes import MOST, put_ticks, room
from sonograph.pictures.parts import Named, Part
from sonograph.pictures.themes import Theme
from sonograph.pixels.lines import Lines
from sonograph.pixels.waveform import envelope
from sonograph.settings import Settings, StftSettings, stft_of
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 3)), (0, (1, 3)))
"""Of lines over a spectrogram, which are all of one colour."""


MOST_LINES = 12
"""Features of a frame that have a panel each; more are rows of one picture."""


def count_lines(settings: Settings | None) -> int:
    """How many features of a frame are lines: few, and each in a unit of its own; 0 where they make one picture."""
    if getattr(settings, "rows", "") != "feature" or getattr(settings, "alike", False):
        return 0
    count = getattr(settings, "n_rows", None)
    return count if count is not None and count <= MOST_LINES else 0


def below(named: Named) -> Settings | None:
    """What a spectrogram under features that are lines is computed with: their frames."""
    if not count_lines(named.shown) or named.settings is None:
        return named.settings
    stft = stft_of(named.settings)
    return StftSettings(window_length=stft.window_length, hop=stft.hop, n_fft=stft.n_fft, edges=stft.edges)


def make_lines(part: Part, width: int, engine: Engine | None) -> None:
    """The features over time, and the sound that they are of."""
    from sonograph.pixels.lines import lines_of

    sound, settings = part.named.sound, part.named.settings
    if isinstance(sound, Spectrogram):
        part.made["line"] = lines_of(sound, sound.settings, part.span, width)
    elif settings is not None:
        part.made["line"] = lines_of(sound, settings, part.span, width, engine)
        part.made["wave"] = envelope(sound, part.span, width)


def make_over(part: Part, width: int, engine: Engine | None) -> None:
    """The lines that lie over a spectrogram."""
    from sonograph.pixels.over import lines_over

    if part.made["level"].axis == "rows":
        raise SettingsError(f"the rows are {part.made['level'].rows}s, not frequencies; no pitch can lie over them")
    if not isinstance(part.named.sound, Spectrogram):
        part.made["over"] = lines_over(part.named.sound, part.named.over, part.span, width, engine)


def draw_line(axes: Axes, made: Lines, place: tuple[int, int], seconds: tuple[float, float], theme: Theme) -> None:
    """Draw one feature over time; a gap where there is no value."""
    mean, low, high = (values[place] for values in (made.mean, made.low, made.high))
    if made.crowded:
        axes.fill_between(made.times, low, high, color=theme.wave, alpha=0.35, linewidth=0)
    _line(axes, made.times, mean, color=theme.wave, linewidth=1.2)
    axes.set_xlim(*seconds)
    least, most = (float(np.nanmin(low)), float(np.nanmax(high))) if np.isfinite(mean).any() else (0.0, 1.0)
    margin = 0.06 * (most - least) or 0.5 * abs(most) or 1.0
    axes.set_ylim(least - margin, most + margin)


def draw_over(axes: Axes, lines: list[tuple[Lines, int]], channel: int, theme: Theme, size: float) -> None:
    """Draw lines in hertz over a spectrogram, light on a dark rim so that they are seen on every colour; name them."""
    from matplotlib.patheffects import Normal, Stroke

    limits = axes.get_xlim(), axes.get_ylim()
    rim: list[Any] = [Stroke(linewidth=3.0, foreground="#000000b0", dashes={"dash_offset": 0, "dash_list": None})]
    for (made, row), dashes in zip(lines, DASHES, strict=False):
        values, name = made.mean[channel, row], made.names[row]
        look = {"color": theme.marks, "linewidth": 1.3, "linestyle": dashes, "path_effects": [*rim, Normal()]}
        _line(axes, made.times, values, label=name, **look)
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


def value_axis(axes: Axes, name: str, unit: str = "") -> str:
    """Numbers beside a panel, as short as they can be; returns what the axis is to say."""
    (low, high), most = axes.get_ylim(), min(MOST, max(4, int(room(axes)[1] / 2)))
    there, taken, power = ticks.short(low, high, most)
    put_ticks(axes.yaxis, there)
    return ticks.with_taken(name, unit, taken, power)
