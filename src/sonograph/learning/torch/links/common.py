"""What the links share: what was seen of each frame, and the frames before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from sonograph.settings import StftSettings

Run = Callable[[Any, torch.Tensor, Any, "Seen"], torch.Tensor]


class Seen(NamedTuple):
    """What was seen of each frame.

    frames  : (..., frames, window_length or more), as they were cut, 0 for what was missing
    missing : (..., frames, 1), whether a sample of the frame is missing
    work, stft : what was computed of them
    frames_per_second : how fast they follow each other
    """

    frames: torch.Tensor
    missing: torch.Tensor
    work: Any  # a Work, or Samples of a measure
    stft: StftSettings
    frames_per_second: float


def earlier(values: torch.Tensor, lag: int, first: float | bool) -> torch.Tensor:
    """The frames so many before, `first` before the first."""
    return torch.cat([torch.full_like(values[..., :lag, :], first), values[..., :-lag, :]], -2)
