"""Checks of a single value, with one wording for all: what it is called, what it is, what it must be."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sonograph.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np

LISTED = 12
"""Names that are allowed; of more, an error tells those that are near."""


def whole(name: str, value: Any, least: int, most: int | None = None, why: str = "") -> int:
    """`value` as an int if it is a whole number in range."""
    span = f"{least} or more" if most is None else f"{least} to {most}"
    right = isinstance(value, int | float) or hasattr(value, "__index__")
    if isinstance(value, bool) or not right or value != value or value in (math.inf, -math.inf) or int(value) != value:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number, {span}")
    if value < least or (most is not None and value > most):
        raise SettingsError(f"{name} is {value}; {why}it must be {span}")
    return int(value)


def number(name: str, value: Any, least: float = -math.inf, most: float = math.inf, *, above: bool = False) -> float:
    """`value` as a finite float in a range; `above` leaves the least out."""
    span = f"{'above' if above else 'at least'} {least:g}" if most == math.inf else f"{least:g} to {most:g}"
    span = "a finite number" if least == -math.inf and most == math.inf else span
    single = isinstance(value, int | float) or (hasattr(value, "__float__") and not getattr(value, "shape", ()))
    right = single and not isinstance(value, bool | str)
    if not right or not math.isfinite(value) or not least <= value <= most or (above and value == least):
        raise SettingsError(f"{name} is {value!r}; it must be {span}")
    return float(value)


def quantity(
    name: str,
    value: object,
    unit: str = "",
    *,
    least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    because: str = "",
) -> float:
    """`value` as a float, if it is finite and in range; refused with its unit and the reason.

    >>> quantity("duration", 2, "s", above=0)
    2.0
    """
    try:
        given = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        given = math.nan
    right = math.isfinite(given)
    right &= least is None or given >= least
    right &= above is None or given > above
    right &= below is None or given < below
    if right:
        return given
    limits = [f"{least:g} or more"] if least is not None else []
    limits += [f"above {above:g}"] if above is not None else []
    limits += [f"below {below:g}"] if below is not None else []
    span = " and ".join(limits) + (f" {unit}" if unit else "") if limits else "a finite number"
    reason = f" (because {because})" if because else ""
    raise SettingsError(f"{name} is {value}; it must be {span}{reason}")


def numbers(name: str, values: Any, least: float = -math.inf, *, above: bool = False) -> tuple[float, ...]:
    """`values` as finite floats in a range."""
    if not isinstance(values, list | tuple) and not hasattr(values, "tolist"):
        raise SettingsError(f"{name} is {values!r}; it must be a list of numbers")
    return tuple(number(name, value, least, above=above) for value in values)


def one_of(name: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse a value that is not one of the allowed names; offer near ones where there are too many to list.

    >>> one_of("scaling", "raw", ("spectrum", "density", "raw"))
    """
    if value in allowed:
        return
    if len(allowed) <= LISTED:
        raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    refuse_near(name, value, allowed)
    raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed[:LISTED])}, …")


def refuse_near(name: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse a name that is near to others, and offer those."""
    import difflib

    asked = str(value).lower()
    near = difflib.get_close_matches(asked, allowed, 4, 0.5)
    near += [known for known in allowed if asked and known.startswith(asked) and known not in near]
    if near:
        raise SettingsError(f"{name} is {value!r}; did you mean {', '.join(near)}?")


def generator(seed: object) -> np.random.Generator:
    """The random numbers that belong to `seed`."""
    import numpy as np

    try:
        whole = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        whole = -1
    if whole < 0:
        raise SettingsError(
            f"seed is {seed}; it must be a whole number, 0 or more (because the same call gives the same samples)"
        )
    return np.random.default_rng(whole)
