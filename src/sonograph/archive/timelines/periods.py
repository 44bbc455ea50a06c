"""Calibration over time: which holds from when to when, for which recorder, in a TOML.

[[period]]
start = 2024-05-01T00:00:00Z    # and end; where one is left out, from the beginning, or to the end
serial = "5678"                 # of the recorder; where it is left out, of all
hydrophone = -176.0             # as in a calibration.toml
full_scale = 1.0
response = [[10, -3.0], [1000, 0.0]]
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sonograph.archive.segments.moments import ns_of, stamp
from sonograph.errors import SettingsError, TextError
from sonograph.io.plain_text import text_of
from sonograph.io.status import shown
from sonograph.sounds.calibration import Calibration
from sonograph.texts import toml_values

ALWAYS_NS = 1 << 62
"""Later than any recording, ns since 1970."""


@dataclass(frozen=True)
class Period:
    """A calibration that holds for a while.

    calibration : what full scale is in the world
    start_ns, end_ns : from when on, and from when on no longer, ns since 1970 UTC
    serial : what the recorder's name has in it; "" for all
    """

    calibration: Calibration
    start_ns: int = -ALWAYS_NS
    end_ns: int = ALWAYS_NS
    serial: str = ""

    def __post_init__(self) -> None:
        if self.start_ns >= self.end_ns:
            raise SettingsError(f"start is {stamp(self.start_ns)}; it must be before end, {stamp(self.end_ns)}")


def read_periods(path: str | os.PathLike[str]) -> tuple[Period, ...]:
    """The periods in a TOML.

    Raises
    ------
    TextError
        It cannot be read, has no period, or one that cannot be.
    """
    try:
        values = toml_values(text_of(path))
        listed = values.get("period", values.get("periods"))
        if not isinstance(listed, list) or not listed:
            raise SettingsError("has no [[period]]; each has start, end, serial and a calibration")
        return tuple(_period(one, number) for number, one in enumerate(listed, 1))
    except SettingsError as error:
        named = str(error).startswith(shown(path))
        raise TextError(str(error) if named else f"{shown(path)}: {error}") from None


def _period(values: Any, number: int) -> Period:
    if not isinstance(values, Mapping):
        raise SettingsError(f"period {number} is {values!r}; it must be a table: [[period]]")
    rest = {name: value for name, value in values.items() if name not in ("start", "end", "serial")}
    times = {}
    for name in ("start", "end"):
        moment = values.get(name)
        if moment is None:
            continue
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise SettingsError(f"{name} of period {number} is {moment}; it must be a time with its zone, as "
                                f"2024-05-01T00:00:00Z, without quotes")  # fmt: skip
        times[f"{name}_ns"] = ns_of(moment)
    try:
        return Period(Calibration.from_values(rest), serial=str(values.get("serial", "")), **times)
    except SettingsError as error:
        raise SettingsError(f"period {number}: {error}") from None


def periods_of(recorder: str, periods: Sequence[Period]) -> list[Period]:
    """The periods of one recorder, in order of time.

    Raises
    ------
    SettingsError
        Two hold at the same time, or are in different units.
    """
    found = sorted((one for one in periods if one.serial in recorder), key=lambda one: one.start_ns)
    for before, after in itertools.pairwise(found):
        if after.start_ns < before.end_ns:
            raise SettingsError(
                f"periods of calibration hold at the same time, from {stamp(after.start_ns)} on; let the first end "
                f"where the second starts"
            )
        if before.calibration.unit != after.calibration.unit:
            raise SettingsError(
                f"periods of calibration are in {before.calibration.unit} and {after.calibration.unit}; a timeline has "
                f"one unit"
            )
    return found


def period_values(one: Period) -> dict[str, Any]:
    """A period as JSON can hold it."""
    calibration = one.calibration
    return {
        "start_ns": one.start_ns, "end_ns": one.end_ns, "serial": one.serial, "scale": calibration.scale,
        "unit": calibration.unit, "response": [list(pair) for pair in calibration.response],
    }  # fmt: skip


def period_of(values: Mapping[str, Any]) -> Period:
    """A period of calibration of such values."""
    response = tuple((hertz, decibels) for hertz, decibels in values["response"])
    return Period(Calibration(values["scale"], values["unit"], response), values["start_ns"], values["end_ns"],
                  values["serial"])  # fmt: skip
