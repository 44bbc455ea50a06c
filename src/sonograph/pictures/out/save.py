"""A figure as a file's bytes: PNG, SVG, PDF, JPEG, WebP or TIFF, the same bytes each time."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.pictures.out.png import true_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf", "jpg", "webp", "tif", "html")
ALIKE = {"jpeg": "jpg", "tiff": "tif"}
"""Other endings of the same."""
FLAT = "a .png, .svg, .pdf, .jpg, .webp or .tif"
"""What a picture that cannot be turned may be."""
PILLOW: dict[str, dict[str, Any]] = {
    "jpg": {"format": "JPEG", "quality": 92, "subsampling": 0},  # colours as sharp as lines
    "webp": {"format": "WEBP", "quality": 90, "method": 4},
    "tif": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
}
MOST_WEBP = 16_383
"""Pixels a side that a WebP can have."""
NO_DATE: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def format_of(path: Any, asked: str | None = None) -> str:
    """The format asked for, else that of the path's ending.

    >>> format_of("robin.PNG")
    'png'
    """
    ending = Path(path).suffix.lower().lstrip(".") if asked is None else asked.lower()
    ending = ALIKE.get(ending, ending)
    if ending in FORMATS:
        return ending
    names = ", ".join(FORMATS)
    if asked is not None:
        raise SettingsError(f"format is {asked!r}; it must be one of {names}")
    what = f'ends in ".{ending}"' if ending else "has no ending"
    raise SettingsError(f"{Path(path).name} {what}; a picture's name must end in one of {names}, or name the format")


def save(figure: Figure, file: Any, format: str, text: dict[str, str] | None = None) -> None:
    """Write a figure with an Agg canvas to a path or an open file; all but SVG and PDF keep lines of text."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sonograph.pictures.style import ours

    with ours(), warnings.catch_warnings():
        # a name in a script that the font lacks is drawn as boxes; no reason to print on standard error
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        if format == "png" or format in PILLOW:
            canvas: Any = figure.canvas
            if not hasattr(canvas, "buffer_rgba"):  # a figure that was pickled lost its own
                canvas = FigureCanvasAgg(figure)
            canvas.draw()
            pixels = np.asarray(canvas.buffer_rgba())[..., :3]
            drawn = (
                true_png(pixels, figure.dpi, text or {})
                if format == "png"
                else _by_pillow(pixels, format, figure.dpi, text or {})
            )
        else:
            memory = BytesIO()  # Matplotlib's writer leaves a file open where the disk fails
            figure.savefig(memory, format=format, metadata=NO_DATE[format])
            drawn = memory.getvalue()
    if hasattr(file, "write"):
        file.write(drawn)
    else:
        Path(file).write_bytes(drawn)


def _by_pillow(pixels: np.ndarray, format: str, dpi: float, text: dict[str, str]) -> bytes:
    """Colours (height, width, 3) uint8 in another format, what the picture is in its Exif."""
    from PIL import Image

    if format == "webp" and max(pixels.shape) > MOST_WEBP:
        height, width = pixels.shape[:2]
        raise SettingsError(f"size is {width}x{height}; a WebP is {MOST_WEBP} pixels or fewer either way")
    exif = Image.Exif()
    for tag, name in ((270, "Description"), (305, "Software")):
        if name in text:
            exif[tag] = text[name]
    memory = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(memory, dpi=(dpi, dpi), exif=exif, **PILLOW[format])
    return memory.getvalue()
