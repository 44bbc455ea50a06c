"""What follows the transform or measure in a module: each kind of settings is one function on tensors.

Values are (..., frames, rows) before and after it.
`LINKS` lists them; a further kind is a further line there. The definitions, with their sources, are in `features`.
What is missing comes in as NaN. A function that lets a frame bear on others takes it for 0 while it computes, as a NaN
that a loss leaves out would still spoil the gradients of all that it met, and puts it back.
"""

from __future__ import annotations

from typing import Any

import torch

from sonograph.computing.pipeline import Pipeline
from sonograph.learning.stage_tables import numbers_of
from sonograph.learning.torch.links.cepstra import cepstra, deltas
from sonograph.learning.torch.links.common import Run, Seen
from sonograph.learning.torch.links.energy import energy
from sonograph.learning.torch.links.onset import onset, tempogram
from sonograph.learning.torch.links.pcen import pcen
from sonograph.learning.torch.links.pitch_classes import pitch_classes, tonnetz
from sonograph.learning.torch.links.rows import affine, level, limited, logarithm, norm, standard
from sonograph.learning.torch.links.separation import separation
from sonograph.learning.torch.links.shape import shape
from sonograph.learning.torch.tables import Tables
from sonograph.settings import (
    AffineSettings,
    CepstralSettings,
    DeltaSettings,
    EnergySettings,
    LevelSettings,
    LogSettings,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    PitchClassSettings,
    RangeSettings,
    SeparationSettings,
    ShapeSettings,
    StandardSettings,
    TempogramSettings,
    TonnetzSettings,
)


class Link(torch.nn.Module):
    """One stage: its settings, its function and its tables."""

    def __init__(self, settings: Any, run: Run, tables: dict[str, Any]) -> None:
        super().__init__()
        self.settings, self._run = settings, run
        self.tables = Tables(**tables)

    def forward(self, values: torch.Tensor, seen: Seen) -> torch.Tensor:
        """(..., frames, rows) in and out."""
        return self._run(self.settings, values, self.tables, seen)


def link(settings: Any, before: Pipeline) -> Link:
    """The link of a stage, after the pipeline of all before it."""
    return Link(settings, LINKS[type(settings)], numbers_of(settings, before))


LINKS: dict[type, Run] = {
    LogSettings: logarithm,
    LevelSettings: level,
    RangeSettings: limited,
    AffineSettings: affine,
    NormSettings: norm,
    StandardSettings: standard,
    CepstralSettings: cepstra,
    DeltaSettings: deltas,
    EnergySettings: energy,
    PcenSettings: pcen,
    ShapeSettings: shape,
    OnsetSettings: onset,
    TempogramSettings: tempogram,
    SeparationSettings: separation,
    PitchClassSettings: pitch_classes,
    TonnetzSettings: tonnetz,
}
