"""The candidates of pYIN. Which troughs there are, and how probable, has no gradient; where each lies does."""

from __future__ import annotations

import math
from typing import Any

import torch

from sonograph.features.samples import Samples
from sonograph.learning.torch.measures.pitch import bottoms, differences, troughs


def candidates(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, 2 n_pitches): the probability of each pitch, and what was measured near it, Hz."""
    stage, n = work.stage, work.stage.n_pitches
    shortest, difference = differences(work, frames, tables)
    probability, is_candidate = _probabilities(stage, difference.detach(), tables.thresholds)
    lags = torch.arange(difference.shape[-1], device=frames.device)
    pitch = work.sample_rate / (shortest + lags + bottoms(difference))
    place = (12 * stage.per_semitone * (pitch.detach() / stage.low).log2()).round().clamp(0, n)
    place = torch.where(is_candidate, place, n).to(torch.int64)  # n is where what is no candidate goes
    # of several in one place the one at the longest lag
    empty = torch.zeros((*place.shape[:-1], n + 1), dtype=torch.int64, device=frames.device)
    winner = empty.scatter_reduce(-1, place, (lags + 1).expand(place.shape), "amax")[..., :n]
    found, at = winner > 0, (winner - 1).clamp_min(0)
    return torch.cat([torch.where(found, values.gather(-1, at), 0.0) for values in (probability, pitch)], -1)


def _probabilities(
    stage: Any, difference: torch.Tensor, thresholds: tuple[tuple[float, float], ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """How probable each trough is, over all thresholds that it is chosen of those below; and which lags can be."""
    here = troughs(difference)
    height = difference.masked_fill(~here, torch.inf)
    probability, unreached = torch.zeros_like(height), torch.zeros_like(height)
    for limit, weight in thresholds:
        below = height < limit
        number = below.cumsum(-1, dtype=height.dtype)
        chance = torch.exp(-stage.decay * (number - 1)) / -torch.expm1(-stage.decay * number[..., -1:].clamp_min(1))
        probability = probability + torch.where(below, weight * -math.expm1(-stage.decay) * chance, 0.0)
        unreached = unreached + torch.where(below, 0.0, weight)
    lags = torch.arange(height.shape[-1], device=height.device)
    deepest = here & (lags == height.argmin(-1, keepdim=True))
    if stage.no_trough:
        below = below | deepest
    return probability + torch.where(deepest, stage.no_trough * unreached, 0.0), below
