"""Which function measures what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sonograph.features import autocorrelation, pitch, temporal
from sonograph.features.samples import Samples
from sonograph.settings.measures import AutocorrelationSettings, PyinCandidates, TemporalSettings, YinSettings

_FUNCTIONS: dict[type, Callable[..., None]] = {
    TemporalSettings: temporal.temporal,
    AutocorrelationSettings: autocorrelation.autocorrelation,
    YinSettings: pitch.yin,
    PyinCandidates: pitch.candidates,
}


def measured(stage: Any, sample_rate: float) -> Samples:
    """What to measure at a sample rate.

    Raises
    ------
    SettingsError
        A pitch range that the window cannot hold, or that reaches above half the sample rate.
    """
    stft = stage.of
    if hasattr(stage, "low"):
        pitch.periods(stage, stft.window_length, sample_rate)
    return Samples(stage, _FUNCTIONS[type(stage)], sample_rate, stft.window_length, stft.hop, stage.n_rows)
