"""What a notebook shows of a spectrogram: its picture, small enough for a page."""

from __future__ import annotations

from io import BytesIO

from sonograph.pictures.compose import compose
from sonograph.pictures.figure import figure_of
from sonograph.pictures.out.save import save
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.spectrograms import Spectrogram


def png_of(spectrogram: Spectrogram) -> bytes:
    """Its picture as a PNG."""
    look = PictureSettings(dpi=110, size=None if spectrogram.n_channels > 1 else (880, 480))
    composition = compose([Named(spectrogram)], look)
    file = BytesIO()
    if composition is not None:
        save(figure_of(composition), file, "png")
    return file.getvalue()
