"""Ticks that stay honest however axes are zoomed: where they stand, what they read, what the axis says, when drawn.

What places them is asked with the limits that the axes have then, and the room: `place(axes, low, high)` gives ticks
and words. A label that the reader has changed is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import Formatter, Locator

from sonograph.pictures.ticks import Ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

Place = Callable[["Axes", float, float], tuple[Ticks, str]]
Say = Callable[["Axes", str], None]


class Places(Locator):
    """Where ticks stand, by what the axes show now."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.there, self.words = Ticks([], []), ""

    def __call__(self) -> Sequence[float]:
        """Ticks within the limits."""
        axis: Any = self.axis
        low, high = sorted(map(float, axis.get_view_interval()))
        return self.tick_values(low, high)

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """Ticks from one place to another."""
        axis: Any = self.axis
        if vmin < vmax and math.isfinite(vmin) and math.isfinite(vmax):
            self.there, self.words = self._place(axis.axes, vmin, vmax)
        return self.there.places


class Words(Formatter):
    """What ticks read, and the label of their axis, which is written anew where it is as it was written before."""

    def __init__(self, places: Places, say: Say | None) -> None:
        self._places, self._say = places, say
        self._said: str | None = None

    def __call__(self, x: float, pos: int | None = None) -> str:
        """A number, as under a pointer."""
        return self._words().get(float(x), "" if pos is not None else f"{x:.6g}")

    def format_ticks(self, values: Any) -> list[str]:
        """What each tick reads; the label with them, whose unit they are in."""
        self.label()
        words = self._words()
        return [words.get(float(value), "") for value in values]

    def label(self) -> None:
        """Say what the axis says now."""
        axis: Any = self.axis
        if self._say is None or self._said not in (None, axis.label.get_text()):
            return
        self._say(axis.axes, self._places.words)
        self._said = axis.label.get_text()

    def _words(self) -> dict[float, str]:
        return {float(place): word for place, word in zip(*self._places.there, strict=True)}


def put_places(axis: Axis, place: Place, say: Say | None = None) -> None:
    """Let ticks be placed, and by `say` the axis be labelled, by what the axes show."""
    places = Places(place)
    words = Words(places, say)
    axis.set_major_locator(places)
    axis.set_major_formatter(words)
    places()
    words.label()
