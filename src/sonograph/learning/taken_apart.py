"""What is to be computed for a library of tensors: the pipeline that `spectrogram` has, taken apart by stages."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from sonograph.computing.pipeline import Pipeline, pipeline
from sonograph.engines import Work
from sonograph.engines.reference import Reference
from sonograph.errors import SettingsError
from sonograph.settings import (
    CensSettings,
    FormantSettings,
    HarmonicitySettings,
    LinearPredictionSettings,
    LoudnessSettings,
    PlpSettings,
    PyinSettings,
    RastaSettings,
    Settings,
    SoundLevelSettings,
    SquaresSettings,
    SqueezedSettings,
    WaveletSettings,
)
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.source import Signal

REASONS: dict[type, str] = {
    CensSettings: ", as its steps have no slope that a network could follow",
    PyinSettings: ", as its path is found frame after frame",
    SquaresSettings: ", as what follows of them fades from frame to frame",
    SoundLevelSettings: ", as a meter's reading fades from frame to frame",
    LinearPredictionSettings: ", as Burg's recursion is not written there",
    FormantSettings: ", as the roots of a polynomial have no gradient that lasts",
    HarmonicitySettings: ", as its highest peak jumps from lag to lag",
    PlpSettings: ", as its recursion over the poles is not written there",
    RastaSettings: ", as its filter has no end and runs frame after frame",
    SqueezedSettings: ", as which row a value is put into has no slope that a network could follow",
    WaveletSettings: ", as its octaves are not written there",
    LoudnessSettings: ", as its filters have no end and run sample after sample",
}
"""Why a stage is not computed at all where all frames are at once."""


def sound_like(sample_rate: float, unit: str | None, calibration: Calibration | None) -> Signal:
    """An empty sound of the kind that is to come.

    Raises
    ------
    SettingsError
        No sample rate, or a unit that is not the calibration's.
    """
    if calibration and unit not in (None, calibration.unit):
        raise SettingsError(f"unit is {unit} and the calibration gives {calibration.unit}; leave one of them out")
    unit = calibration.unit if calibration else "FS" if unit is None else unit
    return Signal(np.zeros(0), sample_rate, unit, calibration=calibration)


def taken_apart(
    settings: Settings, like: Signal, known: Container[type], where: str
) -> tuple[Pipeline, list[tuple[Any, Pipeline]]]:
    """The pipeline of settings, and each stage after the transform or measure with the pipeline of all before it.

    like  : the kind of sound
    known : the kinds of stages that can be computed there
    where : what it is that can no others, for the message

    Raises
    ------
    SettingsError
        A stage that is not known; settings that this rate cannot have.
    """

    def bound(part: Any) -> Pipeline:
        # an engine is named so that none is compiled; it computes nothing here
        return pipeline(part, like, np.dtype("float32"), Reference())

    whole = bound(settings)
    measure = [] if isinstance(whole.work, Work) else [whole.work.stage]
    if whole.stft.high_pass:
        raise SettingsError(
            f"high_pass is {whole.stft.high_pass:g}; {where} does not filter a sound, all of whose samples follow from "
            f"all before: give it samples of high_pass(source, hertz), and leave it out of the settings"
        )
    if whole.stft.weighting != "Z":
        raise SettingsError(
            f'weighting is "{whole.stft.weighting}"; {where} does not filter a sound: give it samples of '
            f'weighted(source, "{whole.stft.weighting}"), and leave it out of the settings'
        )
    if whole.stft.hop > whole.stft.window_length:
        raise SettingsError(
            f"hop is {whole.stft.hop}; with window_length {whole.stft.window_length} {where} skips no samples: use "
            f"spectrogram, or a longer window"
        )
    if measure and whole.stft.remove_dc:
        raise SettingsError(
            f"remove_dc is True; {where} does not take the mean off the frames of {type(measure[0]).__name__}: use "
            f"spectrogram, or leave it out"
        )
    for stage in (*measure, *whole.stages):
        if type(stage) not in known:
            why = REASONS.get(type(stage), "")
            raise SettingsError(
                f"settings hold {type(stage).__name__}; {where} does not compute it{why}: use spectrogram, or leave "
                f"it out"
            )
    return whole, [(stage, bound(stage.of)) for stage in whole.stages]
