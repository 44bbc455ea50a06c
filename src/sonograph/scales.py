"""From hertz to the scales of hearing and music, and back: mel, bark, ERB, MIDI notes. Arrays or numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

SLANEY_STEP = 200 / 3  # Hz per mel below 1 kHz
SLANEY_LOG_STEP = np.log(6.4) / 27


def hz_to_mel(frequency: ArrayLike, formula: str = "slaney") -> np.ndarray:
    """Mel of a frequency: "slaney" (linear below 1 kHz; Slaney 1998), "htk" (2595 log10(1 + f/700)) or "kaldi"
    (1127 ln(1 + f/700), also TensorFlow's and, in its code, HTK's own).

    >>> hz_to_mel([500.0, 1000.0])
    array([ 7.5, 15. ])
    """
    f = np.asarray(frequency, float)
    if formula == "htk":
        return 2595 * np.log10(1 + f / 700)
    if formula == "kaldi":
        return 1127 * np.log1p(f / 700)
    return np.where(f < 1000, f / SLANEY_STEP, 15 + np.log(np.maximum(f, 1000) / 1000) / SLANEY_LOG_STEP)


def mel_to_hz(mel: ArrayLike, formula: str = "slaney") -> np.ndarray:
    """The frequency of a mel, Hz.

    >>> mel_to_hz([7.5, 15.0])
    array([ 500., 1000.])
    """
    m = np.asarray(mel, float)
    if formula == "htk":
        return 700 * (10 ** (m / 2595) - 1)
    if formula == "kaldi":
        return 700 * np.expm1(m / 1127)
    return np.where(m < 15, m * SLANEY_STEP, 1000 * np.exp(SLANEY_LOG_STEP * (np.maximum(m, 15) - 15)))


def hz_to_bark(frequency: ArrayLike) -> np.ndarray:
    """Bark of a frequency (Traunmüller 1990): 26.81 f / (1960 + f) - 0.53.

    >>> hz_to_bark([100.0, 1000.0]).round(3)
    array([0.771, 8.527])
    """
    f = np.asarray(frequency, float)
    return 26.81 * f / (1960 + f) - 0.53


def bark_to_hz(bark: ArrayLike) -> np.ndarray:
    """The frequency of a Bark number, Hz."""
    z = np.asarray(bark, float) + 0.53
    return 1960 * z / (26.81 - z)


def hz_to_erb(frequency: ArrayLike) -> np.ndarray:
    """ERB number of a frequency (Glasberg and Moore 1990): 21.4 log10(1 + 0.00437 f).

    >>> hz_to_erb([100.0, 1000.0]).round(2)
    array([ 3.37, 15.62])
    """
    return 21.4 * np.log10(1 + 0.00437 * np.asarray(frequency, float))


def erb_to_hz(erb: ArrayLike) -> np.ndarray:
    """The frequency of an ERB number, Hz."""
    return (10 ** (np.asarray(erb, float) / 21.4) - 1) / 0.00437


def hz_to_midi(frequency: ArrayLike) -> np.ndarray:
    """MIDI note number of a frequency, 69 at 440 Hz and 1 for each semitone (100 cents).

    >>> hz_to_midi([440.0, 261.6255653])
    array([69., 60.])
    """
    return 69 + 12 * np.log2(np.asarray(frequency, float) / 440)


def midi_to_hz(note: ArrayLike) -> np.ndarray:
    """The frequency of a MIDI note number, Hz."""
    return 440 * 2 ** ((np.asarray(note, float) - 69) / 12)
