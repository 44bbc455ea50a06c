"""Slower or faster, higher or lower: the phase vocoder (Flanagan and Golden 1966; Dolson 1986).

Frames are read at other times, their magnitudes between two neighbours, and each bin's phase goes on as fast as it went
there. What lasts keeps its pitch; what is struck is smeared over a window.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sonograph.checks import number
from sonograph.computing.spectrogram import spectrogram
from sonograph.effects.parts import FRAMES
from sonograph.effects.silence import part_of
from sonograph.errors import SettingsError
from sonograph.inverse import istft
from sonograph.io.sources import Sound, of_files
from sonograph.sounds.derived import checked_source
from sonograph.sounds.resampled import resample
from sonograph.sounds.source import Signal, Source
from sonograph.spectrograms import Spectrogram


@of_files
def time_stretch(source: Sound, speed: float) -> Signal:
    """A sound faster or slower, its pitch kept. As librosa.effects.time_stretch.

    Parameters
    ----------
    source
        A path or a Source, held in memory, without missing samples.
    speed
        How many times as fast: above 1 shorter, below 1 longer; 0.05 to 20.

    Raises
    ------
    SettingsError
        A speed beyond that; missing samples, whose phase nobody knows.

    Examples
    --------
    >>> from sonograph import signals
    >>> time_stretch(signals.tone(440.0, 1.0), 0.5).duration
    2.0
    """
    number("speed", speed, 0.05, 20.0)
    sound = _whole(checked_source(source))
    n = round(sound.n_samples / speed)
    return istft(_stretched(spectrogram(sound, FRAMES), float(speed)), n_samples=n)


@of_files
def pitch_shift(source: Sound, semitones: float) -> Signal:
    """A sound higher or lower, as long as it was. As librosa.effects.pitch_shift.

    Parameters
    ----------
    source
        A path or a Source, held in memory, without missing samples.
    semitones
        Higher by so many, or lower where they are below 0; parts of one too; -48 to 48.

    Raises
    ------
    SettingsError
        More semitones than that; missing samples, whose phase nobody knows.

    Examples
    --------
    >>> from sonograph import signals
    >>> higher = pitch_shift(signals.tone(440.0, 1.0), 12)
    >>> higher.duration, int(np.abs(np.fft.rfft(higher.samples)).argmax())
    (1.0, 880)
    """
    speed = 2.0 ** (-number("semitones", semitones, -48.0, 48.0) / 12)
    sound = checked_source(source)
    if speed == 1:
        return _whole(sound)
    slower = time_stretch(sound, speed)
    faster = resample(dataclasses.replace(slower, sample_rate=sound.sample_rate / speed), sound.sample_rate)
    return dataclasses.replace(part_of(faster, range(sound.n_samples)), start=sound.start)


def _whole(sound: Source) -> Signal:
    there = part_of(sound, range(sound.n_samples))
    if not np.isfinite(there.samples).all():
        raise SettingsError("the sound misses samples, whose phase nobody knows: take a part without them, by select")
    return there


def _stretched(transform: Spectrogram, speed: float) -> Spectrogram:
    """The transform read at other times."""
    stft: Any = transform.settings
    values = transform.values
    n_bins, n_frames = values.shape[-2:]
    places = np.arange(0, n_frames, speed)
    first = places.astype(int)
    part = places - first
    padded = np.concatenate([values, np.zeros((*values.shape[:-1], 2), values.dtype)], axis=-1)
    size, angle = np.abs(padded), np.angle(padded)
    magnitude = (1 - part) * size[..., first] + part * size[..., first + 1]
    advance = (2 * np.pi * stft.hop / stft.n_fft * np.arange(n_bins))[:, None]
    steps = angle[..., first + 1] - angle[..., first] - advance
    steps = advance + steps - 2 * np.pi * np.rint(steps / (2 * np.pi))
    phase = angle[..., :1] + np.concatenate(
        [np.zeros((*steps.shape[:-1], 1)), np.cumsum(steps[..., :-1], axis=-1)], axis=-1
    )
    out = (magnitude * np.exp(1j * phase)).astype(values.dtype)
    memory = np.swapaxes(np.ascontiguousarray(np.swapaxes(out, -1, -2)), -1, -2)
    frames = range(len(places))
    return dataclasses.replace(transform, values=memory, frames=frames, valid=frames)
