"""How much each frequency counts in the A and C weighting of IEC 61672-1, annex E; Z weighs all alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

WEIGHTINGS = ("Z", "A", "C")
POLES = {"A": (20.598997, 20.598997, 107.65265, 737.86223), "C": (20.598997, 20.598997)}
"""Hz, of the high-passes (E.3 and E.4)."""
UPPER = 12_194.217
"""Hz, of the two low-passes."""


def curve(name: str, frequencies: Any) -> np.ndarray:
    """What a level at these frequencies is changed by, dB: 0 at 1 kHz; -inf at 0 Hz but for Z.

    >>> curve("C", [31.5, 8000.0]).round(1)
    array([-3., -3.])
    """
    import numpy as np

    f = np.asarray(frequencies, float)
    if name == "Z":
        return np.zeros(f.shape)
    with np.errstate(divide="ignore"):
        found: np.ndarray = 20 * np.log10(_gain(f, name) / _gain(1000.0, name))
    return found


def low_pass(f: Any) -> Any:
    """The gain of the two low-passes alone."""
    return UPPER**2 / (f**2 + UPPER**2)


def _gain(f: Any, name: str) -> Any:
    """Of amplitudes."""
    gain = low_pass(f)
    for pole in POLES[name]:
        gain = gain * f / (f**2 + pole**2) ** 0.5
    return gain
