"""Settings as TOML, nested by `of` as they are, and back: what `--settings FILE` reads."""

from __future__ import annotations

import json
from typing import Any

from sonograph.errors import TextError
from sonograph.settings.walk import from_dict
from sonograph.texts import toml_values


def to_toml(settings: Any) -> str:
    """Settings as text that `from_toml` reads back.

    >>> from sonograph.settings import MelBank, BandSettings, StftSettings
    >>> stft = StftSettings(window_length=512, window=("kaiser", 8.0))
    >>> print(to_toml(BandSettings(of=stft, bands=MelBank(n_bands=40))))
    kind = "bands"
    <BLANKLINE>
    [of]
    kind = "stft"
    window_length = 512
    hop = 128
    n_fft = 512
    window = ["kaiser", 8.0]
    periodic = true
    edges = "zeros"
    scaling = "spectrum"
    quantity = "power"
    <BLANKLINE>
    [bands]
    kind = "mel"
    n_bands = 40
    low = 0.0
    formula = "slaney"
    norm = "slaney"
    triangles = "hertz"
    empty = "refuse"
    """
    return "\n".join(_lines(settings.to_dict(), ""))


def _lines(values: dict[str, Any], path: str) -> list[str]:
    plain = {k: v for k, v in values.items() if not isinstance(v, dict) and not _tables(v)}
    lines = [f"{name} = {_value(value)}" for name, value in plain.items()]
    for name, value in values.items():
        if isinstance(value, dict):
            lines += ["", f"[{path}{name}]", *_lines(value, f"{path}{name}.")]
        elif _tables(value):
            for table in value:
                lines += ["", f"[[{path}{name}]]", *_lines(table, f"{path}{name}.")]
    return lines


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def from_toml(text: str, name: str = "settings") -> Any:
    """Settings from text that `to_toml` or a person wrote; `name` is what errors call it.

    Raises
    ------
    TextError
        The text is no TOML.
    SettingsError
        Settings that cannot be.
    """
    try:
        values = toml_values(text)
    except TextError as error:
        raise TextError(f"{name}: {error}. 'sonograph presets NAME' prints an example.") from None
    return from_dict(values)
