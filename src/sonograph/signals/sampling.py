"""How many samples a synthetic sound has, when each of them is, and which frequencies it can hold."""

from __future__ import annotations

import numpy as np

from sonograph.checks import quantity, short
from sonograph.errors import SettingsError
from sonograph.notes import in_hertz


def frequency(name: str, value: object, sample_rate: float, *, least: float | None = None) -> float:
    """`value` as a frequency that `sample_rate` can hold."""
    return quantity(
        name,
        in_hertz(value),
        "Hz",
        least=least,
        above=0 if least is None else None,
        below=sample_rate / 2,
        because=f"at sample_rate {sample_rate:g} anything from there on would be heard as another frequency",
    )


def n_samples(duration: object, sample_rate: object) -> int:
    """How many samples `duration` seconds have: the nearest whole number, one at least."""
    rate = quantity("sample_rate", sample_rate, "Hz", above=0)
    count = round(quantity("duration", duration, "s", above=0) * rate)
    if count < 1:
        raise SettingsError(f"duration is {duration}; it must be {1 / rate:g} s or more (because that is one sample)")
    return count


def times(duration: object, sample_rate: float) -> np.ndarray:
    """When each sample of the sound is, in seconds: shape (n,)."""
    return np.arange(n_samples(duration, sample_rate)) / sample_rate


def moments(value: object) -> np.ndarray:
    """`times` in seconds, of any shape, as float64."""
    try:
        found = np.asarray(value)
    except ValueError:  # lists of unlike lengths
        found = np.asarray(None)
    if found.dtype.kind not in "iuf":
        raise SettingsError(f"times is {short(value)}; it must be seconds, a number or an array of numbers")
    return found.astype(float)


def pairs(name: str, several: object, what: str) -> list[tuple[float, float]]:
    """`several` as they are, if they are pairs."""
    given = several if isinstance(several, list | tuple | np.ndarray) else [several]
    if not all(isinstance(one, list | tuple | np.ndarray) and len(one) == 2 for one in given):
        raise SettingsError(f"{name} is {short(several)}; it must be pairs of {what}")
    return list(given)
