"""Per-channel energy normalisation."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.finite import raised
from sonograph.learning.torch.links.common import Seen
from sonograph.settings import PcenSettings


def pcen(settings: PcenSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Loudness against its own recent past, all frames at once.

    The low-pass M[t] = keep M[t-1] + new E[t] is a scan: after k rounds each frame holds the last 2^k.
    """
    newest = settings.smoothing(seen.frames_per_second)
    missing = values.isnan().any(-1, keepdim=True)
    clean = values.masked_fill(missing, 0)
    level = newest * clean
    # a missing frame leaves no trace
    keep = values.new_full((1,), 1 - newest).expand(missing.shape).masked_fill(missing, 1.0)
    step, n_frames = 1, values.shape[-2]
    pad = torch.nn.functional.pad
    while step < n_frames:
        level = level + keep * pad(level[..., :-step, :], (0, 0, step, 0))
        keep = keep * pad(keep[..., :-step, :], (0, 0, step, 0), value=1.0)
        step *= 2
    level = level + keep  # it was 1 before the sound
    gained = (-settings.gain * (level + settings.eps).log()).exp() * clean
    bias, power = settings.bias, settings.power
    # without bias a power below 1 would have no gradient at 0
    eased = bias**power * torch.expm1(power * torch.log1p(gained / bias)) if bias else raised(gained, power)
    return eased.masked_fill(missing, torch.nan)
