"""Only the pixels of a picture, as a palette PNG, without Matplotlib: for scripts and for many pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures.colours import palette
from sonograph.pictures.out.png import palette_png
from sonograph.pictures.parts import Composition
from sonograph.pictures.themes import THEMES
from sonograph.pixels.raster import Raster


def indices(levels: np.ndarray, low: float, high: float) -> np.ndarray:
    """Levels as numbers of colours: 0 where there is no data, 1 for the lowest to 255 for the highest.

    >>> indices(np.array([np.nan, -90.0, -80.0, -40.0, 0.0]), -80.0, 0.0)
    array([  0,   1,   1, 128, 255], dtype=uint8)
    """
    steps = np.clip((levels - low) * (254 / (high - low)), 0, 254)
    return np.where(np.isnan(steps), 0, np.nan_to_num(steps) + 1.5).astype(np.uint8)


def rasters_of(composition: Composition) -> list[Raster]:
    """The pixels of each panel.

    Raises
    ------
    SettingsError
        It holds something that is not made of pixels, as a waveform.
    """
    look, contents = composition.look, composition.contents
    if any(content.pixels is None for content in contents):
        what = "the features are lines" if look.view == "spectrogram" else f'view is "{look.view}"'
        raise SettingsError(f"{what}; a bare picture has only the pixels of a spectrogram")
    if any(part.named.over for part in composition.parts):
        raise SettingsError("over is given; a bare picture has only the pixels of a spectrogram, and no lines")
    return [panel.content.pixels for panel in composition.panels if panel.content.pixels is not None]


def pixels_of(composition: Composition) -> np.ndarray:
    """Numbers of colours, (height, width), from the top.

    Raises
    ------
    SettingsError
        It holds something that is not made of pixels, as a waveform.
    """
    sheet = composition.sheet
    pixels = np.zeros((sheet.height, sheet.width), np.uint8)
    for panel, raster in zip(composition.panels, rasters_of(composition), strict=True):
        left, bottom, width, height = panel.box
        top = sheet.height - bottom - height
        levels = _as_high_as(height, raster.levels[panel.channel])[::-1]
        pixels[top : top + height, left : left + width] = indices(levels, *composition.levels)
    return pixels


def _as_high_as(height: int, levels: np.ndarray) -> np.ndarray:
    """Rows of pixels in a box that rounding made a row lower than the highest: each the loudest of those under it.

    >>> _as_high_as(2, np.array([[1.0], [5.0], [np.nan]])).ravel().tolist()
    [1.0, 5.0]
    """
    if height == len(levels):
        return levels
    return np.fmax.reduceat(levels, np.arange(height) * len(levels) // height, axis=0)


def save_bare(composition: Composition, file: Any, text: dict[str, str]) -> None:
    """Write the pixels, and lines of text about them, as a PNG to a path or an open file.

    Raises
    ------
    SettingsError
        It holds something that is not made of pixels, as a waveform.
    """
    pixels, look = pixels_of(composition), composition.look
    colours = palette(look.colours_shown)[np.linspace(0, 255, 255).round().astype(int)]
    missing = bytes.fromhex(THEMES[look.theme].missing[1:])
    png = palette_png(pixels, missing + colours.tobytes(), text)
    if hasattr(file, "write"):
        file.write(png)
    else:
        Path(file).write_bytes(png)
