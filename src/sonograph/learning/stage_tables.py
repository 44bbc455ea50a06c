"""What follows from settings alone, in float64 and plain numbers: the tables of stages and measures, for any library.

They are made once, as no compiler looks into NumPy and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.fft import next_fast_len

from sonograph.computing.pipeline import Pipeline
from sonograph.features.by_octaves import half_band
from sonograph.features.cepstral import cepstra as cepstra_of
from sonograph.features.constantq import kernels
from sonograph.features.constantq import pitch_classes as classes_of
from sonograph.features.deltas import regression
from sonograph.features.multitaper import works_of
from sonograph.features.pitch import thresholds_of
from sonograph.features.samples import Samples
from sonograph.features.spectral_shape import Shapes
from sonograph.features.tonnetz import tonnetz as centroids_of
from sonograph.settings import (
    AutocorrelationSettings,
    CepstralSettings,
    ConstantQSettings,
    DeltaSettings,
    EnergySettings,
    MultitaperSettings,
    PitchClassSettings,
    PyinCandidates,
    ShapeSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    YinSettings,
)
from sonograph.windows import window_of, window_values

Numbers = dict[str, Any]


def numbers_of(stage: Any, before: Pipeline) -> Numbers:
    """What a stage needs, after the pipeline of all before it."""
    of = OF_STAGES.get(type(stage))
    return {} if of is None else of(stage, before)


def cepstral(settings: CepstralSettings, before: Pipeline) -> Numbers:
    """(rows, coefficients): what each row adds to each coefficient, the lifter included."""
    return {"matrix": cepstra_of(settings, np.eye(before.n_rows))}


def deltas(settings: DeltaSettings, before: Pipeline) -> Numbers:
    """The weights of the neighbours, as plain numbers, since those that are 0 are left out."""
    return {"orders": tuple(tuple(weights.tolist()) for weights in regression(settings.width, settings.order))}


def energy(settings: EnergySettings, before: Pipeline) -> Numbers:
    """The window as it is, without the scale of the result, and 1, -1, 1, -1 …"""
    window = window_of(before.stft)
    return {"window": window.copy(), "signs": (-1.0) ** np.arange(len(window))}


def shape(settings: ShapeSettings, before: Pipeline) -> Numbers:
    """The bins' frequencies, and of each octave the first bin, the one after its last, and how many of them count."""
    shapes = Shapes(settings, before.frames_per_second)
    bands = tuple((bins.start, bins.stop, count) for bins, count in shapes.bands)
    return {"frequencies": shapes.frequencies, "bands": bands}


def tempogram(settings: TempogramSettings, before: Pipeline) -> Numbers:
    """The window, and how the strength rises to that of the first frame and falls from that of the last."""
    half = settings.length // 2
    ramp = np.linspace(0, 1, half, endpoint=False)
    return {
        "window": window_values("hann", settings.length),
        "rise": ramp,
        "n_fft": length_for(settings.length, settings.length),
        "fall": ramp[::-1][: settings.length - 1 - half].copy(),
    }


def pitch_class(settings: PitchClassSettings, before: Pipeline) -> Numbers:
    """(bands, 12) which band belongs to which class."""
    return {"matrix": classes_of(settings, np.eye(before.n_rows))}


def tonnetz(settings: TonnetzSettings, before: Pipeline) -> Numbers:
    """(12, 6) where each class lies by itself."""
    return {"matrix": centroids_of(settings, np.eye(12))}


def temporal(work: Samples) -> Numbers:
    """(bins,) 1, but 0 for the bins that no negative frequency belongs to."""
    if "envelope" not in work.stage.features:
        return {}
    n = work.window_length
    quarter = np.ones(n // 2 + 1)
    quarter[[0, -1] if n % 2 == 0 else 0] = 0
    return {"quarter": quarter}


def autocorrelation(work: Samples) -> Numbers:
    """The length of the transform."""
    return {"n_fft": length_for(work.window_length, work.stage.lags)}


def pitch(work: Samples) -> Numbers:
    """The shortest and the longest period, samples, and the length of the transform."""
    shortest, longest = work.stage.periods(work.sample_rate)
    return {"periods": (shortest, longest), "n_fft": length_for(work.window_length, longest + 1)}


def candidates(work: Samples) -> Numbers:
    """As for YIN, and the thresholds that are tried, each with its probability, without those that have none."""
    tried = zip(*(values.tolist() for values in thresholds_of(work.stage)), strict=True)
    return pitch(work) | {"thresholds": tuple((limit, weight) for limit, weight in tried if weight > 0)}


def multitaper(work: Samples) -> Numbers:
    """The tapers (tapers, window_length), the scale of the mean in them, and what is computed through each."""
    works = works_of(work.stage, work.sample_rate)
    return {"windows": np.stack([one.window for one in works]), "works": works}


def constant_q(work: Samples) -> Numbers:
    """Which octaves there are, and the filters of each, (samples, 2 bands): first cosines, then sines."""
    octaves = work.stage.octaves(work.sample_rate)
    tables: dict[str, Any] = {"octaves": octaves, "half_band": tuple(half_band().tolist())}
    for number, filters in enumerate(kernels(work.stage, work.sample_rate, "<f8")):
        tables[f"octave_{number}"] = filters
    return tables


def length_for(window_length: int, n_lags: int) -> int:
    """How long a transform must be so that no lag meets another; asked for beforehand, as no compiler looks inside."""
    return int(next_fast_len(window_length + n_lags - 1, real=True))


OF_STAGES: dict[type, Callable[[Any, Pipeline], Numbers]] = {
    CepstralSettings: cepstral,
    DeltaSettings: deltas,
    EnergySettings: energy,
    ShapeSettings: shape,
    TempogramSettings: tempogram,
    PitchClassSettings: pitch_class,
    TonnetzSettings: tonnetz,
}
OF_MEASURES: dict[type, Callable[[Samples], Numbers]] = {
    TemporalSettings: temporal,
    AutocorrelationSettings: autocorrelation,
    YinSettings: pitch,
    PyinCandidates: candidates,
    MultitaperSettings: multitaper,
    ConstantQSettings: constant_q,
}
