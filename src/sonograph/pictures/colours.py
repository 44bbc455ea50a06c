"""Colour maps by name, and the colours of paper, ink and missing data.

The perceptual maps are even in lightness and safe for colour-blind readers; they are at hand without Matplotlib.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sonograph.checks import one_of
from sonograph.pictures.palettes import PALETTES

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.colors import Colormap

PERCEPTUAL = (*PALETTES, "grey")


def check_colours(name: str) -> None:
    """Refuse a colour map that is none, with those of a name near it. Loads Matplotlib only to know the rare ones."""
    if isinstance(name, str) and name.removesuffix("_r") in PERCEPTUAL:
        return
    from matplotlib import colormaps

    if not isinstance(name, str) or name not in colormaps:
        one_of("colours", name, (*PERCEPTUAL, *(n for n in sorted(colormaps) if n not in PERCEPTUAL)))


def colour_map(name: str) -> Colormap:
    """The colour map of a name, missing data transparent."""
    from matplotlib import colormaps

    return colormaps[name.replace("grey", "gray", 1)].with_extremes(bad=(0, 0, 0, 0))


def palette(name: str) -> np.ndarray:
    """The 256 colours of a map from the lowest to the highest level, (256, 3) bytes."""
    import numpy as np

    plain = name.removesuffix("_r")
    if plain == "grey":
        colours = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    elif plain in PALETTES:
        colours = np.frombuffer(base64.b64decode(PALETTES[plain]), np.uint8).reshape(256, 3)
    else:
        return np.round(colour_map(name)(np.linspace(0, 1, 256))[:, :3] * 255).astype(np.uint8)
    return colours[::-1] if name.endswith("_r") else colours
