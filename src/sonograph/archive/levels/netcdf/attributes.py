"""What a person tells of day files: TOML, or pbp's YAML with its {{snippets}}. What the sound tells counts more."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sonograph import __version__
from sonograph.atomic import name_of
from sonograph.errors import MissingExtra, SettingsError, TextError
from sonograph.io.plain_text import text_of
from sonograph.texts import toml_values

FILLED = (
    "Conventions", "conventions", "date_created", "time_coverage_start", "time_coverage_end",
    "time_coverage_duration", "time_coverage_resolution", "SamplingRate",
)  # fmt: skip
"""Globals that the sound tells. In TOML they are refused; in YAML, where pbp has them to be filled in, passed over."""
FACTS = ("units", "calendar", "actual_range", "flag_values", "flag_meanings", "_FillValue")
"""Attributes of variables that the numbers tell."""
CHAIN = "calibration"
"""The table of what a person knows of the receiver: numbers, or rows of hertz and a number."""
CHAIN_KEYS = ("sensor_sensitivity", "preamp_gain", "recorder_gain")
_SNIPPET = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PRESSURE = re.compile(r"[µμu]Pa\b|micro-?pascal", re.IGNORECASE)
_NOT_MADE_BY = {"PBP_version", "PyPAM_version"}
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None


@dataclass(frozen=True)
class Attributes:
    """What files of attributes tell.

    globals : of the whole file
    variables : of each variable, by its name
    calibration : of the receiver: numbers, or rows of (hertz, number), by `CHAIN_KEYS`
    """

    globals: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)

    def check_unit(self, unit: str) -> None:
        """Refuse words of pressure in water about a sound that is in something else.

        Raises
        ------
        SettingsError
            One of them says µPa.
        """
        if unit == "µPa":
            return
        everything = [("", self.globals), *((f" of {name}", one) for name, one in self.variables.items())]
        for of, values in everything:
            for name, value in values.items():
                if isinstance(value, str) and _PRESSURE.search(value):
                    raise SettingsError(
                        f"{name}{of} among the attributes says µPa, and the sound is in {unit}; give it a calibration, "
                        f"or take that out"
                    )

    def resolved(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """The globals with what is known of the sound, and their {{snippets}} replaced.

        Raises
        ------
        SettingsError
            A snippet that names nothing.
        """
        everything = {**self.globals, **known}
        if theirs := self.globals.get("history"):
            everything["history"] = f"{theirs.rstrip()}\n{known['history']}"

        def value_of(match: re.Match[str]) -> str:
            name = match[1]
            if name in _NOT_MADE_BY:
                return f"(none: made by sonograph {__version__})"
            if name == "sonograph_version":
                return __version__
            if name not in everything:
                raise SettingsError(f"{{{{{name}}}}} among the attributes names none of them; check its name")
            return str(everything[name])

        return {
            name: _SNIPPET.sub(value_of, value) if isinstance(value, str) else value
            for name, value in everything.items()
        }


def read_attributes(paths: Paths) -> Attributes:
    """Attributes of files in TOML or YAML, later ones before earlier ones.

    Names with a text or a number are of the whole file; a table is of the variable of its name, and one called
    `calibration` says what of the receiver is known.

    Raises
    ------
    TextError
        A file that cannot be read, or is no TOML or YAML; a value of another kind; in TOML a name that the sound tells.
    MissingExtra
        It is YAML, and PyYAML is not installed.
    """
    found = Attributes()
    for path in [] if paths is None else [paths] if isinstance(paths, str | os.PathLike) else paths:
        is_yaml = Path(path).suffix.lower() in (".yaml", ".yml")
        values = _yaml_values(path) if is_yaml else _toml_values(path)
        for name, value in values.items():
            where = f"{name_of(path)}: {name}"
            if name in FILLED:
                if not is_yaml:
                    raise TextError(f"{where} is filled in from the sound; leave it out")
            elif name == CHAIN and isinstance(value, Mapping):
                found.calibration.update(_chain(value, where))
            elif isinstance(value, Mapping):
                plain = {key: _plain(one, f"{where}: {key}") for key, one in value.items() if key not in FACTS}
                found.variables.setdefault(str(name), {}).update(plain)
            else:
                found.globals[str(name)] = _plain(value, where)
    return found


def _plain(value: Any, where: str) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float | date | datetime):
        raise TextError(f"{where} is {type(value).__name__}; it must be a text or a number")
    return value.isoformat() if isinstance(value, date) else value


def _chain(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in CHAIN_KEYS:
            raise TextError(f"{where}: {name} is not known; it may say {', '.join(CHAIN_KEYS)}")
        if isinstance(value, bool) or not isinstance(value, int | float | list):
            raise TextError(
                f"{where}: {name} must be a number of dB, or rows of hertz and dB: [[10, -170], [100, -169]]"
            )
        if isinstance(value, list):
            try:
                rows = [(float(a), float(b)) for a, b in value]
            except (TypeError, ValueError):
                rows = []
            if not rows or [a for a, _ in rows] != sorted({a for a, _ in rows}):
                raise TextError(f"{where}: {name} must have rows of hertz and dB, whose hertz rise")
            value = rows
        found[name] = value
    return found


def _toml_values(path: Any) -> dict[str, Any]:
    try:
        return toml_values(text_of(path))
    except TextError as error:
        said = str(error)
        raise TextError(said if said.startswith(name_of(path)) else f"{name_of(path)}: {said}") from None


def _yaml_values(path: Any) -> dict[str, Any]:
    try:
        import yaml
    except ImportError:
        raise MissingExtra(
            f"{name_of(path)}: YAML needs PyYAML: pip install '.[netcdf]', or write it as TOML"
        ) from None
    text = text_of(path)
    try:
        values = yaml.safe_load(text) or {}
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise TextError(f"{name_of(path)}: is not YAML ({' '.join(str(error).split())[:200]})") from None
    if not isinstance(values, dict):
        raise TextError(f"{name_of(path)}: is {type(values).__name__}; it must be names with values")
    return values
