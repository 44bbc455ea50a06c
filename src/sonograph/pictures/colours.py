"""Colour maps by name, and the colours of paper, ink and missing data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sonograph.pictures.names import one_of

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

INK, FAINT, PAPER = "#1a1a1a", "#5c5c5c", "#ffffff"
WAVE = "#3b4a6b"
NO_DATA, NO_DATA_LINES = "#d0d0d0", "#8c8c8c"

PERCEPTUAL = ("magma", "inferno", "viridis", "cividis", "plasma", "grey")
"""Even in lightness and safe for colour-blind readers; offered first."""


def colour_map(name: str) -> Colormap:
    """The colour map of a name, missing data transparent; an unknown name is refused with those near it."""
    from matplotlib import colormaps

    known = {"grey": "gray", "grey_r": "gray_r"}.get(name, name)
    if known not in colormaps:
        one_of("colours", name, (*PERCEPTUAL, *(n for n in sorted(colormaps) if n not in PERCEPTUAL)))
    return colormaps[known].with_extremes(bad=(0, 0, 0, 0))
