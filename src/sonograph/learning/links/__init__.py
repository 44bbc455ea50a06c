"""What follows the transform or measure in a module: each kind of settings is one function on tensors.

Values are (..., frames, rows) before and after it.
`LINKS` lists them; a further kind is a further line there. The definitions, with their sources, are in `features`.
What is missing comes in as NaN. A function that lets a frame bear on others takes it for 0 while it computes, as a NaN
that a loss leaves out would still spoil the gradients of all that it met, and puts it back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from sonograph.learning.links.cepstra import cepstra, cepstral_tables, deltas, deltas_tables
from sonograph.learning.links.common import Run, Seen, nothing
from sonograph.learning.links.energy import energy, energy_tables
from sonograph.learning.links.onset import onset, tempogram, tempogram_tables
from sonograph.learning.links.pcen import pcen
from sonograph.learning.links.pitch_classes import pitch_class_tables, pitch_classes, tonnetz, tonnetz_tables
from sonograph.learning.links.rows import affine, level, limited, logarithm, norm, standard
from sonograph.learning.links.separation import separation
from sonograph.learning.links.shape import shape, shape_tables
from sonograph.learning.tables import Tables
from sonograph.plan import Plan
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


def link(settings: Any, before: Plan) -> Link:
    """The link of a stage, after a plan of all before it."""
    run, tables = LINKS[type(settings)]
    return Link(settings, run, tables(settings, before))


LINKS: dict[type, tuple[Run, Callable[[Any, Plan], dict[str, Any]]]] = {
    LogSettings: (logarithm, nothing),
    LevelSettings: (level, nothing),
    RangeSettings: (limited, nothing),
    AffineSettings: (affine, nothing),
    NormSettings: (norm, nothing),
    StandardSettings: (standard, nothing),
    CepstralSettings: (cepstra, cepstral_tables),
    DeltaSettings: (deltas, deltas_tables),
    EnergySettings: (energy, energy_tables),
    PcenSettings: (pcen, nothing),
    ShapeSettings: (shape, shape_tables),
    OnsetSettings: (onset, nothing),
    TempogramSettings: (tempogram, tempogram_tables),
    SeparationSettings: (separation, nothing),
    PitchClassSettings: (pitch_classes, pitch_class_tables),
    TonnetzSettings: (tonnetz, tonnetz_tables),
}
