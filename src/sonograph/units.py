"""What numbers are measured in, and what a level refers to.

Samples come in a unit: "FS" (1.0 is full scale), "V", "Pa", "µPa" or any name.
A level always says its reference; none is ever taken from the data unasked.
"""

from __future__ import annotations

FULL_SCALE_SINE = 0.5
"""Mean square of a sine that just fits the format, FS²: it reads 0 dBFS (AES17, IEC 61606)."""

HEARING_THRESHOLD = 20e-6
"""Reference sound pressure in air, Pa (ISO 1683)."""


def reference_power(unit: str, scaling: str) -> float:
    """The power that reads 0 dB for samples in `unit`, in unit² (or unit²/Hz).

    >>> reference_power("FS", "spectrum"), reference_power("FS", "density")
    (0.5, 1.0)
    """
    if unit == "FS" and scaling == "spectrum":
        return FULL_SCALE_SINE
    if unit == "Pa" and scaling != "raw":
        return HEARING_THRESHOLD**2
    return 1.0


def power_unit(unit: str, scaling: str) -> str:
    """The unit of a power.

    >>> power_unit("V", "spectrum"), power_unit("µPa", "density"), power_unit("FS", "raw")
    ('V²', 'µPa²/Hz', 'raw')
    """
    if scaling == "raw":
        return "raw"
    square = f"{unit}²" if unit.isalpha() else f"({unit})²"
    return square + ("/Hz" if scaling == "density" else "")


def level_unit(unit: str, scaling: str, reference: float | None) -> str:
    """The unit of a level, its reference named; `reference` None is one taken from the loudest value.

    >>> level_unit("FS", "spectrum", 0.5), level_unit("Pa", "spectrum", 4e-10)
    ('dBFS', 'dB re 20 µPa')
    >>> level_unit("V", "density", 1.0), level_unit("FS", "raw", 1.0), level_unit("V", "spectrum", None)
    ('dB re 1 V²/Hz', 'dB re 1 (raw)', 'dB re the maximum')
    """
    if reference is None:
        return "dB re the maximum"
    if unit == "FS" and scaling == "spectrum" and reference == FULL_SCALE_SINE:
        return "dBFS"
    if scaling == "raw":
        return f"dB re {reference:g} (raw)"
    if unit == "Pa":
        return f"dB re {_micro(reference**0.5)}" if scaling == "spectrum" else f"dB re {_squared(reference)}/Hz"
    if scaling == "spectrum":
        return f"dB re {reference**0.5:g} {unit}"
    return f"dB re {reference:g} {power_unit(unit, scaling)}"


def level_label(unit: str, scaling: str, reference: float | None) -> str:
    """What a level is called, with its unit.

    >>> level_label("FS", "spectrum", 0.5), level_label("V", "density", 1.0)
    ('Level (dBFS)', 'Spectral density level (dB re 1 V²/Hz)')
    """
    name = "Spectral density level" if scaling == "density" else "Level"
    return f"{name} ({level_unit(unit, scaling, reference)})"


def _micro(pascal: float) -> str:
    return f"{pascal * 1e6:g} µPa" if pascal < 1e-3 else f"{pascal:g} Pa"


def _squared(power: float) -> str:
    root = _micro(power**0.5)
    return f"{root}²" if root.startswith("1 ") else f"({root})²"
