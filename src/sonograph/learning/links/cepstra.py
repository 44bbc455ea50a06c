"""Cepstra, and how rows change in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from sonograph.features.cepstral import cepstra as cepstra_of
from sonograph.features.deltas import regression
from sonograph.learning.links.common import Seen
from sonograph.plan import Plan
from sonograph.settings import CepstralSettings, DeltaSettings


def cepstra(settings: CepstralSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The first coefficients of a cosine transform over rows."""
    return values @ tables.matrix


def cepstral_tables(settings: CepstralSettings, before: Plan) -> dict[str, np.ndarray]:
    """(rows, coefficients): what each row adds to each coefficient, the lifter included."""
    return {"matrix": cepstra_of(settings, np.eye(before.n_rows))}


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


def deltas_tables(settings: DeltaSettings, before: Plan) -> dict[str, Any]:
    """The weights of the neighbours, as plain numbers, since those that are 0 are left out."""
    return {"orders": tuple(tuple(weights.tolist()) for weights in regression(settings.width, settings.order))}
