"""What settings make of a recording, before anything is computed: what the page has to know to draw and to label it."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.frames import frames_of, offset
from sonograph.pixels.raster import is_of_power, power_and_level
from sonograph.settings import BandSettings, LevelSettings, Settings, StftSettings, from_dict, stft_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows, describe
from sonograph.web.recordings import Sound


def settings_of(given: Any, usual: Settings) -> Settings:
    """The settings that the page sent: a JSON object, or none for the usual ones.

    Raises
    ------
    SettingsError
        They cannot be.
    """
    if given is None:
        return usual
    if not isinstance(given, dict):
        raise SettingsError("settings are no JSON object; give them as /describe returns them, or null")
    found: Settings = from_dict(given)
    return found


def level_of(settings: Settings) -> LevelSettings:
    """The levels that are shown of settings, as `draw` shows them.

    Raises
    ------
    SettingsError
        They have none, or one that only the whole sound would tell.
    """
    if not is_of_power(settings):
        raise SettingsError(f"the settings give a {settings.quantity}; the viewer shows levels over frequency, in dB")
    _, level = power_and_level(settings)
    if level.reference == "max":
        raise SettingsError('reference is "max", which only the whole sound tells; give a number, or leave it out')
    return level


def rows_of(settings: Settings, source: Source) -> Rows:
    """What the rows of the levels are."""
    return describe(level_of(settings), source.sample_rate, source.unit, source.n_channels)


def described(sound: Sound, settings: Settings) -> dict[str, Any]:
    """All but what only the layer of tiles knows: its digest, its levels and folds, and how far it is."""
    source, rows, stft = sound.source, rows_of(settings, sound.source), stft_of(settings)
    return {
        "recording": sound.digest,
        "json": settings.to_dict(),
        "n_frames": len(frames_of(settings, source.n_samples)),
        "n_rows": rows.n_rows,
        "hop": stft.hop,
        "window_length": stft.window_length,
        "n_fft": stft.n_fft,
        "start": offset(settings),
        "n_samples": source.n_samples,
        "n_channels": source.n_channels,
        "sample_rate": source.sample_rate,
        "quantity": rows.quantity,
        "unit": rows.value_unit,
        "reference": rows.reference,
        "label": rows.label,
        "frequencies": _frequencies(rows),
    }


def _frequencies(rows: Rows) -> dict[str, Any]:
    """Where rows lie: evenly from one frequency on, or a list."""
    shown = rows.settings.of if isinstance(rows.settings, LevelSettings) else rows.settings
    if isinstance(shown, StftSettings):
        return {"kind": "linear", "first": 0.0, "step": rows.sample_rate / shown.n_fft}
    if not isinstance(shown, BandSettings):
        raise SettingsError(f"the settings are of kind {shown.kind!r}; the viewer shows bins and bands")
    return {"kind": "list", "values": np.asarray(rows.frequencies).tolist(), "edges": np.asarray(rows.edges).tolist()}
