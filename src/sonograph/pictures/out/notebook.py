"""What a notebook shows in a cell: the picture of a spectrogram, small enough for a page, or a surface to turn."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from sonograph.errors import MissingExtra
from sonograph.pictures.compose import compose
from sonograph.pictures.figure import figure_of
from sonograph.pictures.out.save import save
from sonograph.pictures.parts import Composition, Named
from sonograph.pictures.settings import PictureSettings
from sonograph.spectrograms import Spectrogram

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def png_of(spectrogram: Spectrogram) -> bytes:
    """Its picture as a PNG."""
    look = PictureSettings(dpi=110, size=None if spectrogram.n_channels > 1 else (880, 480))
    composition = compose([Named(spectrogram)], look)
    file = BytesIO()
    if composition is not None:
        save(figure_of(composition), file, "png")
    return file.getvalue()


FRAME = '<iframe srcdoc="{page}" width="100%" height="{height}" style="border: none"></iframe>'


def show_in_cell(composition: Composition) -> None:
    """Display a picture; of a surface its page, which can be turned, or what that needs."""
    from IPython.display import display  # type: ignore[import-not-found,unused-ignore]

    if composition.look.view == "surface":
        try:
            page = composition.main.page(composition)
        except MissingExtra as error:
            print(f"{error}. Its picture:")
        else:
            frame = FRAME.format(page=escape(page), height=composition.sheet.height * 3 // 4)
            display({"text/html": frame, "text/plain": "<a surface to turn>"}, raw=True)
            return
    show_figure(figure_of(composition))


def show_figure(figure: Figure) -> None:
    """Display a figure."""
    from IPython.display import display  # type: ignore[import-not-found,unused-ignore]

    file = BytesIO()
    save(figure, file, "png")
    display({"image/png": b64encode(file.getvalue()).decode(), "text/plain": "<a picture>"}, raw=True)
