"""What all settings share: to plain values and a digest, and the checks of a single value."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from typing import Any, ClassVar

from sonograph.errors import SettingsError


class Json:
    """Settings to plain values and back, and a name made from them."""

    kind: ClassVar[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain values with a `kind`, nested as the settings are: ready for JSON or TOML."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}  # type: ignore[arg-type]
        return {"kind": self.kind} | {k: plain(v) for k, v in values.items() if v is not None}

    @property
    def digest(self) -> str:
        """A name of these settings, the same everywhere: 16 hexadecimal digits of a SHA-256."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Json):
        return value.to_dict()
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def whole(name: str, value: Any, least: int, most: int | None = None, why: str = "") -> int:
    """`value` as an int if it is a whole number in range."""
    span = f"{least} or more" if most is None else f"{least} to {most}"
    right = isinstance(value, int | float) or hasattr(value, "__index__")
    if isinstance(value, bool) or not right or value != value or value in (math.inf, -math.inf) or int(value) != value:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number, {span}")
    if value < least or (most is not None and value > most):
        raise SettingsError(f"{name} is {value}; {why}it must be {span}")
    return int(value)


def one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not among those allowed."""
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")


def holds(name: str, of: Any, allowed: Any) -> None:
    """Refuse what is not the settings of a stage that `name` can follow."""
    if not isinstance(of, allowed):
        raise SettingsError(f"of is {type(of).__name__}; {name} holds the settings of the stage before it")
