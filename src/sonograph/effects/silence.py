"""Where a sound is not silent: so many decibels below its loudest frame, in any channel; as librosa.effects has it."""

from __future__ import annotations

import numpy as np

from sonograph.checks import number
from sonograph.computing.spectrogram import pieces
from sonograph.io.sources import Sound, of_files
from sonograph.settings import StftSettings, TemporalSettings
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Signal, Source

AT_ONCE = 4096  # frames


@of_files
def split(
    source: Sound, *, below: float = 60.0, window_length: int = 2048, hop: int = 512
) -> list[tuple[float, float]]:
    """The parts of a sound that are not silent, as (start, end) in seconds.

    Parameters
    ----------
    source
        A path or a Source of any length; it is read in blocks. What is missing is silent.
    below
        Decibels below the loudest frame, at which silence begins.
    window_length, hop
        Samples of a frame, whose rms is taken, and from frame to frame.

    Raises
    ------
    SettingsError
        `below` is not above 0; a hop longer than the window.

    Examples
    --------
    >>> samples = np.zeros(48_000)
    >>> samples[12_000:20_000] = np.sin(np.arange(8000))
    >>> [(round(start, 1), round(end, 1)) for start, end in split(Signal(samples, 16_000.0))]
    [(0.7, 1.3)]
    """
    sound = checked_source(source)
    loud = _loud(sound, below, window_length, hop)
    changes = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    ends = np.minimum(changes * hop, sound.n_samples) / sound.sample_rate
    return [(float(start), float(end)) for start, end in ends.reshape(-1, 2)]


@of_files
def trim(source: Sound, *, below: float = 60.0, window_length: int = 2048, hop: int = 512) -> Signal:
    """A sound without the silence before and behind it, in memory; it begins when its first sample was taken.

    Parameters
    ----------
    source
        A path or a Source.
    below, window_length, hop
        As `split` takes them.

    Raises
    ------
    SettingsError
        As `split`.

    Examples
    --------
    >>> samples = np.zeros(48_000)
    >>> samples[12_000:20_000] = np.sin(np.arange(8000))
    >>> round(trim(Signal(samples, 16_000.0)).duration, 1)
    0.6
    """
    sound = checked_source(source)
    frames = np.flatnonzero(_loud(sound, below, window_length, hop))
    first = int(frames[0]) * hop if len(frames) else 0
    last = min(sound.n_samples, (int(frames[-1]) + 1) * hop) if len(frames) else 0
    return part_of(sound, range(first, last))


def part_of(sound: Source, samples: range) -> Signal:
    """Some samples of a sound, in memory."""
    from datetime import timedelta

    began = None if sound.start is None else sound.start + timedelta(seconds=samples.start / sound.sample_rate)
    values = sound.read(samples)
    return Signal(
        values if sound.n_channels > 1 else values[0], sound.sample_rate, sound.unit, began, sound.calibration
    )


def _loud(sound: Source, below: float, window_length: int, hop: int) -> np.ndarray:
    """Which frames are louder than silence."""
    number("below", below, 0.0, above=True)
    rms = TemporalSettings(of=StftSettings(window_length=window_length, hop=hop), features=("rms",))
    parts = [piece.values.reshape(-1, len(piece.frames)) for piece in pieces(sound, rms, at_most=AT_ONCE)]
    power = np.nan_to_num(np.concatenate([np.zeros((sound.n_channels, 0)), *parts], axis=1)).astype(float) ** 2
    loudest = power.max(initial=0.0)
    return np.asarray((power > max(loudest * 10 ** (-below / 10), 0.0)).any(axis=0) & (loudest > 0))
