"""What rows and values are called, and the units that they are in: from settings alone."""

from __future__ import annotations

from sonograph import units
from sonograph.settings import (
    AffineSettings,
    DeltaSettings,
    EnergySettings,
    LevelSettings,
    LogSettings,
    NormSettings,
    Settings,
    StandardSettings,
    stages,
    stft_of,
)
from sonograph.settings.constantq import PITCHES

_IN_SAMPLES_UNIT = ("rms", "peak", "envelope")
_UNITS = {"pitch": "Hz", "centroid": "Hz", "bandwidth": "Hz", "rolloff": "Hz", "slope": "1/Hz"}
"""Of features; those that are not here are shares, counts or yes and no."""
_LOGS = {"e": "ln", "10": "log10"}
_FEATURES = {
    "pcen": "PCEN",
    "deltas": "Rows and their deltas",
    "norm": "Relative to the frame",
    "affine": "Scaled value",
    "autocorrelation": "Autocorrelation",
    "tempogram": "Autocorrelation of onset strength",
    "tonnetz": "Tonal centroid",
    "pitch_classes": "Sum over octaves",
}


def row_names(settings: Settings, n_rows: int) -> tuple[str, ...]:
    """A name for each of the rows that settings make."""
    for stage in stages(settings)[::-1]:
        if hasattr(stage, "names"):
            return tuple(stage.names)
        if isinstance(stage, DeltaSettings):
            n = n_rows // (1 + stage.order)
            below = row_names(stage.of, n)
            return below + tuple(f"{'delta' * order}_{name}" for order in range(1, stage.order + 1) for name in below)
        if isinstance(stage, EnergySettings):
            below = row_names(stage.of, n_rows if stage.place == "replace" else n_rows - 1)
            return (*below, "energy") if stage.place == "last" else ("energy", *below[stage.place == "replace" :])
        if stage.kind == "cepstra":
            return tuple(f"c{i}" for i in range(stage.first, stage.first + n_rows))
        if stage.kind == "bands" and stage.rows == "pitch class":
            return PITCHES if n_rows == 12 else tuple(f"pitch_{i}" for i in range(n_rows))
    return tuple(f"{settings.rows}_{i}" for i in range(n_rows))


def unit_of_row(settings: Settings, name: str, unit: str) -> str:
    """What a feature's row is in, of samples in `unit`; "" where it is a plain number."""
    if name in _IN_SAMPLES_UNIT:
        return unit
    if name == "onset":  # a rise of the rows below, which may be levels
        return "dB" if any(isinstance(stage, LevelSettings) for stage in stages(settings)) else ""
    return "dB" if name.startswith("contrast_") else _UNITS.get(name, "")


def value_unit(settings: Settings, quantity: str, unit: str, reference: float | None) -> str:
    """The unit of values of a quantity, of samples in `unit`; of a level with its reference."""
    scaling, listed = stft_of(settings).scaling, stages(settings)[::-1]
    if quantity == "level":
        return units.level_unit(unit, scaling, _said(settings, reference))
    if quantity in ("log", "cepstrum", "feature"):
        plain = any(isinstance(stage, AffineSettings | NormSettings | StandardSettings) for stage in listed)
        return "" if plain else next((_LOGS[stage.base] for stage in listed if isinstance(stage, LogSettings)), "")
    power = units.power_unit(unit, scaling)
    if quantity == "power" or scaling == "raw":
        return power
    return unit if scaling == "spectrum" else f"{unit}/√Hz"


def label(settings: Settings, quantity: str, unit: str, reference: float | None) -> str:
    """What a colour bar says of values of a quantity, of samples in `unit`."""
    if quantity == "feature":
        contrast = settings.kind == "shape" and getattr(settings, "alike", False)
        return "Contrast (dB)" if contrast else _FEATURES.get(settings.kind, "Feature")
    scaling = stft_of(settings).scaling
    if quantity == "level":
        return units.level_label(unit, scaling, _said(settings, reference))
    name = {
        "power": "Power spectral density" if scaling == "density" else "Power",
        "magnitude": "Magnitude",
        "transform": "Transform",
        "log": "Logarithm",
        "cepstrum": "Cepstrum",
    }[quantity]
    shown = value_unit(settings, quantity, unit, reference)
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
