"""The onset strength and the tempogram of a sound, as its tempo, its beats and its onsets are read off them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.computing.spectrogram import spectrogram
from sonograph.errors import SettingsError
from sonograph.named.features import feature
from sonograph.settings import StftSettings, stft_of
from sonograph.settings.shapes import OnsetSettings, TempogramSettings
from sonograph.sounds.derived import checked_source
from sonograph.spectrograms import Spectrogram

WINDOW, HOP = 2048 / 22_050, 512 / 22_050
"""Seconds of a frame, and from frame to frame; what librosa's are at its usual rate."""


def frames_for(sample_rate: float) -> StftSettings:
    """Frames that are as long in time at any rate."""
    hop = max(1, round(HOP * sample_rate))
    return StftSettings(window_length=max(hop, 2 * round(WINDOW * sample_rate / 2)), hop=hop)


def strength_of(source: Any) -> Spectrogram:
    """The onset strength of a sound, or the one that is given, (1, frames).

    Raises
    ------
    SettingsError
        Several channels; another spectrogram.
    """
    if isinstance(source, Spectrogram):
        strength = source
        if not isinstance(strength.settings, OnsetSettings):
            raise SettingsError(f"the settings are of kind {strength.settings.kind}; onsets are of OnsetSettings")
    else:
        source = checked_source(source)
        _refuse_several(source.n_channels)
        strength = spectrogram(source, feature("onset", frames_for(source.sample_rate), sample_rate=source.sample_rate))
    _refuse_several(strength.n_channels)
    return strength


def _refuse_several(channels: int) -> None:
    if channels > 1:
        raise SettingsError(f"the sound has {channels} channels; one is looked at: mono(sound) takes their mean")


def tempogram_of(source: Any) -> Spectrogram:
    """The tempogram of a sound."""
    source = checked_source(source)
    onset = feature("onset", frames_for(source.sample_rate), sample_rate=source.sample_rate)
    assert isinstance(onset, OnsetSettings)  # noqa: S101  # as the table has it
    return spectrogram(source, TempogramSettings(of=onset))


def times_of(strength: Spectrogram, frames: np.ndarray) -> np.ndarray:
    """When what made a frame strong began, seconds.

    Its window is the first that sees it: it lies between where the window before ended and where this one does.
    """
    stft = stft_of(strength.settings)
    return np.asarray(strength.times[frames] + (stft.window_length - stft.hop) / 2 / strength.sample_rate)
