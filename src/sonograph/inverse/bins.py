"""From features back to the power of bins, as nearly as they tell: what a classifier hears of a sound.

Each stage is undone in turn. Bands say less than bins: the answer is a power, nowhere below 0, whose bands are those
given as nearly as can be, found by multiplying each bin by how much its bands miss, again and again (Richardson 1972,
Lucy 1974). Bins in no band are 0, and so are cepstra that were left away.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.filterbanks import filters_of
from sonograph.filterbanks.promised import promised
from sonograph.inverse.overlap import refuse_part
from sonograph.settings import (
    AffineSettings,
    BandSettings,
    CepstralSettings,
    LevelSettings,
    LogSettings,
    RangeSettings,
    StftSettings,
    stages,
)
from sonograph.spectrograms import Spectrogram

STEPS = 50
FRAMES = 256  # at a time


def to_power(spectrogram: Spectrogram) -> Spectrogram:
    """The power (or magnitude) of bins that features came from, as nearly as they tell.

    Parameters
    ----------
    spectrogram
        Powers, magnitudes or levels of bins or bands, logarithms, or cepstra of those: mel spectrograms, MFCC.

    Returns
    -------
    Spectrogram
        Of the transform at the bottom of the settings: what `griffin_lim` takes. NaN frames stay NaN.

    Raises
    ------
    SettingsError
        A stage that cannot be undone, as deltas or a normalisation by the whole sound.

    Examples
    --------
    >>> from sonograph import preset, signals, spectrogram
    >>> mel = spectrogram(signals.tone(1000.0, 0.5, sample_rate=22_050.0), preset("librosa.mel"))
    >>> bins = to_power(mel)
    >>> float(bins.frequencies[bins.values[:, 10].argmax()].round(-2))
    1000.0
    """
    refuse_part(spectrogram)
    values = np.swapaxes(spectrogram.values, -1, -2)
    listed = stages(spectrogram.settings)
    for stage in reversed(listed[1:]):
        values = _undone(stage, values, spectrogram)
    stft = listed[0]
    if stft.quantity == "transform":
        raise SettingsError('quantity is "transform"; its phases are known: use istft')
    return dataclasses.replace(
        spectrogram, values=np.swapaxes(values, -1, -2), settings=stft, quantity=stft.quantity, reference=None
    )


def _undone(stage: Any, values: np.ndarray, spectrogram: Spectrogram) -> np.ndarray:
    """(..., frames, rows) of the stage before."""
    real = values.dtype.type
    if isinstance(stage, RangeSettings):
        return values
    if isinstance(stage, AffineSettings):
        return values / real(stage.multiply) - real(stage.add)
    if isinstance(stage, LogSettings):
        power = np.exp(values) if stage.base == "e" else real(10) ** values
        return np.maximum(power - real(stage.add), 0)
    if isinstance(stage, LevelSettings):
        quiet = values <= real(stage.floor)
        power = real(10) ** (values / real(10)) * real(spectrogram.reference or 1.0)
        return np.where(quiet, 0, power).astype(values.dtype)
    if isinstance(stage, CepstralSettings):
        return _from_cepstra(stage, values, spectrogram.sample_rate)
    if isinstance(stage, BandSettings):
        return _from_bands(stage, values, spectrogram.sample_rate)
    raise SettingsError(f"the settings hold {type(stage).__name__}, which cannot be undone; leave that stage out")


def _from_cepstra(stage: CepstralSettings, values: np.ndarray, sample_rate: float) -> np.ndarray:
    from scipy.fft import idct

    below = stage.of.n_rows
    if below is None:
        bands = next(s for s in stages(stage) if isinstance(s, BandSettings))
        below = len(filters_of(bands, sample_rate).first)
    order = np.arange(stage.first, stage.first + values.shape[-1])
    whole = np.zeros((*values.shape[:-1], below), values.dtype)
    lifter = 1 + stage.lifter / 2 * np.sin(np.pi * order / stage.lifter) if stage.lifter else 1.0
    whole[..., order] = values / lifter
    return np.asarray(idct(whole, type=2, norm="ortho", axis=-1))


def _from_bands(stage: BandSettings, values: np.ndarray, sample_rate: float) -> np.ndarray:
    assert isinstance(stage.of, StftSettings)  # noqa: S101  # BandSettings see to it
    weights = promised(stage, sample_rate).dense(stage.of.n_bins).astype(values.dtype)
    flat = values.reshape(-1, values.shape[-1])
    out = np.empty((len(flat), stage.of.n_bins), values.dtype)
    tiny = np.finfo(values.dtype).tiny
    shares = weights.sum(axis=0)
    covered = shares > 0
    spread = np.divide(1, shares, where=covered, out=np.zeros_like(shares))
    for first in range(0, len(flat), FRAMES):
        bands = np.maximum(flat[first : first + FRAMES], 0)
        power = np.where(covered, np.float32(1), np.float32(0)) * bands.max(axis=1, keepdims=True)
        for _ in range(STEPS):
            missing = bands / np.maximum(power @ weights.T, tiny)
            power *= (missing @ weights) * spread
        out[first : first + FRAMES] = power
    return out.reshape(*values.shape[:-1], -1)
