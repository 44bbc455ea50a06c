"""A figure as a file's bytes: PNG, SVG or PDF, the same bytes each time."""

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

FORMATS = ("png", "svg", "pdf", "html")
NO_DATE: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def format_of(path: Any, asked: str | None = None) -> str:
    """The format asked for, else that of the path's ending.

    >>> format_of("robin.PNG")
    'png'
    """
    ending = Path(path).suffix.lower().lstrip(".") if asked is None else asked.lower()
    if ending in FORMATS:
        return ending
    names = ", ".join(FORMATS)
    if asked is not None:
        raise SettingsError(f"format is {asked!r}; it must be one of {names}")
    what = f'ends in ".{ending}"' if ending else "has no ending"
    raise SettingsError(f"{Path(path).name} {what}; a picture's name must end in one of {names}, or name the format")


def save(figure: Figure, file: Any, format: str, text: dict[str, str] | None = None) -> None:
    """Write a figure with an Agg canvas to a path or an open file; a PNG keeps the lines of text."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from sonograph.pictures.style import ours

    with ours(), warnings.catch_warnings():
        # a name in a script that the font lacks is drawn as boxes; no reason to print on standard error
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        if format == "png":
            canvas: Any = figure.canvas
            if not hasattr(canvas, "buffer_rgba"):  # a figure that was pickled lost its own
                canvas = FigureCanvasAgg(figure)
            canvas.draw()
            drawn = true_png(np.asarray(canvas.buffer_rgba())[..., :3], figure.dpi, text or {})
        else:
            memory = BytesIO()  # Matplotlib's writer leaves a file open where the disk fails
            figure.savefig(memory, format=format, metadata=NO_DATE[format])
            drawn = memory.getvalue()
    if hasattr(file, "write"):
        file.write(drawn)
    else:
        Path(file).write_bytes(drawn)
