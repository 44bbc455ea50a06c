"""Stages one after another: blocks of frames in, blocks of frames out, whatever each stage must remember.

Whole sounds, pieces and streams push their frames through the same chain, which is why they agree to the bit. A chain
that begins or ends inside of a sound is given frames before and after, whose results are left away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from sonograph.features import cepstral, constantq, norms, tonnetz
from sonograph.features.deltas import Deltas
from sonograph.features.energy import placed
from sonograph.features.onset import Onset, Tempogram
from sonograph.features.pcen import Pcen
from sonograph.features.separation import Separation
from sonograph.features.spectral_shape import Shapes
from sonograph.settings import (
    AffineSettings,
    CepstralSettings,
    DeltaSettings,
    EnergySettings,
    LogSettings,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    PitchClassSettings,
    SeparationSettings,
    ShapeSettings,
    TempogramSettings,
    TonnetzSettings,
)


class Link(Protocol):
    """One stage at work on one channel."""

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, rows) of what can be said after these further frames."""

    def finish(self) -> np.ndarray | None:
        """What is left at the end of the sound."""


class Chain:
    """The stages after the engine, for one channel.

    stages            : settings, the first to be done first
    frames_per_second : how fast frames follow each other
    """

    def __init__(self, stages: list[Any], frames_per_second: float) -> None:
        self._energy = next((i for i, stage in enumerate(stages) if isinstance(stage, EnergySettings)), None)
        self._stages = stages
        self._links = [_link(stage, frames_per_second) for stage in stages]

    def push(self, values: np.ndarray, energy: np.ndarray | None = None) -> np.ndarray:
        """(frames, rows) that follow from further frames; energy: (frames,) where a stage asks for it."""
        for i, link in enumerate(self._links):
            if i == self._energy:
                assert energy is not None  # noqa: S101  # whoever has energy stages measures it
                values = placed(values, energy, self._stages[i].place)
            else:
                values = link.push(values)
        return values

    def finish(self) -> np.ndarray | None:
        """The last frames, which waited for others that never came; None if there are none."""
        values: np.ndarray | None = None
        for link in self._links:
            passed = None if values is None else link.push(values)
            rest = link.finish()
            parts = [part for part in (passed, rest) if part is not None]
            values = np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else None
        return values


class _Each:
    """A stage that treats each frame by itself."""

    def __init__(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        self.push = function

    def finish(self) -> None:
        return None


def _link(stage: Any, frames_per_second: float) -> Link:
    if isinstance(stage, PcenSettings):
        return Pcen(stage, frames_per_second)
    if isinstance(stage, DeltaSettings):
        return Deltas(stage)
    if isinstance(stage, ShapeSettings):
        return Shapes(stage, frames_per_second)
    if isinstance(stage, OnsetSettings):
        return Onset(stage)
    if isinstance(stage, TempogramSettings):
        return Tempogram(stage)
    if isinstance(stage, SeparationSettings):
        return Separation(stage)
    functions: dict[type, Callable[[Any, np.ndarray], np.ndarray]] = {
        AffineSettings: norms.affine,
        NormSettings: norms.norm,
        LogSettings: norms.logarithm,
        CepstralSettings: cepstral.cepstra,
        TonnetzSettings: tonnetz.tonnetz,
        PitchClassSettings: constantq.pitch_classes,
        EnergySettings: lambda stage, values: values,
    }
    function = functions[type(stage)]
    return _Each(lambda values: function(stage, values))
