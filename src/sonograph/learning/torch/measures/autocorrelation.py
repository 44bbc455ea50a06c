"""The autocorrelation of each frame, by way of its power spectrum."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.engines.torch import power_of
from sonograph.features.samples import Samples
from sonograph.learning.torch.finite import over


def autocorrelation(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, lags) the sum of x[m] x[m + lag] over each frame."""
    values = lags_of(frames, work.stage.lags, tables.n_fft)
    return over(values, values[..., :1]) if work.stage.normalised else values


def lags_of(frames: torch.Tensor, n_lags: int, n_fft: int) -> torch.Tensor:
    """(..., lags) of frames (..., n): their autocorrelation at the lags from 0 on."""
    power = power_of(torch.fft.rfft(frames, n_fft))
    return torch.fft.irfft(torch.complex(power, torch.zeros_like(power)), n_fft)[..., :n_lags]
