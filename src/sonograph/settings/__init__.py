"""What to compute, as frozen values that check themselves.

Each settings type holds the one before it in `of`, so that a level knows its bands
and bands know their transform. A value that exists is right: nothing checks it again.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Union

from sonograph.errors import SettingsError
from sonograph.settings.bands import Band as Band
from sonograph.settings.bands import BandSettings as BandSettings
from sonograph.settings.levels import LevelSettings as LevelSettings
from sonograph.settings.levels import check_level as check_level
from sonograph.settings.stft import EDGES as EDGES
from sonograph.settings.stft import PLAIN_WINDOWS as PLAIN_WINDOWS
from sonograph.settings.stft import QUANTITIES as QUANTITIES
from sonograph.settings.stft import SCALINGS as SCALINGS
from sonograph.settings.stft import StftSettings as StftSettings
from sonograph.settings.stft import Window as Window

Settings = Union[StftSettings, BandSettings, LevelSettings]  # noqa: UP007
_KINDS: dict[str, Any] = {c.kind: c for c in (StftSettings, BandSettings, LevelSettings)}


def from_dict(values: dict[str, Any]) -> Settings:
    """Settings from what `to_dict` gave, checked as if they were typed.

    >>> from_dict({"kind": "stft", "window_length": 512}).hop
    128
    """
    kind = values.get("kind")
    if kind not in _KINDS:
        raise SettingsError(f"kind is {kind!r}; it must be one of {', '.join(_KINDS)}")
    cls = _KINDS[kind]
    known = {f.name for f in dataclasses.fields(cls)}
    given = {k: v for k, v in values.items() if k != "kind"}
    for name in given:
        if name not in known:
            raise SettingsError(f"{name} is no setting of {kind!r}; it has {', '.join(sorted(known))}")
    if "of" in given:
        given["of"] = from_dict(given["of"])
    if "bands" in given:
        given["bands"] = tuple(Band(**{k: v for k, v in b.items() if k != "kind"}) for b in given["bands"])
    return cls(**given)


def stft_of(settings: Settings) -> StftSettings:
    """The transform at the bottom of any settings."""
    while not isinstance(settings, StftSettings):
        settings = settings.of
    return settings


def whole_sound(settings: Settings) -> str | None:
    """Why these settings need the whole sound before the first frame is known; None if they do not."""
    if isinstance(settings, LevelSettings) and settings.reference == "max":
        return 'reference="max" is the loudest value of the whole sound'
    return None
