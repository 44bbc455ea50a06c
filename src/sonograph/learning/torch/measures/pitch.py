"""Pitch by YIN. Its gradient is that of the trough that was chosen; which one it is has none."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.features.samples import Samples
from sonograph.learning.torch.measures.autocorrelation import lags_of


def yin(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, 2): pitch and aperiodicity."""
    shortest, difference = differences(work, frames, tables)
    deep = troughs(difference) & (difference < work.stage.threshold)
    first, deepest = deep.to(torch.uint8).argmax(-1, keepdim=True), difference.argmin(-1, keepdim=True)
    at = torch.where(deep.any(-1, keepdim=True), first, deepest)
    depth = difference.gather(-1, at)
    pitch = work.sample_rate / (shortest + at + bottoms(difference).gather(-1, at))
    return torch.cat([pitch.masked_fill(depth >= 1, torch.nan), depth], -1)


def differences(work: Samples, frames: torch.Tensor, tables: Any) -> tuple[int, torch.Tensor]:
    """The shortest period, and the normalised difference (..., frames, lags) from it on; 1 in silence."""
    shortest, longest = tables.periods
    alike = lags_of(frames, longest + 1, tables.n_fft)
    lost = frames[..., :longest].square().cumsum(-1)
    difference = 2 * (alike[..., :1] - alike[..., 1:]) - lost
    lags = torch.arange(1, longest + 1, device=frames.device, dtype=frames.dtype)
    mean = difference.cumsum(-1) / lags + torch.finfo(frames.dtype).tiny
    difference, mean = difference[..., shortest - 1 :], mean[..., shortest - 1 :]
    silent = alike[..., :1] <= 0
    return shortest, (difference / mean.masked_fill(silent, 1.0)).masked_fill(silent, 1.0)


def troughs(difference: torch.Tensor) -> torch.Tensor:
    """Where a lag lies below the one before it and not above the next; at the ends, below its one neighbour."""
    falls = difference[..., 1:] < difference[..., :-1]
    inner = falls[..., :-1] & (difference[..., 1:-1] <= difference[..., 2:])
    return torch.cat([difference[..., :1] < difference[..., 1:2], inner, falls[..., -1:]], -1)


def bottoms(difference: torch.Tensor) -> torch.Tensor:
    """How far the bottom of the parabola through each lag and its neighbours lies from it; 0 if beyond them."""
    before, middle, after = difference[..., :-2], difference[..., 1:-1], difference[..., 2:]
    a, b = after + before - 2 * middle, (after - before) / 2
    inside = b.abs() < a.abs()
    return torch.nn.functional.pad(torch.where(inside, -b / torch.where(inside, a, 1.0), 0.0), (1, 1))
