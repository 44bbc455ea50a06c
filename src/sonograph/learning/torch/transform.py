"""The transform of a module, with its bands and logarithm: those of the Torch engine, on all frames at once."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.engines import Work
from sonograph.engines.torch import cut_length, tables_of, values_of
from sonograph.learning.torch.tables import Tables


class Transform(torch.nn.Module):
    """What an engine computes of every frame.

    cut : how long frames are to be cut
    """

    tables: Any

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self.cut = cut_length(work)
        window, matrix = tables_of(work)
        self.tables = Tables(window=window, matrix=matrix)

    def forward(self, samples: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """(..., frames, rows) of frames (..., frames, cut) that are finite."""
        return values_of(frames, self._work, self.tables.window, self.tables.matrix)
