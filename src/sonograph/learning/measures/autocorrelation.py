"""The autocorrelation of each frame, by way of its power spectrum."""

from __future__ import annotations

from typing import Any

import torch
from scipy.fft import next_fast_len

from sonograph.features.samples import Samples
from sonograph.learning.finite import over


def autocorrelation(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, lags) the sum of x[m] x[m + lag] over each frame."""
    values = lags_of(frames, work.stage.lags, tables.n_fft)
    return over(values, values[..., :1]) if work.stage.normalised else values


def autocorrelation_tables(work: Samples) -> dict[str, Any]:
    """The length of the transform."""
    return {"n_fft": length_for(work.window_length, work.stage.lags)}


def lags_of(frames: torch.Tensor, n_lags: int, n_fft: int) -> torch.Tensor:
    """(..., lags) of frames (..., n): their autocorrelation at the lags from 0 on; n_fft as `length_for` has it."""
    spectrum = torch.fft.rfft(frames, n_fft)
    power = torch.addcmul(spectrum.real.square(), spectrum.imag, spectrum.imag)
    return torch.fft.irfft(torch.complex(power, torch.zeros_like(power)), n_fft)[..., :n_lags]


def length_for(window_length: int, n_lags: int) -> int:
    """How long a transform must be so that no lag meets another; asked for beforehand, as no compiler looks inside."""
    return int(next_fast_len(window_length + n_lags - 1, real=True))
