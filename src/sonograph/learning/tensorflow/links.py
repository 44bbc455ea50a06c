"""Which function computes what, on TensorFlow's tensors; a further kind is a further line.

A measure is given the work, a sound and the numbers of `learning.exact`, and gives (..., frames, rows); a stage turns
those into others. What is missing is NaN; see `learning.torch.links` for how it is kept from the gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sonograph.learning.tensorflow.energy import energy
from sonograph.learning.tensorflow.measures import autocorrelation, constant_q, multitaper, temporal
from sonograph.learning.tensorflow.onset import onset, tempogram
from sonograph.learning.tensorflow.pcen import pcen
from sonograph.learning.tensorflow.pitch import candidates, yin
from sonograph.learning.tensorflow.rows import (
    affine,
    deltas,
    level,
    limited,
    logarithm,
    norm,
    standard,
    tonnetz,
    weighed,
)
from sonograph.learning.tensorflow.separation import separation
from sonograph.learning.tensorflow.shape import shape
from sonograph.settings import (
    AffineSettings,
    AutocorrelationSettings,
    CepstralSettings,
    ConstantQSettings,
    DeltaSettings,
    EnergySettings,
    LevelSettings,
    LogSettings,
    MultitaperSettings,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    PitchClassSettings,
    PyinCandidates,
    RangeSettings,
    SeparationSettings,
    ShapeSettings,
    StandardSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    YinSettings,
)

MEASURES: dict[type, Callable[..., Any]] = {
    TemporalSettings: temporal,
    AutocorrelationSettings: autocorrelation,
    YinSettings: yin,
    PyinCandidates: candidates,
    ConstantQSettings: constant_q,
    MultitaperSettings: multitaper,
}
LINKS: dict[type, Callable[..., Any]] = {
    LogSettings: logarithm,
    LevelSettings: level,
    RangeSettings: limited,
    AffineSettings: affine,
    NormSettings: norm,
    StandardSettings: standard,
    CepstralSettings: weighed,
    DeltaSettings: deltas,
    EnergySettings: energy,
    PcenSettings: pcen,
    ShapeSettings: shape,
    OnsetSettings: onset,
    TempogramSettings: tempogram,
    SeparationSettings: separation,
    PitchClassSettings: weighed,
    TonnetzSettings: tonnetz,
}
