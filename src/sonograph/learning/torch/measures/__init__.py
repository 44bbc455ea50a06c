"""What is measured on the samples of frames, in a module: each kind of settings is one function on tensors.

`MEASURES` lists them; the definitions, with their sources, are in `features`. A function is given samples that are
finite and lie where the frames want them, frame i from sample i * hop, and gives (..., frames, rows). What a frame with
missing samples reads there is overwritten.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from sonograph.features.samples import Samples
from sonograph.learning.stage_tables import OF_MEASURES
from sonograph.learning.torch.measures.autocorrelation import autocorrelation
from sonograph.learning.torch.measures.candidates import candidates
from sonograph.learning.torch.measures.constantq import constant_q
from sonograph.learning.torch.measures.multitaper import multitaper
from sonograph.learning.torch.measures.pitch import yin
from sonograph.learning.torch.measures.temporal import temporal
from sonograph.learning.torch.tables import Tables
from sonograph.settings import (
    AutocorrelationSettings,
    ConstantQSettings,
    MultitaperSettings,
    PyinCandidates,
    TemporalSettings,
    YinSettings,
)

Run = Callable[[Samples, torch.Tensor, torch.Tensor, Any], torch.Tensor]


class Measure(torch.nn.Module):
    """What to measure, its function and its tables: the counterpart of a module's transform."""

    def __init__(self, work: Samples) -> None:
        super().__init__()
        self._work = work
        self.cut = work.window_length
        self._run = MEASURES[type(work.stage)]
        self.tables = Tables(**OF_MEASURES[type(work.stage)](work))

    def forward(self, samples: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """(..., frames, rows) of samples (..., n) and the frames cut of them (..., frames, window_length)."""
        values = self._run(self._work, samples, frames, self.tables)
        log = self._work.log
        if log is None:
            return values
        return (values / self._work.reference).clamp_min(log.floor).log10() * log.factor


MEASURES: dict[type, Run] = {
    TemporalSettings: temporal,
    AutocorrelationSettings: autocorrelation,
    YinSettings: yin,
    PyinCandidates: candidates,
    ConstantQSettings: constant_q,
    MultitaperSettings: multitaper,
}
