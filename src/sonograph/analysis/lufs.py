"""Loudness by ITU-R BS.1770-4: what a programme is measured by, in LUFS.

Channels pass two filters that stand for the head and the ear, blocks of 400 ms are measured every 100 ms, and two gates
leave silence out: one at -70 LUFS, one 10 LU below the mean of what passes the first. The range is that of blocks of
3 s (EBU Tech 3342).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sonograph.checks import numbers
from sonograph.errors import SettingsError
from sonograph.features.loudness import OFFSET, k_weighting
from sonograph.io.sources import Sound, of_files
from sonograph.settings.loudness import LOWEST_RATE
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source

STEP = 0.1  # seconds between blocks
STEPS, SHORT_STEPS = 4, 30  # to a block, and to one of 3 s
ABSOLUTE, RELATIVE, OF_RANGE = -70.0, -10.0, -20.0
LOW, HIGH = 0.10, 0.95
"""Of the blocks of 3 s in order, those between which the range lies."""
SURROUND = 1.41
WEIGHTS = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, SURROUND, SURROUND),
    5: (1.0, 1.0, 1.0, SURROUND, SURROUND),
    6: (1.0, 1.0, 1.0, 0.0, SURROUND, SURROUND),
}
"""Of so many channels, in the order that FLAC and WAV have them (RFC 9639, 9.1.3): left, right, centre, low
frequencies, surround left and right; four have neither centre nor low frequencies, five no low frequencies."""
AT_ONCE = 1 << 20  # samples that are filtered at a time


@dataclass(frozen=True, eq=False)
class Loudness:
    """How loud a sound is.

    integrated : of the whole sound, LUFS; -inf where nothing passes the gates
    momentary  : (blocks,) of 400 ms every 100 ms, LUFS; -inf in silence, NaN where samples are missing
    times      : (blocks,) the middle of each, seconds
    short_term : (blocks,) of 3 s every 100 ms, LUFS; none where the sound is shorter
    short_term_times : (blocks,) the middle of each, seconds
    range      : loudness range, LU (EBU Tech 3342); NaN where no block of 3 s passes its gates
    """

    integrated: float
    momentary: np.ndarray
    times: np.ndarray
    short_term: np.ndarray
    short_term_times: np.ndarray
    range: float

    def __repr__(self) -> str:
        loudest = float(np.fmax.reduce(self.momentary, initial=-np.inf))
        blocks = f"{len(self.momentary)} block{'s' * (len(self.momentary) != 1)} of 400 ms"
        return f"<Loudness: {self.integrated:.1f} LUFS; {blocks}, the loudest {loudest:.1f} LUFS>"


@of_files
def loudness(source: Sound, *, weights: tuple[float, ...] | None = None) -> Loudness:
    """The loudness of a sound by ITU-R BS.1770-4.

    Parameters
    ----------
    source
        A path or a Source in FS, of any length: it is read in blocks.
    weights
        One for each channel: 1 in front, 1.41 for a surround channel, 0 for one of low frequencies (BS.1770-4, table
        3). By default the number of channels says what they are, in the order of FLAC and WAV: left, right; and centre
        of three; L R Ls Rs of four; L R C Ls Rs of five; L R C LFE Ls Rs of six (5.1). What a file says of its layout
        is not asked: of another order, as Vorbis' L C R Ls Rs LFE, give them.

    Returns
    -------
    Loudness

    Raises
    ------
    SettingsError
        Not in FS; more than six channels without weights; shorter than 400 ms; a rate that no block fits.

    Examples
    --------
    >>> from sonograph import signals
    >>> round(loudness(signals.tone(997.0, 2.0, amplitude=1.0)).integrated, 2)
    -3.01
    """
    source = checked_source(source)
    if weights is None and source.n_channels not in WEIGHTS:
        raise SettingsError(
            f"the sound has {source.n_channels} channels; where up to {max(WEIGHTS)} stand is known: give weights, "
            f"one for each"
        )
    given = WEIGHTS[source.n_channels] if weights is None else numbers("weights", weights, 0.0)
    if source.unit != "FS":
        raise SettingsError(f'unit is "{source.unit}"; loudness is of samples in FS, where 1.0 is full scale')
    if len(given) != source.n_channels:
        raise SettingsError(f"weights are {len(given)}; the sound has {source.n_channels} channels: give one for each")
    rate = source.sample_rate
    if rate < LOWEST_RATE:
        raise SettingsError(f"sample_rate is {rate:g} Hz; loudness needs {LOWEST_RATE:.0f} Hz or more")
    edges = _steps(source)
    power = _stepwise(source, edges, given) / np.diff(edges)
    blocks, long = (_blocks(power, steps) for steps in (STEPS, SHORT_STEPS))
    times, long_times = ((edges[:-n] + edges[n:]) / 2 / rate for n in (STEPS, SHORT_STEPS))
    return Loudness(_integrated(blocks), _level(blocks), times, _level(long), long_times[: len(long)], _range(long))


def _blocks(power: np.ndarray, steps: int) -> np.ndarray:
    """(blocks,) the mean power of so many steps from each on."""
    if len(power) < steps:
        return np.zeros(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(power, steps).mean(axis=1))


def _level(power: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(OFFSET + 10 * np.log10(power))


def _gated(blocks: np.ndarray, relative: float) -> np.ndarray:
    """What passes both gates."""
    audible = blocks[blocks > 10 ** ((ABSOLUTE - OFFSET) / 10)]  # NaN is not
    return audible[audible > 10 ** (relative / 10) * audible.mean()] if len(audible) else audible


def _integrated(blocks: np.ndarray) -> float:
    loud = _gated(blocks, RELATIVE)
    return float(_level(loud.mean())) if len(loud) else -math.inf


def _range(blocks: np.ndarray) -> float:
    """Between two blocks of those of 3 s that pass the gates, as the standard's own program counts them."""
    loud = np.sort(_gated(blocks, OF_RANGE))
    if not len(loud):
        return math.nan
    low, high = (loud[math.floor((len(loud) - 1) * share + 0.5)] for share in (LOW, HIGH))
    return float(10 * math.log10(high / low))


def _steps(source: Source) -> np.ndarray:
    """Where each 100 ms begins, to the nearest sample, and where the last ends."""
    count = math.floor(source.n_samples / source.sample_rate / STEP + 1e-9)
    if count < STEPS:
        raise SettingsError(
            f"the sound has {source.n_samples} samples; loudness needs {math.ceil(STEP * STEPS * source.sample_rate)} "
            f"or more, 400 ms"
        )
    edges = np.rint(np.arange(count + 1) * STEP * source.sample_rate).astype(np.intp)
    return np.minimum(edges, source.n_samples)


def _stepwise(source: Source, edges: np.ndarray, weights: tuple[float, ...]) -> np.ndarray:
    """(steps,) the weighed sum over channels of the squared samples behind both filters; NaN where one is missing."""
    from scipy.signal import sosfilt

    sections = k_weighting(source.sample_rate)
    state = np.zeros((len(sections), source.n_channels, 2))
    sums = np.zeros(len(edges) - 1)
    per_read = max(1, AT_ONCE // source.n_channels // max(1, int(edges[1])))
    for first in range(0, len(sums), per_read):
        here = edges[first : first + per_read + 1]
        x = source.read(range(int(here[0]), int(here[-1]))).astype(float)
        missing = ~np.isfinite(x)
        x[missing] = 0
        y, state = sosfilt(sections, x, axis=1, zi=state)
        y[missing] = np.nan
        y *= y
        places = here[:-1] - here[0]
        sums[first : first + len(places)] = np.asarray(weights) @ np.add.reduceat(y, places, axis=1)
    return sums
