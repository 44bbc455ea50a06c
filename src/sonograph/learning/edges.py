"""The ends of a sound on tensors: what `frames.frames_of` and `plan.read_with_edges` say, in sizes alone.

Sizes stay expressions of the sound's length without a question that only some lengths answer, so that a compiled or
exported module serves sounds of any length.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import pad

from sonograph.frames import offset
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


def count(stft: StftSettings, n_samples: Any) -> Any:
    """How many frames a sound has, perhaps 0 or fewer; the last is counted also where `drop_last` leaves it away.

    >>> count(StftSettings(window_length=512, hop=128), 1000)
    8
    """
    n, hop, before = stft.window_length, stft.hop, -offset(stft)
    if stft.edges == "kaldi":
        return (n_samples + hop // 2) // hop
    beyond_the_first = n_samples + 2 * before - n
    if stft.edges in ("padded", "scipy"):  # as many as reach the end, one at the least
        return 1 + (max(0, beyond_the_first) + hop - 1) // hop
    return 1 + beyond_the_first // hop


def margins(stft: StftSettings, n_samples: Any) -> tuple[Any, Any]:
    """Samples that are wanted before a sound and after it; below 0 where some of its own are not.

    >>> margins(StftSettings(window_length=512, hop=128, edges="padded"), 1000)
    (0, 24)
    """
    before = -offset(stft)
    if stft.edges in ("zeros", "reflect", "inside"):
        return before, before
    return before, (count(stft, n_samples) - 1) * stft.hop + stft.window_length - before - n_samples
