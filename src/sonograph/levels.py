"""From a transform to its power, from a power to its level in decibels, and what a weighting adds: by functions."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sonograph.checks import one_of
from sonograph.errors import SettingsError
from sonograph.settings import (
    BandSettings,
    LevelSettings,
    MultitaperSettings,
    SqueezedSettings,
    StftSettings,
    as_power,
    check_level,
)
from sonograph.settings.arguments import answered
from sonograph.settings.by_octaves import ByOctaves
from sonograph.spectrograms import Spectrogram
from sonograph.units import resolved_reference
from sonograph.weightings import WEIGHTINGS, curve

Powers = StftSettings | BandSettings | ByOctaves | MultitaperSettings | SqueezedSettings


@answered
def weighting(name: str, frequencies: Any) -> np.ndarray:
    """What a level at these frequencies is changed by, dB: the A, C or Z weighting of IEC 61672-1.

    Parameters
    ----------
    name
        "A", "C" or "Z", which changes nothing.
    frequencies : (...), real, 0 or more
        Hz, as `Spectrogram.frequencies` of bins or bands.

    Returns
    -------
    (...), float64
        0 at 1 kHz; -inf at 0 Hz but for Z.

    Raises
    ------
    SettingsError
        Another name.

    Examples
    --------
    >>> weighting("A", [31.5, 1000.0, 8000.0]).round(1)
    array([-39.5,   0. ,  -1.1])
    """
    one_of("weighting", name, WEIGHTINGS)
    return curve(name, frequencies)


@answered
def power(spectrogram: Spectrogram) -> Spectrogram:
    """The power of a transform or of a magnitude: its squared magnitude.

    Raises
    ------
    SettingsError
        It is a level, or bands of magnitudes, whose squares are no power.
    """
    if spectrogram.quantity == "power":
        return spectrogram
    settings = as_power(spectrogram.settings)
    if spectrogram.quantity not in ("transform", "magnitude") or settings.quantity != "power":
        raise SettingsError(f"the spectrogram is a {spectrogram.quantity} of {spectrogram.rows}s; compute its power")
    values = spectrogram.values
    return dataclasses.replace(
        spectrogram,
        values=values.real**2 + values.imag**2 if spectrogram.quantity == "transform" else values**2,
        quantity="power",
        settings=settings,
    )


@answered
def level(spectrogram: Spectrogram, *, reference: float | str | None = None, floor: float = -200.0) -> Spectrogram:
    """Level of a power in decibels: 10 log10(power / reference).

    Parameters
    ----------
    spectrogram
        A power (a transform or a magnitude is squared first).
    reference
        The power that reads 0 dB, in the unit of the power. None: the one of the unit, so that a full-scale sine
        reads 0 dBFS (AES17), pressure in air dB re 20 µPa, all else dB re 1. "max": the loudest value here.
    floor
        What anything quieter reads, dB; silence has no logarithm.

    Returns
    -------
    Spectrogram
        Of quantity "level", in the precision of the power.

    Raises
    ------
    SettingsError
        It is a level already; `reference` is not above 0; a full-scale sine as the reference of a raw power.

    Examples
    --------
    >>> from sonograph import Signal, StftSettings, spectrogram
    >>> sine = np.sin(2 * np.pi * 1000 * np.arange(4096) / 8000)
    >>> settings = StftSettings(window_length=512, edges="inside")
    >>> loudness = level(spectrogram(Signal(sine, 8000.0), settings))
    >>> float(loudness.values[64, 0].round(9)), loudness.label
    (0.0, 'Level (dBFS)')
    """
    check_level(reference, floor)
    if spectrogram.quantity == "level":
        raise SettingsError("the spectrogram is a level already; take the level of its power")
    spectrogram = power(spectrogram)
    settings = spectrogram.settings
    if not isinstance(settings, Powers):
        raise SettingsError(f"the settings are of kind {settings.kind!r}, the values a power; one of them is wrong")
    number = resolved_reference(reference, spectrogram.unit, settings.power_kind)
    if number is None:
        values = spectrogram.values
        loudest = float(np.nanmax(values)) if not np.isnan(values).all() else 0.0
        number = loudest if loudest > 0 else 1.0  # silence reads the floor all the same
    real = spectrogram.values.dtype.type
    least = real(10 ** (floor / 10))
    values = np.maximum(spectrogram.values / real(number), least)
    np.log10(values, out=values)
    values *= real(10)
    return dataclasses.replace(
        spectrogram,
        values=values,
        quantity="level",
        reference=number,
        settings=LevelSettings(of=settings, reference=reference, floor=floor),
    )
