"""Per-channel energy normalisation."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.finite import raised
from sonograph.learning.torch.lengths import delayed
from sonograph.learning.torch.links.common import Seen
from sonograph.settings import PcenSettings

MOST = 1 << 24
"""Frames that an exported program looks back: two days of them, 10 ms apart."""


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
    # an exported program has as many rounds for every length, of which the last change nothing
    step, n_frames = 1, MOST if torch.compiler.is_exporting() else values.shape[-2]
    while step < n_frames:
        level = level + keep * delayed(level, step, 0.0)
        keep = keep * delayed(keep, step, 1.0)
        step *= 2
    level = level + keep  # it was 1 before the sound
    gained = (-settings.gain * (level + settings.eps).log()).exp() * clean
    bias, power = settings.bias, settings.power
    # without bias a power below 1 would have no gradient at 0
    eased = bias**power * torch.expm1(power * torch.log1p(gained / bias)) if bias else raised(gained, power)
    return eased.masked_fill(missing, torch.nan)
