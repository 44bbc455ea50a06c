"""The tempo of a sound: how many beats a minute its tempogram favours.

Grosche, Müller and Kurth 2010; Ellis 2007. The values are librosa's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sonograph.checks import number
from sonograph.errors import SettingsError
from sonograph.settings.arguments import answered
from sonograph.settings.shapes import TempogramSettings

if TYPE_CHECKING:
    from sonograph.spectrograms import Spectrogram


@answered
def tempo(
    tempogram: Spectrogram, *, prior: float = 120.0, spread: float = 1.0, fastest: float = 320.0
) -> float | np.ndarray:
    """The tempo of a sound, beats per minute: the lag at which onsets repeat most, over the whole sound (Ellis 2007).

    Parameters
    ----------
    tempogram
        Of any length; frames that are NaN are left out.
    prior, spread
        Tempi are weighed by a bell around this tempo, of this many octaves.
    fastest
        No faster tempo is looked for.

    Returns
    -------
    float, or (channels,)
        NaN where there is no onset at all.

    Raises
    ------
    SettingsError
        It is no tempogram, or holds no lag slower than `fastest`; a number that is not above 0.
    """
    settings = tempogram.settings
    if not isinstance(settings, TempogramSettings):
        raise SettingsError(f"the settings are of kind {settings.kind}; tempo is of a tempogram: TempogramSettings")
    for name, value in (("prior", prior), ("spread", spread), ("fastest", fastest)):
        number(name, value, 0.0, above=True)
    values = np.asarray(tempogram.values, float).reshape(tempogram.n_channels, settings.length, -1)
    hop = settings.of.of
    while hasattr(hop, "of"):
        hop = hop.of
    tempi = 60 * tempogram.sample_rate / hop.hop / np.arange(1, settings.length)
    allowed = tempi < fastest
    if not allowed.any():
        raise SettingsError(f"fastest is {fastest:g}; the slowest tempo here is {tempi[-1]:.4g} beats per minute")
    here = ~np.isnan(values).any(axis=1)
    found = np.full(len(values), np.nan)
    weigh = -0.5 * ((np.log2(tempi) - np.log2(prior)) / spread) ** 2
    for channel, (rows, seen) in enumerate(zip(values, here, strict=True)):
        if seen.any() and rows[0, seen].any():
            score = np.log1p(1e6 * rows[1:, seen].mean(axis=1)) + weigh
            found[channel] = tempi[np.argmax(np.where(allowed, score, -np.inf))]
    return float(found[0]) if tempogram.values.ndim == 2 else found
