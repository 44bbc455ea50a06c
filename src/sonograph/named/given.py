"""What is given as settings: settings, or a preset's name; all else is refused with what to give instead."""

from __future__ import annotations

import os
from typing import Any

from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.settings import Settings, Stage, StftSettings
from sonograph.settings.matrix import MatrixSettings


def settings_of(given: Any, default: Settings | None = None) -> Settings:
    """The settings that are given, or that a preset's name stands for; None: `default`, or StftSettings().

    Raises
    ------
    SettingsError
        A name of no preset, and the nearest are told; what is no settings at all.

    Examples
    --------
    >>> settings_of("librosa.mel").bands.n_bands
    128
    """
    if isinstance(given, MatrixSettings):
        raise SettingsError("settings are those of a matrix that was computed elsewhere; no sound makes it")
    if isinstance(given, StftSettings | Stage):
        return given
    if given is None:
        return StftSettings() if default is None else default
    if isinstance(given, str):
        from sonograph.named.features import FEATURES
        from sonograph.named.presets import preset, preset_names

        if given in preset_names():
            return preset(given)
        if given in FEATURES:
            raise SettingsError(
                f'settings is "{given}", which is a feature and no preset; feature("{given}") makes some'
            )
        if not given.endswith((".toml", ".json")):
            return preset(given)  # refuses it, with the nearest names
    raise SettingsError(f"settings is {_kind(given)}, which are none; {_hint(given)}")


def _kind(given: Any) -> str:
    if isinstance(given, type):
        return f"the class {given.__name__}"
    if isinstance(given, int | float | str):
        return f"'{short(given)}'" if isinstance(given, str) else short(given)
    return type(given).__name__


def _hint(given: Any) -> str:
    from sonograph.settings.banks import Bank

    if isinstance(given, str | os.PathLike):
        return "from_toml(Path(…).read_text()) reads those of a file"
    if isinstance(given, type) and issubclass(given, StftSettings | Stage):
        return f"{given.__name__}(…) makes some"
    if isinstance(given, Bank) or (isinstance(given, type) and issubclass(given, Bank)):
        return "BandSettings(of=StftSettings(), bands=…) sum a transform by such a bank"
    if isinstance(given, dict):
        return "from_dict(…) makes some of what to_dict gave"
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"settings go by name: StftSettings(window_length={short(given)}); a sound carries its own sample rate"
    return "StftSettings() are some, and preset(NAME) makes some"
