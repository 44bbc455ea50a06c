"""What is to be computed for a library of tensors: the plan that `spectrogram` has, taken apart by stages."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from sonograph.computing.pipeline import Plan
from sonograph.engines import Work
from sonograph.engines.reference import Reference
from sonograph.errors import SettingsError
from sonograph.settings import PyinSettings, Settings
from sonograph.sounds.calibration import Calibration
from sonograph.sounds.source import Signal

REASONS: dict[type, str] = {PyinSettings: ", as its path is found frame after frame"}
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


def planned(
    settings: Settings, like: Signal, known: Container[type], where: str
) -> tuple[Plan, list[tuple[Any, Plan]]]:
    """The plan of settings, and each stage that follows the transform or measure with the plan of all before it.

    like  : the kind of sound
    known : the kinds of stages that can be computed there
    where : what it is that can no others, for the message

    Raises
    ------
    SettingsError
        A stage that is not known; settings that this rate cannot have.
    """

    def plan_of(part: Any) -> Plan:
        # an engine is named so that none is compiled; it computes nothing here
        return Plan(part, like, np.dtype("float32"), Reference())

    plan = plan_of(settings)
    measure = [] if isinstance(plan.work, Work) else [plan.work.stage]
    for stage in (*measure, *plan.stages):
        if type(stage) not in known:
            why = REASONS.get(type(stage), "")
            raise SettingsError(
                f"settings hold {type(stage).__name__}; {where} does not compute it{why}: use spectrogram, or leave "
                f"it out"
            )
    return plan, [(stage, plan_of(stage.of)) for stage in plan.stages]
