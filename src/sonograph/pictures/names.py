"""Names that people type: refused with those that they may have meant."""

from __future__ import annotations

from collections.abc import Sequence

from sonograph.errors import SettingsError


def one_of(name: str, value: object, allowed: Sequence[str], *, most: int = 12) -> None:
    """Refuse a value that is not one of the allowed names; offer near ones where there are too many to list.

    >>> one_of("colours", "magma", ("magma", "grey"))
    """
    if value in allowed:
        return
    from difflib import get_close_matches

    near = get_close_matches(str(value).lower(), allowed, 4, 0.5)
    names = ", ".join(allowed if len(allowed) <= most else near or (*allowed[:most], "…"))
    way_out = f"it must be one of {names}" if len(allowed) <= most or not near else f"did you mean {names}?"
    raise SettingsError(f"{name} is {value!r}; {way_out}")
