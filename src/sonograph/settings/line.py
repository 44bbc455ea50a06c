"""Settings as a line to read: the chain from the transform on, and of each stage what is not as usual."""

from __future__ import annotations

import dataclasses
from typing import Any

ALWAYS = ("window_length", "hop", "n_bands", "n_coefficients")
"""What is asked for first, and so told where it is as usual too."""
FEW = 4
"""Values of a list that are told; of more the first, the last and their number."""


def line_of(settings: Any) -> str:
    """A chain of settings in a line, each stage as it is typed.

    >>> from sonograph.settings import LevelSettings, StftSettings
    >>> line_of(LevelSettings(of=StftSettings(edges="inside"), floor=-120.0))
    "StftSettings(window_length=2048, hop=512, edges='inside') → LevelSettings(floor=-120.0)"
    """
    chain = [settings]
    while dataclasses.is_dataclass(before := getattr(chain[0], "of", None)):
        chain.insert(0, before)
    return " → ".join(map(_typed, chain))


def _typed(part: Any) -> str:
    given = {f.name: getattr(part, f.name) for f in dataclasses.fields(part) if f.name != "of" and _told(part, f)}
    return f"{type(part).__name__}({', '.join(f'{name}={_short(value)}' for name, value in given.items())})"


def _told(part: Any, field: dataclasses.Field[Any]) -> bool:
    value = getattr(part, field.name)
    if field.name == "n_fft":
        return bool(value != getattr(part, "window_length", None))
    return field.name in ALWAYS or field.default is dataclasses.MISSING or bool(value != field.default)


def _short(value: Any) -> str:
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        return f"({len(value)} of {type(value[0]).__name__})"
    if isinstance(value, tuple) and len(value) > FEW:
        return f"({value[0]!r}, …, {value[-1]!r}: {len(value)})"
    return repr(value)
