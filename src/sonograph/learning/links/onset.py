"""The strength of onsets."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.links.common import Seen, earlier
from sonograph.settings import OnsetSettings


def onset(settings: OnsetSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The mean over rows of how far they rose since `lag` frames ago; nothing has risen at the beginning."""
    before = earlier(values, settings.lag, torch.inf)
    # a frame that misses samples, or looks at one that does, is put aside, as its NaN would spoil gradients
    missing = (values.isnan() | before.isnan()).any(-1, keepdim=True)
    rises = values.masked_fill(missing, 0) - before.masked_fill(missing, 0)
    return rises.clamp_min(0).mean(-1, keepdim=True).masked_fill(missing, torch.nan)
