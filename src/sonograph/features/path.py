"""The most probable path through the candidates of pYIN (Mauch and Dixon 2014): a hidden Markov model, by Viterbi.

A state is a pitch, voiced or not. Changes of pitch are weighed by a triangle and do not depend on changes of voicing,
so the better of the two voicings is taken first; and a voiced pitch that nothing points to is on no path, so only the
few candidates of a frame are looked at, and the unvoiced states.
"""

from __future__ import annotations

import numpy as np

from sonograph.checks import refuse_large
from sonograph.settings.pitch import PyinSettings

TINY = np.finfo(float).tiny


def paths(settings: PyinSettings, values: np.ndarray, frames_per_second: float) -> np.ndarray:
    """The path of each channel: (channels, frames, 3) of (channels, frames, 2 n_pitches)."""
    return np.stack([path(settings, channel, frames_per_second) for channel in values])


def path(settings: PyinSettings, values: np.ndarray, frames_per_second: float) -> np.ndarray:
    """(frames, 3): pitch, voiced, voicing probability, of the candidates (frames, 2 n_pitches).

    Missing frames say nothing of pitch: the path goes through them, and their rows are NaN.
    """
    n = settings.of.n_pitches
    out = np.full((len(values), 3), np.nan, values.dtype)
    if not len(values):
        return out
    missing = np.isnan(values[:, 0])
    probability = np.where(missing[:, None], 0, values[:, :n]).astype(float)
    voicing = np.clip(probability.sum(axis=1), 0, 1)
    states = _viterbi(settings, probability, voicing, frames_per_second)
    lines = np.arange(len(values))
    voiced = states < n
    measured = values[lines, n + np.where(voiced, states, 0)]
    out[:, 0] = np.where(voiced & (measured > 0), measured, np.nan)
    out[:, 1] = voiced
    out[:, 2] = voicing
    out[missing] = np.nan
    return out


def _viterbi(settings: PyinSettings, probability: np.ndarray, voicing: np.ndarray, rate: float) -> np.ndarray:
    """(frames,) the state of each frame: a pitch, or n_pitches and more where unvoiced."""
    n_frames, n = probability.shape
    farthest = min(settings.fastest * 12 / rate, 1e15)
    half = round(farthest) * settings.of.per_semitone // 2
    refuse_large("fastest", settings.fastest, n * (2 * half + 1), "changes of pitch from frame to frame")
    moves = _moves(n, half)
    unvoiced = np.log((1 - voicing) / n + TINY)
    stay, switch = np.log([1 - settings.switch + TINY, settings.switch + TINY])
    back = np.zeros((n_frames, 2, n), np.int16 if 2 * n < 2**15 else np.int32)  # from which state: to voiced, unvoiced
    arrived = np.full((2, n + 2 * half), -np.inf)  # with nothing beyond the ends
    views = np.lib.stride_tricks.sliding_window_view(arrived, 2 * half + 1, axis=1)
    value = np.full((2, n), -np.log(2 * n))
    found = np.flatnonzero(probability[0])
    value[1] += unvoiced[0]
    value[0] = _only(found, value[0, found] + np.log(probability[0, found]), n)
    lines, sums = np.arange(n), np.empty((n, 2 * half + 1))
    for t in range(1, n_frames):
        kept, changed = value + stay, value[::-1] + switch
        better = changed > kept
        np.maximum(kept, changed, out=arrived[:, half : half + n])
        found = np.flatnonzero(probability[t])
        if len(found):
            steps = views[0, found] + moves[found]
            best = np.argmax(steps, axis=1)
            source = found + best - half
            back[t, 0, found] = source + n * better[0, source]
            reached = steps[np.arange(len(found)), best] + np.log(probability[t, found])
        np.add(views[1], moves, out=sums)
        best = np.argmax(sums, axis=1)
        source = lines + best - half
        back[t, 1] = source + n * ~better[1, source]
        value[1] = sums[lines, best] + unvoiced[t]
        value[0] = _only(found, reached, n) if len(found) else -np.inf
    states = np.empty(n_frames, np.intp)
    states[-1] = np.argmax(value)
    for t in range(n_frames - 1, 0, -1):
        states[t - 1] = back[t].reshape(-1)[states[t]]
    return states


def _only(places: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    out = np.full(n, -np.inf)
    out[places] = values
    return out


def _moves(n: int, half: int) -> np.ndarray:
    """(n, 2 half + 1) logarithm of the probability to come to pitch j from pitch j - half, j - half + 1 …

    The triangle of each source is cut off at the ends of the range and adds up to 1.
    """
    triangle = half + 1.0 - np.abs(np.arange(-half, half + 1))
    sums = np.convolve(np.ones(n), triangle)[half : half + n]  # of the triangle around each source, cut off
    source = np.arange(n)[:, None] + np.arange(-half, half + 1)
    inside = (source >= 0) & (source < n)
    return np.where(inside, np.log(triangle / sums[np.clip(source, 0, n - 1)]), -np.inf)
