"""The predominant local pulse: where beats would fall at the tempo that each moment favours (Grosche and Müller 2011).

Around every frame the onset strength is held against sines of all tempi; the best, windowed, is added up over frames.
"""

from __future__ import annotations

import os

import numpy as np

from sonograph.analysis.strength import strength_of, times_of
from sonograph.checks import number, whole
from sonograph.errors import SettingsError
from sonograph.io.sources import of_files
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram
from sonograph.windows import window_values

AT_ONCE = 1024  # frames


@of_files
def local_pulse(
    source: str | os.PathLike[str] | Source | Spectrogram,
    *,
    slowest: float = 30.0,
    fastest: float = 300.0,
    length: int = 384,
) -> Spectrogram:
    """A pulse that rises to 1 where beats fall, and follows a tempo that changes (Grosche and Müller 2011).

    As librosa.beat.plp means it; librosa 0.11 itself divides by next to nothing where a sine begins below 0, so that
    those frames alone shape its pulse.

    Parameters
    ----------
    source
        A path or a Source of one channel; or its onset strength.
    slowest, fastest
        From which to which tempo, beats per minute.
    length
        Frames that a tempo is found in, an even number; 384 are 9 s at the usual hop.

    Returns
    -------
    Spectrogram
        One row, "pulse", 0 to 1; its times are those of beats, as `beats` has them.

    Raises
    ------
    SettingsError
        Several channels; a spectrogram that is no onset strength; no tempo between the two.
    """
    strength = strength_of(source)
    low, high = number("slowest", slowest, 0.0, above=True), number("fastest", fastest, 0.0, above=True)
    length = whole("length", length, 4, 1 << 16)
    if length % 2:
        raise SettingsError(f"length is {length}; it must be even, so that a frame is in its middle")
    tempi = 60 * strength.described.frames_per_second * np.arange(length // 2 + 1) / length
    allowed = (tempi >= low) & (tempi <= high)
    if not allowed.any():
        raise SettingsError(
            f"from slowest {low:g} to fastest {high:g} there is none of the tempi, {tempi[1]:.3g} apart"
        )
    values = np.nan_to_num(np.asarray(strength.values[0], float))
    pulse = np.maximum(_added(values, allowed, length), 0.0)
    pulse /= pulse.max(initial=0.0) or 1.0
    times = times_of(strength, np.arange(len(pulse)))
    return Spectrogram.from_array(pulse[None], times=times, rows=["pulse"], start=strength.start)


def _added(values: np.ndarray, allowed: np.ndarray, length: int) -> np.ndarray:
    """The best sine around every frame, windowed, added up, over the sum of the squared windows."""
    window = window_values("hann", length)
    half, n = length // 2, len(values)
    views = np.lib.stride_tricks.sliding_window_view(np.pad(values, half), length)
    total, weight = np.zeros(n + length), np.zeros(n + length)
    for first in range(0, len(views), AT_ONCE):
        spectra = np.where(allowed, np.fft.rfft(views[first : first + AT_ONCE] * window), 0)
        best = np.abs(spectra).argmax(axis=1)[:, None]
        top = np.take_along_axis(spectra, best, axis=1)
        alone = np.zeros_like(spectra)
        np.put_along_axis(alone, best, top / np.where(np.abs(top) > 0, np.abs(top), 1), axis=1)
        sines = np.fft.irfft(alone, length) * window
        for k in range(length):
            total[first + k : first + k + len(sines)] += sines[:, k]
            weight[first + k : first + k + len(sines)] += window[k] ** 2
    inside = slice(half, half + n)
    return np.asarray(total[inside] / np.maximum(weight[inside], np.finfo(float).tiny))
