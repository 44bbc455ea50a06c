"""The sound of the harmonic and of the percussive part, each with the phases of the whole (Fitzgerald 2010)."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sonograph.computing.run import through
from sonograph.computing.spectrogram import spectrogram
from sonograph.inverse import istft
from sonograph.io.sources import Sound, of_files
from sonograph.settings import SeparationSettings, StftSettings
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Signal

FRAMES = StftSettings(window_length=2048, hop=512, scaling="raw", quantity="transform")


@of_files
def harmonic(source: Sound, *, width: int = 31, margin: float = 1.0) -> Signal:
    """What lasts in a sound: tones, without what is struck. As librosa.effects.harmonic.

    With a margin of 1 both parts add up to the sound.

    Parameters
    ----------
    source
        A path or a Source, held in memory.
    width, margin
        As `SeparationSettings` has them.

    Raises
    ------
    SettingsError
        A width that is even, a margin below 1.

    Examples
    --------
    >>> from sonograph import signals
    >>> held, struck = harmonic(signals.guitar()), percussive(signals.guitar())
    >>> bool(np.abs(held.samples + struck.samples - signals.guitar().samples).max() < 1e-6)
    True
    """
    return _part(source, "harmonic", width, margin)


@of_files
def percussive(source: Sound, *, width: int = 31, margin: float = 1.0) -> Signal:
    """What is struck in a sound: clicks and drums, without what lasts. As librosa.effects.percussive.

    Parameters
    ----------
    source, width, margin
        As `harmonic` takes them.

    Raises
    ------
    SettingsError
        A width that is even, a margin below 1.
    """
    return _part(source, "percussive", width, margin)


def _part(source: Any, part: str, width: int, margin: float) -> Signal:
    sound = checked_source(source)
    magnitudes = dataclasses.replace(FRAMES, quantity="magnitude")
    settings = SeparationSettings(of=magnitudes, part=part, width=width, margin=margin)
    whole = spectrogram(sound, FRAMES)
    size = np.abs(whole.values)
    of = dataclasses.replace(whole, values=size, settings=magnitudes, quantity="magnitude")
    kept = through(of, settings, [settings]).values
    share = kept / np.where(size > 0, size, 1)
    return istft(dataclasses.replace(whole, values=whole.values * share), n_samples=sound.n_samples)
