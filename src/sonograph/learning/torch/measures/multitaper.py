"""The multitaper spectrogram: the mean of the powers through each of Slepian's tapers."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.engines.torch import values_of
from sonograph.features.samples import Samples


def multitaper(work: Samples, samples: torch.Tensor, frames: torch.Tensor, tables: Any) -> torch.Tensor:
    """(..., frames, bins). One taper after another, as all at once would hold as many spectra."""
    total = values_of(frames, tables.works[0], tables.windows[0], None)
    for one, window in zip(tables.works[1:], tables.windows[1:], strict=True):
        total = total + values_of(frames, one, window, None)
    return total
