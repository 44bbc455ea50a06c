"""Per-channel energy normalisation (Wang et al. 2017; Lostanlen et al. 2019): each band against its own recent past."""

from __future__ import annotations

import numpy as np

from sonograph.engines.compiled import gain
from sonograph.settings import PcenSettings


class Pcen:
    """PCEN of one channel as its frames come."""

    def __init__(self, settings: PcenSettings, frames_per_second: float) -> None:
        self._settings = settings
        newest = settings.smoothing(frames_per_second)
        self._control = gain.Control(1 - newest, newest, settings.eps, -settings.gain)
        self._level: np.ndarray | None = None

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, bands) in, (frames, bands) out. Missing frames are NaN and leave no trace in later ones."""
        level = np.ones(values.shape[1], values.dtype) if self._level is None else self._level
        gained, self._level = (gain.controlled if gain.able() else controlled)(values, level, self._control)
        return compressed(self._settings, gained)

    def finish(self) -> None:
        """Nothing waits."""
        return


def controlled(values: np.ndarray, level: np.ndarray, control: gain.Control) -> tuple[np.ndarray, np.ndarray]:
    """What `gain.controlled` gives, where no program can be made."""
    kept, newest, eps, exponent = (values.dtype.type(number) for number in control)
    levels = np.empty_like(values)
    for value, here in zip(values, levels, strict=True):
        here[:] = level = np.where(np.isnan(value), level, newest * value + kept * level)
    return values * np.exp(exponent * np.log(levels + eps)), level


def compressed(settings: PcenSettings, gained: np.ndarray) -> np.ndarray:
    """(g + bias)^power - bias^power, without the cancellation that the minus would bring; `gained` is overwritten."""
    real = gained.dtype.type
    bias, power = settings.bias, settings.power
    if bias == 0:
        return np.power(gained, real(power), out=gained)
    if power == 0.5:  # sqrt(g + b) - sqrt(b) = g / (sqrt(g + b) + sqrt(b))
        roots = np.sqrt(gained + real(bias))
        roots += real(bias**0.5)
        return np.divide(gained, roots, out=gained)
    gained /= real(bias)
    np.log1p(gained, out=gained)
    gained *= real(power)
    np.expm1(gained, out=gained)
    gained *= real(bias**power)
    return gained
