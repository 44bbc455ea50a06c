"""Pitch classes of a constant-Q transform, and where they lie on the circles of fifths and thirds."""

from __future__ import annotations

from typing import Any

import torch

from sonograph.learning.torch.finite import over
from sonograph.learning.torch.links.common import Seen
from sonograph.settings import PitchClassSettings, TonnetzSettings


def pitch_classes(settings: PitchClassSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The bands of each pitch class added up."""
    return values @ tables.matrix


def tonnetz(settings: TonnetzSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Tonal centroids of pitch classes, NaN in silence."""
    return over(values, values.abs().sum(-1, keepdim=True)) @ tables.matrix
