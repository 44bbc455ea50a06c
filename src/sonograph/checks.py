"""Checks of a single value, with one wording for all: what it is called, what it is, what it must be."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sonograph.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np

LISTED = 12
"""Names that are allowed; of more, an error tells those that are near."""
SHORT = 40
"""Characters of a value that is refused; of more, the beginning is shown."""
NUMBERS = 1 << 26
"""Samples of a window or a transform (23 minutes at 48 kHz), and numbers in any table that settings ask for, as the
weights of a filter bank: 0.5 GB, and a few times as much while it is made."""
MOST = 1 << 20
"""Rows, lags, neighbours: what else settings count."""


def short(value: Any) -> str:
    """A value in a few characters, also where it is a number of thousands of digits.

    >>> short(1e308), short("a" * 100)
    ('1e+308', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… (100 characters)')
    """
    try:
        text = str(value)
    except ValueError:  # Python writes out no whole number of more than 4,300 digits
        return f"a number of {value.bit_length():,} bits"
    return text if len(text) <= SHORT else f"{text[:SHORT]}… ({len(text):,} characters)"


def whole(name: str, value: Any, least: int, most: int | None = None, why: str = "", *, memory: int = MOST) -> int:
    """`value` as an int if it is a whole number in range; and no more than there is memory for."""
    span = f"{least} or more" if most is None else f"{least} to {most}"
    right = isinstance(value, int | float) or (hasattr(value, "__index__") and not getattr(value, "shape", ()))
    if isinstance(value, bool) or not right or value != value or value in (math.inf, -math.inf) or int(value) != value:
        raise SettingsError(f"{name} is {_quoted(value)}; it must be a whole number, {span}")
    if value < least or (most is not None and value > most):
        raise SettingsError(f"{name} is {short(value)}; {why}it must be {span}")
    if value > memory:
        raise SettingsError(f"{name} is {short(value)}; it must be {least} to {memory:,}, for which there is memory")
    return int(value)


def number(name: str, value: Any, least: float = -math.inf, most: float = math.inf, *, above: bool = False) -> float:
    """`value` as a finite float in a range; `above` leaves the least out."""
    span = f"{'above' if above else 'at least'} {least:g}" if most == math.inf else f"{least:g} to {most:g}"
    if above and most != math.inf:
        span = f"above {least:g}, at most {most:g}"
    span = "a finite number" if least == -math.inf and most == math.inf else span
    single = isinstance(value, int | float) or (hasattr(value, "__float__") and not getattr(value, "shape", ()))
    try:
        real = float(value) if single and not isinstance(value, bool | str) else math.nan
    except OverflowError:  # a whole number that is past all floats
        real = math.inf
    if not math.isfinite(real) or not least <= value <= most or (above and value == least):
        raise SettingsError(f"{name} is {_quoted(value)}; it must be {span}")
    return real


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
        given = math.nan if isinstance(value, str | bytes) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
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
    raise SettingsError(f"{name} is {short(value)}; it must be {span}{reason}")


def refuse_large(name: str, value: Any, count: float, what: str, most: int = NUMBERS) -> None:
    """Refuse a setting that asks for more of something than there is memory for, before any is asked for.

    >>> refuse_large("tapers", 7, 7 * 2048, "weights")
    """
    if not count <= most:
        many = (
            f"{count:,}" if isinstance(count, int) and count < 1e15 else f"{count:.3g}" if count < 1e300 else "endless"
        )
        raise SettingsError(
            f"{name} is {short(value)}, which makes {many} {what}; there must be at most {most:,}, for which there is "
            f"memory"
        )


def _quoted(value: Any) -> str:
    return repr(value) if isinstance(value, str) and len(value) <= SHORT else short(value)


def numbers(name: str, values: Any, least: float = -math.inf, *, above: bool = False) -> tuple[float, ...]:
    """`values` as finite floats in a range."""
    if not isinstance(values, list | tuple) and not hasattr(values, "tolist"):
        raise SettingsError(f"{name} is {_quoted(values)}; it must be a list of numbers")
    return tuple(number(name, value, least, above=above) for value in values)


def pair(name: str, value: Any, example: str = "(1, 2)") -> tuple[float, float]:
    """`value` as two finite floats.

    >>> pair("seconds", [1, 2.5])
    (1.0, 2.5)
    """
    given = tuple(value) if isinstance(value, list | tuple) or getattr(value, "ndim", 0) == 1 else ()
    if len(given) != 2:
        raise SettingsError(f"{name} is {_quoted(value)}; it must be from where to where, as {example}")
    return number(name, given[0]), number(name, given[1])


def one_of(name: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse a value that is not one of the allowed names; offer near ones where there are too many to list.

    >>> one_of("scaling", "raw", ("spectrum", "density", "raw"))
    """
    if isinstance(value, str) and value in allowed:
        return
    if len(allowed) <= LISTED:
        raise SettingsError(f"{name} is {_quoted(value)}; it must be one of {', '.join(allowed)}")
    refuse_near(name, value, allowed)
    raise SettingsError(f"{name} is {_quoted(value)}; it must be one of {', '.join(allowed[:LISTED])}, …")


def refuse_near(name: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse a name that is near to others, and offer those."""
    import difflib

    asked = short(value).lower()
    near = difflib.get_close_matches(asked, allowed, 4, 0.5)
    near += [known for known in allowed if asked and known.startswith(asked) and known not in near]
    if near:
        raise SettingsError(f"{name} is {_quoted(value)}; did you mean {', '.join(near)}?")


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


@lru_cache(maxsize=1)
def memory_of_machine() -> int:
    """Bytes of memory that the machine has; where it does not say, as many as an address can name."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return 1 << 47
