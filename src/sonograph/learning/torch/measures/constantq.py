"""Constant-Q and variable-Q transforms: octave by octave, every other sample left away where that changes nothing."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.features.samples import Samples
from sonograph.learning.torch.finite import root
from sonograph.learning.torch.lengths import first
from sonograph.settings.by_octaves import TAPS


def constant_q(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, bands) of the transform, its magnitude or its power."""
    middle, hop, halved, n_frames = work.window_length // 2, work.hop, 0, frames.shape[-2]
    parts = []
    for number, octave in enumerate(tables.octaves):
        while halved < octave.halvings:
            samples, middle = _halved(samples, middle, tables.half_band)
            hop, halved = hop // 2, halved + 1
        cut = samples[..., middle - octave.half :].unfold(-1, 2 * octave.half + 1, hop)
        cut = first(cut, n_frames, -2)
        parts.append((cut @ getattr(tables, f"octave_{number}")).unflatten(-1, (2, -1)))
    real, imaginary = torch.cat(parts[::-1], -1).unbind(-2)
    if work.quantity == "transform":
        return torch.complex(real, imaginary)
    power = real.square() + imaginary.square()
    return power if work.quantity == "power" else root(power)


def _halved(samples: torch.Tensor, middle: int, weights: tuple[float, ...]) -> tuple[torch.Tensor, int]:
    """Every other sample behind a half-band filter, one of them at `middle`; and where that now is."""
    reach = 2 * TAPS - 1
    start = reach + (middle - reach) % 2
    n_samples = (samples.shape[-1] - start - reach + 1) // 2
    beside = samples[..., start - reach :: 2]  # the neighbours of those that stay
    kept = 0.5 * first(samples[..., start::2], n_samples, -1)
    for k, weight in enumerate(weights):
        before, after = TAPS - 1 - k, TAPS + k
        kept = kept + weight * (first(beside[..., before:], n_samples, -1) + first(beside[..., after:], n_samples, -1))
    return kept, (middle - start) // 2
