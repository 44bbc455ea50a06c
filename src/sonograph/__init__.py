"""Sonograph: pictures of sound you can trust, and features you can learn from.

    import sonograph as sg

    sound = sg.open("robin.wav")
    power = sg.spectrogram(sound)
    sg.draw("robin.wav", path="robin.png")

Nothing is loaded, NumPy included, until a name is used.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    # what is done with sounds
    "sonograph.io.audio": ("open", "read"),
    "sonograph.io.examine": ("examine",),
    "sonograph.io.writing": ("write",),
    "sonograph.io.sources": ("resample", "mono", "high_pass", "weighted"),
    "sonograph.computing.spectrogram": ("spectrogram", "pieces"),
    "sonograph.levels": ("level", "power", "weighting"),
    "sonograph.archive.catalogues.consecutive": ("timeline",),
    "sonograph.drawing.calls": ("draw", "draw_bands", "show"),
    "sonograph.web.widget": ("view",),
    "sonograph.named.presets": ("preset", "preset_names"),
    "sonograph.named.features": ("feature", "feature_names"),
    "sonograph.analysis.spectrum": ("fourier", "welch"),
    "sonograph.analysis.crossed": ("cross_spectrum",),
    "sonograph.analysis.crossed_over_time": ("cross_spectrogram",),
    "sonograph.analysis.reassignment": ("reassigned",),
    "sonograph.analysis.lufs": ("loudness",),
    "sonograph.analysis.true_peak": ("true_peak",),
    "sonograph.analysis.sound_levels": ("sound_levels",),
    "sonograph.analysis.band_levels": ("band_levels",),
    "sonograph.analysis.voice": ("voice",),
    "sonograph.analysis.whisper": ("whisper",),
    "sonograph.analysis.zoomed": ("zoom",),
    "sonograph.analysis.speed": ("speed", "tacho"),
    "sonograph.analysis.orders": ("orders",),
    "sonograph.analysis.impacts": ("envelope_spectrum", "band_kurtosis"),
    "sonograph.analysis.kurtogram": ("kurtogram",),
    "sonograph.analysis.boxes": ("measure_box",),
    "sonograph.analysis.tempo": ("tempo", "tempi"),
    "sonograph.analysis.local_pulse": ("local_pulse",),
    "sonograph.analysis.recurrence": ("recurrence", "align"),
    "sonograph.analysis.beats": ("beats", "onsets"),
    "sonograph.matching.pulses.pulse_finding": ("pulses",),
    "sonograph.matching.detection.detecting": ("detect",),
    "sonograph.matching.sonar.ranging": ("echogram",),
    "sonograph.inverse": ("istft", "griffin_lim", "box"),
    # what it is done with
    "sonograph.sounds.source": ("Source", "Signal"),
    "sonograph.sounds.calibration": ("Calibration",),
    "sonograph.spectrograms": ("Spectrogram", "Rows", "describe"),
    "sonograph.computing.stream": ("Stream",),
    "sonograph.pictures.match": ("draw_match",),
    "sonograph.pictures.settings": ("PictureSettings",),
    "sonograph.io.mark": ("Mark",),
    "sonograph.limits": ("Limits",),
    "sonograph.errors": (
        "SonographError", "SettingsError", "SourceError", "LimitError", "OutputError", "TextError", "MissingExtra",
    ),
    "sonograph.settings": (
        "StftSettings", "BandSettings", "LevelSettings", "MelBank", "from_dict", "from_toml", "to_toml",
    ),
}  # fmt: skip
"""The names at the top, by the module that each is in; `__init__.pyi` says the same to type checkers."""

_IN_SETTINGS = (
    "AffineSettings", "AutocorrelationSettings", "Band", "BarkBank", "CensSettings", "CepstralSettings", "ChromaBank",
    "ConstantQSettings", "DeltaSettings", "EnergySettings", "GammatoneBank", "LinearBank", "LogSettings",
    "MillidecadeBank", "MultitaperSettings", "NormSettings", "OctaveBank", "OnsetSettings", "PcenSettings",
    "PitchClassSettings", "PyinCandidates", "PyinSettings", "RangeSettings", "SeparationSettings", "ShapeSettings",
    "StandardSettings", "TempogramSettings", "TemporalSettings", "TonnetzSettings", "YinSettings",
)  # fmt: skip
"""Settings and banks live in `sonograph.settings`, where new ones are added; these can be had from the top too."""

_ELSEWHERE = {
    "load": "read(path)",
    "stft": 'spectrogram(sound, StftSettings(quantity="transform"))',
    "melspectrogram": 'spectrogram(sound, "librosa.mel")',
    "mfcc": 'spectrogram(sound, "librosa.mfcc")',
    "specgram": "spectrogram(sound), and its picture draw(sound)",
    "specshow": "draw(sound), and of a matrix draw(matrix, times=…, frequencies=…, unit=…)",
    "plot": "draw(sound)",
    "amplitude_to_db": "level(spectrogram)",
    "power_to_db": "level(spectrogram)",
    "psd": "welch(sound)",
    "periodogram": "fourier(sound)",
    "to_mono": "mono(sound)",
    "save": "write(path, sound)",
}
"""What other libraries call ours."""

_MODULES = ("archive", "augment", "effects", "engines", "learning", "matching", "settings", "signals")

_SHOWN = {name: module for module, names in _HOME.items() for name in names}
_WHERE = _SHOWN | dict.fromkeys(_IN_SETTINGS, "sonograph.settings")

__all__ = ["__version__", *_WHERE, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        value = getattr(importlib.import_module(_WHERE[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"sonograph.{name}")
    else:
        here = f"; here it is {_ELSEWHERE[name]}" if name in _ELSEWHERE else ""
        raise AttributeError(f"module 'sonograph' has no attribute {name!r}{here}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What a person looks for here; the other settings and banks are in `settings`."""
    return sorted(["__version__", *_SHOWN, *_MODULES])
