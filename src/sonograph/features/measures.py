"""Which function measures what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sonograph.features import autocorrelation, constantq, multitaper, pitch, temporal
from sonograph.features.samples import Samples
from sonograph.settings.constantq import ConstantQSettings
from sonograph.settings.multitaper import MultitaperSettings
from sonograph.settings.pitch import PyinCandidates, YinSettings
from sonograph.settings.temporal import AutocorrelationSettings, TemporalSettings

_FUNCTIONS: dict[type, Callable[..., None]] = {
    TemporalSettings: temporal.temporal,
    AutocorrelationSettings: autocorrelation.autocorrelation,
    YinSettings: pitch.yin,
    PyinCandidates: pitch.candidates,
    ConstantQSettings: constantq.constant_q,
    MultitaperSettings: multitaper.multitaper,
}


def measured(stage: Any, sample_rate: float) -> Samples:
    """What to measure at a sample rate.

    Raises
    ------
    SettingsError
        A pitch range or filters that the window cannot hold, or that reach above half the sample rate.
    """
    stft = stage.of
    if isinstance(stage, YinSettings | PyinCandidates):
        pitch.periods(stage, stft.window_length, sample_rate)
    if isinstance(stage, ConstantQSettings):
        stage.check_rate(sample_rate)
    rows = stage.n_rows
    return Samples(stage, _FUNCTIONS[type(stage)], sample_rate, stft.window_length, stft.hop, rows, stage.quantity)
