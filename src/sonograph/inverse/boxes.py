"""A part of a picture: what lies between two times and two frequencies."""

from __future__ import annotations

import dataclasses

import numpy as np

from sonograph.checks import pair
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz
from sonograph.settings.arguments import answered
from sonograph.spectrograms import Spectrogram


@answered
def box(
    spectrogram: Spectrogram, *, seconds: tuple[float, float] | None = None, hertz: tuple[float, float] | None = None
) -> Spectrogram:
    """A spectrogram with everything outside of a span of time and of frequencies taken away: set to 0.

    Frames count where their middle lies in [from, to) seconds, rows where their centre lies in [low, high] Hz.

    Raises
    ------
    SettingsError
        A span that ends before it begins; a level, whose 0 is not silence.
    """
    if spectrogram.quantity not in ("transform", "power", "magnitude"):
        raise SettingsError(
            f"the spectrogram is a {spectrogram.quantity}; a box is cut out of a transform or its power"
        )
    seconds = None if seconds is None else pair("seconds", seconds)
    hertz = None if hertz is None else pair("hertz", in_hertz(hertz))
    for name, span in (("seconds", seconds), ("hertz", hertz)):
        if span is not None and not span[0] < span[1]:
            raise SettingsError(f"{name} is {span[0]:g} to {span[1]:g}; it must begin before it ends")
    keep = np.ones(spectrogram.values.shape[-2:], bool)
    if seconds is not None:
        keep &= (spectrogram.times >= seconds[0]) & (spectrogram.times < seconds[1])
    if hertz is not None:
        rows = spectrogram.frequencies
        keep &= ((rows >= hertz[0]) & (rows <= hertz[1]))[:, None]
    frame_by_frame = np.where(keep.T, np.swapaxes(spectrogram.values, -1, -2), 0)
    return dataclasses.replace(spectrogram, values=np.swapaxes(frame_by_frame, -1, -2))
