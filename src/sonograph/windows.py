"""Window values and their sums, in float64: S1 = Σw, S2 = Σw², and the noise bandwidth that follows.

Cosine sums are a line of NumPy; the rare ones load SciPy, which takes most of a second.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.settings import StftSettings, Window

# Coefficients as in Harris (1978), Nuttall (1981), and D'Antona and Ferrero (2006), to the digits that SciPy keeps.
COSINE_SUMS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.50, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}


KEPT = 1 << 17
"""The longest window that is kept for the next time: one for a whole sound may be as large as the sound."""


def window_values(window: Window, length: int, periodic: bool = True) -> np.ndarray:
    """The weights of a window, (length,) float64, read-only.

    A periodic window is the symmetric one of length + 1 without its last value.

    >>> window_values("hann", 4)
    array([0. , 0.5, 1. , 0.5])
    """
    return (_kept if length <= KEPT else _made)(window, length, periodic)


def _made(window: Window, length: int, periodic: bool) -> np.ndarray:
    if length == 1:
        weights = np.ones(1)
    elif periodic:
        weights = _symmetric(window, length + 1)[:-1]
    else:
        weights = _symmetric(window, length)
    weights.setflags(write=False)
    return weights


_kept = lru_cache(maxsize=64)(_made)


def _symmetric(window: Window, n: int) -> np.ndarray:
    name, value = (window, 0.0) if isinstance(window, str) else window
    position = np.arange(n) - (n - 1) / 2  # 0 at the middle
    across = 2 * position / (n - 1)  # -1 to 1
    if name in COSINE_SUMS:
        return sum(a * np.cos(np.pi * k * across) for k, a in enumerate(COSINE_SUMS[name])) + np.zeros(n)
    if name == "bartlett":
        return 1 - np.abs(across)
    if name == "povey":  # Kaldi: a Hann window to the power 0.85
        return (0.5 + 0.5 * np.cos(np.pi * across)).clip(0) ** 0.85
    if name == "gaussian":
        return np.exp(-0.5 * (position / value) ** 2)
    if name == "kaiser":
        return np.i0(value * np.sqrt((1 - across**2).clip(0))) / np.i0(value)
    if name == "tukey":
        into_taper = ((1 - np.abs(across)) / value).clip(0, 1) if value else np.ones(n)
        return 0.5 - 0.5 * np.cos(np.pi * into_taper)
    from scipy.signal import get_window

    return np.asarray(get_window(window, n, fftbins=False), float).copy()


def window_of(settings: StftSettings) -> np.ndarray:
    """The weights that a transform uses, (window_length,) float64."""
    return window_values(settings.window, settings.window_length, settings.periodic)


def noise_bandwidth(settings: StftSettings, sample_rate: float) -> float:
    """Equivalent noise bandwidth of a window, Hz: sample_rate S2 / S1².

    >>> noise_bandwidth(StftSettings(window_length=1024), 1024.0)
    1.5
    """
    w = window_of(settings)
    return sample_rate * float(np.sum(w**2)) / float(np.sum(w)) ** 2


def slope_of(window: np.ndarray) -> np.ndarray:
    """How a window rises from sample to sample: half the difference of its neighbours, (n,), as librosa takes it.

    It tells how the phase of a transform turns, where the window goes to 0 at its ends.

    >>> slope_of(np.array([0.0, 0.5, 1.0, 0.5]))
    array([ 0. ,  0.5,  0. , -0.5])
    """
    around = np.pad(window, 1, mode="wrap")
    return (around[2:] - around[:-2]) / 2


def power_scale(settings: StftSettings, sample_rate: float) -> tuple[float, float]:
    """What |X|² is multiplied by, and the further factor for bin 0 and the bin at half the sample rate.

    "spectrum" 2/S1², "density" 2/(sample_rate S2), "raw" 1. All other bins stand for a negative frequency too; of two
    sides none does, and the 2 is a 1.
    """
    w = window_of(settings)
    if settings.scaling == "raw":
        return 1.0, 1.0
    stands_for, ends = (2.0, 0.5) if settings.sides == "one" else (1.0, 1.0)
    if settings.scaling == "spectrum":
        return stands_for / float(np.sum(w)) ** 2, ends
    return stands_for / (sample_rate * float(np.sum(w**2))), ends
