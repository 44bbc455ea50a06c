"""What the noise of a recording is like in a band: how its samples hang together, and how widely its power is spread.

Gathered while the recording goes by, in bounded memory, from medians and low percentiles, which pulses hardly move.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sonograph.matching.pulses.chance import Chance

KEPT = 256
"""Spectra that are kept; of more, every other."""
FEWEST = 24
"""Spectra from which on the noise is known better than as white."""
LOW, HIGH = 0.2, 0.7
"""Percentiles of the power over its floor: above them are pulses, where there are many."""
UNLIKE = 0.9
"""A shape this much below that of Gaussian noise is taken as one."""
STEPS = 4000
RANGE = (-3.0, 3.0)  # of the histogram, decades


class Background:
    """The noise of a band, as far as it was heard."""

    def __init__(self, white: np.ndarray, n: int, rate: float) -> None:
        self._white, self._n, self._rate = white, n, rate
        self._length = 1 << max(6, (8 * min(max(n, len(white)), 4096) - 1).bit_length())
        self._window = np.hanning(self._length + 2)[1:-1]
        self._held = np.zeros(0, np.complex64)
        self._spectra: list[np.ndarray] = []
        self._every, self._seen = 1, 0
        self._counts = np.zeros(STEPS, np.int64)

    def hear(self, band: np.ndarray) -> None:
        """More of the band (n,), complex."""
        from scipy import fft

        self._held = np.concatenate([self._held, band])
        n_blocks = len(self._held) // self._length
        for block in self._held[: n_blocks * self._length].reshape(n_blocks, self._length):
            if self._seen % self._every == 0 and not np.isnan(block).any() and block.any():
                spectrum = np.abs(fft.fft(block * self._window)) ** 2
                self._spectra.append(spectrum / spectrum.mean())  # a floor that moves is no colour
                if len(self._spectra) > KEPT:
                    self._spectra, self._every = self._spectra[::2], 2 * self._every
            self._seen += 1
        self._held = self._held[n_blocks * self._length :]

    def count(self, over: np.ndarray) -> None:
        """More of the averaged power over its floor."""
        over = over[over > 0]
        at = (np.log10(over) - RANGE[0]) * (STEPS / (RANGE[1] - RANGE[0]))
        self._counts += np.bincount(np.clip(at.astype(int), 0, STEPS - 1), minlength=STEPS)

    @property
    def chance(self) -> Spread:
        """How often this noise is as strong as a pulse."""
        chance = _chance(self._autocorrelation().tobytes(), self._n, self._rate)
        return Spread(chance, self._shape(chance))

    def _autocorrelation(self) -> np.ndarray:
        """Of the noise at lags 0 …, 1 at 0: as heard, or as white noise has it."""
        if len(self._spectra) < FEWEST:
            return self._white
        spectrum = np.median(self._spectra, axis=0)
        lags = np.fft.ifft(spectrum)[: self._length // 2]
        taper = np.fft.ifft(np.abs(np.fft.fft(self._window, 2 * self._length)) ** 2).real[: self._length // 2]
        found = lags / taper
        reach = max(len(self._white), 1)
        return np.where(np.arange(len(found)) < reach, found / found[0].real, 0)[:reach]

    def _shape(self, chance: Chance) -> float | None:
        """The gamma distribution's shape of the power as heard; None where it is that of Gaussian noise."""
        total = self._counts.sum()
        if total < 200 * self._n:
            return None
        reached = np.cumsum(self._counts) / total
        low, high = (int(np.searchsorted(reached, share)) for share in (LOW, HIGH))
        found = shape_of(10.0 ** ((high - low) * (RANGE[1] - RANGE[0]) / STEPS))
        gaussian = shape_of(chance.quantile(HIGH) / chance.quantile(LOW))
        return found * chance.shape / gaussian if found < UNLIKE * gaussian else None


class Spread:
    """The chance of powers over the floor, which is a median; of noise that is spread as wide as was heard.

    shape : of the gamma distribution that was heard; None: as `chance` has it
    """

    def __init__(self, chance: Chance, shape: float | None) -> None:
        self.chance, self.shape = chance, shape
        self._median = chance.quantile(0.5)

    def per_hour(self, over: float) -> float:
        """How often an hour this noise rises above so many times its floor."""
        from scipy.special import gammaincc, gammainccinv, gammaincinv

        if self.shape is None:
            return self.chance.per_hour(over * self._median)
        # what is as rare in Gaussian noise
        wide, narrow = self.shape, self.chance.shape
        share = float(gammaincc(wide, float(over * gammaincinv(wide, 0.5))))
        if share < 1e-280:
            return 0.0
        return self.chance.per_hour(float(gammainccinv(narrow, share)) / narrow)

    def over_at(self, per_hour: float) -> float:
        """How many times its floor this noise rises above so often an hour."""
        power = self.chance.power_at(per_hour)
        if self.shape is None:
            return power / self._median
        from scipy.special import gammaincc, gammainccinv, gammaincinv

        share = float(gammaincc(self.chance.shape, power * self.chance.shape))
        return float(gammainccinv(self.shape, share) / gammaincinv(self.shape, 0.5))


def shape_of(ratio: float) -> float:
    """The shape of a gamma distribution whose percentiles `HIGH` and `LOW` have this ratio."""
    from scipy.special import gammaincinv

    shapes = np.geomspace(0.05, 5000, 600)
    low, high = (np.array([float(gammaincinv(float(shape), share)) for shape in shapes]) for share in (LOW, HIGH))
    ratios = np.log(high / np.maximum(low, 1e-300))
    return float(np.exp(np.interp(-np.log(max(ratio, 1.0)), -ratios, np.log(shapes))))


@lru_cache(maxsize=8)
def _chance(autocorrelation: bytes, n: int, rate: float) -> Chance:
    return Chance(np.frombuffer(autocorrelation, complex), n, rate)
