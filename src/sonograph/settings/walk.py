"""From settings to the stages in them, and from plain values back to settings."""

from __future__ import annotations

import dataclasses
from typing import Any

from sonograph.errors import SettingsError, TextError
from sonograph.settings.arguments import answered
from sonograph.settings.common import Stage
from sonograph.settings.matrix import MatrixSettings
from sonograph.settings.stft import StftSettings
from sonograph.texts import refuse_deep

ANY = StftSettings, Stage
"""What settings are."""


def stages(settings: Any) -> list[Any]:
    """All stages of settings, the transform first."""
    if not isinstance(settings, ANY):
        hint = f"preset({settings!r}) makes some" if isinstance(settings, str) else "StftSettings() are some"
        raise SettingsError(f"settings is {type(settings).__name__}, which are none; {hint}")
    found: list[Any] = [settings]
    while not isinstance(found[-1], StftSettings):
        found.append(found[-1].of)
    return found[::-1]


def stft_of(settings: Any) -> StftSettings:
    """The transform at the bottom of any settings."""
    while not isinstance(settings, StftSettings):
        settings = settings.of
    return settings


def with_stft(settings: Any, **changes: Any) -> Any:
    """The same settings with some of the transform at their bottom changed.

    >>> from sonograph.settings import LevelSettings
    >>> with_stft(LevelSettings(of=StftSettings()), hop=256).of.hop
    256
    """
    if isinstance(settings, StftSettings):
        return dataclasses.replace(settings, **changes)
    return dataclasses.replace(settings, of=with_stft(settings.of, **changes))


def as_power(settings: Any) -> Any:
    """The same settings, of a transform or its magnitude the power; all others as they are.

    >>> as_power(StftSettings(quantity="transform")).quantity
    'power'
    """
    if isinstance(settings, StftSettings) or settings.transforms:
        return with_stft(settings, quantity="power")
    return settings


def whole_sound(settings: Any) -> str | None:
    """Why these settings need the whole sound before the first frame is known; None if they do not."""
    for stage in stages(settings):
        if stage.context == "whole":
            return str(stage.why_whole)
    return None


def context_of(settings: Any) -> tuple[int | None, int]:
    """Frames before and after that a frame needs, all stages together; before is None where it needs all.

    >>> from sonograph.settings import DeltaSettings, PcenSettings
    >>> deltas = DeltaSettings(of=StftSettings(), width=2, order=2)
    >>> context_of(deltas), context_of(PcenSettings(of=StftSettings()))
    ((4, 4), (None, 0))
    """
    before: int | None = 0
    after = 0
    for stage in stages(settings):
        if isinstance(stage.context, str):
            before = None
        else:
            before = None if before is None else before + stage.context[0]
            after += stage.context[1]
    return before, after


def reach_of(settings: Any) -> tuple[int, int]:
    """Frames at the beginning and at the end of a sound that have not all the frames that they need, and repeat some.

    What needs all frames before it, or the whole sound, repeats none.

    >>> from sonograph.settings import DeltaSettings, PcenSettings
    >>> reach_of(DeltaSettings(of=PcenSettings(of=StftSettings()), width=2, order=2))
    (4, 4)
    """
    reaches = [stage.context for stage in stages(settings) if not isinstance(stage.context, str)]
    return sum(before for before, _ in reaches), sum(after for _, after in reaches)


@answered
def from_dict(values: Any) -> Any:
    """Settings from what `to_dict` gave, checked as if they were typed.

    Raises
    ------
    SettingsError
        Another kind, a name that is no setting of it, or a value that cannot be.

    Examples
    --------
    >>> from_dict({"kind": "stft", "window_length": 512}).hop
    128
    """
    try:
        refuse_deep(values)
    except TextError as error:
        raise SettingsError(f"a dict of settings {error}") from None
    return _from_dict(values)


def from_saved(values: Any) -> Any:
    """As `from_dict`, and of a matrix that no sound makes too."""
    return _from_dict(values, matrix=True)


def _from_dict(values: Any, *, matrix: bool = False) -> Any:
    from sonograph.settings import KINDS
    from sonograph.settings.banks import BANKS

    cls, given = _of_kind(values, KINDS | ({MatrixSettings.kind: MatrixSettings} if matrix else {}))
    if "of" in given:
        given["of"] = _from_dict(given["of"])
    if isinstance(given.get("bands"), dict):
        bank, fields = _of_kind(given["bands"], BANKS)
        given["bands"] = bank(**fields)
    elif isinstance(given.get("bands"), list | tuple):
        given["bands"] = tuple(_band(values) for values in given["bands"])
    return _made(cls, given)


def _of_kind(values: Any, kinds: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    kind = values.get("kind") if isinstance(values, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        raise SettingsError(f"kind is {kind!r}; it must be one of {', '.join(sorted(kinds))}")
    cls = kinds[kind]
    known = {f.name for f in dataclasses.fields(cls)}
    given = {k: v for k, v in values.items() if k != "kind"}
    for name in given:
        if name not in known:
            raise SettingsError(f"{name} is no setting of {kind!r}; it has {', '.join(sorted(known))}")
    return cls, given


def _band(values: Any) -> Any:
    from sonograph.settings.bands import Band

    cls, given = _of_kind({"kind": "band"} | values if isinstance(values, dict) else values, {"band": Band})
    return _made(cls, given)


def _made(cls: Any, given: dict[str, Any]) -> Any:
    """A settings value; what it needs and was not given is named."""
    for field in dataclasses.fields(cls):
        if field.default is dataclasses.MISSING and field.name not in given:
            raise SettingsError(f"{field.name} is missing; settings of kind {cls.kind!r} need it")
    return cls(**given)
