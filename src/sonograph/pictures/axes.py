"""What is painted on axes, ours or the reader's: pixels, marks, and the numbers beside them.

Letters have the size that the axes' label has, so that the reader's axes stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sonograph.io.mark import Mark
from sonograph.pictures import ticks, times
from sonograph.pictures.themes import Theme
from sonograph.pictures.ticks import Ticks
from sonograph.pictures.words import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

LABEL, TICK, SMALLEST = 9.0, 8.0, 5.5  # points
LINE = 0.6
LETTER = 0.55  # ems that a letter is wide
MOST = 12
"""Numbers beside a panel, however high it is."""
LANES = 5
"""Lines of words that marks may have below each other; those that find no room in them have only their box."""


def plain(axes: Axes, theme: Theme) -> None:
    """No spines, thin ticks, and the numbers in ink."""
    axes.spines[:].set_visible(False)
    axes.tick_params(labelsize=TICK, width=LINE, length=3, color=theme.ink, labelcolor=theme.ink)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_zorder(-1)  # below the pixels, of which a tick would cover one
        axis.label.set(fontsize=LABEL, color=theme.ink)
        axis.labelpad = 3


def draw_marks(axes: Axes, marks: Sequence[Mark], theme: Theme, *, on_paper: bool = False) -> None:
    """Boxes, or lines across all frequencies, and their words; of those that lie in the panel.

    On paper, behind a waveform or a line, which have no frequencies, they are of ink and as high as the panel.
    """
    from matplotlib.patches import Rectangle
    from matplotlib.patheffects import withStroke

    (first, last), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    written: list[tuple[float, float, float]] = []
    colour = theme.ink if on_paper else theme.marks
    around: list[Any] = [withStroke(linewidth=2.2, foreground=theme.paper if on_paper else "#000000b0")]
    for number, mark in enumerate(marks, 1):
        if mark.end < first or mark.start > last:
            continue
        low = bottom if mark.low is None or on_paper else mark.low
        high = top if mark.high is None or on_paper else mark.high
        box = Rectangle((mark.start, low), mark.end - mark.start, high - low, fill=False, edgecolor=colour, lw=1.0)
        box.set_path_effects(around)
        axes.add_patch(box)
        place, text = (max(mark.start, first), min(high, top)), printable(mark.words)
        below = _free(written, axes, place, len(text)) if text else None
        if below is not None:
            at: Any = {"xytext": (3, -3 - below), "textcoords": "offset points", "va": "top"}
            words = axes.annotate(text, place, fontsize=TICK, clip_on=True, **at)
            # the name keeps the words readable in an SVG, where letters with a stroke around them are but paths
            words.set(color=colour, parse_math=False, path_effects=around, gid=f"mark {number}: {text}")


def _free(
    written: list[tuple[float, float, float]], axes: Axes, place: tuple[float, float], letters: int
) -> float | None:
    """How many points below a place so many letters meet no words written before; None where they always do."""
    scale = 72 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    x, y = (float(v) * scale for v in axes.transData.transform(place))
    wide, tall = 0.62 * TICK * letters, 1.3 * TICK
    for lane in range(LANES):
        at = y - lane * tall
        if all(x >= right or x + wide <= left or abs(at - other) > 0.9 * tall for left, right, other in written):
            written.append((x, x + wide, at))
            return lane * tall
    return None


@dataclass(frozen=True)
class TimeTicks:
    """Times below a panel: of the day, where it is known when the recording began.

    shown : whether they are written, or only marked
    """

    start: datetime | None
    shown: bool = True

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from one time to another."""
        there, words = times.time(low, high, max(2, int(room(axes)[0] / 6 + 1e-6)), self.start)
        return (there if self.shown else Ticks(there.places, [""] * len(there.places))), words


def time_axis(axes: Axes, start: datetime | None, *, shown: bool = True, label: bool = True) -> None:
    """Times below a panel, whatever part of the sound is shown."""
    from sonograph.pictures.tick_placing import put_places

    put_places(axes.xaxis, TimeTicks(start, shown), label_below if label else None)


def label_below(axes: Axes, words: str) -> None:
    """What the axis across says."""
    axes.set_xlabel(words)


def side_label(axes: Axes, words: str, *, keep_name: bool = False) -> None:
    """What an axis says beside a panel; where the panel is low only its unit, or its name in smaller letters."""
    name, bracket, unit = words.partition(" (")
    high, label = room(axes)[1], axes.yaxis.label
    if len(words) * LETTER > high + 1 and bracket:
        scaled = unit.startswith(("10", "kHz"))  # without it the numbers would be others
        words = unit[:-1] if not keep_name else words if scaled else name
    if keep_name and len(words) * LETTER > high + 1:
        label.set_fontsize(max(SMALLEST, float(label.get_fontsize()) * high / (len(words) * LETTER)))
    axes.set_ylabel(words)


def label_beside(axes: Axes, words: str) -> None:
    """A label in full."""
    axes.set_ylabel(words)


def name_beside(axes: Axes, words: str) -> None:
    """A label that keeps its name."""
    side_label(axes, words, keep_name=True)


@dataclass(frozen=True)
class BarTicks:
    """Numbers beside a colour bar, both its ends among them."""

    words: str
    is_level: bool

    def __call__(self, axes: Axes, low: float, high: float) -> tuple[Ticks, str]:
        """Those from one end to the other, and what the bar is to say."""
        most = min(9, max(1, int(room(axes)[1] / 2.4 + 1e-6)))
        power = 0 if self.is_level else ticks.power_of_ten(low, high)
        there = ticks.level(low / 10.0**power, high / 10.0**power, most)
        ticks_there = Ticks([place * 10.0**power for place in there.places], there.words)
        return ticks_there, f"{self.words} ({ticks.with_power('', power)})" if power else self.words


def put_ticks(axis: Axis, there: Ticks) -> None:
    """Ticks that are already known."""
    from matplotlib.ticker import FixedFormatter, FixedLocator

    axis.set_major_locator(FixedLocator(there.places))
    axis.set_major_formatter(FixedFormatter(there.words))


def room(axes: Axes) -> tuple[float, float]:
    """Width and height in ems."""
    box = axes.get_window_extent()
    em = float(axes.xaxis.label.get_fontsize()) * axes.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    return box.width / em, box.height / em
