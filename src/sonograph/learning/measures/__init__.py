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
from sonograph.learning.measures.autocorrelation import autocorrelation, autocorrelation_tables
from sonograph.learning.measures.candidates import candidates, candidates_tables
from sonograph.learning.measures.constantq import constant_q, constant_q_tables
from sonograph.learning.measures.multitaper import multitaper, multitaper_tables
from sonograph.learning.measures.pitch import pitch_tables, yin
from sonograph.learning.measures.temporal import temporal, temporal_tables
from sonograph.learning.tables import Tables
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
        self._run, tables = MEASURES[type(work.stage)]
        self.tables = Tables(**tables(work))

    def forward(self, samples: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """(..., frames, rows) of samples (..., n) and the frames cut of them (..., frames, window_length)."""
        values = self._run(self._work, samples, frames, self.tables)
        log = self._work.log
        if log is None:
            return values
        return (values / self._work.reference).clamp_min(log.floor).log10() * log.factor


MEASURES: dict[type, tuple[Run, Callable[[Samples], dict[str, Any]]]] = {
    TemporalSettings: (temporal, temporal_tables),
    AutocorrelationSettings: (autocorrelation, autocorrelation_tables),
    YinSettings: (yin, pitch_tables),
    PyinCandidates: (candidates, candidates_tables),
    ConstantQSettings: (constant_q, constant_q_tables),
    MultitaperSettings: (multitaper, multitaper_tables),
}
