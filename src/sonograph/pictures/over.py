"""Features that are frequencies, as lines over a spectrogram: pitch, centroid, roll-off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.frames import frames_of
from sonograph.pictures.raster import Pixels
from sonograph.pictures.span import frames_in
from sonograph.pictures.themes import Theme
from sonograph.settings import Settings
from sonograph.sources import Source
from sonograph.transform import spectrogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IN_HERTZ = ("pitch", "centroid", "rolloff")
"""Rows that are frequencies: they have a place on the axis of a spectrogram."""

MOST = 6
"""Lines that can be told apart."""
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 3)), (0, (1, 3)))


class Line(NamedTuple):
    """A frequency over time.

    times  : (points,) seconds
    values : (channels, points) Hz; NaN where there is none
    """

    name: str
    times: np.ndarray
    values: np.ndarray


def check_over(over: tuple[Any, ...]) -> None:
    """Refuse features that have no row in hertz, and more lines than can be told apart.

    Raises
    ------
    SettingsError
        The first that cannot be drawn.
    """
    for settings in over:
        if not any(name in IN_HERTZ for name in getattr(settings, "names", ())):
            raise SettingsError(
                f"over holds settings of kind {getattr(settings, 'kind', type(settings).__name__)!r}; they must have a "
                f"row in hertz: {', '.join(IN_HERTZ)}"
            )
    if len(_rows(over)) > MOST:
        raise SettingsError(f"over gives {len(_rows(over))} lines; it must be {MOST} or fewer to be told apart")


def _rows(over: tuple[Any, ...]) -> list[tuple[Any, int, str]]:
    return [(one, row, name) for one in over for row, name in enumerate(one.names) if name in IN_HERTZ]


def lines_over(
    sound: Source, over: tuple[Settings, ...], samples: range, width: int, engine: Engine | None
) -> list[Line]:
    """The lines over a part of a sound: a point for each frame, or for each pixel where there are more frames."""
    made = []
    for settings in over:
        frames = frames_in(settings, frames_of(settings, sound.n_samples), samples)
        if len(frames) <= width:
            found = spectrogram(sound, settings, frames=frames, engine=engine)
            times, values = found.times, found.values.reshape(found.n_channels, -1, len(frames))
        else:
            from sonograph.pictures.gather import from_features

            pixels = from_features(sound, settings, Pixels(width, settings.n_rows or 1, samples), engine)
            start, stop = pixels.seconds
            times, values = start + (np.arange(width) + 0.5) * (stop - start) / width, pixels.levels
        made += [Line(name, times, values[:, row]) for one, row, name in _rows((settings,))]
    return made


def draw_over(axes: Axes, lines: list[Line], channel: int, theme: Theme, size: float) -> None:
    """Draw the lines of one channel, light with a dark rim so that they are seen on every colour, and name them."""
    from matplotlib.patheffects import Normal, withStroke

    limits = axes.get_xlim(), axes.get_ylim()
    for line, dashes in zip(lines, DASHES, strict=False):
        axes.plot(
            line.times,
            line.values[channel],
            color=theme.marks,
            linewidth=1.3,
            linestyle=dashes,
            label=line.name,
            path_effects=[withStroke(linewidth=3.0, foreground="#000000b0"), Normal()],
        )
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
    axes.legend(
        loc="upper right", fontsize=size, facecolor="#000000", framealpha=0.55, edgecolor="none", labelcolor="#ffffff"
    )
