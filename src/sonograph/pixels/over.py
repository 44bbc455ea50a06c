"""Features that are frequencies, and so have a place over a spectrogram: pitch, centroid, roll-off, formants."""

from __future__ import annotations

from typing import Any

from sonograph.engines import Engine
from sonograph.errors import SettingsError
from sonograph.pixels.lines import Lines, lines_of
from sonograph.settings import Settings
from sonograph.sounds.source import Source

IN_HERTZ = ("pitch", "centroid", "rolloff", *(f"f{i}" for i in range(1, 10)))
"""Rows that are frequencies, f1 and so on of formants: they have a place on the axis of a spectrogram."""

MOST = 6
"""Lines that can be told apart."""


def check_over(over: tuple[Any, ...]) -> None:
    """Refuse features that have no row in hertz, and more lines than can be told apart.

    Raises
    ------
    SettingsError
        The first that cannot be drawn.
    """
    for settings in over:
        if not any(name in IN_HERTZ for name in getattr(settings, "names", ())):
            rows = ", ".join(getattr(settings, "names", ())[:3]) or f"a {type(settings).__name__}"
            raise SettingsError(
                f"over is {rows}; it must be a feature in hertz: pitch, yin, centroid or rolloff, or FormantSettings"
            )
    if len(_rows(over)) > MOST:
        raise SettingsError(f"over gives {len(_rows(over))} lines; it must be {MOST} or fewer to be told apart")


def _rows(over: tuple[Any, ...]) -> list[tuple[Any, int, str]]:
    return [(one, row, name) for one in over for row, name in enumerate(one.names) if name in IN_HERTZ]


def lines_over(
    sound: Source, over: tuple[Settings, ...], samples: range, width: int, engine: Engine | None
) -> list[tuple[Lines, int]]:
    """The lines over a part of a sound, and which row of each is the one in hertz."""
    each = [(settings, lines_of(sound, settings, samples, width, engine)) for settings in over]
    return [(lines, row) for settings, lines in each for _, row, _ in _rows((settings,))]
