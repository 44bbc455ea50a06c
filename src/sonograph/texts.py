"""TOML and JSON that people wrote, or somebody who means no good: values, or what is wrong in a few words.

Parsers call themselves for each level of nesting, and take a time that grows with the square of some lengths. So how
long and how deep a text is gets looked at first, in one pass over it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sonograph.errors import TextError

LONGEST = 4 << 20
"""Characters. The longest settings, with every weight of every band, have a tenth of that."""
DEEPEST = 64
"""Levels of nesting. Settings of seven stages have eight."""

_TOML_STRING = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
_JSON_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_BETWEEN = re.compile(r"[,={}\[\]\n]")


def toml_values(text: str) -> dict[str, Any]:
    """What a TOML text holds.

    Raises
    ------
    TextError
        Too long, nested too deep, or no TOML: in words that follow the name of the text, without a full stop.

    Examples
    --------
    >>> toml_values("of = {kind = 'stft'}")
    {'of': {'kind': 'stft'}}
    """
    import tomllib

    _refuse_long(text)
    bare = _TOML_STRING.sub("", text)
    keys = max(part.count(".") for part in _BETWEEN.split(bare))  # a.b.c = 1 is nested too
    _refuse_deep(max(_brackets(bare), keys))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TextError(f"is not TOML ({error})") from None
    except ValueError:
        raise TextError("holds a number of more digits than any setting has") from None


def json_values(text: str) -> Any:
    """What a JSON text holds.

    Raises
    ------
    TextError
        As `toml_values`.
    """
    _refuse_long(text)
    _refuse_deep(_brackets(_JSON_STRING.sub("", text)))
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise TextError(f"is not JSON ({error})") from None
    except ValueError:
        raise TextError("holds a number of more digits than any setting has") from None


def refuse_deep(values: Any) -> None:
    """Refuse values that are nested deeper than any settings.

    Raises
    ------
    TextError
        In words that follow the name of the values.
    """
    level, depth = [values], 0
    while level:
        _refuse_deep(depth)
        inner = (v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list | tuple))
        level, depth = [value for values in inner for value in values], depth + 1


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST:
        raise TextError(f"has {len(text):,} characters; it must have at most {LONGEST:,}")


def _refuse_deep(depth: int) -> None:
    if depth > DEEPEST:
        raise TextError(f"is nested more than {DEEPEST} levels deep, which no settings are")


def _brackets(text: str) -> int:
    """How deep brackets are nested, all that open counted where they do not match."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
