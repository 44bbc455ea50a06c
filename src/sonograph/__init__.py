"""Sonograph: pictures of sound you can trust, and features you can learn from.

    import sonograph
    sound = sonograph.open("robin.wav")
    power = sonograph.spectrogram(sound)
    sonograph.draw("robin.wav", path="robin.png")

Nothing is loaded, NumPy included, until a name is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sonograph import augment as augment
    from sonograph import engines as engines
    from sonograph import learning as learning
    from sonograph import signals as signals
    from sonograph.analysis.lufs import loudness as loudness
    from sonograph.analysis.reassignment import reassigned as reassigned
    from sonograph.analysis.spectrum import fourier as fourier
    from sonograph.analysis.spectrum import welch as welch
    from sonograph.analysis.tempo import tempo as tempo
    from sonograph.computing.spectrogram import pieces as pieces
    from sonograph.computing.spectrogram import spectrogram as spectrogram
    from sonograph.computing.stream import Stream as Stream
    from sonograph.drawing import draw as draw
    from sonograph.drawing import draw_bands as draw_bands
    from sonograph.drawing import show as show
    from sonograph.errors import LimitError as LimitError
    from sonograph.errors import MissingExtra as MissingExtra
    from sonograph.errors import OutputError as OutputError
    from sonograph.errors import SettingsError as SettingsError
    from sonograph.errors import SonographError as SonographError
    from sonograph.errors import SourceError as SourceError
    from sonograph.errors import TextError as TextError
    from sonograph.inverse import box as box
    from sonograph.inverse import griffin_lim as griffin_lim
    from sonograph.inverse import istft as istft
    from sonograph.io.audio import open as open
    from sonograph.io.audio import read as read
    from sonograph.io.examine import examine as examine
    from sonograph.io.marks import Mark as Mark
    from sonograph.io.writing import write as write
    from sonograph.levels import level as level
    from sonograph.levels import power as power
    from sonograph.limits import Limits as Limits
    from sonograph.named.features import feature as feature
    from sonograph.named.features import feature_names as feature_names
    from sonograph.named.presets import preset as preset
    from sonograph.named.presets import preset_names as preset_names
    from sonograph.pictures.settings import PictureSettings as PictureSettings
    from sonograph.settings import AffineSettings as AffineSettings
    from sonograph.settings import AutocorrelationSettings as AutocorrelationSettings
    from sonograph.settings import Band as Band
    from sonograph.settings import BandSettings as BandSettings
    from sonograph.settings import BarkBank as BarkBank
    from sonograph.settings import CepstralSettings as CepstralSettings
    from sonograph.settings import ChromaBank as ChromaBank
    from sonograph.settings import ConstantQSettings as ConstantQSettings
    from sonograph.settings import DeltaSettings as DeltaSettings
    from sonograph.settings import EnergySettings as EnergySettings
    from sonograph.settings import GammatoneBank as GammatoneBank
    from sonograph.settings import LevelSettings as LevelSettings
    from sonograph.settings import LinearBank as LinearBank
    from sonograph.settings import LogSettings as LogSettings
    from sonograph.settings import MelBank as MelBank
    from sonograph.settings import MillidecadeBank as MillidecadeBank
    from sonograph.settings import MultitaperSettings as MultitaperSettings
    from sonograph.settings import NormSettings as NormSettings
    from sonograph.settings import OctaveBank as OctaveBank
    from sonograph.settings import OnsetSettings as OnsetSettings
    from sonograph.settings import PcenSettings as PcenSettings
    from sonograph.settings import PitchClassSettings as PitchClassSettings
    from sonograph.settings import PyinCandidates as PyinCandidates
    from sonograph.settings import PyinSettings as PyinSettings
    from sonograph.settings import RangeSettings as RangeSettings
    from sonograph.settings import SeparationSettings as SeparationSettings
    from sonograph.settings import ShapeSettings as ShapeSettings
    from sonograph.settings import StandardSettings as StandardSettings
    from sonograph.settings import StftSettings as StftSettings
    from sonograph.settings import TempogramSettings as TempogramSettings
    from sonograph.settings import TemporalSettings as TemporalSettings
    from sonograph.settings import TonnetzSettings as TonnetzSettings
    from sonograph.settings import YinSettings as YinSettings
    from sonograph.settings import from_dict as from_dict
    from sonograph.settings import from_toml as from_toml
    from sonograph.settings import to_toml as to_toml
    from sonograph.sounds.calibration import Calibration as Calibration
    from sonograph.sounds.mono import mono as mono
    from sonograph.sounds.resampled import resample as resample
    from sonograph.sounds.source import Signal as Signal
    from sonograph.sounds.source import Source as Source
    from sonograph.spectrograms import Rows as Rows
    from sonograph.spectrograms import Spectrogram as Spectrogram
    from sonograph.spectrograms import describe as describe

__version__ = "0.1.0"

_HOME = {
    "sonograph.errors": (
        "SonographError", "SettingsError", "SourceError", "LimitError", "OutputError", "TextError", "MissingExtra",
    ),
    "sonograph.settings": (
        "StftSettings", "BandSettings", "LevelSettings", "LogSettings", "CepstralSettings", "EnergySettings",
        "DeltaSettings", "PcenSettings", "RangeSettings", "AffineSettings", "NormSettings", "StandardSettings",
        "Band", "MelBank", "BarkBank", "LinearBank", "GammatoneBank", "ChromaBank", "OctaveBank", "MillidecadeBank",
        "TemporalSettings", "AutocorrelationSettings", "YinSettings", "PyinCandidates", "PyinSettings", "ShapeSettings",
        "OnsetSettings", "TempogramSettings", "SeparationSettings", "TonnetzSettings", "ConstantQSettings",
        "PitchClassSettings", "MultitaperSettings", "from_dict", "from_toml", "to_toml",
    ),
    "sonograph.named.presets": ("preset", "preset_names"),
    "sonograph.named.features": ("feature", "feature_names"),
    "sonograph.sounds.calibration": ("Calibration",),
    "sonograph.limits": ("Limits",),
    "sonograph.io.examine": ("examine",),
    "sonograph.sounds.source": ("Source", "Signal"),
    "sonograph.sounds.mono": ("mono",),
    "sonograph.spectrograms": ("Spectrogram", "Rows", "describe"),
    "sonograph.computing.spectrogram": ("spectrogram", "pieces"),
    "sonograph.computing.stream": ("Stream",),
    "sonograph.levels": ("level", "power"),
    "sonograph.analysis.tempo": ("tempo",),
    "sonograph.inverse": ("istft", "griffin_lim", "box"),
    "sonograph.analysis.spectrum": ("fourier", "welch"),
    "sonograph.analysis.reassignment": ("reassigned",),
    "sonograph.analysis.lufs": ("loudness",),
    "sonograph.drawing": ("draw", "draw_bands", "show"),
    "sonograph.pictures.settings": ("PictureSettings",),
    "sonograph.io.marks": ("Mark",),
    "sonograph.io.audio": ("open", "read"),
    "sonograph.sounds.resampled": ("resample",),
    "sonograph.io.writing": ("write",),
}  # fmt: skip
_WHERE = {name: module for module, names in _HOME.items() for name in names}
_MODULES = ("augment", "engines", "learning", "signals")

__all__ = ["__version__", *_WHERE, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        value = getattr(importlib.import_module(_WHERE[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"sonograph.{name}")
    else:
        raise AttributeError(f"module 'sonograph' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
