"""What settings make of a recording, before anything is computed: what the page has to know to draw and to label it."""

from __future__ import annotations

from typing import Any

import numpy as np

from sonograph.errors import SettingsError
from sonograph.settings import Settings, StftSettings, from_dict, stft_of
from sonograph.sounds.source import Source
from sonograph.spectrograms import Rows
from sonograph.spectrograms.described import sided
from sonograph.web.layers import Shown


def settings_of(given: Any, usual: Settings, source: Source) -> Settings:
    """The settings that the page sent: a JSON object, or none for the usual ones; with the sides that samples have.

    Raises
    ------
    SettingsError
        They cannot be, or not of complex samples.
    """
    if given is None:
        return usual
    if not isinstance(given, dict):
        raise SettingsError("settings are no JSON object; give them as /describe returns them, or null")
    found: Settings = sided(from_dict(given), source)
    return found


def described(shown: Shown) -> dict[str, Any]:
    """A recording under settings."""
    source, layer, stft = shown.sound.source, shown.layer, stft_of(shown.settings)
    return {
        "recording": shown.sound.digest,
        "settings": layer.digest,
        "json": shown.settings.to_dict(),
        "n_frames": layer.n_frames,
        "n_rows": layer.n_rows,
        "hop": layer.hop,
        "window_length": layer.window_length,
        "n_fft": stft.n_fft,
        "start": layer.start,
        "top_level": layer.top_level,
        "top_fold": layer.top_fold,
        "n_samples": source.n_samples,
        "n_channels": layer.n_channels,
        "sample_rate": source.sample_rate,
        "quantity": "level",
        "unit": layer.unit,
        "reference": layer.reference,
        "label": layer.label,
        "frequencies": _frequencies(layer.rows),
        "progress": layer.progress(),
        "problem": layer.problem,
    }


def _frequencies(rows: Rows) -> dict[str, Any]:
    """Where rows lie: evenly from one frequency on, or a list."""
    if isinstance(rows.settings, StftSettings):
        return {"kind": "linear", "first": float(rows.frequencies[0]), "step": rows.sample_rate / rows.settings.n_fft}
    return {"kind": "list", "values": np.asarray(rows.frequencies).tolist(), "edges": np.asarray(rows.edges).tolist()}
