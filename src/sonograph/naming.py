"""What rows and values are called, and the units that they are in: from settings alone."""

from __future__ import annotations

from sonograph import units
from sonograph.settings import (
    AffineSettings,
    LevelSettings,
    LogSettings,
    NormSettings,
    Settings,
    StandardSettings,
    stages,
    stft_of,
)
from sonograph.settings.matrix import MatrixSettings

_LOGS = {"e": "ln", "10": "log10"}


def value_unit(settings: Settings, quantity: str, unit: str, reference: float | None) -> str:
    """The unit of values of a quantity, of samples in `unit`; of a level with its reference."""
    if isinstance(settings, MatrixSettings):
        return settings.values_in
    scaling, listed = settings.scaling, stages(settings)[::-1]
    if quantity == "level":
        return units.level_unit(unit, settings.power_kind, _said(settings, reference), stft_of(settings).weighting)
    if quantity in ("log", "cepstrum", "feature"):
        plain = any(isinstance(stage, AffineSettings | NormSettings | StandardSettings) for stage in listed)
        return "" if plain else next((_LOGS[stage.base] for stage in listed if isinstance(stage, LogSettings)), "")
    power = units.power_unit(unit, scaling)
    if quantity == "power" or scaling in ("raw", "relative"):
        return power
    return unit if scaling == "spectrum" else f"{unit}/√Hz"


def label(settings: Settings, quantity: str, unit: str, reference: float | None) -> str:
    """What a colour bar says of values of a quantity, of samples in `unit`."""
    if quantity == "feature" or isinstance(settings, MatrixSettings):
        return getattr(settings, "words", "") or "Feature"
    scaling, weighting = settings.scaling, stft_of(settings).weighting
    if quantity == "level":
        return units.level_label(unit, settings.power_kind, _said(settings, reference), weighting)
    name = {
        "power": "Power spectral density" if scaling == "density" else "Power",
        "magnitude": "Magnitude",
        "transform": "Transform",
        "log": "Logarithm",
        "cepstrum": "Cepstrum",
    }[quantity]
    shown = value_unit(settings, quantity, unit, reference)
    name = units.weighted_words(name, weighting)
    return f"{name} ({shown})" if shown else name


def _said(settings: Settings, reference: float | None) -> float | None:
    """The reference of a level as it is told: None where it is the loudest value."""
    listed = stages(settings)
    return None if any(isinstance(stage, LevelSettings) and stage.reference == "max" for stage in listed) else reference


def plural(rows: str) -> str:
    """Several of them.

    >>> plural("bin"), plural("pitch class")
    ('bins', 'pitch classes')
    """
    return f"{rows}es" if rows.endswith("s") else f"{rows}s"
