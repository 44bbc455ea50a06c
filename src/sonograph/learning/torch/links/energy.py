"""The energy of each frame beside its rows."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.engines.torch import conditioned
from sonograph.learning.torch.links.common import Seen
from sonograph.settings import EnergySettings


def energy(settings: EnergySettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """ln of each frame's energy in place of the first row, or as a further one."""
    stft, frames = seen.stft, seen.frames[..., : seen.stft.window_length]
    if settings.measure == "frame":
        weighed = frames - frames.mean(-1, keepdim=True) if stft.remove_dc else frames
    else:
        weighed = conditioned(frames, seen.work) * tables.window
    total = weighed.square().sum(-1, keepdim=True)
    if settings.measure == "bins":
        # Parseval, as in features.energy: half of all bins' energy and half of what both ends hold
        ends = weighed.sum(-1, keepdim=True).square()
        if stft.n_fft % 2 == 0:
            ends = ends + (weighed * tables.signs).sum(-1, keepdim=True).square()
        total = 0.5 * (total * stft.n_fft + ends)
    total = (total * stft.input_scale**2).clamp_min(settings.floor).log().masked_fill(seen.missing, torch.nan)
    if settings.place == "replace":
        return torch.cat([total, values[..., 1:]], -1)
    return torch.cat([total, values] if settings.place == "first" else [values, total], -1)
