"""The tempo of a sound: the beats a minute that its tempogram favours; and that tempogram over beats per minute.

Grosche, Müller and Kurth 2010; Ellis 2007. Which lag is chosen is librosa's choice; where its peak lies is read between
frames, from the furthest of its multiples that still repeats.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from sonograph.analysis.strength import tempogram_of
from sonograph.checks import number, whole
from sonograph.errors import SettingsError
from sonograph.io.sources import of_files
from sonograph.settings import stft_of
from sonograph.settings.arguments import answered
from sonograph.settings.shapes import TempogramSettings
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram
from sonograph.windows import window_values

if TYPE_CHECKING:
    from collections.abc import Iterator

STILL = 0.5
"""Of the height of the first peak, which a later one must reach to be asked where it lies."""


@of_files
def tempo(
    source: str | os.PathLike[str] | Source | Spectrogram,
    *,
    prior: float = 120.0,
    spread: float = 1.0,
    fastest: float = 320.0,
) -> float | np.ndarray:
    """The tempo of a sound, beats per minute: the lag at which onsets repeat most, over the whole sound (Ellis 2007).

    The lag is read between frames: off the parabola through a peak, of the lag or of a multiple of it as far as these
    repeat half as strongly. `beats` tells the range that it moves in.

    Parameters
    ----------
    source
        A path or a Source, or the tempogram of one; frames that are NaN are left out.
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

    Examples
    --------
    >>> from sonograph import Signal
    >>> clicks = np.zeros(20 * 22_050)
    >>> clicks[:: 22_050 // 2] = 1.0
    >>> abs(tempo(Signal(clicks, 22_050)) - 120) < 0.1
    True
    """
    for name, value in (("prior", prior), ("spread", spread), ("fastest", fastest)):
        number(name, value, 0.0, above=True)
    tempogram = _checked(source)
    tempi = _tempi(tempogram)
    allowed = tempi < fastest
    if not allowed.any():
        raise SettingsError(f"fastest is {fastest:g}; the slowest tempo here is {tempi[-1]:.4g} beats per minute")
    weigh = -0.5 * ((np.log2(tempi) - np.log2(prior)) / spread) ** 2
    found = np.full(tempogram.n_channels, np.nan)
    for channel, mean in enumerate(_means(tempogram)):
        if mean is not None and mean[0]:
            score = np.log1p(1e6 * mean[1:]) + weigh
            lag = 1 + int(np.argmax(np.where(allowed, score, -np.inf)))
            found[channel] = tempi[0] / _between_frames(mean, lag)
    return float(found[0]) if tempogram.values.ndim == 2 else found


@answered
def tempi(
    tempogram: Spectrogram, *, slowest: float = 30.0, fastest: float = 300.0, per_octave: int = 48
) -> Spectrogram:
    """A tempogram over beats per minute: its lags read at tempi that are an equal interval apart, ready to be drawn.

    Parameters
    ----------
    tempogram
        Of TempogramSettings.
    slowest, fastest
        From which to which tempo, beats per minute.
    per_octave
        Rows from a tempo to twice that.

    Raises
    ------
    SettingsError
        It is no tempogram; its lags do not reach `slowest`.
    """
    lags = _checked(tempogram)
    low, high = number("slowest", slowest, 0.0, above=True), number("fastest", fastest, 0.0, above=True)
    if not low < high:
        raise SettingsError(f"slowest is {low:g} and fastest {high:g}; slowest must be below")
    there = _tempi(lags)
    if low < there[-1]:
        raise SettingsError(f"slowest is {low:g}; the slowest tempo here is {there[-1]:.4g} beats per minute")
    count = int(np.floor(np.log2(high / low) * whole("per_octave", per_octave, 1) + 1e-9)) + 1
    rows = low * 2 ** (np.arange(count) / per_octave)
    wanted = np.clip(there[0] / rows, 0, len(there))
    first = np.minimum(wanted.astype(int), len(there) - 1)
    part = (wanted - first)[:, None]
    values = lags.values[..., first, :] * (1 - part) + lags.values[..., first + 1, :] * part
    return Spectrogram.from_array(values, times=lags.times, rows=rows, axis="Tempo (bpm)", start=lags.start)


def _checked(source: Any) -> Spectrogram:
    """The tempogram that is given, or of the sound that is."""
    tempogram = source if isinstance(source, Spectrogram) else tempogram_of(source)
    if not isinstance(tempogram.settings, TempogramSettings):
        kind = tempogram.settings.kind
        raise SettingsError(f"the settings are of kind {kind}; tempo is of a tempogram: TempogramSettings")
    return tempogram


def _tempi(tempogram: Spectrogram) -> np.ndarray:
    """Beats per minute of the lags from 1 on."""
    settings = tempogram.settings
    return np.asarray(60 * tempogram.sample_rate / stft_of(settings).hop / np.arange(1, settings.n_rows))


def _means(tempogram: Spectrogram) -> Iterator[np.ndarray | None]:
    """How strongly onsets repeat after each lag, of each channel; None where no frame is known."""
    values = np.asarray(tempogram.values, float).reshape(tempogram.n_channels, *tempogram.values.shape[-2:])
    for rows in values:
        seen = ~np.isnan(rows).any(axis=0)
        yield rows[:, seen].mean(axis=1) if seen.any() else None


def _between_frames(mean: np.ndarray, lag: int) -> float:
    """The lag of a peak in parts of a frame."""
    length = len(mean)
    window = window_values("hann", length)
    reach = np.correlate(window, window, "full")[length - 1 :]  # what the window leaves of each lag
    level = mean / np.maximum(reach / reach[0], 1e-3)
    exact, multiple = _top(level, lag), 2
    if exact is None:
        return float(lag)
    while multiple * exact < 0.75 * length:
        near = round(multiple * exact)
        around = max(1, lag // 4)
        first = max(1, near - around)
        place = first + int(np.argmax(level[first : near + around + 1]))
        further = _top(level, place)
        if further is None or level[place] < STILL * level[lag] or abs(further - multiple * exact) > around / 2 + 1:
            break
        exact, multiple = further / multiple, multiple * 2
    return exact


def _top(level: np.ndarray, place: int) -> float | None:
    """Where the parabola through a peak and its neighbours is highest; None where it is no peak."""
    if not 0 < place < len(level) - 1 or level[place] < max(level[place - 1], level[place + 1]):
        return None
    before, here, after = level[place - 1 : place + 2]
    bend = before - 2 * here + after
    return float(place) if bend == 0 else float(place + 0.5 * (before - after) / bend)
