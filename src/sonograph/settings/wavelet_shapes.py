"""Wavelets as numbers: how far they reach in time and in frequency, in units of their centre.

What a wavelet hears is H(s) at s times its centre, 1 at the centre. In time it is Ψ(u), where u is the phase of the
centre's frequency: the inverse transform of 2 H.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

NOTHING = 1e-5
"""Of a wavelet's height, what is taken for nothing."""
POINTS = 1 << 13
"""Frequencies at which a wavelet is looked at to find how far it reaches."""

SHAPES: dict[str, tuple[tuple[str, float, float, float], ...]] = {
    "morlet": (("w0", 6.0, 5.0, 1000.0),),
    "morse": (("gamma", 3.0, 1.0, 10.0), ("beta", 20.0, 4.0, 1e5)),
}
"""The numbers of each: what they are called, what they usually are, from where to where."""


class Shape(NamedTuple):
    """How far a wavelet reaches.

    half    : u from which on it is nothing
    highest : s above which it hears nothing
    tenth   : s above which it hears less than a tenth
    width   : integral of H(s)²
    area    : integral of H(s) / s
    """

    half: float
    highest: float
    tenth: float
    width: float
    area: float


@lru_cache(maxsize=16)
def shape_of(wavelet: tuple[Any, ...]) -> Shape:
    """The reach of a wavelet by its name and numbers.

    >>> shape = shape_of(("morlet", 6.0))
    >>> round(shape.half / 6, 2), round(shape.highest, 2)  # sqrt(2 ln 1e5) deviations
    (4.81, 1.8)
    """
    import numpy as np

    step = (1 + 40 * deviation(wavelet)) / POINTS
    s = (np.arange(POINTS) + 0.5) * step
    response = spectrum(wavelet, s)
    in_time = np.abs(np.fft.fft(response, 8 * POINTS))[: 4 * POINTS]
    half = (np.flatnonzero(in_time > NOTHING * in_time[0])[-1] + 1) * 2 * math.pi / (8 * POINTS * step)
    highest, tenth = (float(s[response > least][-1] + step) for least in (NOTHING, 0.1))
    return Shape(float(half), highest, tenth, float(np.sum(response**2)) * step, float(np.sum(response / s)) * step)


def deviation(wavelet: tuple[Any, ...]) -> float:
    """About how wide a wavelet hears, of its centre."""
    name, *numbers = wavelet
    return 1 / float(numbers[0]) if name == "morlet" else 1 / math.sqrt(numbers[0] * numbers[1])


def spectrum(wavelet: tuple[Any, ...], s: np.ndarray) -> np.ndarray:
    """H(s), s above 0."""
    import numpy as np

    name, *numbers = wavelet
    if name == "morlet":
        exponent = -0.5 * (numbers[0] * (s - 1)) ** 2
    else:
        gamma, beta = numbers
        exponent = beta * np.log(s) + beta / gamma * (1 - s**gamma)
    return np.asarray(np.exp(np.maximum(exponent, -700.0)))


def in_time(wavelet: tuple[Any, ...], u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ψ(u) and its slope: sums over frequencies so near each other that the sum's next image lies eight reaches off."""
    import numpy as np

    shape = shape_of(wavelet)
    step = 2 * math.pi / (8 * shape.half)
    s = (np.arange(math.ceil(shape.highest * 1.5 / step)) + 0.5) * step
    waves = np.exp(1j * s * u[:, None])
    response = spectrum(wavelet, s) * (step / math.pi)
    return waves @ response, waves @ (1j * s * response)
