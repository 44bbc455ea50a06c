"""What to compute, as frozen values that check themselves.

Each settings type holds the one before it in `of`, so that a level knows its bands
and bands know their transform. A value that exists is right: nothing checks it again.

A settings type is loaded when its name is first used.
"""

from __future__ import annotations

import importlib
from typing import Any, Union

from sonograph.settings.common import Stage as Stage
from sonograph.settings.stft import StftSettings as StftSettings

_HOME = {
    "bands": ("Band", "BandSettings"),
    "banks": ("BarkBank", "ChromaBank", "GammatoneBank", "LinearBank", "MelBank", "MillidecadeBank", "OctaveBank"),
    "cens": ("CensSettings",),
    "cepstra": ("CepstralSettings", "DeltaSettings"),
    "common": ("KINDS", "Stage"),
    "constantq": ("ConstantQSettings", "PitchClassSettings"),
    "levels": ("LevelSettings", "check_level"),
    "logs": ("EnergySettings", "LogSettings"),
    "loudness": ("LoudnessSettings",),
    "multitaper": ("MultitaperSettings",),
    "norms": ("AffineSettings", "NormSettings", "RangeSettings", "StandardSettings"),
    "pcen": ("PcenSettings",),
    "pitch": ("PyinCandidates", "PyinSettings", "YinSettings"),
    "plp": ("PlpSettings",),
    "rasta": ("RastaSettings",),
    "shapes": ("OnsetSettings", "SeparationSettings", "ShapeSettings", "TempogramSettings", "TonnetzSettings"),
    "soundlevel": ("SoundLevelSettings", "SquaresSettings"),
    "speech": ("FormantSettings", "HarmonicitySettings", "LinearPredictionSettings"),
    "squeezed": ("SqueezedSettings",),
    "stft": ("EDGES", "PLAIN_WINDOWS", "QUANTITIES", "SCALINGS", "SLOW", "StftSettings", "Window"),
    "temporal": ("AutocorrelationSettings", "TemporalSettings"),
    "toml": ("from_toml", "to_toml"),
    "walk": ("as_power", "context_of", "from_dict", "reach_of", "stages", "stft_of", "whole_sound", "with_stft"),
    "wavelets": ("WaveletSettings",),
}  # fmt: skip
"""The names by the module that each is in; `__init__.pyi` says the same to type checkers."""

_WHERE = {name: module for module, names in _HOME.items() for name in names}

Settings = Union[StftSettings, Stage]  # noqa: UP007

__all__ = ["Settings", *_WHERE]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'sonograph.settings' has no attribute {name!r}")
    if name == "KINDS":  # each enters itself where it is loaded
        for module in _HOME:
            importlib.import_module(f"sonograph.settings.{module}")
    value = getattr(importlib.import_module(f"sonograph.settings.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
