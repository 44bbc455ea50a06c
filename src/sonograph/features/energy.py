"""The energy of each frame, from its samples."""

from __future__ import annotations

import numpy as np

from sonograph.settings import EnergySettings, StftSettings


def frame_energy(
    settings: EnergySettings, stft: StftSettings, cut: np.ndarray, weighed: np.ndarray | None
) -> np.ndarray:
    """ln of the energy of frames, (frames,).

    cut     : (frames, window_length), contiguous: the samples as they come
    weighed : the same after the mean, pre-emphasis and window; for the measures "windowed" and "bins"
    """
    real = cut.dtype.type
    if settings.measure == "frame":
        if stft.remove_dc:
            cut = cut - np.add.reduce(cut, axis=1, keepdims=True) / real(cut.shape[1])
        energy = np.add.reduce(cut * cut, axis=1)
    else:
        assert weighed is not None  # noqa: S101  # the caller knows the measure
        energy = np.add.reduce(weighed * weighed, axis=1)
        if settings.measure == "bins":
            # Parseval: bins of both signs hold n_fft times the energy, of which those of one sign are half,
            # and half of what lies at 0 Hz and half the sample rate
            ends = np.add.reduce(weighed, axis=1) ** 2
            if stft.n_fft % 2 == 0:
                ends += np.add.reduce(np.ascontiguousarray(weighed * _alternating(cut)), axis=1) ** 2
            energy = real(0.5) * (energy * real(stft.n_fft) + ends)
    energy *= real(stft.input_scale**2)
    with np.errstate(invalid="ignore"):
        energy[~np.isfinite(cut).all(axis=1)] = np.nan
    return np.log(np.maximum(energy, real(settings.floor)))


def _alternating(cut: np.ndarray) -> np.ndarray:
    signs = np.ones(cut.shape[1], cut.dtype)
    signs[1::2] = -1
    return signs


def placed(settings: EnergySettings, values: np.ndarray, energy: np.ndarray) -> np.ndarray:
    """(frames, rows) with the energy in place of the first row, or as a further row."""
    if settings.place == "replace":
        values = values.copy()
        values[:, 0] = energy
        return values
    column = energy[:, None]
    return np.concatenate([column, values] if settings.place == "first" else [values, column], axis=1)
