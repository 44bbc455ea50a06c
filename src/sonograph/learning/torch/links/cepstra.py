"""Cepstra, and how rows change in time."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.links.common import Seen
from sonograph.settings import CepstralSettings, DeltaSettings


def cepstra(settings: CepstralSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The first coefficients of a cosine transform over rows."""
    return values @ tables.matrix


def deltas(settings: DeltaSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Rows, their regression over neighbouring frames, and that of the regression."""
    reach, n_frames = settings.width * settings.order, values.shape[-2]
    repeat = [-1] * (values.ndim - 2) + [reach, -1]
    far = torch.cat([values[..., :1, :].expand(repeat), values, values[..., -1:, :].expand(repeat)], -2)
    parts = [values]
    for weights in tables.orders:
        total = torch.zeros_like(values)
        for m, weight in enumerate(weights, start=reach - len(weights) // 2):
            if weight:
                total = total + weight * far.narrow(-2, m, n_frames)
        parts.append(total)
    return torch.cat(parts, -1)
