"""Per-channel energy normalisation (Wang et al. 2017; Lostanlen et al. 2019): each band against its own recent past."""

from __future__ import annotations

import numpy as np

from sonograph.settings import PcenSettings


class Pcen:
    """PCEN of one channel as its frames come."""

    def __init__(self, settings: PcenSettings, frames_per_second: float) -> None:
        self._settings = settings
        self._newest = settings.smoothing(frames_per_second)
        self._smooth: np.ndarray | None = None

    def push(self, values: np.ndarray) -> np.ndarray:
        """(frames, bands) in, (frames, bands) out. Missing frames are NaN and leave no trace in later ones."""
        level = self._low_pass(values)
        return compressed(self._settings, values, level)

    def finish(self) -> None:
        """Nothing waits."""
        return

    def _low_pass(self, values: np.ndarray) -> np.ndarray:
        real = values.dtype.type
        kept, new = real(1 - self._newest), values * real(self._newest)
        level = np.empty_like(values)
        before = np.ones(values.shape[1], values.dtype) if self._smooth is None else self._smooth
        missing = np.isnan(values).any(axis=1)
        multiply, add = np.multiply, np.add
        for t in range(len(values)) if missing.any() else ():
            if missing[t]:
                level[t] = before
            else:
                before = add(multiply(before, kept, out=level[t]), new[t], out=level[t])
        if not missing.any():
            for here, more in zip(level, new, strict=True):
                multiply(before, kept, here)
                before = add(here, more, here)
        self._smooth = before.copy()
        return level


def compressed(settings: PcenSettings, values: np.ndarray, level: np.ndarray) -> np.ndarray:
    """(E / (eps + M)^gain + bias)^power - bias^power, without the cancellation that the last minus would bring."""
    real = values.dtype.type
    gained = np.add(level, real(settings.eps), out=level)
    np.log(gained, out=gained)
    gained *= real(-settings.gain)
    np.exp(gained, out=gained)
    gained *= values
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
