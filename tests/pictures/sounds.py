"""Sounds and pictures that several tests look at."""

from io import BytesIO

import numpy as np
from PIL import Image

from sonograph import Signal, StftSettings
from sonograph.pictures.out.save import save

FRAME = 64
APART = StftSettings(window_length=FRAME, hop=FRAME, window="boxcar", edges="inside")
"""Frames that share no sample, so that a click is in one frame alone."""


def clicks(n_frames, loud):
    """One impulse a frame, flat over frequency: −80 dBFS, and 0 dBFS in the frames named."""
    x = np.zeros(n_frames * FRAME)
    # |X|² of an impulse is its square; "spectrum" multiplies by 2 / FRAME², and 0 dBFS is 0.5
    x[FRAME // 2 :: FRAME] = FRAME / 2 * 1e-4
    for frame in loud:
        x[frame * FRAME + FRAME // 2] = FRAME / 2
    return Signal(x, 8000.0)


def pixels(figure):
    """A figure as it lies in its PNG, (height, width, 3), from the top."""
    file = BytesIO()
    save(figure, file, "png")
    return np.asarray(Image.open(file).convert("RGB"))


def inside(figure, axes):
    """The pixels inside axes, from the top."""
    whole = pixels(figure)
    box = axes.get_window_extent()
    left, bottom, right, top = (round(v) for v in (box.x0, box.y0, box.x1, box.y1))
    return whole[len(whole) - top : len(whole) - bottom, left:right]
