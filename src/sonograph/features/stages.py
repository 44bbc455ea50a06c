"""How each stage is computed: one row a stage, and nothing else knows which function a stage is.

- "each frame": function(settings, values (frames, rows)) -> (frames, rows), each frame by itself
- "running": function(settings, frames per second) -> what one channel's frames are pushed through in order
- "samples": function(samples, work, out, engine) fills `out` (frames, rows) from the samples of the frames
- "whole": function(settings, values (channels, frames, rows) of the whole sound, frames per second) -> the same
- "energy": function(settings, values (frames, rows), energies of the frames (frames,)) -> (frames, rows)
- "engine": the engine does it beside the transform, and there is no function
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from sonograph.features import cepstral, constantq, multitaper, norms, pitch, temporal, tonnetz
from sonograph.features.autocorrelation import autocorrelation
from sonograph.features.cens import Cens
from sonograph.features.deltas import Deltas
from sonograph.features.energy import placed
from sonograph.features.harmonicity import harmonicity
from sonograph.features.loudness import loudness
from sonograph.features.onset import Onset, Tempogram
from sonograph.features.path import paths
from sonograph.features.pcen import Pcen
from sonograph.features.plp import Plp
from sonograph.features.prediction import formants, linear_prediction
from sonograph.features.rasta import Rasta
from sonograph.features.separation import Separation
from sonograph.features.soundlevel import SoundLevels, squares
from sonograph.features.spectral_shape import Shapes
from sonograph.features.squeezed import squeezed
from sonograph.features.wavelets import wavelets
from sonograph.settings import (
    AffineSettings,
    AutocorrelationSettings,
    BandSettings,
    CensSettings,
    CepstralSettings,
    ConstantQSettings,
    DeltaSettings,
    EnergySettings,
    FormantSettings,
    HarmonicitySettings,
    LevelSettings,
    LinearPredictionSettings,
    LogSettings,
    LoudnessSettings,
    MultitaperSettings,
    NormSettings,
    OnsetSettings,
    PcenSettings,
    PitchClassSettings,
    PlpSettings,
    PyinCandidates,
    PyinSettings,
    RangeSettings,
    RastaSettings,
    SeparationSettings,
    ShapeSettings,
    SoundLevelSettings,
    SquaresSettings,
    SqueezedSettings,
    Stage,
    StandardSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    WaveletSettings,
    YinSettings,
)


class Way(NamedTuple):
    """How a stage runs, and its function."""

    runs: Literal["each frame", "running", "samples", "whole", "energy", "engine"]
    function: Callable[..., Any] | None = None


def _at_any_rate(lane: Callable[[Any], Any]) -> Callable[[Any, float], Any]:
    """What runs alike however fast frames follow each other."""
    return lambda settings, frames_per_second: lane(settings)


STAGES: dict[type[Stage], Way] = {
    BandSettings: Way("engine"),
    LevelSettings: Way("engine"),  # with reference="max", of the whole sound, by `levels.level`
    LogSettings: Way("each frame", norms.logarithm),  # by the engine where nothing is added
    RangeSettings: Way("whole", norms.limited),
    AffineSettings: Way("each frame", norms.affine),
    NormSettings: Way("each frame", norms.norm),
    StandardSettings: Way("whole", norms.standard),
    CepstralSettings: Way("each frame", cepstral.cepstra),
    EnergySettings: Way("energy", placed),
    DeltaSettings: Way("running", _at_any_rate(Deltas)),
    PcenSettings: Way("running", Pcen),
    RastaSettings: Way("running", Rasta),
    PlpSettings: Way("running", Plp),
    TemporalSettings: Way("samples", temporal.temporal),
    LoudnessSettings: Way("samples", loudness),
    SquaresSettings: Way("samples", squares),
    SoundLevelSettings: Way("running", SoundLevels),
    LinearPredictionSettings: Way("samples", linear_prediction),
    FormantSettings: Way("samples", formants),
    HarmonicitySettings: Way("samples", harmonicity),
    AutocorrelationSettings: Way("samples", autocorrelation),
    YinSettings: Way("samples", pitch.yin),
    PyinCandidates: Way("samples", pitch.candidates),
    PyinSettings: Way("whole", paths),
    ShapeSettings: Way("running", Shapes),
    OnsetSettings: Way("running", _at_any_rate(Onset)),
    TempogramSettings: Way("running", _at_any_rate(Tempogram)),
    SeparationSettings: Way("running", _at_any_rate(Separation)),
    CensSettings: Way("running", _at_any_rate(Cens)),
    TonnetzSettings: Way("each frame", tonnetz.tonnetz),
    ConstantQSettings: Way("samples", constantq.constant_q),
    PitchClassSettings: Way("each frame", constantq.pitch_classes),
    WaveletSettings: Way("samples", wavelets),
    MultitaperSettings: Way("samples", multitaper.multitaper),
    SqueezedSettings: Way("samples", squeezed),
}
