"""What every synthetic sound asks of its parameters, with one wording for all."""

from __future__ import annotations

import math
import operator

import numpy as np

from sonograph.errors import SettingsError


def number(
    name: str,
    value: object,
    unit: str = "",
    *,
    least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    because: str = "",
) -> float:
    """`value` as a float, if it is finite and in range.

    >>> number("duration", 2, "s", above=0)
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


def frequency(name: str, value: object, sample_rate: float, *, least: float | None = None) -> float:
    """`value` as a frequency that `sample_rate` can hold."""
    return number(
        name,
        value,
        "Hz",
        least=least,
        above=0 if least is None else None,
        below=sample_rate / 2,
        because=f"at sample_rate {sample_rate:g} anything from there on would be heard as another frequency",
    )


def n_samples(duration: object, sample_rate: object) -> int:
    """How many samples `duration` seconds have: the nearest whole number, one at least."""
    rate = number("sample_rate", sample_rate, "Hz", above=0)
    count = round(number("duration", duration, "s", above=0) * rate)
    if count < 1:
        raise SettingsError(f"duration is {duration}; it must be {1 / rate:g} s or more (because that is one sample)")
    return count


def times(duration: object, sample_rate: float) -> np.ndarray:
    """When each sample of the sound is, in seconds: shape (n,)."""
    return np.arange(n_samples(duration, sample_rate)) / sample_rate


def generator(seed: object) -> np.random.Generator:
    """The random numbers that belong to `seed`."""
    try:
        whole = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        whole = -1
    if whole < 0:
        raise SettingsError(
            f"seed is {seed}; it must be a whole number, 0 or more (because the same call gives the same samples)"
        )
    return np.random.default_rng(whole)
