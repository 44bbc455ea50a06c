"""Settings as TOML, nested by `of` as they are, and back: what `--settings FILE` reads."""

from __future__ import annotations

from typing import Any

from sonograph.errors import SettingsError, TextError
from sonograph.settings.arguments import answered
from sonograph.settings.common import Json
from sonograph.settings.walk import from_dict
from sonograph.texts import toml_values


@answered
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
    window = [
        "kaiser",
        8.0,
    ]
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
    import tomli_w

    if not isinstance(settings, Json):
        raise SettingsError(f"settings is {type(settings).__name__}, which are none; StftSettings() are some")
    text: str = tomli_w.dumps(settings.to_dict())
    return text.removesuffix("\n")


@answered
def from_toml(text: str, name: str = "settings") -> Any:
    """Settings from text that `to_toml` or a person wrote; `name` is what errors call it.

    Raises
    ------
    TextError
        The text is no TOML.
    SettingsError
        Settings that cannot be.
    """
    if not isinstance(text, str):
        raise SettingsError(f"text is {type(text).__name__}; it must be TOML as text: Path(…).read_text()")
    try:
        values = toml_values(text)
    except TextError as error:
        raise TextError(f"{name}: {error}. 'sonograph presets NAME' prints an example.") from None
    return from_dict(values)
