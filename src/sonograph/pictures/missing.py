"""What is no data: hatched, and called so where there is room for the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sonograph.pictures.themes import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HATCH = "///"
LETTERS = 8.0  # points
WIDTH = 6.0  # letters' heights that the words need


def gaps(missing: np.ndarray, seconds: tuple[float, float]) -> list[tuple[float, float]]:
    """From when to when columns that share some seconds evenly are missing.

    >>> gaps(np.array([False, True, True, False, True]), (0.0, 10.0))
    [(2.0, 6.0), (8.0, 10.0)]
    """
    steps = np.diff(np.concatenate([[0], missing.astype(np.int8), [0]]))
    step = (seconds[1] - seconds[0]) / max(1, len(missing))
    starts, stops = (seconds[0] + step * np.flatnonzero(steps == sign) for sign in (1, -1))
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def hatch(axes: Axes, theme: Theme) -> None:
    """What shows through pixels that are no data."""
    axes.patch.set(facecolor=theme.missing, edgecolor=theme.hatch, hatch=HATCH, linewidth=0)


def hatch_gaps(axes: Axes, where: list[tuple[float, float]], theme: Theme) -> None:
    """The same behind a waveform or a line, which lies on plain paper."""
    for start, stop in where:
        axes.axvspan(start, stop, facecolor=theme.missing, edgecolor=theme.hatch, hatch=HATCH, linewidth=0, zorder=0)


def name_gap(axes: Axes, where: list[tuple[float, float]], theme: Theme) -> None:
    """Say "no data" in the widest gap, if there is room."""
    first, last = axes.get_xlim()
    start, stop = max(where, key=lambda gap: gap[1] - gap[0], default=(first, first))
    width = axes.get_window_extent().width * (stop - start) / (last - first)
    if width < WIDTH * LETTERS * axes.get_figure(root=True).dpi / 72:  # type: ignore[union-attr]
        return
    axes.text(
        (start + stop) / 2,
        0.5,
        "no data",
        transform=axes.get_xaxis_transform(),
        ha="center",
        va="center",
        fontsize=LETTERS,
        color=theme.ink,
        bbox={"facecolor": theme.missing, "edgecolor": "none", "pad": 2.5},
    )
