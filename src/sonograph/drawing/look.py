"""The settings of a look as a function's arguments: those that were given change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sonograph.pictures.settings import PictureSettings


class _AsLook:
    """A keyword that was not given: None would be a value of some of them."""

    def __repr__(self) -> str:
        return "as look has it"


AS_LOOK: Any = _AsLook()
FIELDS = tuple(field.name for field in fields(PictureSettings))


def changed(look: PictureSettings | None, arguments: Mapping[str, Any]) -> PictureSettings:
    """A look, changed by those of a function's arguments that are settings and were given."""
    given = {name: arguments[name] for name in FIELDS if arguments.get(name, AS_LOOK) is not AS_LOOK}
    return (look or PictureSettings()).but(**given)
