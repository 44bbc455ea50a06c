"""The ends of a sound on Torch's tensors: what `plan.read_with_edges` says."""

from __future__ import annotations

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
    if stft.edges == "kaldi":  # turns just outside of the first and the last sample, as often as it takes
        period = torch.full((1,), 2 * n_samples, device=samples.device)  # a tensor, as ONNX has no other remainder
        place = torch.arange(-before, n_samples + after, device=samples.device) % period
        return samples.index_select(-1, torch.where(place < n_samples, place, period - 1 - place))
    return pad(samples, (before, after))
