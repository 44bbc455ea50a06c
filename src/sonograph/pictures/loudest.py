"""An image that shows the loudest of the pixels that it has no room for, so that none is lost on a smaller figure."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.image import AxesImage
from matplotlib.transforms import Bbox


class LoudestImage(AxesImage):
    """Pixels that were made for one size of axes, and are drawn in another: in a window, at another dpi, by a layout.

    Matplotlib takes the nearest pixel and leaves out the others.
    """

    def make_image(self, renderer: Any, magnification: float = 1.0, unsampled: bool = False) -> Any:
        """As Matplotlib makes it, of no more pixels than there is room for."""
        left, right, bottom, top = self.get_extent()
        room = Bbox([[left, bottom], [right, top]]).transformed(self.get_transform())
        pixels: Any = self._A  # type: ignore[has-type]  # set_data would ask for another drawing
        self._A = loudest(pixels, abs(room.height) * magnification, abs(room.width) * magnification)
        try:
            return super().make_image(renderer, magnification, unsampled)
        finally:
            self._A = pixels


def loudest(pixels: np.ma.MaskedArray, height: float, width: float) -> np.ma.MaskedArray:
    """No more rows and columns than there is room for, each the largest of those that it stands for.

    >>> loudest(np.ma.masked_invalid([[1.0, 5.0, 2.0, np.nan]]), 9, 2.5)[0].tolist()
    [5.0, 2.0]
    """
    for axis, room in enumerate((height, width)):
        most = max(1, int(room + 1e-6))
        if pixels.shape[axis] > most:
            starts = np.arange(most) * pixels.shape[axis] // most
            values = np.fmax.reduceat(pixels.filled(np.nan), starts, axis=axis)
            pixels = np.ma.masked_invalid(values)
    return pixels
