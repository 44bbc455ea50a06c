"""Settings with some values changed, each in the stage or bank of the chain that has it."""

from __future__ import annotations

import dataclasses
from typing import Any

from sonograph.errors import SettingsError
from sonograph.settings.elsewhere import fields_of, what_is_meant


def changed(settings: Any, changes: dict[str, Any]) -> Any:
    """`settings` with `changes`; refused where a name belongs to no part of the chain, or to several."""
    parts = _parts(settings, anew="of" in changes)
    given: dict[int, dict[str, Any]] = {}
    for name, value in changes.items():
        owners = [part for part in parts if name in fields_of(part)]
        owners = owners[:1] if name == "of" else owners
        if not owners:
            known = sorted({field for part in parts for field in fields_of(part)} - {"of"})
            meant = what_is_meant(name, known, f"they have {', '.join(known)}")
            raise SettingsError(f"{name} is no setting of {_named(parts)}; {meant}")
        if len(owners) > 1:
            raise SettingsError(
                f"{name} is a setting of {_named(owners)}; say which: dataclasses.replace(settings, "
                f"{name}=…) changes the outermost, settings.but(of=settings.of.but({name}=…)) one before it"
            )
        given.setdefault(id(owners[0]), {})[name] = value
    return _made(settings, given)


def _made(part: Any, given: dict[int, dict[str, Any]]) -> Any:
    """A part of the chain, and all before it, with what is given for each."""
    new = dict(given.get(id(part), {}))
    for name in ("of", "bands"):
        below = getattr(part, name, None)
        if dataclasses.is_dataclass(below) and name in fields_of(part) and name not in new:
            made = _made(below, given)
            if made is not below:
                new[name] = made
    if not new:
        return part
    if "window_length" in new and "n_fft" not in new and part.n_fft == part.window_length:
        new["n_fft"] = None  # transforms of the window alone stay so
    return dataclasses.replace(part, **new)


def _parts(settings: Any, *, anew: bool = False) -> list[Any]:
    """Settings and their bank; and all before them, unless what lies before is given anew."""
    parts = [settings]
    for name in ("bands",) if anew else ("bands", "of"):
        part = getattr(settings, name, None)
        if name in fields_of(settings) and dataclasses.is_dataclass(part):
            parts += _parts(part)
    return parts


def _named(parts: list[Any]) -> str:
    names = [type(part).__name__ for part in parts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
