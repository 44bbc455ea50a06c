"""Pitch classes of a constant-Q transform, and where they lie on the circles of fifths and thirds."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from sonograph.features.constantq import pitch_classes as classes_of
from sonograph.features.tonnetz import tonnetz as centroids_of
from sonograph.learning.finite import over
from sonograph.learning.links.common import Seen
from sonograph.plan import Plan
from sonograph.settings import PitchClassSettings, TonnetzSettings


def pitch_classes(settings: PitchClassSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """The bands of each pitch class added up."""
    return values @ tables.matrix


def pitch_class_tables(settings: PitchClassSettings, before: Plan) -> dict[str, np.ndarray]:
    """(bands, 12) which band belongs to which class."""
    return {"matrix": classes_of(settings, np.eye(before.n_rows))}


def tonnetz(settings: TonnetzSettings, values: torch.Tensor, tables: Any, seen: Seen) -> torch.Tensor:
    """Tonal centroids of pitch classes, NaN in silence."""
    return over(values, values.abs().sum(-1, keepdim=True)) @ tables.matrix


def tonnetz_tables(settings: TonnetzSettings, before: Plan) -> dict[str, np.ndarray]:
    """(12, 6) where each class lies by itself."""
    return {"matrix": centroids_of(settings, np.eye(12))}
