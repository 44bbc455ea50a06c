"""The one door to pixels: a sound or a spectrogram, of decibels or of features."""

from __future__ import annotations

from sonograph.analysis.coverage import refuse_unseen
from sonograph.engines import Engine
from sonograph.pixels.raster import Pixels, Raster, is_of_power
from sonograph.pixels.sink import from_source
from sonograph.settings import Settings, StftSettings
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram


def raster(
    sound: Source | Spectrogram, settings: Settings | None, pixels: Pixels, engine: Engine | None = None
) -> Raster:
    """The pixels of a sound, or of a spectrogram.

    Parameters
    ----------
    sound
        A Source of any length, or a Spectrogram.
    settings
        What to compute of a Source; the level of a power is taken with its own reference.
    pixels
        How many, and what they cover.

    Raises
    ------
    SettingsError
        Settings that this sound cannot have; a spectrogram of no frames.
    """
    settings = StftSettings() if settings is None else settings
    if not isinstance(sound, Spectrogram):
        refuse_unseen(settings)
    if not isinstance(sound, Spectrogram) and is_of_power(settings):
        return from_source(sound, settings, pixels, engine)
    from sonograph.pixels.gather import from_features, from_spectrogram  # loads all features: not for a plain picture

    if isinstance(sound, Spectrogram):
        return from_spectrogram(sound, pixels)
    return from_features(sound, settings, pixels, engine)
