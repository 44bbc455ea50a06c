"""Beats and onsets: when a sound is struck.

Beats by dynamic programming (Ellis 2007): of all rows of frames about a beat apart, the one whose onsets are strongest.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from sonograph.analysis.strength import strength_of, times_of
from sonograph.analysis.tempo import tempo as tempo_of
from sonograph.checks import number
from sonograph.computing.run import through
from sonograph.errors import SettingsError
from sonograph.io.sources import of_files
from sonograph.settings.shapes import OnsetSettings, TempogramSettings
from sonograph.sounds.source import Source
from sonograph.spectrograms import Spectrogram

AROUND = 4
"""Beats to each side that the tempo at a beat is of."""


@dataclass(frozen=True, eq=False)
class Beats:
    """The beats of a sound.

    times : when, seconds, (beats,)
    frames : which frames of the onset strength they are
    tempo : beats per minute that they follow; NaN where there are none
    """

    times: np.ndarray
    frames: np.ndarray
    tempo: float

    @property
    def tempi(self) -> np.ndarray:
        """The tempo around each beat, of the four before it and the four after it; NaN of fewer than two beats."""
        n = len(self.times)
        if n < 2:
            return np.full(n, np.nan)
        first, last = np.maximum(0, np.arange(n) - AROUND), np.minimum(n - 1, np.arange(n) + AROUND)
        return np.asarray(60 * (last - first) / (self.times[last] - self.times[first]))

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest of those tempi."""
        return (float(self.tempi.min()), float(self.tempi.max())) if len(self.times) > 1 else (np.nan, np.nan)

    def __repr__(self) -> str:
        low, high = self.range
        return f"<Beats: {len(self.times)}, {self.tempo:.4g} bpm ({low:.4g} to {high:.4g})>"


@of_files
def beats(
    source: str | os.PathLike[str] | Source | Spectrogram,
    *,
    tempo: float | None = None,
    tightness: float = 100.0,
    trim: bool = True,
) -> Beats:
    """The beats of a sound of one channel (Ellis 2007), as librosa.beat.beat_track finds them in the same strength.

    Parameters
    ----------
    source
        A path or a Source; or its onset strength.
    tempo
        Beats per minute that they are about; found by `sonograph.tempo` by default.
    tightness
        How much a beat that is early or late costs, against its strength.
    trim
        Whether weak ones at the beginning and the end are left out.

    Raises
    ------
    SettingsError
        Several channels; a spectrogram that is no onset strength; a tempo that is not above 0.

    Examples
    --------
    >>> from sonograph import Signal
    >>> clicks = np.zeros(10 * 22_050)
    >>> clicks[11_025::11_025] = 1.0
    >>> beats(Signal(clicks, 22_050)).times[:3].round(1)
    array([0.5, 1. , 1.5])
    """
    strength = strength_of(source)
    values = np.nan_to_num(np.asarray(strength.values[0], float))
    if tempo is not None:
        number("tempo", tempo, 0.0, above=True)
    number("tightness", tightness, 0.0, above=True)
    if not values.any():
        return Beats(np.zeros(0), np.zeros(0, int), float("nan"))
    rate = strength.described.frames_per_second
    bpm = float(tempo) if tempo is not None else _found(strength)
    period = 60 * rate / bpm
    if period < 1:
        raise SettingsError(f"tempo is {bpm:g}; with {rate:.4g} frames a second it must be at most {60 * rate:.4g}")
    local = _local(values, period)
    frames = _path(local, period, tightness)
    frames = _without_weak(local, frames, trim=trim)
    return Beats(times_of(strength, frames), frames + strength.frames.start, bpm)


@of_files
def onsets(source: str | os.PathLike[str] | Source | Spectrogram, *, threshold: float = 0.07) -> np.ndarray:
    """When something begins in a sound of one channel, seconds: peaks of its onset strength.

    A peak is the highest of the 30 ms before it, stands by `threshold` of the highest over the mean of 100 ms to each
    side, and comes 30 ms after the last (Böck, Krebs and Schedl 2012); the numbers are librosa.onset.onset_detect's.

    Parameters
    ----------
    source
        A path or a Source; or its onset strength.
    threshold
        0 to 1: higher for fewer.

    Raises
    ------
    SettingsError
        Several channels; a spectrogram that is no onset strength; a threshold outside of 0 to 1.

    Examples
    --------
    >>> from sonograph import Signal
    >>> clicks = np.zeros(22_050)
    >>> clicks[[8000, 15_000]] = 1.0
    >>> bool(np.abs(onsets(Signal(clicks, 22_050)) - [8000 / 22_050, 15_000 / 22_050]).max() < 0.03)
    True
    """
    strength = strength_of(source)
    number("threshold", threshold, 0.0, 1.0)
    values = np.nan_to_num(np.asarray(strength.values[0], float))
    if not values.any():
        return np.zeros(0)
    values = (values - values.min()) / (values.max() - values.min())
    rate = strength.described.frames_per_second
    before, mean = int(0.03 * rate), int(0.1 * rate)
    found: list[int] = []
    for frame in range(len(values)):
        highest = values[max(0, frame - before) : frame + 1].max()
        around = values[max(0, frame - mean) : frame + mean + 1].mean()
        if (
            values[frame] == highest
            and values[frame] >= around + threshold
            and (not found or frame - found[-1] > before)
        ):
            found.append(frame)
    return times_of(strength, np.array(found, int))


def _found(strength: Spectrogram) -> float:
    assert isinstance(strength.settings, OnsetSettings)  # noqa: S101  # `strength_of` saw to it
    settings = TempogramSettings(of=strength.settings)
    lags = through(strength, settings, [settings])
    return float(np.ravel(tempo_of(lags))[0])


def _local(values: np.ndarray, period: float) -> np.ndarray:
    """The strength over its deviation, through a bell of a thirty-second of a beat."""
    deviation = values.std(ddof=1) if len(values) > 1 else 0.0
    half = int(np.round(period))
    bell = np.exp(-0.5 * (np.arange(-half, half + 1) * 32.0 / period) ** 2)
    smooth: np.ndarray = np.convolve(values / (deviation + np.finfo(float).tiny), bell)[half : half + len(values)]
    return smooth


def _path(local: np.ndarray, period: float, tightness: float) -> np.ndarray:
    """The frames of the best row of beats, from the end back."""
    n = len(local)
    nearest, furthest = int(np.round(period / 2)), int(2 * period)
    steps = np.arange(max(1, nearest), max(2, furthest + 1))
    cost = tightness * (np.log(steps) - np.log(period)) ** 2
    link, score = np.full(n, -1), local.astype(float)
    least, begun = 0.01 * local.max(), False
    for frame in range(n):
        count = min(len(steps), frame - steps[0] + 1)
        if count > 0:
            before = score[frame - steps[:count]] - cost[:count]
            best = int(np.argmax(before))
            score[frame] += before[best]
            if begun or local[frame] >= least:
                link[frame] = frame - steps[best]
        begun = begun or bool(local[frame] >= least)
    found = [_last(score)]
    while link[found[-1]] >= 0:
        found.append(int(link[found[-1]]))
    return np.array(found[::-1], int)


def _last(score: np.ndarray) -> int:
    """The last peak that is half as high as peaks are."""
    padded = np.pad(score, 1, mode="edge")
    peaks = np.flatnonzero((padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:]))
    if not len(peaks):
        return int(np.argmax(score))
    high = peaks[score[peaks] >= 0.5 * np.median(score[peaks])]
    return int(high[-1])


def _without_weak(local: np.ndarray, frames: np.ndarray, *, trim: bool) -> np.ndarray:
    """Without beats at the ends that are weaker than half of all."""
    smooth = np.convolve(local[frames], np.hanning(5))[2 : 2 + len(local)]
    least = 0.5 * np.sqrt((smooth**2).mean()) if trim else 0.0
    strong = np.flatnonzero(local > least)
    return frames[(frames >= strong[0]) & (frames <= strong[-1])] if len(strong) else frames[:0]
