"""The strength of onsets, and how regularly they come."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.lengths import windows
from sonograph.learning.torch.links.common import Seen, earlier
from sonograph.learning.torch.measures.autocorrelation import lags_of
from sonograph.settings import OnsetSettings, TempogramSettings


def onset(settings: OnsetSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The mean over rows of how far they rose since `lag` frames ago; nothing has risen at the beginning."""
    before = earlier(values, settings.lag, torch.inf)
    # a frame that misses samples, or looks at one that does, is put aside, as its NaN would spoil gradients
    missing = (values.isnan() | before.isnan()).any(-1, keepdim=True)
    rises = values.masked_fill(missing, 0) - before.masked_fill(missing, 0)
    return rises.clamp_min(0).mean(-1, keepdim=True).masked_fill(missing, torch.nan)


def tempogram(settings: TempogramSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The autocorrelation of the onset strength around each frame, over its largest value."""
    length, strength = settings.length, values[..., 0]
    missing = strength.isnan()
    clean = strength.masked_fill(missing, 0)
    around = torch.cat([clean[..., :1] * tables.rise, clean, clean[..., -1:] * tables.fall], -1)
    weighed = windows(around, length) * tables.window
    alike = lags_of(weighed, length, tables.n_fft)
    size = alike.abs().amax(-1, keepdim=True)
    alike = alike / torch.where(size < torch.finfo(values.dtype).tiny, 1.0, size)
    # a window that reaches over an end holds the frame at that end too, and is missing with it
    gone = torch.nn.functional.pad(missing, (len(tables.rise), len(tables.fall)))
    return alike.masked_fill(windows(gone, length).any(-1, keepdim=True), torch.nan)
