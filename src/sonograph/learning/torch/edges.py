"""The ends of a sound on Torch's tensors: what `reading.read_with_edges` says."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import pad

from sonograph.learning.sizes import margins
from sonograph.settings import StftSettings


def with_edges(samples: torch.Tensor, stft: StftSettings) -> torch.Tensor:
    """(..., n) with what lies before and after a sound (..., n), so that frame i begins at sample i * hop.

    Samples that are too few for a further frame may follow the last one.
    """
    n_samples = samples.shape[-1]
    before, after = margins(stft, n_samples)
    if stft.edges == "reflect":
        ahead, behind = samples[..., 1 : before + 1], samples[..., n_samples - 1 - after : n_samples - 1]
        return torch.cat([ahead.flip(-1), samples, behind.flip(-1)], -1)
    if stft.edges == "kaldi":
        return mirrored(samples, before, after, -1)
    return pad(samples, (before, after), value=float("nan") if stft.edges == "missing" else 0.0)


def mirrored(values: torch.Tensor, before: Any, after: Any, axis: int) -> torch.Tensor:
    """Values with so many more at both ends of an axis: it turns just outside of its ends, as often as it takes."""
    size = values.shape[axis]
    period = torch.full((1,), 2 * size, device=values.device)  # a tensor, as ONNX has no other remainder
    place = torch.arange(-before, size + after, device=values.device) % period
    return values.index_select(axis, torch.where(place < size, place, period - 1 - place))
