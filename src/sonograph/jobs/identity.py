"""A name for values that is another whenever one of them is: of their fields, never of how they print."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digest(*values: Any, digits: int = 16) -> str:
    """So many hexadecimal digits of a SHA-256 of values, the same everywhere.

    Raises
    ------
    TypeError
        A value that is no number, text, bytes, list, mapping or dataclass, and so has no fields to name.

    Examples
    --------
    >>> digest("a", "bc") == digest("ab", "c"), digest(1.0, None) == digest(1.0, None)
    (False, True)
    """
    text = _WRITTEN.encode([_plain(value) for value in values])
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


_WRITTEN = json.JSONEncoder(separators=(",", ":"))


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, with what kind it is where that would be lost."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list | tuple) and not hasattr(value, "_asdict"):
        return ["list", *[_plain(one) for one in value]]
    if isinstance(value, float):
        return ["float", float(value).hex()]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value, {field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, tuple):
        return _fields(value, value._asdict())  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return ["mapping", *sorted(([str(name), _plain(one)] for name, one in value.items()), key=lambda pair: pair[0])]
    raise TypeError(f"a {type(value).__name__} has no fields that could name it")


def _fields(value: Any, fields: dict[str, Any]) -> list[Any]:
    return [type(value).__name__, *([name, _plain(one)] for name, one in fields.items())]
