"""The harmonic and the percussive part of a spectrum. A median's gradient is that of the value it takes."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.edges import mirrored
from sonograph.learning.torch.finite import raised
from sonograph.learning.torch.links.common import Seen
from sonograph.settings import SeparationSettings


def separation(settings: SeparationSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The values times the share of one part; medians hold `width` times the memory of the values."""
    missing = values.isnan()
    known = values.masked_fill(missing, 0)
    lasting, broad = _medians(known, settings.width, -2), _medians(known, settings.width, -1)
    wanted, other = (lasting, broad) if settings.part == "harmonic" else (broad, lasting)
    other = other * settings.margin
    larger = torch.maximum(wanted, other)
    silent = larger < torch.finfo(values.dtype).tiny
    larger = larger.masked_fill(silent, 1.0)
    ours, theirs = raised(wanted / larger, settings.exponent), raised(other / larger, settings.exponent)
    share = ours / (ours + theirs).masked_fill(silent, 1.0)
    share = share.masked_fill(silent, 0.5 if settings.margin == 1 else 0.0)
    return (known * share).masked_fill(missing, torch.nan)


def _medians(values: torch.Tensor, width: int, axis: int) -> torch.Tensor:
    """The median of each value and its neighbours along an axis, mirrored at its ends; width is odd."""
    half = width // 2
    around = mirrored(values, half, half, axis).unfold(axis, width, 1)
    # not `median`, which ONNX has not; as fast
    return around.topk(half + 1, -1, largest=False, sorted=False).values.amax(-1)
