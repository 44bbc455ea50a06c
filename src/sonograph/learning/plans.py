"""What is to be computed for a library of tensors: the plan that `spectrogram` has, taken apart by stages."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from sonograph.engines import Work
from sonograph.engines.reference import Reference
from sonograph.errors import SettingsError
from sonograph.plan import Plan
from sonograph.settings import Settings
from sonograph.sources import Signal


def planned(
    settings: Settings, sample_rate: float, unit: str, known: Container[type], where: str
) -> tuple[Plan, list[tuple[Any, Plan]]]:
    """The plan of settings, and each stage that follows the transform with the plan of all before it.

    known : the kinds of stages that can follow there
    where : what it is that can no others, for the message

    Raises
    ------
    SettingsError
        A stage that is not known, or that is no transform's; settings that this rate cannot have.
    """
    like = Signal(np.zeros(0), sample_rate, unit)

    def plan_of(part: Any) -> Plan:
        # an engine is named so that none is compiled; it computes nothing here
        return Plan(part, like, np.dtype("float32"), Reference())

    plan = plan_of(settings)
    if not isinstance(plan.work, Work):
        _refuse(plan.work.stage, where)
    for stage in plan.stages:
        if type(stage) not in known:
            _refuse(stage, where)
    return plan, [(stage, plan_of(stage.of)) for stage in plan.stages]


def _refuse(stage: Any, where: str) -> None:
    raise SettingsError(
        f"settings hold {type(stage).__name__}; {where} does not compute it: use spectrogram, or leave it out"
    )
