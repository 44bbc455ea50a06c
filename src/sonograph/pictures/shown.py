"""A figure that a notebook shows of itself, where it is the last value of a cell."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure


class Picture(Figure):
    """A Matplotlib Figure whose picture a notebook shows; pyplot knows nothing of it, and so shows none twice."""

    def _repr_png_(self) -> bytes:
        """Its pixels, as `draw(…, path="picture.png")` writes them."""
        from sonograph.pictures.out.save import save

        file = BytesIO()
        save(self, file, "png")
        return file.getvalue()
